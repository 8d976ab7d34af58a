"""What has just happened to a membership: its ledger row, its mail and its signal, once each."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.dispatch import Signal

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.memberships import signals
from wagtail_asyncpt.memberships.models import (
    AccessKind,
    AccessPeriod,
    Membership,
    MembershipStatus,
    Price,
)
from wagtail_asyncpt.memberships.operations import letters
from wagtail_asyncpt.memberships.operations.sync.shared import locked

LIVE = (MembershipStatus.TRIALING, MembershipStatus.ACTIVE)
OVER = (MembershipStatus.CANCELED, MembershipStatus.INCOMPLETE_EXPIRED)


@dataclass(frozen=True)
class Before:
    """A membership as it was before Stripe was asked; its row is locked."""

    status: str
    price: Price | None
    activated_at: datetime | None
    paused_at: datetime | None
    ends_at: datetime | None


def remember(membership: Membership) -> Before:
    """The membership as it is now."""
    return Before(
        membership.status,
        membership.price,
        membership.activated_at,
        membership.paused_at,
        membership.ends_at,
    )


def tell(before: Before, membership: Membership, *, resumed_at: datetime) -> None:
    """Compare with ``before``; write and send what the difference means."""
    if membership.status in LIVE:
        letters.welcome(membership)
    if membership.activated_at is None:
        return
    if before.activated_at is None:
        _send(signals.started, membership, "started")
    elif before.price is not None and before.price != membership.price:
        _plan_changed(before.price, membership)
    _pausing(before, membership, resumed_at)
    if membership.ends_at is not None and membership.ends_at != before.ends_at:
        letters.canceled(membership, membership.ends_at)
    if membership.status in OVER and before.status not in OVER:
        _send(signals.ended, membership, "ended")


def _plan_changed(before: Price, membership: Membership) -> None:
    at = clock.now()
    letters.plan_changed(membership, before, at)
    _send(
        signals.plan_changed,
        membership,
        f"plan-{at.timestamp():.0f}",
        before=before,
        after=membership.price,
    )


def _pausing(before: Before, membership: Membership, resumed_at: datetime) -> None:
    if membership.paused_at is not None and before.paused_at is None:
        letters.paused(membership, membership.paused_at)
        _send(signals.paused, membership, f"paused-{membership.paused_at.timestamp():.0f}")
    elif before.paused_at is not None and membership.paused_at is None:
        _resumed(before.paused_at, membership, resumed_at)


def _resumed(paused_at: datetime, membership: Membership, resumed_at: datetime) -> None:
    """Take the paused days out of the ledger. One that ended in its pause had no more after it."""
    over = membership.status in OVER
    until = max(resumed_at, paused_at + timedelta(seconds=1))
    if over and membership.period_end is not None:
        until = max(until, membership.period_end)
    _take_out(membership, paused_at, until)
    if over:
        return
    letters.resumed(membership, paused_at)
    _tell_resumed(membership, paused_at, until)


def restore_pause(
    *, account: str, subscription_id: str, paused_at: datetime, resumed_at: datetime | None
) -> bool:
    """Write a pause that was over before we heard of it; whether it was missing.

    Without ``resumed_at`` it lasted to the end of the membership. No mail: it would be old news.
    The signal is sent, so that the program's weeks move as they would have. Call it when the
    membership is in step with Stripe.
    """
    with transaction.atomic():
        membership = locked(account, stripe_subscription_id=subscription_id)
        if membership is None or membership.activated_at is None:
            return False
        if resumed_at is None:
            if membership.status not in OVER:
                return False
            ends = [at for at in (membership.ended_at, membership.period_end) if at]
            until = max(ends, default=paused_at)
        else:
            until = resumed_at
        known = membership.access_periods.filter(
            kind=AccessKind.PAUSED, starts_at__lt=until, ends_at__gt=paused_at
        )
        if until <= paused_at or known.exists():
            return False
        _take_out(membership, paused_at, until)
        if resumed_at is not None and membership.status not in OVER:
            _tell_resumed(membership, paused_at, until)
        return True


def _take_out(membership: Membership, paused_at: datetime, until: datetime) -> None:
    AccessPeriod.objects.get_or_create(
        key=f"paused-{membership.uuid}-{paused_at.timestamp():.0f}",
        defaults={
            "clinic_id": membership.clinic_id,
            "client_id": membership.client_id,
            "membership": membership,
            "tier": membership.tier,
            "kind": AccessKind.PAUSED,
            "starts_at": paused_at,
            "ends_at": until,
        },
    )


def _tell_resumed(membership: Membership, paused_at: datetime, until: datetime) -> None:
    _send(
        signals.resumed,
        membership,
        f"resumed-{paused_at.timestamp():.0f}",
        paused_at=paused_at,
        resumed_at=until,
    )


def _send(signal: Signal, membership: Membership, what: str, **context: Any) -> None:
    signal.send(
        Membership,
        instance=membership,
        client=membership.client,
        key=f"{what}-{membership.uuid}",
        **context,
    )
