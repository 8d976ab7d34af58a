"""What the clinic changes: cancel at a date or now, another card, a customer deleted."""

from __future__ import annotations

from .billing import future
from .customers import mark_deleted
from .errors import StripeError, invalid
from .store import Account, Json, assign
from .subscriptions import OVER, end, period_end, rows_of, schedule_cancel


def update_subscription(account: Account, params: Json, identity: str) -> Json:
    """Cancel at period end or at a date, default card, description, metadata."""
    subscription = account.get("subscription", identity)
    if subscription["status"] in OVER:
        raise invalid("A canceled subscription can only update its cancellation_details.")
    if {"cancel_at", "cancel_at_period_end"} <= set(params):
        raise invalid("Only one of cancel_at and cancel_at_period_end may be given.", "cancel_at")
    method = params.get("default_payment_method")
    if method:
        account.get("payment_method", method, "default_payment_method")
    cancel_at = None
    if "cancel_at" in params:
        cancel_at = _cancel_date(account, subscription, params["cancel_at"])
    with account.changing(subscription, "customer.subscription.updated"):
        assign(subscription, params, "description", "default_payment_method")
        _details(subscription, params)
        if "cancel_at_period_end" in params:
            _cancel_at_period_end(account, subscription, params["cancel_at_period_end"])
    if "cancel_at" in params:
        schedule_cancel(account, subscription, cancel_at)
    return subscription


def _details(subscription: Json, params: Json) -> None:
    details = params.get("cancellation_details") or {}
    subscription["cancellation_details"] = subscription["cancellation_details"] | {
        k: v or None for k, v in details.items()
    }


def _cancel_at_period_end(account: Account, subscription: Json, wanted: bool) -> None:
    subscription |= {
        "cancel_at_period_end": wanted,
        "cancel_at": period_end(subscription) if wanted else None,
        "canceled_at": account.now() if wanted else None,
    }
    subscription["cancellation_details"] = subscription["cancellation_details"] | {
        "reason": "cancellation_requested" if wanted else None
    }


def _cancel_date(account: Account, subscription: Json, wanted: int | str) -> int | None:
    ends = [item["current_period_end"] for item in rows_of(subscription)]
    named = {"": None, "min_period_end": min(ends), "max_period_end": max(ends)}
    if isinstance(wanted, int):
        return future(account, wanted, "cancel_at")
    if wanted not in named:
        raise invalid(f"The stand-in does not know cancel_at={wanted}.", "cancel_at")
    return named[wanted]


def cancel_subscription(account: Account, params: Json, identity: str) -> Json:
    """Now; nothing is credited (the stand-in does not prorate)."""
    subscription = account.get("subscription", identity)
    if subscription["status"] in OVER:
        raise StripeError(
            f"No such subscription: '{identity}'", status=404, code="resource_missing", param="id"
        )
    details = {k: v or None for k, v in (params.get("cancellation_details") or {}).items()}
    end(account, subscription, "cancellation_requested", details)
    return subscription


def delete_customer(account: Account, params: Json, identity: str) -> Json:
    """Deleting a customer cancels what they still pay for."""
    if account.get("customer", identity).get("deleted"):
        raise StripeError(f"No such customer: '{identity}'", status=404, code="resource_missing")
    for subscription in account.rows("subscription"):
        if subscription["customer"] == identity and subscription["status"] not in OVER:
            end(account, subscription, "cancellation_requested")
    return mark_deleted(account, identity)
