"""Subscriptions and the billing portal."""

from typing import Any

from wagtail_asyncpt.memberships.stripe.client import as_json, client_for, own_errors

Json = dict[str, Any]


def subscription(account: str, subscription_id: str) -> Json:
    """A subscription with its latest invoice."""
    with own_errors():
        return as_json(
            client_for(account).v1.subscriptions.retrieve(
                subscription_id, {"expand": ["latest_invoice"]}
            )
        )


def portal_url(account: str, *, customer: str, return_url: str) -> str:
    """Address of a new billing portal session: a secret, to be followed at once and not kept."""
    with own_errors():
        session = client_for(account).v1.billing_portal.sessions.create(
            {"customer": customer, "return_url": return_url}
        )
    return str(session.url)
