"""Reads of the room: who is a member now, of what, and what is on sale."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import (
    Case,
    Count,
    FilteredRelation,
    IntegerField,
    Prefetch,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.utils.translation import gettext as _

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.gating.grounds import GateGroup
from wagtail_asyncpt.memberships.access import NEVER_BOUGHT, gives_access, opens
from wagtail_asyncpt.memberships.access import live_membership as live_membership
from wagtail_asyncpt.memberships.models import (
    OPEN_STATUSES,
    AccessKind,
    AccessPeriod,
    Coupon,
    Gift,
    Invoice,
    Membership,
    MembershipStatus,
    Package,
    Price,
    Purchase,
    Seat,
    Source,
    StripeCustomer,
    Tier,
)
from wagtail_asyncpt.memberships.standing import standing_of
from wagtail_asyncpt.people.models import Client, Clinic


def open_membership(client: Client) -> Membership | None:
    """The one membership that is bought or being bought, whether or not it gives access.

    What nobody pays for is over when its time is.
    """
    over = ~Q(source=Source.STRIPE) & Q(ends_at__lte=clock.now())
    return (
        Membership.objects.filter(~over, client=client, status__in=OPEN_STATUSES)
        .select_related("tier", "price", "next_price__tier", "clinic__site")
        .first()
    )


@dataclass(frozen=True)
class ProgramAccess:
    """Whether the weekly program is open to a client, and the words when it is not."""

    is_open: bool
    message: str = ""


def program_access(client: Client, at: datetime | None = None) -> ProgramAccess:
    """Whether ``client`` is coached week by week at ``at``."""
    moment = at or clock.now()
    tiers = held_tiers(client, moment)
    if not tiers:
        return ProgramAccess(False, standing_of(client, moment).message)
    if not any(tier.has_program for tier in tiers):
        message = _("Your plan, %(tier)s, does not include a weekly program.")
        return ProgramAccess(False, message % {"tier": tiers[0].name})
    return ProgramAccess(True)


def reply_hours(client: Client) -> int:
    """How soon ``client`` gets an answer: the best promise of their tiers, else the clinic's."""
    tiers = held_tiers(client, clock.now())
    return min((tier.reply_hours for tier in tiers), default=client.clinic.reply_hours)


def held_tiers(client: Client, at: datetime) -> list[Tier]:
    """The tiers that ``client`` holds at ``at``, by membership or purchase; one query."""
    bought = Membership.objects.filter(gives_access(at), client=client).values("tier_id")
    opened = Purchase.objects.filter(opens(at), client=client).values("tier_id")
    return list(Tier.objects.filter(Q(pk__in=bought) | Q(pk__in=opened)))


def tiers_on_sale(clinic: Clinic) -> list[Tier]:
    """The listed tiers in order, each with ``on_sale``, its active prices that Stripe knows, and
    ``taken``, how many hold it."""
    return list(sold_tiers(clinic).filter(is_listed=True))


def sold_tiers(clinic: Clinic) -> QuerySet[Any]:
    """The same of all tiers on sale, those that are sold by link only too."""
    prices = Price.objects.filter(is_active=True).exclude(stripe_price_id="").order_by("amount")
    return (
        Tier.objects.filter(clinic=clinic, is_public=True)
        .select_related("bundle")
        .annotate(taken=Count("memberships", filter=_holding("memberships__")))
        # Counting drops the order of the model's Meta.
        .order_by("sort_order", "pk")
        .prefetch_related(Prefetch("prices", queryset=prices, to_attr="on_sale"))
    )


def _holding(prefix: str = "") -> Q:
    """The memberships that take a place: bought, being bought, or given and not over."""
    over = ~Q(**{f"{prefix}source": Source.STRIPE}) & Q(**{f"{prefix}ends_at__lte": clock.now()})
    return Q(**{f"{prefix}status__in": OPEN_STATUSES}) & ~over


def holders(tier: Tier) -> QuerySet[Membership]:
    """The memberships that take a place of ``tier``."""
    return Membership.objects.filter(_holding(), tier=tier)


def places_left(tier: Tier) -> int:
    """How many places of a tier with ``seats_on_sale`` are free; below 0 when there are too many
    members."""
    return (tier.seats_on_sale or 0) - holders(tier).count()


def holds_tier(user: Any, tier: Tier) -> bool:
    """Whether what ``user`` holds opens what ``tier`` opens; one query."""
    return tier.group_id in entitled_group_ids(user, clock.now())


