"""Follow what was given back."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from django.db import transaction

from wagtail_asyncpt.memberships.models import Refund, RefundEffect
from wagtail_asyncpt.memberships.operations import notices
from wagtail_asyncpt.memberships.operations.sync.payments import Payment, locked_payment, settle
from wagtail_asyncpt.memberships.operations.sync.shared import Json, require
from wagtail_asyncpt.memberships.stripe import gateway


def sync_refund(*, account: str, refund_id: str) -> Refund | None:
    """Follow a refund, and all others of its payment; None for a refund of others.

    Raises Mismatch, Conflict, StripeFailure; then nothing has changed.
    """
    found = gateway.refund(account, refund_id)
    sync_refunds(account=account, payment_intent=found["payment_intent"])
    return Refund.objects.filter(account=account, stripe_id=refund_id).first()


def sync_charge(*, account: str, charge_id: str) -> list[Refund] | None:
    """Follow the refunds of a charge; None for a charge of others."""
    found = gateway.charge(account, charge_id)
    return sync_refunds(account=account, payment_intent=found["payment_intent"])


@transaction.atomic
def sync_refunds(*, account: str, payment_intent: str | None) -> list[Refund] | None:
    """Follow every refund of a payment; None for a payment of others."""
    payment = locked_payment(account, payment_intent)
    return follow_refunds(payment) if payment is not None else None


def follow_refunds(payment: Payment, said: Mapping[str, Any] | None = None) -> list[Refund]:
    """Fetch and write; the payment is locked. ``said``: who made a new refund, and why."""
    row = payment.row
    rows = [
        _mirror(payment, refund, said or {})
        for refund in gateway.refunds_of_payment(row.account, row.payment_intent_id)
    ]
    settle(payment)
    for refund in rows:
        if refund.status == "failed":
            notices.refund_failed(refund)
    return rows


def _mirror(payment: Payment, refund: Json, said: Mapping[str, Any]) -> Refund:
    require(refund["currency"] == payment.row.currency.lower(), "currency")
    effect = refund["metadata"].get("asyncpt_effect")
    row, _created = Refund.objects.update_or_create(
        account=payment.row.account,
        stripe_id=refund["id"],
        defaults={
            **payment.owner,
            "payment_intent_id": payment.row.payment_intent_id,
            "status": refund["status"],
            "amount": refund["amount"],
            "currency": refund["currency"],
            "effect": effect if effect in RefundEffect.values else RefundEffect.VISITS,
            "created_at": datetime.fromtimestamp(refund["created"], UTC),
            **(said.get(refund["id"]) or {}),
        },
    )
    return row
