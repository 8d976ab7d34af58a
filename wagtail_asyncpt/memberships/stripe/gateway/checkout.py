"""Customers and Checkout sessions."""

from dataclasses import dataclass
from typing import Any

from wagtail_asyncpt.memberships.stripe.client import as_json, client_for, own_errors

Json = dict[str, Any]


def create_customer(account: str, *, email: str, uuid: str, key: str) -> Json:
    """A customer with an email for receipts and our opaque id; nothing about health."""
    with own_errors():
        return as_json(
            client_for(account).v1.customers.create(
                {"email": email, "metadata": {"asyncpt_client": uuid}}, {"idempotency_key": key}
            )
        )


@dataclass(frozen=True, kw_only=True)
class Order:
    """What one Checkout session sells. ``kind`` (membership, purchase or gift) and ``reference``
    are how its row here is found again; prices and terms were chosen by us, never by a browser.
    """

    kind: str
    reference: str
    customer: str
    prices: tuple[str, ...]
    success_url: str
    cancel_url: str
    trial_days: int = 0
    takes_codes: bool = False
    collects_tax: bool = False


def create_checkout(account: str, order: Order, *, key: str) -> Json:
    """A hosted Checkout session: a subscription for a membership, else one payment with an invoice.

    No expiry is sent: the same key must come with the same parameters.
    """
    params: Any = {
        "mode": "subscription" if order.kind == "membership" else "payment",
        "customer": order.customer,
        "client_reference_id": order.reference,
        "line_items": [{"price": price, "quantity": 1} for price in order.prices],
        "metadata": _mark(order),
        "success_url": order.success_url,
        "cancel_url": order.cancel_url,
        **(_recurring(order) if order.kind == "membership" else _once(order)),
    }
    if order.takes_codes:
        params["allow_promotion_codes"] = True
    if order.collects_tax:
        params["automatic_tax"] = {"enabled": True}
        params["tax_id_collection"] = {"enabled": True}
        params["customer_update"] = {"address": "auto", "name": "auto"}
    with own_errors():
        return as_json(
            client_for(account).v1.checkout.sessions.create(params, {"idempotency_key": key})
        )


def _mark(order: Order) -> Json:
    return {f"asyncpt_{order.kind}": order.reference}


def _recurring(order: Order) -> Json:
    data: Json = {"metadata": _mark(order)}
    if order.trial_days:
        data["trial_period_days"] = order.trial_days
    return {"subscription_data": data}


def _once(order: Order) -> Json:
    return {
        "payment_intent_data": {"metadata": _mark(order)},
        "invoice_creation": {"enabled": True, "invoice_data": {"metadata": _mark(order)}},
    }


def expire_checkout(account: str, session_id: str) -> Json:
    """Close an open session. Refused when it is no longer open."""
    with own_errors():
        return as_json(
            client_for(account).v1.checkout.sessions.expire(
                session_id, {}, {"idempotency_key": f"expire-{session_id}"}
            )
        )


def checkout(account: str, session_id: str) -> Json:
    """A session with its lines."""
    with own_errors():
        return as_json(
            client_for(account).v1.checkout.sessions.retrieve(
                session_id, {"expand": ["line_items"]}
            )
        )
