"""Which groups of the gate somebody is entitled to, and which offers open them."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import (
    Case,
    DateTimeField,
    FilteredRelation,
    IntegerField,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.core.prepared import Parameter, Prepared
from wagtail_asyncpt.gating.grounds import GateGroup
from wagtail_asyncpt.memberships.access import NEVER_BOUGHT, access_rule, gives_access, grace, opens
from wagtail_asyncpt.memberships.models import (
    Interval,
    Membership,
    MembershipStatus,
    Package,
    Price,
    Purchase,
    Tier,
)
from wagtail_asyncpt.people.models import Client


def tier_group_ids() -> set[int]:
    """Ids of the groups of all tiers."""
    return set(Tier.objects.values_list("group_id", flat=True))


def gate_groups() -> list[GateGroup]:
    """The tiers' groups for editors, with the clinic's name where there are several clinics."""
    tiers = list(Tier.objects.select_related("clinic").order_by("clinic", "sort_order", "pk"))
    groups = {tier.pk: tier.group_id for tier in tiers}
    below: dict[int, set[int]] = defaultdict(set)
    for upper, lower in Tier.includes.through.objects.values_list("from_tier_id", "to_tier_id"):
        below[upper].add(lower)
    several = len({tier.clinic_id for tier in tiers}) > 1
    return [
        GateGroup(
            pk=tier.group_id,
            code=tier.slug,
            name=f"{tier.clinic.name}: {tier.name}" if several else tier.name,
            opens=frozenset(groups[pk] for pk in closure([tier.pk], below)),
        )
        for tier in tiers
    ]


def entitled_group_ids(user: Any, at: datetime) -> set[int]:
    """Groups of the tiers that ``user`` holds at ``at``, by membership or package, and of all tiers
    that they include. One query.
    """
    return _groups_of(_HELD.rows(**_of(user, at)))[0]


def entitled_and_stored(user: Any, at: datetime) -> tuple[set[int], set[int]]:
    """The same, and every group that ``user`` is stored in; one query, since every gated page asks.

    To a stored group leads a row from tier ``_STORED``, of which no row comes from 0.
    """
    return _groups_of(_HELD_AND_STORED.rows(**_of(user, at)))


#: No tier has this id.
_STORED = -1


def _of(user: Any, at: datetime) -> dict[str, Any]:
    """The values of ``_user`` and ``_times``."""
    return {"user": user.pk, "at": at, "unpaid_from": at - grace()}


def _user() -> Parameter:
    return Parameter("user", get_user_model()._meta.pk)


def _times() -> tuple[Parameter, Parameter]:
    return Parameter("at", DateTimeField()), Parameter("unpaid_from", DateTimeField())


def _holdings() -> QuerySet[Any, Any]:
    """Rows (from tier, to tier, its group): a held tier comes from no tier (0), and the others are
    the inclusions of all tiers.
    """
    at, unpaid_from = _times()
    held, opened = (
        rows.order_by()
        .annotate(source_tier=Value(0))
        .values_list("source_tier", "tier_id", "tier__group_id")
        for rows in (
            Membership.objects.filter(access_rule(at, unpaid_from), client__user=_user()),
            Purchase.objects.filter(opens(at), client__user=_user()),
        )
    )
    included = Tier.includes.through.objects.order_by().values_list(
        "from_tier_id", "to_tier_id", "to_tier__group_id"
    )
    # Django 6 applies the model's own ordering to a union, which has no such column.
    return held.union(opened, included, all=True).order_by()


def _holdings_and_stored() -> QuerySet[Any, Any]:
    groups: Any = get_user_model()._meta.get_field("groups")
    stored = (
        groups.remote_field.through._default_manager.filter(**{groups.m2m_field_name(): _user()})
        .order_by()
        .annotate(source_tier=Value(_STORED), no_tier=Value(0))
        .values_list("source_tier", "no_tier", f"{groups.m2m_reverse_field_name()}_id")
    )
    return _holdings().union(stored, all=True).order_by()


_HELD = Prepared(Membership, _holdings)
_HELD_AND_STORED = Prepared(Membership, _holdings_and_stored)


def _groups_of(rows: Iterable[tuple[int, int, int]]) -> tuple[set[int], set[int]]:
    groups: dict[int, int] = {}
    below: dict[int, set[int]] = defaultdict(set)
    stored: set[int] = set()
    for upper, lower, group in rows:
        if upper == _STORED:
            stored.add(group)
        else:
            groups[lower] = group
            below[upper].add(lower)
    return {groups[tier] for tier in closure([0], below) if tier}, stored


def holds_tier(user: Any, tier: Tier) -> bool:
    """Whether what ``user`` holds opens what ``tier`` opens; one query."""
    return tier.group_id in entitled_group_ids(user, clock.now())


def entitlements(user_ids: set[int], at: datetime) -> dict[int, set[int]]:
    """The same for many users at once, by user id; users without access are left out."""
    held, opened = (
        rows.filter(client__user__in=user_ids).order_by().values_list("client__user_id", "tier_id")
        for rows in (
            Membership.objects.filter(gives_access(at)),
            Purchase.objects.filter(opens(at)),
        )
    )
    groups = dict(Tier.objects.values_list("pk", "group_id"))
    below: dict[int, set[int]] = defaultdict(set)
    for upper, lower in Tier.includes.through.objects.values_list("from_tier_id", "to_tier_id"):
        below[upper].add(lower)
    found: dict[int, set[int]] = defaultdict(set)
    for user_id, tier_id in held.union(opened).order_by():
        found[user_id] |= {groups[tier] for tier in closure([tier_id], below)}
    return found


def member_user_ids() -> QuerySet[Any]:
    """Ids of all users who hold a membership or purchase that may give access at some time."""
    held = Membership.objects.exclude(status=MembershipStatus.ABANDONED).order_by()
    opened = Purchase.objects.exclude(tier=None).exclude(paid_at=None).order_by()
    holders = Client.objects.filter(
        Q(pk__in=held.values("client_id")) | Q(pk__in=opened.values("client_id"))
    )
    return holders.exclude(user=None).order_by().values_list("user_id", flat=True)


def closure(starts: Collection[int], below: dict[int, set[int]]) -> set[int]:
    """``starts`` and all that they lead to in ``below``."""
    seen: set[int] = set()
    waiting = list(starts)
    while waiting:
        tier = waiting.pop()
        if tier not in seen:
            seen.add(tier)
            waiting.extend(below[tier])
    return seen


@dataclass(frozen=True)
class Bought:
    """A membership, with what words about it need and no more, and whether it gives access."""

    membership: Membership
    is_live: bool


@dataclass(frozen=True)
class Opened:
    """The same of a package that opens, or once opened, a tier."""

    purchase: Purchase
    is_live: bool


@dataclass(frozen=True)
class WayIn:
    """The prices that open something, and what somebody bought at those clinics.

    Of their memberships, and of their packages, a live one before others and then the newest.
    """

    prices: list[Price]
    bought: Bought | None = None
    opened: Opened | None = None


def way_in(group_ids: set[int], user: Any = None, at: datetime | None = None) -> WayIn | None:
    """The prices on sale, with their tiers, whose members hold any of ``group_ids``.

    By the tier itself or by inclusion; the lowest price of each tier, the cheapest tier first.
    ``None`` when no tier owns any of the groups. One query: the clinics' tiers are few, and what
    ``user`` has bought at ``at`` comes with them.
    """
    if not group_ids:
        return None
    values = {f"group_{n}": pk for n, pk in enumerate(group_ids)}
    is_known = user is not None
    if is_known:
        values |= _of(user, at or clock.now())
    above: dict[int, set[int]] = defaultdict(set)
    asked: set[int] = set()
    lowest: dict[int, Price] = {}
    bought: Bought | None = None
    opened: Opened | None = None
    for found in _WAYS_IN.rows(len(group_ids), is_known, **values):
        row = dict(zip(_way_in_fields(is_known), found, strict=True))
        above[row["includes__pk"]].add(row["pk"])
        if row["group_id"] in group_ids:
            asked.add(row["pk"])
        on_sale = row["is_public"] and row["is_listed"]  # what is sold by link only is not shown
        if on_sale and row["prices__is_active"] and row["prices__stripe_price_id"]:
            lowest.setdefault(row["pk"], _price(row))
        bought = bought or _bought(row)
        opened = opened or _opened(row)
    if not asked:
        return None
    opening = closure(list(asked), above)
    prices = [price for tier_id, price in lowest.items() if tier_id in opening]
    prices.sort(key=_per_month)
    return WayIn(prices, bought, opened)


def _per_month(price: Price) -> float:
    return price.amount / Interval(price.interval).months


def _ways_in(number_of_groups: int, is_known: bool) -> QuerySet[Any, Any]:
    """The tiers of the clinics that own the groups, and what a user whom we know bought there."""
    group_id = Tier._meta.get_field("group").target_field
    asked = Q()
    for n in range(number_of_groups):
        asked |= Q(group=Parameter(f"group_{n}", group_id))
    clinics = Tier.objects.filter(asked).values("clinic_id")
    rows = Tier.objects.filter(clinic__in=clinics).order_by("sort_order", "pk", "prices__amount")
    if is_known:
        rows = rows.annotate(**_what_was_bought(clinics))
    return rows.values_list(*_way_in_fields(is_known))


_WAYS_IN = Prepared(Tier, _ways_in)


def _way_in_fields(is_known: bool) -> list[str]:
    fields = [*_TIER_FIELDS, *_PRICE_FIELDS]
    return [*fields, *_BOUGHT_FIELDS, *_OPENED_FIELDS] if is_known else fields


def _what_was_bought(clinics: Any) -> dict[str, Any]:
    """One membership and one package of the user as joins of the clinics' tiers."""
    at, unpaid_from = _times()
    memberships = (
        Membership.objects.filter(client__user=_user(), clinic__in=clinics)
        .exclude(status__in=NEVER_BOUGHT)
        .annotate(is_live=_whether(access_rule(at, unpaid_from)))
        .order_by("-is_live", "-created_at", "-pk")
    )
    packages = (
        Purchase.objects.filter(client__user=_user(), clinic__in=clinics, ends_at__isnull=False)
        .annotate(is_live=_whether(opens(at)))
        .order_by("-is_live", "-ends_at", "-pk")
    )
    found: dict[str, Any] = {}
    for name, relation, rows in (
        ("bought", "clinic__memberships", memberships),
        ("opened", "clinic__purchases", packages),
    ):
        first = Q(**{f"{relation}__pk": Subquery(rows.values("pk")[:1])})
        found[name] = FilteredRelation(relation, condition=first)
        found[f"{name}_is_live"] = Subquery(rows.values("is_live")[:1])
    return found


