"""A client who paid for a second membership: cancel it and give the money back."""

import logging

from django.db import transaction

from wagtail_asyncpt.core.money import format_money
from wagtail_asyncpt.memberships.models import Membership, RefundEffect
from wagtail_asyncpt.memberships.operations import notices
from wagtail_asyncpt.memberships.operations.sync.invoices import sync_invoice
from wagtail_asyncpt.memberships.operations.sync.refunds import sync_refunds
from wagtail_asyncpt.memberships.operations.sync.shared import METADATA_KEY, require
from wagtail_asyncpt.memberships.operations.sync.subscriptions import sync_subscription
from wagtail_asyncpt.memberships.stripe import gateway

log = logging.getLogger(__name__)


def undo_second_membership(*, membership: Membership, subscription_id: str) -> None:
    """Cancel the subscription now, refund what it took, write both down and tell the managers.

    Each step may be repeated: a crash in between is made good by the next event or comparison.
    Raises Mismatch, Conflict, StripeFailure.
    """
    account = membership.account
    subscription = gateway.subscription(account, subscription_id)
    require(subscription["metadata"].get(METADATA_KEY) == str(membership.uuid), "metadata")
    if subscription["status"] not in ("canceled", "incomplete_expired"):
        gateway.end_subscription(account, subscription_id)
    sync_subscription(account=account, subscription_id=subscription_id)
    refunded, currency = 0, ""
    for row in gateway.invoices_of_subscription(account, subscription_id):
        invoice = sync_invoice(account=account, invoice_id=row["id"])
        if invoice is None or not invoice.amount_paid or not invoice.payment_intent_id:
            continue
        if not gateway.refunds_of_payment(account, invoice.payment_intent_id):
            gateway.create_refund(
                account,
                payment_intent=invoice.payment_intent_id,
                amount=invoice.amount_paid,
                effect=RefundEffect.END,
                key=f"duplicate-{invoice.stripe_id}",
                duplicate=True,
            )
        sync_refunds(account=account, payment_intent=invoice.payment_intent_id)
        refunded, currency = refunded + invoice.amount_paid, invoice.currency
    log.warning("Subscription %s was a second membership: undone", subscription_id)
    with transaction.atomic():
        membership.refresh_from_db()
        amount = format_money(refunded, currency) if currency else ""
        notices.double_payment(membership, amount)
