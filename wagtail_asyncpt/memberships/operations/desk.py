"""What the clinic's staff do to one membership: each with permission, reason, trail and key."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.core.errors import Conflict, DomainError, NotAllowed
from wagtail_asyncpt.gating.operations import heal_groups
from wagtail_asyncpt.memberships.desk import PERMISSIONS, may
from wagtail_asyncpt.memberships.models import (
    AccessKind,
    AccessPeriod,
    Membership,
    MembershipStatus,
    Source,
    StaffAction,
    StaffActionKind,
)
from wagtail_asyncpt.memberships.operations.running import forget_next_plan
from wagtail_asyncpt.memberships.operations.sync.payments import take_back
from wagtail_asyncpt.memberships.operations.sync.shared import Json, locked, with_all
from wagtail_asyncpt.memberships.operations.sync.subscriptions import follow_subscription
from wagtail_asyncpt.memberships.stripe import gateway
from wagtail_asyncpt.people.models import Client
from wagtail_asyncpt.people.operations import record_audit

MOST_DAYS = 366
_RUNNING = (MembershipStatus.ACTIVE, MembershipStatus.TRIALING)


@dataclass(frozen=True)
class Order:
    """Who of the staff wants something, and why. ``key`` is the form's own."""

    actor: Any
    reason: str
    key: UUID


def place(
    order: Order,
    kind: StaffActionKind,
    *,
    client: Client,
    membership: Membership | None = None,
    detail: str = "",
) -> bool:
    """Note the order, once for its key; False when it was carried out before. In a transaction.

    Raises NotAllowed without the permission, DomainError without a reason.
    """
    if not may(order.actor, PERMISSIONS[kind], client.clinic_id):
        raise NotAllowed(_("You may not do this."))
    if not order.reason.strip():
        raise DomainError(_("Write the reason, so that others can understand it."), field="reason")
    try:
        with transaction.atomic():
            StaffAction.objects.create(
                key=order.key,
                clinic_id=client.clinic_id,
                client=client,
                membership=membership,
                actor=order.actor,
                kind=kind,
                detail=detail[:200],
                reason=order.reason.strip()[:200],
            )
    except IntegrityError as error:
        known = StaffAction.objects.get(key=order.key)
        if (known.client_id, known.kind) != (client.pk, kind):
            raise Conflict(_("This form was used for something else. Open it again.")) from error
        return False
    record_audit(
        actor=order.actor, client=client, action=f"membership.{kind}", subject=membership or client
    )
    return True


def locked_row(membership: Membership) -> Membership:
    """The membership with its row locked, of whatever account."""
    Membership.objects.select_for_update().get(pk=membership.pk)
    return with_all(membership.pk)


def followed(membership: Membership) -> tuple[Membership, Json]:
    """The membership, locked and as Stripe has it now, and its subscription.

    Raises DomainError where Stripe has none; StripeFailure.
    """
    row = locked(membership.account, pk=membership.pk)
    if row is None or not row.stripe_subscription_id:
        raise DomainError(_("This membership has no subscription at Stripe."))
    return row, follow_subscription(row, row.stripe_subscription_id)


@transaction.atomic
def end_membership(*, order: Order, membership: Membership, now: bool) -> Membership:
    """End it now, or with the period that was paid for. No money goes back.

    Raises NotAllowed, DomainError, StripeFailure; then nothing is written here.
    """
    kind = StaffActionKind.CANCEL_NOW if now else StaffActionKind.CANCEL_LATER
    row, subscription = followed(membership)
    if not place(order, kind, client=row.client, membership=row):
        return row
    if subscription["status"] in ("canceled", "incomplete_expired"):
        raise DomainError(_("This membership is over already."))
    if now:
        end_now(row)
    else:
        forget_next_plan(row)
        gateway.end_with_period(row.account, row.stripe_subscription_id, key=f"later-{order.key}")
    follow_subscription(row, row.stripe_subscription_id)
    return row


