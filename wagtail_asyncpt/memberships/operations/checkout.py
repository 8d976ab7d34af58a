"""Buying: from the offer to Stripe's page and back."""

from typing import NamedTuple

from django.db import transaction
from django.utils.translation import gettext as _

from wagtail_asyncpt.core.errors import Conflict, DomainError
from wagtail_asyncpt.memberships import queries
from wagtail_asyncpt.memberships.models import Membership, MembershipStatus, Price
from wagtail_asyncpt.memberships.operations.customers import ensure_customer
from wagtail_asyncpt.memberships.operations.sync import sync_checkout_session
from wagtail_asyncpt.memberships.stripe import gateway
from wagtail_asyncpt.memberships.stripe.client import Missing, Refused
from wagtail_asyncpt.people.models import Client


class AlreadyMember(Conflict):
    """The client has a membership; a second one is not sold."""


class ReturnUrls(NamedTuple):
    """Where Stripe sends the client: ``success`` holds ``{CHECKOUT_SESSION_ID}``."""

    success: str
    cancel: str


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
    return _open_session(membership, customer.stripe_id, urls)


def _settle_earlier_checkout(client: Client, price: Price) -> None:
    earlier = queries.pending_checkout(client)
    if earlier is None:
        return
    if earlier.checkout_session_id:
        try:
            sync_checkout_session(account=earlier.account, session_id=earlier.checkout_session_id)
        except Missing:
            _abandon(earlier)
            return
        earlier.refresh_from_db()
    if earlier.status == MembershipStatus.PENDING and not _fits(earlier, price):
        _close(earlier)


def _fits(membership: Membership, price: Price) -> bool:
    same_account = membership.account == price.tier.clinic.stripe_account
    return membership.price_id == price.pk and same_account


def _close(membership: Membership) -> None:
    """Expire the session at Stripe first: from then on it cannot be paid."""
    if membership.checkout_session_id:
        try:
            gateway.expire_checkout(membership.account, membership.checkout_session_id)
        except Refused:
            # It was completed a moment ago; what Stripe says now decides.
            sync_checkout_session(
                account=membership.account, session_id=membership.checkout_session_id
            )
            return
    _abandon(membership)


@transaction.atomic
def _abandon(membership: Membership) -> None:
    Membership.objects.filter(pk=membership.pk, status=MembershipStatus.PENDING).update(
        status=MembershipStatus.ABANDONED
    )


@transaction.atomic
def _claim(client: Client, price: Price) -> Membership:
    """The one pending membership of ``client``; the client's row makes two clicks take turns."""
    Client.objects.select_for_update().get(pk=client.pk)
    membership = queries.open_membership(client)
    if membership is None:
        return Membership.objects.create(
            clinic=client.clinic,
            client=client,
            tier=price.tier,
            price=price,
            account=client.clinic.stripe_account,
        )
    if membership.status != MembershipStatus.PENDING:
        message = _("You already have a membership: %(tier)s. Nothing was charged.")
        raise AlreadyMember(message % {"tier": membership.tier.name})
    if not _fits(membership, price):
        raise Conflict(_("Another checkout was just started. Please try again."))
    return membership


def _open_session(membership: Membership, customer: str, urls: ReturnUrls) -> str:
    try:
        return _session_url(membership, customer, urls)
    except Refused:
        # The same key would be refused again: the next try starts afresh.
        _abandon(membership)
        raise


@transaction.atomic
def _session_url(membership: Membership, customer: str, urls: ReturnUrls) -> str:
    locked = (
        Membership.objects.select_for_update(of=("self",))
        .select_related("price")
        .get(pk=membership.pk)
    )
    if locked.status != MembershipStatus.PENDING:
        raise Conflict(_("Your membership has just changed. Please look at it again."))
    if locked.checkout_url:
        return locked.checkout_url
    assert locked.price is not None  # noqa: S101 (set by _claim; tells the type checker)
    session = gateway.create_checkout(
        locked.account,
        customer=customer,
        price=locked.price.stripe_price_id,
        membership=str(locked.uuid),
        success_url=urls.success,
        cancel_url=urls.cancel,
        key=f"checkout-{locked.uuid}",
    )
    locked.checkout_session_id = session["id"]
    locked.checkout_url = session["url"]
    locked.save(update_fields=["checkout_session_id", "checkout_url"])
    return locked.checkout_url


def confirm_checkout(*, client: Client, session_id: str) -> Membership | None:
    """What became of the session that ``client`` came back from; None when it is not theirs.

    Raises DomainError or StripeFailure when Stripe's answer cannot be had or believed now.
    """
    membership = queries.checkout_of(client, session_id)
    if membership is None:
        return None
    sync_checkout_session(account=membership.account, session_id=session_id)
    return queries.checkout_of(client, session_id)


def open_billing_portal(*, client: Client, return_url: str) -> str:
    """Address of Stripe's page for card, invoices and cancellation; good once, never stored."""
    customer = queries.customer_of(client)
    if customer is None:
        raise DomainError(_("There is no card or invoice to manage yet."))
    return gateway.portal_url(customer.account, customer=customer.stripe_id, return_url=return_url)
