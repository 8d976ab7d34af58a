"""Make local rows equal what Stripe says.

Always in this order: lock the local row, fetch the object, write. A fetch before the lock lets an
older answer win. Success page, webhooks and the clean-up all come here, in any order and any
number of times.
"""

from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.core.errors import Conflict, DomainError
from wagtail_asyncpt.gating.operations import heal_groups
from wagtail_asyncpt.memberships.models import (
    OPEN_STATUSES,
    AccessPeriod,
    Invoice,
    Membership,
    MembershipStatus,
    Price,
    StripeCustomer,
)
from wagtail_asyncpt.memberships.operations import letters
from wagtail_asyncpt.memberships.stripe import gateway
from wagtail_asyncpt.memberships.stripe.client import account_called

Json = dict[str, Any]

METADATA_KEY = "asyncpt_membership"
_LIVE = (MembershipStatus.TRIALING, MembershipStatus.ACTIVE)
_OVER = (MembershipStatus.CANCELED, MembershipStatus.INCOMPLETE_EXPIRED)


class Mismatch(DomainError):
    """Customer, price, amount, currency or mode differ from what we sold: nothing is granted."""


# ------------------------------------------------------------------------------------ sessions


@transaction.atomic
def sync_checkout_session(*, account: str, session_id: str) -> Membership | None:
    """Follow a Checkout session; returns its membership, or None for a session of others.

    Raises Mismatch, Conflict, StripeFailure; then nothing has changed.
    """
    membership = _locked(account, checkout_session_id=session_id)
    session = gateway.checkout(account, session_id)
    if membership is None:
        # The process died between Stripe's answer and our note of it; now lock, then ask again.
        membership = _locked(account, uuid=session.get("client_reference_id"))
        if membership is None or membership.checkout_session_id:
            return None
        session = gateway.checkout(account, session_id)
    _check_session(membership, session)
    _note_session(membership, session)
    if session["status"] == "complete" and session["payment_status"] != "unpaid":
        _follow_subscription(membership, session["subscription"])
        if session["invoice"]:
            _mirror_invoice(membership, gateway.invoice(account, session["invoice"]))
    elif session["status"] == "expired" and membership.status == MembershipStatus.PENDING:
        membership.status = MembershipStatus.ABANDONED
        membership.save(update_fields=["status"])
    return membership


def _check_session(membership: Membership, session: Json) -> None:
    price = membership.price
    assert price is not None  # noqa: S101 (every Stripe membership has one; tells the checker)
    lines = session["line_items"]["data"]
    _require(session["mode"] == "subscription", "mode")
    _require(session["client_reference_id"] == str(membership.uuid), "client_reference_id")
    _require(len(lines) == 1 and lines[0]["quantity"] == 1, "line_items")
    _check_price(price, lines[0]["price"])
    _check_buyer(membership, session)


def _note_session(membership: Membership, session: Json) -> None:
    membership.checkout_session_id = session["id"]
    membership.checkout_url = session["url"] or ""
    membership.checkout_expires_at = _moment(session["expires_at"])
    membership.save(update_fields=["checkout_session_id", "checkout_url", "checkout_expires_at"])


# ------------------------------------------------------------------------------- subscriptions


@transaction.atomic
def sync_subscription(*, account: str, subscription_id: str) -> Membership | None:
    """Follow a subscription; returns its membership, or None for a subscription of others.

    Raises Mismatch, Conflict, StripeFailure; then nothing has changed.
    """
    membership = _locked(account, stripe_subscription_id=subscription_id)
    if membership is None:
        found = gateway.subscription(account, subscription_id)
        membership = _locked(account, uuid=found["metadata"].get(METADATA_KEY))
    if membership is None:
        return None
    _follow_subscription(membership, subscription_id)
    return membership


