"""Follow a Checkout session."""

from django.db import transaction

from wagtail_asyncpt.memberships.models import Membership, MembershipStatus
from wagtail_asyncpt.memberships.operations.sync.invoices import mirror_invoice
from wagtail_asyncpt.memberships.operations.sync.shared import (
    Json,
    check_buyer,
    check_price,
    locked,
    moment,
    require,
)
from wagtail_asyncpt.memberships.operations.sync.subscriptions import follow_subscription
from wagtail_asyncpt.memberships.stripe import gateway


@transaction.atomic
def sync_checkout_session(*, account: str, session_id: str) -> Membership | None:
    """Follow a Checkout session; returns its membership, or None for a session of others.

    Raises Mismatch, Conflict, StripeFailure; then nothing has changed.
    """
    membership = locked(account, checkout_session_id=session_id)
    session = gateway.checkout(account, session_id)
    if membership is None:
        # The process died between Stripe's answer and our note of it; now lock, then ask again.
        membership = locked(account, uuid=session.get("client_reference_id"))
        if membership is None or membership.checkout_session_id:
            return None
        session = gateway.checkout(account, session_id)
    _check_session(membership, session)
    _note_session(membership, session)
    if session["status"] == "complete" and session["payment_status"] != "unpaid":
        follow_subscription(membership, session["subscription"])
        if session["invoice"]:
            mirror_invoice(membership, gateway.invoice(account, session["invoice"]))
    elif session["status"] == "expired" and membership.status == MembershipStatus.PENDING:
        membership.status = MembershipStatus.ABANDONED
        membership.save(update_fields=["status"])
    return membership


def _check_session(membership: Membership, session: Json) -> None:
    price = membership.price
    assert price is not None  # noqa: S101 (every Stripe membership has one; tells the checker)
    lines = session["line_items"]["data"]
    require(session["mode"] == "subscription", "mode")
    require(session["client_reference_id"] == str(membership.uuid), "client_reference_id")
    require(len(lines) == 1 and lines[0]["quantity"] == 1, "line_items")
    check_price(price, lines[0]["price"])
    check_buyer(membership, session)


def _note_session(membership: Membership, session: Json) -> None:
    membership.checkout_session_id = session["id"]
    membership.checkout_url = session["url"] or ""
    membership.checkout_expires_at = moment(session["expires_at"])
    membership.save(update_fields=["checkout_session_id", "checkout_url", "checkout_expires_at"])
