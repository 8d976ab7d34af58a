"""What every checkout shares: one unfinished sale has one session at Stripe, never two."""

from collections.abc import Callable
from typing import Any, NamedTuple

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from wagtail_asyncpt.core.errors import Conflict
from wagtail_asyncpt.memberships.models import Gift, Membership, Purchase
from wagtail_asyncpt.memberships.operations.sync import sync_checkout_session
from wagtail_asyncpt.memberships.operations.sync.bundles import abandon_bundle
from wagtail_asyncpt.memberships.stripe import gateway
from wagtail_asyncpt.memberships.stripe.client import Missing, Refused

Sale = Membership | Purchase | Gift
#: The same words in the three models.
PENDING, ABANDONED = "pending", "abandoned"


class ReturnUrls(NamedTuple):
    """Where Stripe sends the client: ``success`` holds ``{CHECKOUT_SESSION_ID}``."""

    success: str
    cancel: str


def _rows(sale: Sale) -> QuerySet[Any]:
    return type(sale)._default_manager.filter(pk=sale.pk)


def refresh(sale: Sale) -> None:
    """Learn from Stripe what became of an unfinished checkout. Raises StripeFailure, Mismatch."""
    if not sale.checkout_session_id:
        return
    try:
        sync_checkout_session(account=sale.account, session_id=sale.checkout_session_id)
    except Missing:
        abandon(sale)
    sale.refresh_from_db()


def close(sale: Sale) -> None:
    """Expire the session at Stripe first: from then on it cannot be paid."""
    if sale.checkout_session_id:
        try:
            gateway.expire_checkout(sale.account, sale.checkout_session_id)
        except Refused:
            # It was completed a moment ago; what Stripe says now decides.
            sync_checkout_session(account=sale.account, session_id=sale.checkout_session_id)
            return
    abandon(sale)


@transaction.atomic
def abandon(sale: Sale) -> None:
    """Note that nothing was bought."""
    _rows(sale).filter(status=PENDING).update(status=ABANDONED)
    if isinstance(sale, Membership):
        abandon_bundle(sale)


def open_session(sale: Sale, order_of: Callable[[Any], gateway.Order]) -> str:
    """Address of the sale's Checkout page; ``order_of`` the locked row is what is to be paid."""
    try:
        return _session_url(sale, order_of)
    except Refused:
        # The same key would be refused again: the next try starts afresh.
        abandon(sale)
        raise


@transaction.atomic
def _session_url(sale: Sale, order_of: Callable[[Any], gateway.Order]) -> str:
    locked = _rows(sale).select_for_update(of=("self",)).get()
    if locked.status != PENDING:
        raise Conflict(_("Your membership has just changed. Please look at it again."))
    if locked.checkout_url:
        return str(locked.checkout_url)
    session = gateway.create_checkout(
        locked.account, order_of(locked), key=f"checkout-{locked.uuid}"
    )
    locked.checkout_session_id = session["id"]
    locked.checkout_url = session["url"]
    locked.save(update_fields=["checkout_session_id", "checkout_url"])
    return str(locked.checkout_url)
