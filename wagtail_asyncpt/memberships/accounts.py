"""What a client's account page says about their membership, ready for a template."""

from dataclasses import dataclass
from typing import TypeGuard

from django.utils.translation import gettext as _

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.core.money import format_money
from wagtail_asyncpt.memberships import operations, queries
from wagtail_asyncpt.memberships.access import UNPAID, gives_access, latest_bought
from wagtail_asyncpt.memberships.models import (
    Gift,
    GiftStatus,
    Invoice,
    Membership,
    MembershipStatus,
    Price,
    Purchase,
    PurchaseStatus,
)
from wagtail_asyncpt.memberships.offers import PriceOffer, offer_price
from wagtail_asyncpt.memberships.standing import day, status_in_words
from wagtail_asyncpt.people.models import Client

Sale = Membership | Purchase | Gift


@dataclass(frozen=True)
class InvoiceLine:
    """An invoice in words; ``url`` is Stripe's page of it, or empty."""

    date: str
    amount: str
    status: str
    url: str
    receipt: int | None


@dataclass(frozen=True)
class Account:
    """Everything on the account page."""

    membership: Membership | None
    status: str
    price: PriceOffer | None
    next_payment: str
    invoices: list[InvoiceLine]
    can_manage: bool
    is_pending: bool
    needs_card: bool
    pay_url: str
    card: str
    card_ends: bool
    can_pause: bool
    can_resume: bool
    can_cancel: bool
    can_change: bool
    next_plan: str
    next_plan_at: str
    change_invoice: Invoice | None
    change_amount: str
    can_keep: bool
    #: Whether it is over, or ends by itself without a next payment.
    is_ending: bool


def account_of(client: Client) -> Account:
    """The account page of ``client``; constant queries."""
    now = clock.now()
    membership = queries.open_membership(client) or latest_bought(client)
    status = status_in_words(membership, client, now) if membership else ""
    unpaid = operations.open_change_invoice(membership) if membership else None
    following = membership.next_price if membership else None
    follows_at = membership.next_price_at if membership else None
    invoices = list(queries.invoices_of(client)[:24])
    return Account(
        membership=membership,
        status=status,
        price=offer_price(membership.price) if membership and membership.price else None,
        next_payment=_next_payment(membership, client) if membership else "",
        invoices=[_line(invoice, client) for invoice in invoices],
        pay_url=next((row.hosted_url for row in invoices if row.status == "open"), ""),
        card=_card(membership) if membership else "",
        card_ends=_renews(membership) and _card_ends(membership),
        can_manage=queries.customer_of(client) is not None,
        is_pending=membership is not None and membership.status == MembershipStatus.PENDING,
        needs_card=membership is not None and membership.status in UNPAID,
        can_pause=_renews(membership) and membership.status == MembershipStatus.ACTIVE,
        can_cancel=bool(membership and _at_stripe(membership) and membership.ends_at is None),
        can_change=_renews(membership) and not membership.tier.payment_count,
        next_plan=_plan(following) if following else "",
        next_plan_at=day(follows_at, client) if follows_at else "",
        change_invoice=unpaid,
        change_amount=format_money(unpaid.amount_due, unpaid.currency) if unpaid else "",
        can_keep=bool(membership and _can_keep(membership)),
        is_ending=membership is not None
        and not _at_stripe(membership)
        and not _endless(membership),
        can_resume=membership is not None and membership.status == MembershipStatus.PAUSED,
    )


def _renews(membership: Membership | None) -> TypeGuard[Membership]:
    """Whether another payment is to come."""
    return (
        membership is not None
        and membership.status in (MembershipStatus.TRIALING, MembershipStatus.ACTIVE)
        and bool(membership.stripe_subscription_id)
        and membership.ends_at is None
    )


def _card(membership: Membership) -> str:
    """For example "Visa 4242, until 12/2034"."""
    expires = membership.card_expires_on
    if not membership.card_last4 or expires is None or not _at_stripe(membership):
        return ""
    message = _("%(brand)s ending in %(last4)s, valid until %(month)02d/%(year)d")
    return message % {
        "brand": membership.card_brand.replace("_", " ").title(),
        "last4": membership.card_last4,
        "month": expires.month,
        "year": expires.year,
    }


def _card_ends(membership: Membership) -> bool:
    """Whether the card is not valid any more on the day of the next payment."""
    expires, renews = membership.card_expires_on, membership.period_end
    return expires is not None and renews is not None and renews.date() > expires


def _plan(price: Price) -> str:
    """For example "Library, $29.00 a month"."""
    return f"{price.tier.name}, {offer_price(price).words}"


def _at_stripe(membership: Membership) -> bool:
    """Whether a subscription runs that could be canceled."""
    over = membership.status == MembershipStatus.CANCELED
    return bool(membership.stripe_subscription_id) and not over


def _endless(membership: Membership) -> bool:
    """Whether it is in checkout, or given without an end, as a seat is while its sponsor pays."""
    over = membership.status == MembershipStatus.CANCELED
    return not over and membership.ends_at is None


def _can_keep(membership: Membership) -> bool:
    wished = not membership.tier.payment_count or bool(membership.cancel_reason)
    return membership.ends_at is not None and wished and _at_stripe(membership)


def _next_payment(membership: Membership, client: Client) -> str:
    if not _renews(membership) or membership.period_end is None or membership.price is None:
        return ""
    message = _("%(amount)s on %(date)s")
    price = membership.next_price or membership.price
    return message % {
        "amount": format_money(price.amount, price.currency),
        "date": day(membership.period_end, client),
    }


def _line(invoice: Invoice, client: Client) -> InvoiceLine:
    words = {
        "paid": _("Paid"),
        "open": _("To be paid"),
        "uncollectible": _("Not paid"),
    }
    return InvoiceLine(
        date=day(invoice.created_at, client),
        amount=format_money(invoice.amount_due, invoice.currency),
        status=words.get(invoice.status, invoice.status),
        url=invoice.hosted_url if invoice.status == "open" else "",
        receipt=invoice.pk if invoice.status == "paid" else None,
    )


def outcome_of(sale: Sale) -> str:
    """What became of a checkout: done, open, processing, expired or ended."""
    if _is_done(sale):
        return "done"
    if sale.status == MembershipStatus.PENDING:
        return "open" if sale.checkout_url else "processing"
    return "expired" if sale.status == MembershipStatus.ABANDONED else "ended"


def _is_done(sale: Sale) -> bool:
    if not isinstance(sale, Membership):
        return sale.status in (PurchaseStatus.PAID, GiftStatus.REDEEMED)
    return Membership.objects.filter(gives_access(clock.now()), pk=sale.pk).exists()
