"""Follow an invoice, and write what it paid for."""

from datetime import UTC, datetime

from django.db import transaction

from wagtail_asyncpt.memberships.models import AccessPeriod, Invoice, Membership, MembershipStatus
from wagtail_asyncpt.memberships.operations import letters, notices
from wagtail_asyncpt.memberships.operations.payment_count import set_last_day
from wagtail_asyncpt.memberships.operations.periods import grant_period_visits
from wagtail_asyncpt.memberships.operations.sync.bundles import deliver_bundle
from wagtail_asyncpt.memberships.operations.sync.shared import (
    METADATA_KEY,
    Json,
    check_buyer,
    locked,
    moment,
    price_of,
    require,
)
from wagtail_asyncpt.memberships.operations.sync.subscriptions import follow_subscription
from wagtail_asyncpt.memberships.stripe import gateway


@transaction.atomic
def sync_invoice(*, account: str, invoice_id: str) -> Invoice | None:
    """Follow an invoice and its subscription; None for an invoice of others.

    A paid line becomes an access period, once. Raises Mismatch, Conflict, StripeFailure.
    """
    known = Invoice.objects.filter(account=account, stripe_id=invoice_id).first()
    if known is not None and known.membership_id is not None:
        membership = locked(account, pk=known.membership_id)
    else:
        membership = _membership_of_invoice(account, gateway.invoice(account, invoice_id))
    if membership is None:
        return None
    invoice = gateway.invoice(account, invoice_id)
    details = _subscription_details(invoice)
    if details is not None:
        follow_subscription(membership, details["subscription"])
    return mirror_invoice(membership, invoice)


def _membership_of_invoice(account: str, invoice: Json) -> Membership | None:
    details = _subscription_details(invoice)
    if details is None:
        return None
    return locked(account, stripe_subscription_id=details["subscription"]) or locked(
        account, uuid=(details.get("metadata") or {}).get(METADATA_KEY)
    )


def _subscription_details(invoice: Json) -> Json | None:
    parent = invoice["parent"]
    details: Json | None = parent["subscription_details"] if parent else None
    return details


def mirror_invoice(membership: Membership, invoice: Json) -> Invoice:
    """Write the invoice and what it paid for; the membership's row is locked."""
    price = membership.price
    assert price is not None  # noqa: S101 (every Stripe membership has one; tells the checker)
    require(invoice["currency"] == price.currency.lower(), "currency")
    check_buyer(membership, invoice)
    known = Invoice.objects.filter(account=membership.account, stripe_id=invoice["id"]).first()
    row, _created = Invoice.objects.update_or_create(
        account=membership.account,
        stripe_id=invoice["id"],
        defaults={
            "clinic_id": membership.clinic_id,
            "client_id": membership.client_id,
            "membership": membership,
            "description": (known.description if known else "") or membership.tier.name,
            **_service(invoice),
            "number": invoice["number"] or "",
            "payment_intent_id": _payment_intent(invoice),
            "status": invoice["status"],
            "billing_reason": invoice["billing_reason"] or "",
            "currency": invoice["currency"],
            "amount_due": invoice["amount_due"],
            "amount_paid": invoice["amount_paid"],
            "period_start": moment(invoice["period_start"]),
            "period_end": moment(invoice["period_end"]),
            "hosted_url": invoice["hosted_invoice_url"] or "",
            "created_at": datetime.fromtimestamp(invoice["created"], UTC),
            "paid_at": moment(invoice["status_transitions"]["paid_at"]),
        },
    )
    if invoice["status"] == "paid":
        _grant_periods(membership, row, invoice)
        deliver_bundle(membership, row, invoice)
        set_last_day(membership)
        if invoice["billing_reason"] == "subscription_cycle":
            letters.renewed(membership, row)
    elif invoice["status"] == "open" and invoice["attempt_count"] > 0:
        _tell_refused(membership, row, invoice["attempt_count"])
    elif invoice["status"] == "draft" and invoice["last_finalization_error"]:
        notices.not_billed(row)
    return row


def _service(invoice: Json) -> dict[str, datetime | None]:
    """The days that the invoice is for: those of its lines that are charged."""
    lines = [line for line in invoice["lines"]["data"] if line["amount"] >= 0]
    starts = [line["period"]["start"] for line in lines]
    ends = [line["period"]["end"] for line in lines]
    return {
        "service_start": moment(min(starts, default=None)),
        "service_end": moment(max(ends, default=None)),
    }


def _payment_intent(invoice: Json) -> str:
    """The payment that settled the invoice, or is to settle it."""
    payments = (invoice.get("payments") or {}).get("data", [])
    payments = sorted(payments, key=lambda row: row["status"] != "paid")
    return next((p["payment"].get("payment_intent") or "" for p in payments), "")


def _tell_refused(membership: Membership, row: Invoice, attempt: int) -> None:
    """A change of the plan is refused before the client's eyes, and needs no mail for that."""
    if gateway.needs_action(membership.account, row.stripe_id):
        letters.action_required(membership, row, attempt)
    elif membership.status in (MembershipStatus.PAST_DUE, MembershipStatus.PAUSED):
        letters.payment_failed(membership, row, attempt)


def _grant_periods(membership: Membership, row: Invoice, invoice: Json) -> None:
    for line in invoice["lines"]["data"]:
        details = (line["parent"] or {}).get("subscription_item_details")
        start, end = moment(line["period"]["start"]), moment(line["period"]["end"])
        if details is None or details["proration"] or start is None or end is None or end <= start:
            continue
        price = price_of(membership, line["pricing"]["price_details"]["price"])
        AccessPeriod.objects.get_or_create(
            key=f"{membership.account}:{line['id']}",
            defaults={
                "clinic_id": membership.clinic_id,
                "client_id": membership.client_id,
                "membership": membership,
                "invoice": row,
                "tier": price.tier,
                "starts_at": start,
                "ends_at": end,
            },
        )
        if line["amount"]:  # a trial's line is free, and brings no visits
            grant_period_visits(
                membership=membership,
                invoice=row,
                tier=price.tier,
                key=f"{membership.account}:{line['id']}",
                starts_at=start,
                ends_at=end,
            )
