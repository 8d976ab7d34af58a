"""Buying: from the offer to Stripe's page and back."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from wagtail_asyncpt.core.errors import Conflict, DomainError
from wagtail_asyncpt.memberships import queries
from wagtail_asyncpt.memberships.models import (
    Membership,
    MembershipStatus,
    Price,
    Purchase,
    Tier,
)
from wagtail_asyncpt.memberships.operations import selling
from wagtail_asyncpt.memberships.operations.closing import close_ended
from wagtail_asyncpt.memberships.operations.customers import ensure_customer
from wagtail_asyncpt.memberships.operations.packages import terms_of
from wagtail_asyncpt.memberships.operations.selling import ReturnUrls, Sale
from wagtail_asyncpt.memberships.operations.sync import sync_checkout_session
from wagtail_asyncpt.memberships.operations.sync.bundles import once_prices
from wagtail_asyncpt.memberships.operations.waiting import require_place
from wagtail_asyncpt.memberships.stripe import gateway
from wagtail_asyncpt.people.models import Client


class AlreadyMember(Conflict):
    """The client has a membership; a second one is not sold."""


def start_checkout(*, client: Client, price: Price, urls: ReturnUrls) -> str:
    """Address of the Checkout page where ``client`` pays ``price``.

    An unfinished checkout of the same price is taken up again, one of another price is closed.
    The membership is committed as pending before Stripe hears of it, so no webhook can be early.
    Raises AlreadyMember, DomainError, StripeFailure.
    """
    if queries.price_on_sale(client.clinic, price.uuid) is None:
        raise DomainError(_("This plan is not on sale any more."))
    _settle_earlier_checkout(client, price)
    membership = _claim(client, price)
    customer = ensure_customer(client=client)
    return selling.open_session(membership, lambda locked: _order(locked, customer.stripe_id, urls))


def _settle_earlier_checkout(client: Client, price: Price) -> None:
    earlier = queries.pending_checkout(client)
    if earlier is None:
        return
    selling.refresh(earlier)
    if earlier.status == MembershipStatus.PENDING and not _fits(earlier, price):
        selling.close(earlier)


def _fits(membership: Membership, price: Price) -> bool:
    same_account = membership.account == price.tier.clinic.stripe_account
    same_terms = all(
        getattr(membership, name) == value
        for name, value in _terms(membership.client, price.tier).items()
    )
    return (
        membership.price_id == price.pk
        and same_account
        and same_terms
        and _bundle_fits(membership, price.tier)
    )


def _bundle_fits(membership: Membership, tier: Tier) -> bool:
    sold = membership.purchases.select_related("package").first()
    if tier.bundle is None or sold is None:
        return tier.bundle is None and sold is None
    return sold.package == tier.bundle and all(
        getattr(sold, name) == value for name, value in terms_of(tier.bundle).items()
    )


def _terms(client: Client, tier: Tier) -> dict[str, Any]:
    """What the first payment takes besides the price, and the trial: once for each client."""
    has_fee = bool(tier.setup_fee and tier.stripe_setup_price_id)
    return {
        "setup_fee": tier.setup_fee if has_fee else 0,
        "stripe_setup_price_id": tier.stripe_setup_price_id if has_fee else "",
        "trial_days": 0 if queries.had_trial(client) else tier.trial_days,
    }


@transaction.atomic
def _claim(client: Client, price: Price) -> Membership:
    """The one pending membership of ``client``; the client's row makes two clicks take turns."""
    Client.objects.select_for_update().get(pk=client.pk)
    close_ended(client)
    membership = queries.open_membership(client)
    if membership is None:
        return _begin(client, price)
    if membership.status != MembershipStatus.PENDING:
        message = _("You already have a membership: %(tier)s. Nothing was charged.")
        raise AlreadyMember(message % {"tier": membership.tier.name})
    if not _fits(membership, price):
        raise Conflict(_("Another checkout was just started. Please try again."))
    return membership


def _begin(client: Client, price: Price) -> Membership:
    """A pending membership, and a pending purchase of the package that is sold with it."""
    tier, account = price.tier, client.clinic.stripe_account
    require_place(client, tier)
    membership = Membership.objects.create(
        clinic=client.clinic,
        client=client,
        tier=tier,
        price=price,
        account=account,
        **_terms(client, tier),
    )
    if tier.bundle is not None:
        if not tier.bundle.stripe_price_id:
            raise DomainError(_("This plan is being prepared. Please try again in a minute."))
        Purchase.objects.create(
            clinic=client.clinic,
            client=client,
            package=tier.bundle,
            membership=membership,
            account=account,
            **terms_of(tier.bundle),
        )
    return membership


def _order(membership: Membership, customer: str, urls: ReturnUrls) -> gateway.Order:
    price = membership.price
    assert price is not None  # noqa: S101 (set by _claim; tells the type checker)
    return gateway.Order(
        kind="membership",
        reference=str(membership.uuid),
        customer=customer,
        prices=(price.stripe_price_id, *once_prices(membership)),
        success_url=urls.success,
        cancel_url=urls.cancel,
        trial_days=membership.trial_days,
        **queries.checkout_options(membership.clinic),
    )


def confirm_checkout(*, client: Client, session_id: str) -> Sale | None:
    """What became of the session that ``client`` came back from; None when it is not theirs.

    Raises DomainError or StripeFailure when Stripe's answer cannot be had or believed now.
    """
    sale = queries.sale_of(client, session_id)
    if sale is None:
        return None
    sync_checkout_session(account=sale.account, session_id=session_id)
    return queries.sale_of(client, session_id)


def open_billing_portal(*, client: Client, return_url: str, change_card: bool = False) -> str:
    """Address of Stripe's page for card, invoices and cancellation; good once, never stored.

    ``change_card`` opens the form for another card at once.
    """
    customer = queries.customer_of(client)
    if customer is None:
        raise DomainError(_("There is no card or invoice to manage yet."))
    return gateway.portal_url(
        customer.account,
        customer=customer.stripe_id,
        return_url=return_url,
        change_card=change_card,
    )
