"""Look at one membership at Stripe, and write what differs."""

from typing import Any

from wagtail_asyncpt.core.errors import NotAllowed
from wagtail_asyncpt.memberships.desk import RECHECK, may
from wagtail_asyncpt.memberships.models import Membership
from wagtail_asyncpt.memberships.operations.events import follow
from wagtail_asyncpt.memberships.operations.sync import sync_invoice, sync_refunds
from wagtail_asyncpt.memberships.queries import open_membership
from wagtail_asyncpt.memberships.stripe import gateway
from wagtail_asyncpt.people.models import Client
from wagtail_asyncpt.people.operations import record_audit


def recheck_membership(*, actor: Any, membership: Membership) -> bool:
    """Follow the subscription, its invoices and their refunds; whether anything differed.

    Raises NotAllowed, Mismatch, Conflict, StripeFailure.
    """
    if not may(actor, RECHECK, membership.clinic_id):
        raise NotAllowed("recheck")
    before = _rows(membership)
    record_audit(
        actor=actor, client=membership.client, action="membership.recheck", subject=membership
    )
    if membership.checkout_session_id and not membership.stripe_subscription_id:
        follow(
            kind="checkout.session",
            account=membership.account,
            identity=membership.checkout_session_id,
        )
        membership.refresh_from_db()
    if membership.stripe_subscription_id:
        account, subscription = membership.account, membership.stripe_subscription_id
        follow(kind="subscription", account=account, identity=subscription)
        for row in gateway.invoices_of_subscription(account, subscription):
            invoice = sync_invoice(account=account, invoice_id=row["id"])
            if invoice is not None and invoice.payment_intent_id and invoice.amount_paid:
                sync_refunds(account=account, payment_intent=invoice.payment_intent_id)
    return _rows(membership) != before


def follow_own_membership(*, client: Client) -> None:
    """Write what ``client`` changed on Stripe's pages, without waiting for the webhook.

    Raises Mismatch, Conflict, StripeFailure.
    """
    membership = open_membership(client)
    if membership is not None and membership.stripe_subscription_id:
        follow(
            kind="subscription",
            account=membership.account,
            identity=membership.stripe_subscription_id,
        )


def _rows(membership: Membership) -> list[Any]:
    """Everything that may differ, as plain values."""
    moving = {"synced_at", "checkout_url"}
    own = Membership.objects.filter(pk=membership.pk).values().get()
    invoices = list(membership.invoices.order_by("pk").values())
    refunds = membership.invoices.order_by("refunds__pk").values_list(
        "refunds__pk", "refunds__status", "refunds__amount"
    )
    return [
        {name: value for name, value in own.items() if name not in moving},
        invoices,
        list(refunds),
        list(membership.access_periods.order_by("pk").values_list("pk", flat=True)),
        list(membership.credits.order_by("pk").values_list("pk", flat=True)),
    ]