def price_on_sale(clinic: Clinic, uuid: UUID) -> Price | None:
    """The price called ``uuid``, if ``clinic`` sells it now."""
    return (
        Price.objects.filter(uuid=uuid, tier__clinic=clinic, tier__is_public=True, is_active=True)
        .exclude(stripe_price_id="")
        .select_related("tier__clinic__site", "tier__bundle__tier")
        .first()
    )


def invoices_of(client: Client) -> QuerySet[Invoice]:
    """What ``client`` was charged, newest first, without drafts."""
    return Invoice.objects.filter(client=client).exclude(status__in=("draft", "void"))


def customer_of(client: Client) -> StripeCustomer | None:
    """The client's customer at the Stripe account that the clinic uses now."""
    return StripeCustomer.objects.filter(
        client=client, account=client.clinic.stripe_account
    ).first()


def checkout_of(client: Client, session_id: str) -> Membership | None:
    """The membership that ``client`` bought, or is buying, in this Checkout session."""
    if not session_id:
        return None
    return (
        Membership.objects.filter(client=client, checkout_session_id=session_id)
        .select_related("tier", "price")
        .first()
    )


def sale_of(client: Client, session_id: str) -> Membership | Purchase | Gift | None:
    """What ``client`` bought, or is buying, in this Checkout session."""
    if not session_id or "\0" in session_id:  # PostgreSQL takes no NUL
        return None
    return (
        checkout_of(client, session_id)
        or Purchase.objects.filter(client=client, checkout_session_id=session_id, membership=None)
        .select_related("package", "tier")
        .first()
        or Gift.objects.filter(buyer=client, checkout_session_id=session_id)
        .select_related("package", "tier")
        .first()
    )


def checkout_options(clinic: Clinic) -> dict[str, bool]:
    """What the clinic lets Checkout do: take promotion codes, and add tax."""
    now = clock.now()
    codes = Coupon.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now), clinic=clinic)
    return {
        "takes_codes": codes.filter(is_active=True).exclude(stripe_promotion_code_id="").exists(),
        "collects_tax": clinic.collects_tax,
    }


def sponsor_of(client: Client) -> Membership | None:
    """The client's own paid and running membership, where others may sit on it."""
    return (
        Membership.objects.filter(
            gives_access(clock.now()),
            client=client,
            source=Source.STRIPE,
            tier__member_seats__gt=1,
        )
        .select_related("tier", "clinic")
        .first()
    )


def open_seat(clinic: Clinic, uuid: UUID) -> Seat | None:
    """An invitation of ``clinic`` that nobody has accepted, and that was not taken back."""
    return (
        Seat.objects.filter(
            uuid=uuid, sponsor__clinic=clinic, revoked_at=None, membership__isnull=True
        )
        .select_related("sponsor__tier", "sponsor__client", "sponsor__clinic__site")
        .first()
    )


def had_trial(client: Client) -> bool:
    """Whether ``client`` has had the one free trial that a clinic gives to a person."""
    return Membership.objects.filter(client=client, trial_ends_at__isnull=False).exists()


def packages_on_sale(clinic: Clinic) -> QuerySet[Package]:
    """The listed packages that Stripe knows, in order."""
    return packages_sold(clinic).filter(is_listed=True)


def packages_sold(clinic: Clinic) -> QuerySet[Package]:
    """Those that are sold by link only too."""
    return Package.objects.filter(clinic=clinic, is_public=True).exclude(stripe_price_id="")


def package_on_sale(clinic: Clinic, uuid: UUID) -> Package | None:
    """The package called ``uuid``, if ``clinic`` sells it now, listed or by link only."""
    return (
        Package.objects.filter(clinic=clinic, uuid=uuid, is_public=True)
        .exclude(stripe_price_id="")
        .select_related("clinic__site", "tier")
        .first()
    )


def pending_checkout(client: Client) -> Membership | None:
    """The purchase that ``client`` began and did not finish."""
    return (
        Membership.objects.filter(client=client, status=MembershipStatus.PENDING)
        .select_related("tier", "price")
        .first()
    )


def paused_clients(clinic: Clinic) -> QuerySet[Any]:
    """Ids of the clients of ``clinic`` who take a break."""
    paused = Membership.objects.filter(clinic=clinic, status=MembershipStatus.PAUSED).order_by()
    return paused.values("client")


