"""What is on sale, how many places are left, and what somebody is buying."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.memberships.models import (
    OPEN_STATUSES,
    Coupon,
    Gift,
    GiftStatus,
    Membership,
    MembershipStatus,
    Package,
    Price,
    Purchase,
    Source,
    Tier,
)
from wagtail_asyncpt.people.models import Client, Clinic

#: How long Stripe lets a gift be paid that somebody began to buy.
GIFT_CHECKOUT = timedelta(hours=24)


def tiers_on_sale(clinic: Clinic) -> list[Tier]:
    """The listed tiers in order, each with ``on_sale``, its active prices that Stripe knows, and
    ``taken``, how many hold it."""
    return list(sold_tiers(clinic).filter(is_listed=True))


def sold_tiers(clinic: Clinic) -> QuerySet[Any]:
    """The same of all tiers on sale, those that are sold by link only too."""
    given = Subquery(
        _unused_gifts()
        .filter(tier=OuterRef("pk"))
        .values("tier")
        .annotate(n=Count("pk"))
        .values("n")
    )
    prices = Price.objects.filter(is_active=True).exclude(stripe_price_id="").order_by("amount")
    return (
        Tier.objects.filter(clinic=clinic, is_public=True)
        .select_related("bundle")
        .annotate(taken=Count("memberships", filter=_holding("memberships__")) + Coalesce(given, 0))
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


def _unused_gifts() -> QuerySet[Gift]:
    """Gifts that keep a place: paid and not used yet, or being paid now."""
    since = clock.now() - GIFT_CHECKOUT
    unpaid = Q(status=GiftStatus.PENDING, created_at__gt=since)
    return Gift.objects.filter(Q(status=GiftStatus.PAID) | unpaid).order_by()


def gifts_begun(buyer: Client) -> QuerySet[Gift]:
    """The gifts for which ``buyer`` keeps a place and has not paid yet."""
    return _unused_gifts().filter(buyer=buyer, status=GiftStatus.PENDING)


def tiers_being_given(buyer: Client) -> set[int]:
    """Ids of the tiers of those gifts."""
    found = gifts_begun(buyer).values_list("tier_id", flat=True)
    return {pk for pk in found if pk is not None}


def places_left(tier: Tier) -> int:
    """How many places of a tier with ``seats_on_sale`` are free; below 0 when there are too many
    members. A gift keeps its place from the moment it is bought."""
    taken = holders(tier).count() + _unused_gifts().filter(tier=tier).count()
    return (tier.seats_on_sale or 0) - taken


def price_on_sale(clinic: Clinic, uuid: UUID) -> Price | None:
    """The price called ``uuid``, if ``clinic`` sells it now."""
    return (
        Price.objects.filter(uuid=uuid, tier__clinic=clinic, tier__is_public=True, is_active=True)
        .exclude(stripe_price_id="")
        .select_related("tier__clinic__site", "tier__bundle__tier")
        .first()
    )


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


def checkout_options(clinic: Clinic) -> dict[str, bool]:
    """What the clinic lets Checkout do: take promotion codes, and add tax."""
    now = clock.now()
    codes = Coupon.objects.filter(Q(expires_at=None) | Q(expires_at__gt=now), clinic=clinic)
    return {
        "takes_codes": codes.filter(is_active=True).exclude(stripe_promotion_code_id="").exists(),
        "collects_tax": clinic.collects_tax,
    }


def pending_checkout(client: Client) -> Membership | None:
    """The purchase that ``client`` began and did not finish."""
    return (
        Membership.objects.filter(client=client, status=MembershipStatus.PENDING)
        .select_related("tier", "price")
        .first()
    )


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
