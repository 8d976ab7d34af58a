"""Follow disputes: payments that a client's bank took back, for now or for good."""

from datetime import UTC, datetime

from django.db import transaction

from wagtail_asyncpt.memberships.models import Dispute
from wagtail_asyncpt.memberships.operations import notices
from wagtail_asyncpt.memberships.operations.sync.payments import (
    SETTLED,
    Payment,
    locked_payment,
    settle,
)
from wagtail_asyncpt.memberships.operations.sync.shared import Json, moment
from wagtail_asyncpt.memberships.stripe import gateway


@transaction.atomic
def sync_dispute(*, account: str, dispute_id: str) -> Dispute | None:
    """Follow a dispute; None for a dispute of others.

    While it is open, unused visits that the payment bought cannot be booked; won, they come back;
    lost, they are taken back. Raises Mismatch, Conflict, StripeFailure; then nothing has changed.
    """
    known = Dispute.objects.filter(account=account, stripe_id=dispute_id).first()
    if known is not None:
        payment = locked_payment(account, known.payment_intent_id)
    else:
        first = gateway.dispute(account, dispute_id)
        payment = locked_payment(account, first["payment_intent"])
    if payment is None:
        return None
    row = _mirror(payment, gateway.dispute(account, dispute_id))
    settle(payment)
    if row.status == "lost":
        notices.dispute_lost(row)
    elif row.status not in SETTLED:
        notices.dispute_opened(row)
    return row


def _mirror(payment: Payment, dispute: Json) -> Dispute:
    row, _created = Dispute.objects.update_or_create(
        account=payment.row.account,
        stripe_id=dispute["id"],
        defaults={
            **payment.owner,
            "payment_intent_id": payment.row.payment_intent_id,
            "status": dispute["status"],
            "amount": dispute["amount"],
            "currency": dispute["currency"],
            "reason": dispute["reason"],
            "due_by": moment((dispute["evidence_details"] or {}).get("due_by")),
            "created_at": datetime.fromtimestamp(dispute["created"], UTC),
        },
    )
    return row
