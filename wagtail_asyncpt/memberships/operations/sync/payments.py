"""Whose payment it is, and what refunds and disputes of it leave of what was paid for.

Everything here is computed from the cumulative state, never from the last change: two refunds in
part do not compound, and any order or repetition of events ends in the same rows.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, Sum

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.gating.operations import heal_groups
from wagtail_asyncpt.memberships.models import (
    OPEN_STATUSES,
    AccessKind,
    AccessPeriod,
    Credit,
    CreditKind,
    Dispute,
    Gift,
    GiftStatus,
    Invoice,
    Membership,
    MembershipStatus,
    Purchase,
    PurchaseStatus,
    Refund,
    RefundEffect,
)
from wagtail_asyncpt.memberships.operations.sync.invoices import sync_invoice
from wagtail_asyncpt.memberships.operations.sync.sessions import sync_checkout_session
from wagtail_asyncpt.memberships.operations.sync.shared import locked
from wagtail_asyncpt.memberships.stripe import gateway
from wagtail_asyncpt.people.models import Client, Clinic

#: Refunds in these states gave nothing back.
NOT_REFUNDED = ("failed", "canceled")
#: Disputes in these states are over, or never took money.
SETTLED = ("won", "warning_closed", "prevented")


@dataclass(frozen=True)
class Payment:
    """A payment of ours: the one row that it paid for, locked."""

    row: Invoice | Purchase | Gift

    @property
    def client(self) -> Client:
        """Who paid."""
        return self.row.buyer if isinstance(self.row, Gift) else self.row.client

    @property
    def holder(self) -> Client:
        """Who has what was paid for: the client, or whoever used the gift."""
        return (isinstance(self.row, Gift) and self.row.redeemed_by) or self.client

    @property
    def clinic(self) -> Clinic:
        """Who was paid."""
        return self.row.clinic

    @property
    def amount(self) -> int:
        """What was paid, in minor units."""
        return self.row.amount_paid if isinstance(self.row, Invoice) else self.row.amount

    @property
    def owner(self) -> dict[str, Any]:
        """The fields of a refund or dispute that say whose it is."""
        kind = {Invoice: "invoice", Purchase: "purchase", Gift: "gift"}[type(self.row)]
        return {"clinic": self.clinic, "client": self.client, kind: self.row}

    @property
    def refunds(self) -> Any:
        """Its refunds that gave something back."""
        return self._of(Refund).exclude(status__in=NOT_REFUNDED)

    @property
    def disputes(self) -> Any:
        """Its disputes."""
        return self._of(Dispute)

    def _of(self, model: Any) -> Any:
        return model.objects.filter(
            account=self.row.account, payment_intent_id=self.row.payment_intent_id
        )


def locked_payment(account: str, payment_intent: str | None) -> Payment | None:
    """The payment, its row locked; None for a payment of others.

    A payment that we have not heard of yet is followed from its invoice or its Checkout session.
    """
    if not payment_intent:
        return None
    known = _known(account, payment_intent)
    if known is None:
        _follow(account, payment_intent)
        known = _known(account, payment_intent)
    if known is None:
        return None
    if isinstance(known, Invoice):
        if known.membership_id is not None:
            locked(account, pk=known.membership_id)
        return Payment(_lock(Invoice, known))
    return Payment(_lock(type(known), known))


def _lock(model: Any, row: Any) -> Any:
    names = {
        Invoice: ["client__user", "membership__tier"],
        Gift: ["buyer__user", "redeemed_by__user"],
    }
    related = ["clinic__site", *names.get(model, ["client__user"])]
    return model.objects.select_for_update(of=("self",)).select_related(*related).get(pk=row.pk)


def _known(account: str, payment_intent: str) -> Invoice | Purchase | Gift | None:
    # What is paid once has an invoice too, and is itself what was paid for.
    models: tuple[Any, ...] = (Purchase, Gift, Invoice)
    for model in models:
        found = model.objects.filter(account=account, payment_intent_id=payment_intent).first()
        if found is not None:
            return found
    return None


def _follow(account: str, payment_intent: str) -> None:
    invoice = gateway.invoice_of_payment(account, payment_intent)
    if invoice is not None:
        sync_invoice(account=account, invoice_id=invoice)
        return
    session = gateway.session_of_payment(account, payment_intent)
    if session is not None:
        sync_checkout_session(account=account, session_id=session)


def settle(payment: Payment) -> None:
    """Bring amounts, status, access and visits in line with all refunds and disputes."""
    _write_refunded(payment)
    _settle_access(payment)
    lost = payment.disputes.filter(status="lost").exists()
    frozen = payment.disputes.exclude(status__in=(*SETTLED, "lost")).exists()
    Client.objects.select_for_update().get(pk=payment.holder.pk)
    for lot in lots_of(payment):
        _settle_visits(lot, taken=lot.amount if lost else _share(lot, payment), frozen=frozen)


def _write_refunded(payment: Payment) -> None:
    row, refunded = payment.row, _sum(payment.refunds)
    if isinstance(row, Invoice):
        row.amount_refunded = refunded
        row.save(update_fields=["amount_refunded"])
        return
    Invoice.objects.filter(account=row.account, payment_intent_id=row.payment_intent_id).update(
        amount_refunded=refunded
    )
    if isinstance(row, Purchase):
        paid, back = PurchaseStatus.PAID, PurchaseStatus.REFUNDED
        if row.status in (paid, back):
            row.status = back if refunded >= row.amount else paid
            row.save(update_fields=["status"])
    elif row.status in (GiftStatus.PAID, GiftStatus.REFUNDED):
        is_over = payment.refunds.filter(effect=RefundEffect.END).exists()
        is_back = is_over or refunded >= row.amount
        row.status = GiftStatus.REFUNDED if is_back else GiftStatus.PAID
        row.save(update_fields=["status"])


def _sum(refunds: Any) -> int:
    return refunds.aggregate(total=Sum("amount"))["total"] or 0


def _settle_access(payment: Payment) -> None:
    """A refund that ends access takes back the days that are left of what was paid."""
    ending = payment.refunds.filter(effect=RefundEffect.END).order_by("created_at").first()
    _move_ends(payment, ending)
    if ending is None:
        return
    for period in _periods_of(payment):
        take_back(period, since=ending.created_at)
        if isinstance(payment.row, Gift) and period.membership is not None:
            _end_given(period.membership, ending.created_at)


def _end_given(membership: Membership, at: datetime) -> None:
    """What a gift opened is over, unless it was already."""
    if membership.status not in OPEN_STATUSES:
        return
    membership.status = MembershipStatus.CANCELED
    membership.ends_at = membership.ended_at = min(at, membership.ends_at or at)
    membership.save(update_fields=["status", "ends_at", "ended_at"])
    heal_groups(user=membership.client.user, at=clock.now())


def take_back(period: AccessPeriod, *, since: datetime) -> None:
    """The days of ``period`` after ``since`` are no longer entitled; written once."""
    start = max(period.starts_at, since)
    if start >= period.ends_at:
        return
    AccessPeriod.objects.get_or_create(
        key=f"ended-{period.pk}",
        defaults={
            "clinic_id": period.clinic_id,
            "client_id": period.client_id,
            "membership_id": period.membership_id,
            "purchase_id": period.purchase_id,
            "invoice_id": period.invoice_id,
            "tier_id": period.tier_id,
            "kind": AccessKind.REVOKED,
            "starts_at": start,
            "ends_at": period.ends_at,
        },
    )


def _move_ends(payment: Payment, ending: Refund | None) -> None:
    """What the payment's packages opened ends with the refund, or as it was sold."""
    opened = Purchase.objects.filter(
        access_periods__in=_periods_of(payment), starts_at__isnull=False
    )
    for purchase in opened.distinct():
        assert purchase.starts_at is not None  # noqa: S101 (filtered; tells the type checker)
        whole = purchase.starts_at + timedelta(weeks=purchase.weeks)
        purchase.ends_at = min(whole, ending.created_at) if ending else whole
        purchase.save(update_fields=["ends_at"])
    if opened:
        heal_groups(user=payment.holder.user, at=clock.now())


