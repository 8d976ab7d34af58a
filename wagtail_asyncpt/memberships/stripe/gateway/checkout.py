"""Customers and Checkout sessions."""

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


def create_checkout(
    account: str,
    *,
    customer: str,
    price: str,
    membership: str,
    success_url: str,
    cancel_url: str,
    key: str,
) -> Json:
    """A hosted Checkout session for one subscription to ``price``.

    No expiry is sent: the same key must come with the same parameters.
    """
    with own_errors():
        return as_json(
            client_for(account).v1.checkout.sessions.create(
                {
                    "mode": "subscription",
                    "customer": customer,
                    "client_reference_id": membership,
                    "line_items": [{"price": price, "quantity": 1}],
                    "metadata": {"asyncpt_membership": membership},
                    "subscription_data": {"metadata": {"asyncpt_membership": membership}},
                    "success_url": success_url,
                    "cancel_url": cancel_url,
                },
                {"idempotency_key": key},
            )
        )


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
