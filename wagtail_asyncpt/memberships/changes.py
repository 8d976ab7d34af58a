"""The plans that a member may change to, and what the pages of a change say."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import F, Prefetch, Q, QuerySet

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.core.money import format_money
from wagtail_asyncpt.memberships import operations, queries
from wagtail_asyncpt.memberships.models import (
    Invoice,
    Membership,
    MembershipStatus,
    Price,
    Tier,
    WaitListEntry,
)
from wagtail_asyncpt.memberships.offers import PriceOffer, offer_price, promises
from wagtail_asyncpt.memberships.operations.waiting import KEPT
from wagtail_asyncpt.memberships.standing import day
from wagtail_asyncpt.people.models import Client


def prices_to_change_to(membership: Membership) -> QuerySet[Price]:
    """What a member may change to: on sale, listed or their own tier, in their currency, and with
    a free place or one that is kept for them.

    Plans with a fixed number of payments are bought anew.
    """
    price = membership.price
    if price is None:
        return Price.objects.none()
    listed = Q(tier__is_public=True, tier__is_listed=True, tier__payment_count=None)
    return (
        Price.objects.filter(
            listed | Q(tier_id=membership.tier_id),
            tier__clinic_id=membership.clinic_id,
            is_active=True,
            currency__iexact=price.currency,
        )
        .exclude(stripe_price_id="")
        .exclude(pk=price.pk)
        .exclude(~Q(tier_id=membership.tier_id), tier__in=_full_tiers(membership))
        .select_related("tier")
        .order_by("amount")
    )


def _full_tiers(membership: Membership) -> QuerySet[Any, Any]:
    asked = WaitListEntry.objects.filter(
        client=membership.client_id, invited_at__gt=clock.now() - KEPT
    )
    tiers = queries.sold_tiers(membership.clinic).filter(taken__gte=F("seats_on_sale"))
    return tiers.exclude(pk__in=asked.values("tier")).order_by().values("pk")


def tiers_to_change_to(membership: Membership) -> list[Tier]:
    """Their tiers in order, each with its prices as ``on_sale``; two queries."""
    prices = prices_to_change_to(membership)
    tiers = Tier.objects.filter(pk__in=prices.order_by().values("tier"))
    return list(tiers.prefetch_related(Prefetch("prices", queryset=prices, to_attr="on_sale")))


def price_to_change_to(membership: Membership | None, uuid: UUID) -> Price | None:
    """The price called ``uuid``, if ``membership`` may change to it."""
    if membership is None:
        return None
    return prices_to_change_to(membership).filter(uuid=uuid).first()


@dataclass(frozen=True)
class PlanChoice:
    """Another way to pay, of this or another tier; ``starts`` is a date, or empty for at once."""

    price: Price
    offer: PriceOffer
    starts: str


@dataclass(frozen=True)
class TierChoice:
    """A tier with the ways to pay for it."""

    tier: Tier
    promises: list[str]
    choices: list[PlanChoice]


@dataclass(frozen=True)
class PlanChoices:
    """``refusal`` says why nothing can be changed now; ``invoice`` is what a change waits for."""

    membership: Membership | None
    offer: PriceOffer | None
    refusal: str
    invoice: Invoice | None
    amount: str
    tiers: list[TierChoice]


def plan_choices(client: Client) -> PlanChoices:
    """The plans to which ``client`` may change; constant queries."""
    membership = queries.open_membership(client)
    refusal, invoice = "", None
    try:
        operations.require_changeable(membership)
    except DomainError as error:
        refusal = str(error.message)
    if membership is not None:
        invoice = operations.open_change_invoice(membership)
    return PlanChoices(
        membership=membership,
        offer=offer_price(membership.price) if membership and membership.price else None,
        refusal=refusal,
        invoice=invoice,
        amount=format_money(invoice.amount_due, invoice.currency) if invoice else "",
        tiers=[] if refusal or membership is None else _tiers(membership, client),
    )


def _tiers(membership: Membership, client: Client) -> list[TierChoice]:
    found = []
    for tier in tiers_to_change_to(membership):
        prices = tier.on_sale  # type: ignore[attr-defined]
        choices = [_choice(membership, price, client) for price in prices]
        if choices:
            found.append(TierChoice(tier, promises(tier), choices))
    return found


def _choice(membership: Membership, price: Price, client: Client) -> PlanChoice:
    now = membership.status == MembershipStatus.TRIALING or (
        membership.price is not None and operations.is_upgrade(membership.price, price)
    )
    ends = membership.period_end
    return PlanChoice(price, offer_price(price), "" if now or ends is None else day(ends, client))


def cheaper_choice(client: Client) -> PlanChoice | None:
    """The plan to offer to somebody who leaves: the dearest of those that cost less."""
    membership = queries.open_membership(client)
    before = membership.price if membership else None
    if membership is None or before is None:
        return None
    try:
        operations.require_changeable(membership)
    except DomainError:
        return None
    prices = [
        price
        for tier in tiers_to_change_to(membership)
        for price in tier.on_sale  # type: ignore[attr-defined]
        if price.interval == before.interval and price.amount < before.amount
    ]
    best = max(prices, key=lambda price: price.amount, default=None)
    return _choice(membership, best, client) if best else None


@dataclass(frozen=True)
class QuotePage:
    """A change with its amounts and dates; ``token`` goes into the form."""

    before: Price
    after: Price
    offer: PriceOffer
    promises: list[str]
    token: str
    is_now: bool
    today: str
    lines: list[tuple[str, str]]
    starts: str
    pays_next: str


def quote_of(client: Client, price_uuid: UUID) -> QuotePage | None:
    """The change of ``client`` to a price; None when it is not one to change to.

    Raises DomainError, StripeFailure.
    """
    membership = queries.open_membership(client)
    price = price_to_change_to(membership, price_uuid) if membership else None
    if membership is None or price is None:
        return None
    quote = operations.quote_change(membership=membership, price=price)
    return QuotePage(
        before=quote.before,
        after=price,
        offer=offer_price(price),
        promises=promises(price.tier),
        token=quote.sign(),
        is_now=quote.is_now,
        today=format_money(quote.amount, price.currency),
        lines=[
            (line["description"] or "", format_money(line["amount"], line["currency"]))
            for line in quote.lines
        ],
        starts=day(quote.starts_at, client),
        pays_next=day(quote.pays_next_at, client),
    )
