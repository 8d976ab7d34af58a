"""Follow a Checkout session of any kind."""

from django.db import transaction

from wagtail_asyncpt.memberships.models import Gift, Membership, Purchase
from wagtail_asyncpt.memberships.operations.sync.bundles import abandon_bundle, check_lines
from wagtail_asyncpt.memberships.operations.sync.codes import count_codes
from wagtail_asyncpt.memberships.operations.sync.invoices import mirror_invoice
from wagtail_asyncpt.memberships.operations.sync.once import check_once, follow_once
from wagtail_asyncpt.memberships.operations.sync.shared import (
    Json,
    check_buyer,
    locked,
    locked_sale,
    moment,
    require,
)
from wagtail_asyncpt.memberships.operations.sync.subscriptions import follow_subscription
from wagtail_asyncpt.memberships.stripe import gateway

Sale = Membership | Purchase | Gift


@transaction.atomic
def sync_checkout_session(*, account: str, session_id: str) -> Sale | None:
    """Follow a Checkout session; returns what it sells, or None for a session of others.

    Raises Mismatch, Conflict, StripeFailure; then nothing has changed.
    """
    sale = _known(account, session_id)
    session = gateway.checkout(account, session_id)
    if sale is None:
        # The process died between Stripe's answer and our note of it; now lock, then ask again.
        sale = _named(account, session)
        if sale is None or sale.checkout_session_id:
            return None
        session = gateway.checkout(account, session_id)
    _check_session(sale, session)
    _note_session(sale, session)
    if session["status"] == "complete" and session["payment_status"] != "unpaid":
        _follow(sale, session)
        count_codes(account, session)
    elif session["status"] == "expired" and sale.status == "pending":
        sale.status = "abandoned"
        sale.save(update_fields=["status"])
        if isinstance(sale, Membership):
            abandon_bundle(sale)
    return sale


def _known(account: str, session_id: str) -> Sale | None:
    return (
        locked(account, checkout_session_id=session_id)
        or locked_sale(Purchase, account, checkout_session_id=session_id, membership__isnull=True)
        or locked_sale(Gift, account, checkout_session_id=session_id)
    )


def _named(account: str, session: Json) -> Sale | None:
    reference, marks = session.get("client_reference_id"), session["metadata"] or {}
    if "asyncpt_purchase" in marks:
        found: Sale | None = locked_sale(Purchase, account, uuid=reference)
        return found
    if "asyncpt_gift" in marks:
        gift: Gift | None = locked_sale(Gift, account, uuid=reference)
        return gift
    return locked(account, uuid=reference)


def _check_session(sale: Sale, session: Json) -> None:
    require(session["client_reference_id"] == str(sale.uuid), "client_reference_id")
    if not isinstance(sale, Membership):
        check_once(sale, session)
        return
    require(session["mode"] == "subscription", "mode")
    check_lines(sale, session["line_items"]["data"])
    check_buyer(sale, session)


def _note_session(sale: Sale, session: Json) -> None:
    sale.checkout_session_id = session["id"]
    sale.checkout_url = session["url"] or ""
    fields = ["checkout_session_id", "checkout_url"]
    if isinstance(sale, Membership):
        sale.checkout_expires_at = moment(session["expires_at"])
        fields.append("checkout_expires_at")
    sale.save(update_fields=fields)


def _follow(sale: Sale, session: Json) -> None:
    if not isinstance(sale, Membership):
        follow_once(sale, session)
        return
    follow_subscription(sale, session["subscription"])
    if session["invoice"]:
        mirror_invoice(sale, gateway.invoice(sale.account, session["invoice"]))