def _periods_of(payment: Payment) -> Collection[AccessPeriod]:
    row = payment.row
    paid = AccessPeriod.objects.filter(kind=AccessKind.PAID)
    if isinstance(row, Purchase):
        return paid.filter(purchase=row)
    if isinstance(row, Invoice):
        return paid.filter(invoice=row)
    given = AccessPeriod.objects.filter(kind=AccessKind.GRANTED, key=gift_key(row))
    return [*given.select_related("membership__client__user"), *paid.filter(purchase__gift=row)]


def gift_key(gift: Gift) -> str:
    """The key of the days that a gift of a tier opens."""
    return f"gift-{gift.uuid}"


def lots_of(payment: Payment) -> Iterable[Credit]:
    """The grants of visits that the payment paid for."""
    row = payment.row
    grants = Credit.objects.filter(kind=CreditKind.GRANTED)
    if isinstance(row, Purchase):
        return grants.filter(purchase=row)
    if isinstance(row, Invoice):
        return grants.filter(invoice=row)
    return grants.filter(purchase__gift=row)


def _share(lot: Credit, payment: Payment) -> int:
    """All of it where staff ended what was paid for, else in proportion to what went back."""
    if payment.refunds.filter(effect=RefundEffect.END).exists():
        return lot.amount
    taking = payment.refunds.exclude(effect=RefundEffect.KEEP)
    return lot.amount * min(_sum(taking), payment.amount) // payment.amount if payment.amount else 0


def _settle_visits(lot: Credit, *, taken: int, frozen: bool) -> None:
    """Take ``taken`` visits of the lot back in all, as far as unused; freeze or thaw the rest."""
    by_us = lot.movements.filter(kind=CreditKind.REVOKED, written_by=None)  # not by staff's hand
    revoked = -(by_us.aggregate(total=Sum("amount"))["total"] or 0)
    held = -_moved(lot, CreditKind.FROZEN, CreditKind.THAWED)
    unused = max(0, lot.amount + _moved(lot) + held)
    change = min(taken, revoked + unused) - revoked
    freeze = (unused - change if frozen else 0) - held
    if freeze < 0:
        _move(lot, CreditKind.THAWED, -freeze)
    _move(lot, CreditKind.REVOKED, -change)
    if freeze > 0:
        _move(lot, CreditKind.FROZEN, -freeze)


def _moved(lot: Credit, *kinds: CreditKind) -> int:
    which = Q(kind__in=kinds) if kinds else Q()
    return lot.movements.filter(which).aggregate(total=Sum("amount"))["total"] or 0


def _move(lot: Credit, kind: CreditKind, amount: int) -> None:
    if not amount:
        return
    Credit.objects.create(
        clinic_id=lot.clinic_id,
        client_id=lot.client_id,
        membership_id=lot.membership_id,
        purchase_id=lot.purchase_id,
        invoice_id=lot.invoice_id,
        kind=kind,
        amount=amount,
        lot=lot,
        key=f"{kind}-{lot.pk}-{lot.movements.count()}",
        created_at=clock.now(),
    )
