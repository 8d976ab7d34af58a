"""Changes of a subscription that only staff make."""

from typing import Any

from wagtail_asyncpt.memberships.stripe.client import as_json, client_for, own_errors

Json = dict[str, Any]


def end_subscription(account: str, subscription_id: str) -> Json:
    """Cancel now, without an invoice and without money back. Refused when it is over already."""
    with own_errors():
        return as_json(client_for(account).v1.subscriptions.cancel(subscription_id))


def end_with_period(account: str, subscription_id: str, *, key: str) -> Json:
    """Let it end with what was paid for."""
    with own_errors():
        return as_json(
            client_for(account).v1.subscriptions.update(
                subscription_id, {"cancel_at_period_end": True}, {"idempotency_key": key}
            )
        )


def renew_again(account: str, subscription: Json, *, key: str) -> Json:
    """Undo a coming end, whichever way it was set: the portal sets a date, others the boolean."""
    params: Json = (
        {"cancel_at_period_end": False}
        if subscription["cancel_at_period_end"]
        else {"cancel_at": ""}
    )
    with own_errors():
        return as_json(
            client_for(account).v1.subscriptions.update(
                subscription["id"],
                params,  # type: ignore[arg-type]
                {"idempotency_key": key},
            )
        )


def postpone_payment(account: str, subscription_id: str, *, until: int, key: str) -> Json:
    """Charge nothing until ``until``: the time until then is a trial, without proration."""
    with own_errors():
        return as_json(
            client_for(account).v1.subscriptions.update(
                subscription_id,
                {"trial_end": until, "proration_behavior": "none"},
                {"idempotency_key": key},
            )
        )