def end_now(membership: Membership) -> None:
    """Cancel at Stripe, unless it is over there already, and take back the days that are left."""
    subscription = follow_subscription(membership, membership.stripe_subscription_id)
    if subscription["status"] not in ("canceled", "incomplete_expired"):
        gateway.end_subscription(membership.account, membership.stripe_subscription_id)
    follow_subscription(membership, membership.stripe_subscription_id)
    take_back_days(membership)


def take_back_days(membership: Membership) -> None:
    """Entitled days of the membership that lie ahead are no longer so."""
    now = clock.now()
    given = membership.access_periods.filter(
        kind__in=(AccessKind.PAID, AccessKind.GRANTED), ends_at__gt=now
    )
    for period in given:
        take_back(period, since=now)


@transaction.atomic
def renew_membership(*, order: Order, membership: Membership) -> Membership:
    """Let a membership that is to end renew again.

    Raises NotAllowed, DomainError, StripeFailure; then nothing is written here.
    """
    row, subscription = followed(membership)
    if not place(order, StaffActionKind.KEEP, client=row.client, membership=row):
        return row
    if row.status == MembershipStatus.CANCELED or row.ends_at is None:
        raise DomainError(_("There is no coming end to undo."))
    gateway.renew_again(row.account, subscription, key=f"keep-{order.key}")
    follow_subscription(row, row.stripe_subscription_id)
    return row


@transaction.atomic
def extend_membership(*, order: Order, membership: Membership, days: int) -> Membership:
    """Give ``days`` for free: the next payment, or the end of a complimentary one, is later.

    At Stripe the days are a trial without proration, which moves the payment and nothing else;
    a pause of collection would let the periods go on. Raises NotAllowed, DomainError,
    StripeFailure; then nothing is written here.
    """
    if not 1 <= days <= MOST_DAYS:
        message = _("Choose a number from 1 to %(most)d.")
        raise DomainError(message % {"most": MOST_DAYS}, field="days")
    row = locked_row(membership)
    subscription: Json | None = None
    if row.stripe_subscription_id:
        row, subscription = followed(row)
    detail = ngettext("%(days)d day", "%(days)d days", days) % {"days": days}
    if not place(order, StaffActionKind.EXTEND, client=row.client, membership=row, detail=detail):
        return row
    before = row.period_end if subscription else row.ends_at
    if row.status not in _RUNNING:
        raise DomainError(_("Free days can be given to a membership that runs."))
    if before is None:
        raise DomainError(_("This membership has no end, so it needs no free days."))
    if subscription and row.ends_at is not None:
        raise DomainError(_("This membership is to end. Let it renew again first."))
    until = max(before, clock.now()) + timedelta(days=days)
    AccessPeriod.objects.create(
        clinic_id=row.clinic_id,
        client_id=row.client_id,
        membership=row,
        tier_id=row.tier_id,
        kind=AccessKind.GRANTED,
        key=f"granted-{order.key}",
        starts_at=max(before, clock.now()),
        ends_at=until,
    )
    if subscription:
        forget_next_plan(row)
        gateway.postpone_payment(
            row.account,
            row.stripe_subscription_id,
            until=int(until.timestamp()),
            key=f"extend-{order.key}",
        )
        follow_subscription(row, row.stripe_subscription_id)
    else:
        row.ends_at = until
        row.save(update_fields=["ends_at"])
        heal_groups(user=row.client.user, at=clock.now())
    return row


@transaction.atomic
def revoke_membership(*, order: Order, membership: Membership) -> Membership:
    """End a complimentary membership now. Raises NotAllowed, DomainError."""
    row = locked_row(membership)
    if not place(order, StaffActionKind.REVOKE, client=row.client, membership=row):
        return row
    now = clock.now()
    if row.source != Source.COMPLIMENTARY or row.status != MembershipStatus.ACTIVE:
        raise DomainError(_("Only a complimentary membership that runs can be taken back."))
    row.status, row.ends_at, row.ended_at = MembershipStatus.CANCELED, now, now
    row.save(update_fields=["status", "ends_at", "ended_at"])
    take_back_days(row)
    heal_groups(user=row.client.user, at=now)
    return row