def _whether(rule: Q) -> Case:
    return Case(When(rule, then=Value(1)), default=Value(0), output_field=IntegerField())


_TIER_FIELDS = ["pk", "group_id", "name", "summary", "is_public", "is_listed", "includes__pk"]
_PRICE_FIELDS = [
    f"prices__{name}"
    for name in ("uuid", "amount", "currency", "interval", "is_active", "stripe_price_id")
]


def _price(row: dict[str, Any]) -> Price:
    tier = Tier(pk=row["pk"], name=row["name"], summary=row["summary"])
    return Price(
        uuid=row["prices__uuid"],
        tier=tier,
        amount=row["prices__amount"],
        currency=row["prices__currency"],
        interval=row["prices__interval"],
    )


#: What the words about a membership and a package are made of.
_BOUGHT = ("pk", "status", "period_end", "ends_at", "ended_at", "past_due_since", "resumes_at")
_OPENED = ("pk", "status", "ends_at")
_BOUGHT_FIELDS = [
    *(f"bought__{name}" for name in (*_BOUGHT, "tier__name", "client__time_zone")),
    "bought_is_live",
]
_OPENED_FIELDS = [
    *(f"opened__{name}" for name in (*_OPENED, "package__name", "client__time_zone")),
    "opened_is_live",
]


def _bought(row: dict[str, Any]) -> Bought | None:
    if row.get("bought__pk") is None:
        return None
    membership = Membership(**{name: row[f"bought__{name}"] for name in _BOUGHT})
    membership.tier = Tier(name=row["bought__tier__name"])
    membership.client = Client(time_zone=row["bought__client__time_zone"])
    return Bought(membership, bool(row["bought_is_live"]))


def _opened(row: dict[str, Any]) -> Opened | None:
    if row.get("opened__pk") is None:
        return None
    purchase = Purchase(**{name: row[f"opened__{name}"] for name in _OPENED})
    purchase.package = Package(name=row["opened__package__name"])
    purchase.client = Client(time_zone=row["opened__client__time_zone"])
    return Opened(purchase, bool(row["opened_is_live"]))
