"""What every paid period of a membership brings besides its days: in-person visits."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil

from django.db.models import QuerySet

from wagtail_asyncpt.memberships.access import grace
from wagtail_asyncpt.memberships.models import (
    AccessKind,
    AccessPeriod,
    Credit,
    CreditKind,
    Invoice,
    Membership,
    Rollover,
    Tier,
)
from wagtail_asyncpt.memberships.operations.credits import add_lot, lock_client, write_off


def grant_period_visits(
    *,
    membership: Membership,
    invoice: Invoice,
    tier: Tier,
    key: str,
    starts_at: datetime,
    ends_at: datetime,
) -> None:
    """Credit the visits of one paid period, and carry over what the tier lets stay.

    ``key`` names the paid invoice line, so that a second call changes nothing. After a pause the
    new period comes less the days that the one before did not run, so it brings their visits no
    second time; what was left of that one moves on, since a pause stops the visits' clock too.
    """
    if not tier.visits_per_period:
        return
    client = lock_client(membership.client_id)
    if Credit.objects.filter(key=f"{key}:visits").exists():
        return
    amount = tier.visits_per_period
    cut = _cut_short(membership, starts_at)
    if cut is not None:
        amount += _unused(_lots_of(cut)) - _visits_of_days_left(cut)
    elif tier.visit_rollover == Rollover.UP_TO:
        _carry_over(membership, tier, key, starts_at, ends_at)
    if amount <= 0:
        return
    add_lot(
        client=client,
        amount=amount,
        key=f"{key}:visits",
        expires_at=_expires_at(tier, starts_at, ends_at),
        membership=membership,
        invoice=invoice,
    )


@dataclass(frozen=True)
class _CutShort:
    """A paid period that stopped before its end: by a pause, or by a change of its length."""

    period: AccessPeriod
    stopped_at: datetime


def _cut_short(membership: Membership, starts_at: datetime) -> _CutShort | None:
    """The paid period before ``starts_at``, where it did not run to its end."""
    paid = membership.access_periods.filter(kind=AccessKind.PAID, starts_at__lt=starts_at)
    before = paid.select_related("tier").order_by("-starts_at").first()
    if before is None:
        return None
    pauses = membership.access_periods.filter(
        kind=AccessKind.PAUSED, starts_at__gte=before.starts_at, starts_at__lt=before.ends_at
    )
    first = pauses.order_by("starts_at").values_list("starts_at", flat=True).first()
    stopped_at = first or starts_at
    return _CutShort(before, stopped_at) if stopped_at < before.ends_at else None


def _visits_of_days_left(cut: _CutShort) -> int:
    """How many of the period's visits belong to the days that it did not run; halves go down."""
    trial_ends_at = cut.period.membership.trial_ends_at if cut.period.membership else None
    if trial_ends_at and cut.period.ends_at <= trial_ends_at:
        return 0
    length = cut.period.ends_at - cut.period.starts_at
    share = (cut.period.ends_at - cut.stopped_at) / length
    return ceil(share * cut.period.tier.visits_per_period - 0.5)


def _lots_of(cut: _CutShort) -> QuerySet[Credit]:
    keys = [f"{cut.period.key}:visits", f"{cut.period.key}:carried"]
    return Credit.objects.filter(key__in=keys)


def _unused(lots: QuerySet[Credit]) -> int:
    """Write off what is left of ``lots``; how many of their visits were ever written off."""
    unused = 0
    for lot in lots:
        write_off(lot.pk)
        expired = lot.movements.filter(kind=CreditKind.EXPIRED).values_list("amount", flat=True)
        unused -= sum(expired)
    return unused


def _expires_at(tier: Tier, starts_at: datetime, ends_at: datetime) -> datetime:
    if tier.visit_rollover == Rollover.ALL:
        return max(ends_at, starts_at + timedelta(days=tier.visits_expire_after_days))
    return ends_at


def _carry_over(
    membership: Membership, tier: Tier, key: str, starts_at: datetime, ends_at: datetime
) -> None:
    """Move unused visits of the period before into a lot of the new one.

    The renewal is paid an hour or some days after the old lot ended, so what was written off in
    between counts as unused too.
    """
    carried = min(_unused(_lots_before(membership, starts_at)), tier.visit_rollover_limit)
    if carried:
        add_lot(
            client=membership.client,
            amount=carried,
            key=f"{key}:carried",
            expires_at=ends_at,
            membership=membership,
        )


def _lots_before(membership: Membership, starts_at: datetime) -> QuerySet[Credit]:
    return Credit.objects.filter(
        membership=membership,
        kind=CreditKind.GRANTED,
        expires_at__gt=starts_at - grace(),
        expires_at__lte=starts_at,
    )
