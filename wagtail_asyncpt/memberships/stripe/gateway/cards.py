"""The cards that are charged: brand, last digits and end; never a number."""

from typing import Any

from wagtail_asyncpt.memberships.stripe.client import as_json, client_for, own_errors

Json = dict[str, Any]


def default_card(account: str, customer: str) -> Json | None:
    """The payment method that a customer's subscriptions are charged with unless they say so."""
    with own_errors():
        found = as_json(client_for(account).v1.customers.retrieve(customer))
        method = (found.get("invoice_settings") or {}).get("default_payment_method")
        if method is None:
            return None
        return as_json(client_for(account).v1.payment_methods.retrieve(method))


def customer_of_card(account: str, method: str) -> str | None:
    """The customer whose payment method this is, if it is anybody's."""
    with own_errors():
        found = as_json(client_for(account).v1.payment_methods.retrieve(method))
    customer: str | None = found["customer"]
    return customer


def needs_action(account: str, invoice_id: str) -> bool:
    """Whether the bank of the client wants to hear from them before it pays an invoice."""
    with own_errors():
        found = as_json(
            client_for(account).v1.invoices.retrieve(
                invoice_id, {"expand": ["payments.data.payment.payment_intent"]}
            )
        )
    intents = [row["payment"].get("payment_intent") for row in found["payments"]["data"]]
    return any(intent and intent["status"] == "requires_action" for intent in intents)