def _follow_subscription(membership: Membership, subscription_id: str) -> None:
    """Fetch and write; the membership's row is locked."""
    if membership.stripe_subscription_id not in ("", subscription_id):
        raise Mismatch("a second subscription for one membership")
    subscription = gateway.subscription(membership.account, subscription_id)
    items = subscription["items"]["data"]
    _require(len(items) == 1 and items[0]["quantity"] == 1, "items")
    price = _price_of(membership, items[0]["price"]["id"])
    _check_price(price, items[0]["price"])
    _check_buyer(membership, subscription)
    _require(subscription["metadata"].get(METADATA_KEY) == str(membership.uuid), "metadata")
    _require_only_one(membership, subscription["status"])
    membership.stripe_subscription_id = subscription_id
    membership.price, membership.tier = price, price.tier
    _write_state(membership, subscription)
    if membership.status in _LIVE:
        letters.welcome(membership)
    heal_groups(user=membership.client.user, at=clock.now())


def _require_only_one(membership: Membership, status: str) -> None:
    """An abandoned purchase that was paid all the same must not displace a membership."""
    if membership.status in OPEN_STATUSES or status not in OPEN_STATUSES:
        return
    others = Membership.objects.select_for_update().filter(
        clinic_id=membership.clinic_id, client_id=membership.client_id, status__in=OPEN_STATUSES
    )
    other = others.exclude(pk=membership.pk).first()
    if other is None:
        return
    if other.status != MembershipStatus.PENDING:
        raise Conflict(
            f"client {membership.client_id} already has membership {other.pk}: "
            "cancel and refund this one at Stripe"
        )
    other.status = MembershipStatus.ABANDONED
    other.save(update_fields=["status"])


def _write_state(membership: Membership, subscription: Json) -> None:
    items = subscription["items"]["data"]
    status = MembershipStatus(subscription["status"])
    membership.status = status
    membership.livemode = subscription["livemode"]
    membership.period_start = _moment(min(item["current_period_start"] for item in items))
    membership.period_end = _moment(max(item["current_period_end"] for item in items))
    membership.ends_at = _ends_at(subscription, membership.period_end)
    membership.ended_at = _moment(subscription["ended_at"])
    membership.past_due_since = _past_due_since(subscription, membership.period_start)
    if membership.activated_at is None and status in _LIVE:
        membership.activated_at = _moment(subscription["start_date"])
    membership.synced_at = clock.now()
    membership.save()


def _ends_at(subscription: Json, period_end: datetime | None) -> datetime | None:
    """When it stops. A portal's cancellation sets ``cancel_at`` and leaves the boolean alone."""
    if subscription["status"] in _OVER:
        return _moment(subscription["ended_at"] or subscription["canceled_at"])
    if subscription["cancel_at"]:
        return _moment(subscription["cancel_at"])
    return period_end if subscription["cancel_at_period_end"] else None


def _past_due_since(subscription: Json, period_start: datetime | None) -> datetime | None:
    """When the unpaid invoice was made: the same moment however late we hear of it."""
    if subscription["status"] != MembershipStatus.PAST_DUE:
        return None
    latest = subscription["latest_invoice"]
    return _moment(latest["created"]) if latest else period_start


# ------------------------------------------------------------------------------------ invoices


@transaction.atomic
def sync_invoice(*, account: str, invoice_id: str) -> Invoice | None:
    """Follow an invoice and its subscription; None for an invoice of others.

    A paid line becomes an access period, once. Raises Mismatch, Conflict, StripeFailure.
    """
    known = Invoice.objects.filter(account=account, stripe_id=invoice_id).first()
    if known is not None and known.membership_id is not None:
        membership = _locked(account, pk=known.membership_id)
    else:
        membership = _membership_of_invoice(account, gateway.invoice(account, invoice_id))
    if membership is None:
        return None
    invoice = gateway.invoice(account, invoice_id)
    details = _subscription_details(invoice)
    if details is not None:
        _follow_subscription(membership, details["subscription"])
    return _mirror_invoice(membership, invoice)


def _membership_of_invoice(account: str, invoice: Json) -> Membership | None:
    details = _subscription_details(invoice)
    if details is None:
        return None
    return _locked(account, stripe_subscription_id=details["subscription"]) or _locked(
        account, uuid=(details.get("metadata") or {}).get(METADATA_KEY)
    )


