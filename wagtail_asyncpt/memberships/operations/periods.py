"""What every paid period of a membership brings besides its days: in-person visits."""

from datetime import datetime, timedelta

from django.db.models import QuerySet

from wagtail_asyncpt.memberships.access import grace
from wagtail_asyncpt.memberships.models import (
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

    ``key`` names the paid invoice line, so that a second call changes nothing.
    """
    if not tier.visits_per_period:
        return
    client = lock_client(membership.client_id)
    if Credit.objects.filter(key=f"{key}:visits").exists():
        return
    if tier.visit_rollover == Rollover.UP_TO:
        _carry_over(membership, tier, key, starts_at, ends_at)
    add_lot(
        client=client,
        amount=tier.visits_per_period,
        key=f"{key}:visits",
        expires_at=_expires_at(tier, starts_at, ends_at),
        membership=membership,
        invoice=invoice,
    )


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
    unused = 0
    for lot in _lots_before(membership, starts_at):
        write_off(lot.pk)
        expired = lot.movements.filter(kind=CreditKind.EXPIRED).values_list("amount", flat=True)
        unused -= sum(expired)
    carried = min(unused, tier.visit_rollover_limit)
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
