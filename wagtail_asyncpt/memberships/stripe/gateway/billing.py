"""Invoices, payments and what is given back."""

from collections.abc import Iterator
from typing import Any

from wagtail_asyncpt.memberships.stripe.client import as_json, client_for, own_errors

Json = dict[str, Any]


def invoice(account: str, invoice_id: str) -> Json:
    """An invoice with its payments."""
    with own_errors():
        return as_json(
            client_for(account).v1.invoices.retrieve(invoice_id, {"expand": ["payments"]})
        )


def invoices_of_subscription(account: str, subscription_id: str) -> Iterator[Json]:
    """All invoices of a subscription, newest first."""
    with own_errors():
        pages = client_for(account).v1.invoices.list(
            {"subscription": subscription_id, "limit": 100}
        )
        for row in pages.auto_paging_iter():
            yield as_json(row)


def invoice_of_payment(account: str, payment_intent: str) -> str | None:
    """Id of the invoice that a payment settled, if it settled one."""
    with own_errors():
        found = client_for(account).v1.invoice_payments.list(
            {"payment": {"type": "payment_intent", "payment_intent": payment_intent}, "limit": 1}
        )
        if not found.data:
            return None
        invoice = found.data[0].invoice
        return invoice if isinstance(invoice, str) else str(invoice.id)


def session_of_payment(account: str, payment_intent: str) -> str | None:
    """Id of the Checkout session that a payment was made in, if there was one."""
    with own_errors():
        found = client_for(account).v1.checkout.sessions.list(
            {"payment_intent": payment_intent, "limit": 1}
        )
        return str(found.data[0].id) if found.data else None


def charge(account: str, charge_id: str) -> Json:
    """A charge."""
    with own_errors():
        return as_json(client_for(account).v1.charges.retrieve(charge_id))


def refund(account: str, refund_id: str) -> Json:
    """A refund."""
    with own_errors():
        return as_json(client_for(account).v1.refunds.retrieve(refund_id))


def refunds_of_payment(account: str, payment_intent: str) -> list[Json]:
    """Every refund of a payment."""
    with own_errors():
        pages = client_for(account).v1.refunds.list(
            {"payment_intent": payment_intent, "limit": 100}
        )
        return [as_json(row) for row in pages.auto_paging_iter()]


def create_refund(
    account: str,
    *,
    payment_intent: str,
    amount: int,
    effect: str,
    key: str,
    duplicate: bool = False,
) -> Json:
    """Give ``amount`` of a payment back; ``effect`` is what becomes of access and visits."""
    with own_errors():
        return as_json(
            client_for(account).v1.refunds.create(
                {
                    "payment_intent": payment_intent,
                    "amount": amount,
                    "reason": "duplicate" if duplicate else "requested_by_customer",
                    "metadata": {"asyncpt_effect": effect},
                },
                {"idempotency_key": key},
            )
        )


def dispute(account: str, dispute_id: str) -> Json:
    """A dispute."""
    with own_errors():
        return as_json(client_for(account).v1.disputes.retrieve(dispute_id))