def _subscription_details(invoice: Json) -> Json | None:
    parent = invoice["parent"]
    details: Json | None = parent["subscription_details"] if parent else None
    return details


def _mirror_invoice(membership: Membership, invoice: Json) -> Invoice:
    """Write the invoice and what it paid for; the membership's row is locked."""
    price = membership.price
    assert price is not None  # noqa: S101 (every Stripe membership has one; tells the checker)
    _require(invoice["currency"] == price.currency.lower(), "currency")
    _check_buyer(membership, invoice)
    row, _created = Invoice.objects.update_or_create(
        account=membership.account,
        stripe_id=invoice["id"],
        defaults={
            "clinic_id": membership.clinic_id,
            "client_id": membership.client_id,
            "membership": membership,
            "status": invoice["status"],
            "billing_reason": invoice["billing_reason"] or "",
            "currency": invoice["currency"],
            "amount_due": invoice["amount_due"],
            "amount_paid": invoice["amount_paid"],
            "period_start": _moment(invoice["period_start"]),
            "period_end": _moment(invoice["period_end"]),
            "hosted_url": invoice["hosted_invoice_url"] or "",
            "created_at": datetime.fromtimestamp(invoice["created"], UTC),
            "paid_at": _moment(invoice["status_transitions"]["paid_at"]),
        },
    )
    if invoice["status"] == "paid":
        _grant_periods(membership, invoice)
    elif _was_refused(membership, invoice):
        letters.payment_failed(membership, row, invoice["attempt_count"])
    return row


def _was_refused(membership: Membership, invoice: Json) -> bool:
    past_due = membership.status == MembershipStatus.PAST_DUE
    return past_due and invoice["status"] == "open" and invoice["attempt_count"] > 0


def _grant_periods(membership: Membership, invoice: Json) -> None:
    for line in invoice["lines"]["data"]:
        details = (line["parent"] or {}).get("subscription_item_details")
        start, end = _moment(line["period"]["start"]), _moment(line["period"]["end"])
        if details is None or details["proration"] or start is None or end is None or end <= start:
            continue
        price = _price_of(membership, line["pricing"]["price_details"]["price"])
        AccessPeriod.objects.get_or_create(
            key=f"{membership.account}:{line['id']}",
            defaults={
                "clinic_id": membership.clinic_id,
                "client_id": membership.client_id,
                "membership": membership,
                "tier": price.tier,
                "starts_at": start,
                "ends_at": end,
            },
        )


# -------------------------------------------------------------------------------------- shared


def _locked(account: str, **lookup: Any) -> Membership | None:
    """The membership, its row locked; None where the id is empty, unknown or not even an id."""
    if not all(lookup.values()):
        return None
    try:
        return (
            Membership.objects.select_for_update(of=("self",))
            .select_related("client__user", "clinic__site", "tier", "price__tier")
            .filter(account=account, **lookup)
            .first()
        )
    except ValidationError:
        return None


def _price_of(membership: Membership, stripe_id: str) -> Price:
    """The price we sold, or another of the clinic's that the client changed to."""
    price = (
        Price.objects.filter(stripe_price_id=stripe_id, tier__clinic_id=membership.clinic_id)
        .select_related("tier")
        .first()
    )
    if price is None:
        raise Mismatch("price")
    return price


def _check_price(price: Price, theirs: Json) -> None:
    _require(theirs["id"] == price.stripe_price_id, "price")
    _require(theirs["currency"] == price.currency.lower(), "currency")
    _require(theirs["unit_amount"] == price.amount, "amount")


def _check_buyer(membership: Membership, thing: Json) -> None:
    customer = StripeCustomer.objects.filter(
        client_id=membership.client_id, account=membership.account
    ).first()
    _require(customer is not None and thing["customer"] == customer.stripe_id, "customer")
    _require(thing["livemode"] == account_called(membership.account).livemode, "livemode")


def _require(condition: bool, what: str) -> None:
    if not condition:
        raise Mismatch(f"Stripe's {what} is not what was sold")


def _moment(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
