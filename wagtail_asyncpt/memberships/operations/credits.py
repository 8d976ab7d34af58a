"""The ledger of in-person visits: lots come in, every other row draws on a lot or gives back.

Every write locks the client's row first, so that two at once cannot use the same visit. Rows are
never changed: the balance of a lot, and of a client, is the sum of its rows.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F, Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.memberships.models import (
    Credit,
    CreditKind,
    Invoice,
    Membership,
    Purchase,
    Visit,
)
from wagtail_asyncpt.people.models import Client
from wagtail_asyncpt.people.operations import record_audit

#: The most visits that staff give or take back in one go.
MOST_AT_ONCE = 100


class NoVisitsLeft(DomainError):
    """The client has no visit that may be used on that day."""


def lock_client(client_id: int) -> Client:
    """The client with the row locked: writers of the ledger take turns."""
    return Client.objects.select_for_update(of=("self",)).select_related("user").get(pk=client_id)


def lots_left(client_id: int, at: datetime) -> QuerySet[Any]:
    """The lots that are not over at ``at`` and hold a visit, each with ``left``; soonest to end
    first, those without an end last."""
    return (
        _with_left(Credit.objects.filter(client_id=client_id))
        .filter(Q(expires_at=None) | Q(expires_at__gt=at), left__gt=0)
        .order_by(F("expires_at").asc(nulls_last=True), "pk")
    )


def _with_left(rows: QuerySet[Credit]) -> QuerySet[Any]:
    moved = Coalesce(Sum("movements__amount"), 0)
    return rows.filter(kind=CreditKind.GRANTED).annotate(left=F("amount") + moved)


def add_lot(
    *,
    client: Client,
    amount: int,
    key: str,
    expires_at: datetime | None,
    membership: Membership | None = None,
    purchase: Purchase | None = None,
    invoice: Invoice | None = None,
    reason: str = "",
    written_by: Any = None,
) -> Credit:
    """Credit ``amount`` visits, once for each ``key``."""
    lot, _created = Credit.objects.get_or_create(
        key=key,
        defaults={
            "clinic_id": client.clinic_id,
            "client": client,
            "kind": CreditKind.GRANTED,
            "amount": amount,
            "expires_at": expires_at,
            "membership": membership,
            "purchase": purchase,
            "invoice": invoice,
            "reason": reason,
            "written_by": written_by,
        },
    )
    return lot


def move(
    lot: Credit,
    kind: CreditKind,
    amount: int,
    *,
    key: str,
    visit: Visit | None = None,
    reason: str = "",
    written_by: Any = None,
) -> Credit:
    """Write one movement of ``lot``; the client's row is locked."""
    return Credit.objects.create(
        clinic_id=lot.clinic_id,
        client_id=lot.client_id,
        kind=kind,
        amount=amount,
        key=key,
        lot=lot,
        membership_id=lot.membership_id,
        purchase_id=lot.purchase_id,
        invoice_id=lot.invoice_id,
        visit=visit,
        reason=reason,
        written_by=written_by,
    )


@transaction.atomic
def grant_credits(
    *,
    client: Client,
    amount: int,
    reason: str,
    key: str,
    written_by: Any,
    expires_at: datetime | None = None,
) -> Credit:
    """Staff give ``amount`` visits for a ``reason``, once for each ``key`` (a form's own).

    Raises DomainError.
    """
    _check_amount(amount)
    _check_reason(reason)
    if expires_at is not None and expires_at <= clock.now():
        raise DomainError(_("Choose a day in the future."), field="expires_at")
    lock_client(client.pk)
    lot = add_lot(
        client=client,
        amount=amount,
        key=f"granted-{client.pk}-{key}",
        expires_at=expires_at,
        reason=reason,
        written_by=written_by,
    )
    record_audit(actor=written_by, client=client, action="credits.grant", subject=lot)
    return lot


@transaction.atomic
def revoke_credits(
    *, client: Client, amount: int, reason: str, key: str, written_by: Any
) -> list[Credit]:
    """Staff take ``amount`` unused visits back for a ``reason``, once for each ``key``.

    Those that end first go first; booked visits stay. Raises DomainError when fewer are left.
    """
    _check_amount(amount)
    _check_reason(reason)
    lock_client(client.pk)
    name = f"revoked-{client.pk}-{key}"
    done = list(Credit.objects.filter(key__startswith=f"{name}-", client=client))
    if done:
        return done
    taken = _take(client.pk, amount, clock.now())
    rows = [
        move(
            part.lot,
            CreditKind.REVOKED,
            -part.amount,
            key=f"{name}-{part.lot.pk}",
            reason=reason,
            written_by=written_by,
        )
        for part in taken
    ]
    record_audit(actor=written_by, client=client, action="credits.revoke", subject=rows[0])
    return rows


@dataclass(frozen=True)
class _Part:
    lot: Credit
    amount: int


def _take(client_id: int, amount: int, at: datetime) -> list[_Part]:
    parts: list[_Part] = []
    for lot in lots_left(client_id, at):
        part = min(lot.left, amount - sum(one.amount for one in parts))
        if part:
            parts.append(_Part(lot, part))
    if sum(one.amount for one in parts) < amount:
        raise DomainError(_("The client has fewer visits left than that."), field="amount")
    return parts


def _check_amount(amount: int) -> None:
    if not 1 <= amount <= MOST_AT_ONCE:
        message = _("Choose a number from 1 to %(most)d.")
        raise DomainError(message % {"most": MOST_AT_ONCE}, field="amount")


def _check_reason(reason: str) -> None:
    if not reason.strip():
        raise DomainError(_("Write the reason, so that others can understand it."), field="reason")


def expire_credits() -> int:
    """Write off what is left of every lot that is over; returns how many visits ended.

    A second run changes nothing. What is held for a booked visit is not left over.
    """
    over = _with_left(Credit.objects.filter(expires_at__lte=clock.now())).filter(left__gt=0)
    pairs = list(over.order_by("pk").values_list("client_id", "pk"))
    return sum(_expire(client_id, pk) for client_id, pk in pairs)


@transaction.atomic
def _expire(client_id: int, pk: int) -> int:
    lock_client(client_id)
    return write_off(pk)


def write_off(pk: int) -> int:
    """Expire what is left of one lot; the client's row is locked. Returns how many visits."""
    lot = _with_left(Credit.objects.filter(pk=pk)).get()
    left: int = lot.left
    if left <= 0:
        return 0
    before = lot.movements.filter(kind=CreditKind.EXPIRED).count()
    move(lot, CreditKind.EXPIRED, -left, key=f"expired-{lot.pk}-{before + 1}")
    return left