def paused_days(client: Client, since: date) -> int:
    """Whole days of ``client`` on pause in the pauses that began after the day ``since``.

    Of the pauses that are over; a running one counts when it ends.
    """
    zone = ZoneInfo(client.time_zone)
    rows = AccessPeriod.objects.filter(client=client, kind=AccessKind.PAUSED)
    days = 0
    for starts_at, ends_at in rows.values_list("starts_at", "ends_at"):
        first, last = (moment.astimezone(zone).date() for moment in (starts_at, ends_at))
        if first > since:
            days += (last - first).days
    return days


# -------------------------------------------------------------------------- groups of the gate


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
    return _groups_of(_holdings(user, at))[0]


def entitled_and_stored(user: Any, at: datetime) -> tuple[set[int], set[int]]:
    """The same, and every group that ``user`` is stored in; one query, since every gated page asks.

    To a stored group leads a row from tier ``_STORED``, of which no row comes from 0.
    """
    stored = (
        user.groups.order_by()
        .annotate(source_tier=Value(_STORED), no_tier=Value(0))
        .values_list("source_tier", "no_tier", "pk")
    )
    return _groups_of(_holdings(user, at).union(stored, all=True))


#: No tier has this id.
_STORED = -1


def _holdings(user: Any, at: datetime) -> QuerySet[Any, Any]:
    """Rows (from tier, to tier, its group): a held tier comes from no tier (0), and the others are
    the inclusions of all tiers.
    """
    held, opened = (
        rows.order_by()
        .annotate(source_tier=Value(0))
        .values_list("source_tier", "tier_id", "tier__group_id")
        for rows in (
            Membership.objects.filter(gives_access(at), client__user=user),
            Purchase.objects.filter(opens(at), client__user=user),
        )
    )
    included = Tier.includes.through.objects.order_by().values_list(
        "from_tier_id", "to_tier_id", "to_tier__group_id"
    )
    return held.union(opened, included, all=True)


def _groups_of(rows: QuerySet[Any, Any]) -> tuple[set[int], set[int]]:
    groups: dict[int, int] = {}
    below: dict[int, set[int]] = defaultdict(set)
    stored: set[int] = set()
    # Django 6 applies the model's own ordering to a union, which has no such column.
    for upper, lower, group in rows.order_by():
        if upper == _STORED:
            stored.add(group)
        else:
            groups[lower] = group
            below[upper].add(lower)
    return {groups[tier] for tier in closure([0], below) if tier}, stored


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

    By the tier itself or by inclusion; the lowest price of each tier, in the tiers' order.
    ``None`` when no tier owns any of the groups. One query: the clinics' tiers are few, and what
    ``user`` has bought at ``at`` comes with them.
    """
    clinics = Tier.objects.filter(group_id__in=group_ids).values("clinic_id")
    rows = Tier.objects.filter(clinic__in=clinics).order_by("sort_order", "pk", "prices__amount")
    fields = [*_TIER_FIELDS, *_PRICE_FIELDS]
    if user is not None:
        moment = at or clock.now()
        rows = rows.annotate(**_what_was_bought(user, clinics, moment))
        fields += [*_BOUGHT_FIELDS, *_OPENED_FIELDS]
    above: dict[int, set[int]] = defaultdict(set)
    asked: set[int] = set()
    lowest: dict[int, Price] = {}
    bought: Bought | None = None
    opened: Opened | None = None
    for row in rows.values(*fields):
        above[row["includes__pk"]].add(row["pk"])
        if row["group_id"] in group_ids:
            asked.add(row["pk"])
        if row["is_public"] and row["prices__is_active"] and row["prices__stripe_price_id"]:
            lowest.setdefault(row["pk"], _price(row))
        bought = bought or _bought(row)
        opened = opened or _opened(row)
    if not asked:
        return None
    opening = closure(list(asked), above)
    prices = [price for tier_id, price in lowest.items() if tier_id in opening]
    return WayIn(prices, bought, opened)


def _what_was_bought(user: Any, clinics: Any, at: datetime) -> dict[str, Any]:
    """One membership and one package of ``user`` as joins of the clinics' tiers."""
    memberships = (
        Membership.objects.filter(client__user=user, clinic__in=clinics)
        .exclude(status__in=NEVER_BOUGHT)
        .annotate(is_live=_whether(gives_access(at)))
        .order_by("-is_live", "-created_at", "-pk")
    )
    packages = (
        Purchase.objects.filter(client__user=user, clinic__in=clinics, ends_at__isnull=False)
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


_TIER_FIELDS = ["pk", "group_id", "name", "summary", "is_public", "includes__pk"]
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
