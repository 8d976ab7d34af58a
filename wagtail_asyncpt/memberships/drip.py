"""The entitlement clock of memberships, from the ledger of access periods."""

from collections import defaultdict
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from django.db.models import DateTimeField, F, IntegerField, QuerySet, Value
from django.db.models.functions import Coalesce

from wagtail_asyncpt.gating.drip import EntitledClock, Period, merged, without
from wagtail_asyncpt.memberships.models import AccessKind, AccessPeriod, Membership, Tier
from wagtail_asyncpt.memberships.models.ledgers import TAKEN_BACK
from wagtail_asyncpt.memberships.queries import closure
from wagtail_asyncpt.people.models import Client

_WITHOUT_END = datetime(9999, 1, 1, tzinfo=UTC)


def entitled_clock(user: Any, group_ids: set[int], at: datetime) -> EntitledClock | None:
    """When ``user`` was entitled to any of ``group_ids``: days given, without those taken back.

    By the tiers that own the groups or include their tiers. One query, since every page with a
    waiting time asks: the user's days, and the inclusions of all tiers.
    """
    groups: dict[int, int] = {}
    below: dict[int, set[int]] = defaultdict(set)
    days = []
    rows = _ledger(user).union(_unrecorded(user), _inclusions(), all=True)
    # Django 6 applies the model's own ordering to a union, which has no such column.
    for source, tier, group, *row in rows.order_by():
        groups[tier] = group
        if source:
            below[source].add(tier)
        else:
            days.append((tier, *row))
    opening = {
        tier
        for tier in {row[0] for row in days}
        if group_ids & {groups[pk] for pk in closure([tier], below)}
    }
    periods = _entitled([row for row in days if row[0] in opening])
    return EntitledClock(tuple(periods), days[0][-1]) if periods else None


def stopped(client: Client) -> list[Period]:
    """When the clock of ``client`` stood still: in a pause, and between two memberships.

    Of what is over, by whatever tier: a pause or a gap that goes on has no end to count to. One
    query.
    """
    ledger, unrecorded = (
        found(client.user).filter(client=client) for found in (_ledger, _unrecorded)
    )
    rows = [row[3:] for row in ledger.union(unrecorded, all=True).order_by()]
    entitled = merged(_entitled([(None, *row) for row in rows]))
    gaps = [(end, start) for (_, end), (start, _) in pairwise(entitled)]
    pauses = [(start, end) for kind, start, end, *_ in rows if kind == AccessKind.PAUSED]
    return merged([*gaps, *pauses])


def _ledger(user: Any) -> QuerySet[Any, Any]:
    return (
        AccessPeriod.objects.filter(client__user=user)
        .order_by()
        .annotate(source_tier=Value(0), zone=F("client__time_zone"))
        .values_list(
            *("source_tier", "tier_id", "tier__group_id"),
            *("kind", "starts_at", "ends_at", "membership_id", "purchase_id", "zone"),
        )
    )


def _unrecorded(user: Any) -> QuerySet[Any, Any]:
    """Memberships of which the ledger knows nothing, from their beginning.

    Free ones and seats; and one whose first payment we have not heard of yet, which must not open
    at once what others wait for.
    """
    return (
        Membership.objects.filter(
            client__user=user, activated_at__isnull=False, access_periods=None
        )
        .order_by()
        .annotate(
            source_tier=Value(0),
            given=Value(AccessKind.GRANTED.value),
            until=Coalesce("ended_at", "ends_at", Value(_WITHOUT_END, DateTimeField())),
            purchase=Value(None, IntegerField()),
            zone=F("client__time_zone"),
        )
        .values_list(
            *("source_tier", "tier_id", "tier__group_id"),
            *("given", "activated_at", "until", "pk", "purchase", "zone"),
        )
    )


def _inclusions() -> QuerySet[Any, Any]:
    nothing = Value(None, DateTimeField())
    return (
        Tier.includes.through.objects.order_by()
        .annotate(
            kind=Value(""),
            starts_at=nothing,
            ends_at=nothing,
            membership=Value(None, IntegerField()),
            purchase=Value(None, IntegerField()),
            zone=Value(""),
        )
        .values_list(
            *("from_tier_id", "to_tier_id", "to_tier__group_id"),
            *("kind", "starts_at", "ends_at", "membership", "purchase", "zone"),
        )
    )


def _entitled(rows: list[Any]) -> list[Period]:
    """What is left of each membership's or purchase's days; days taken are taken from their own."""
    given: dict[Any, list[Period]] = defaultdict(list)
    taken: dict[Any, list[Period]] = defaultdict(list)
    for _tier, kind, starts_at, ends_at, *cause, _zone in rows:
        kept = taken if kind in TAKEN_BACK else given
        kept[tuple(cause)].append((starts_at, ends_at))
    return [period for cause in given for period in without(given[cause], taken[cause])]
