"""Subscriptions: shape and states. Money is in ``billing``."""

from __future__ import annotations

from collections.abc import Callable

from .clock import next_boundary
from .store import Account, Json, new_id

OVER = ("canceled", "incomplete_expired")


def build(
    account: Account,
    *,
    customer: str,
    items: list[tuple[Json, int]],
    status: str,
    trial_end: int | None = None,
    method: str | None = None,
    metadata: Json | None = None,
    description: str | None = None,
    trial_settings: Json | None = None,
    billing_mode: str = "flexible",
    taxed: bool = False,
) -> Json:
    """A stored subscription; ``items`` are recurring prices with quantities. Emits nothing yet."""
    now = account.now()
    identity = new_id("subscription")
    anchor = trial_end or now
    return account.put(
        {
            "id": identity,
            "object": "subscription",
            "application": None,
            "application_fee_percent": None,
            "automatic_tax": {
                "disabled_reason": None,
                "enabled": taxed,
                "liability": {"type": "self"} if taxed else None,
            },
            "billing_cycle_anchor": anchor,
            "billing_cycle_anchor_config": None,
            "billing_mode": {
                "type": billing_mode,
                "flexible": {"proration_discounts": "included"}
                if billing_mode == "flexible"
                else None,
            },
            "billing_schedules": [],
            "billing_thresholds": None,
            "cancel_at": None,
            "cancel_at_period_end": False,
            "canceled_at": None,
            "cancellation_details": {"comment": None, "feedback": None, "reason": None},
            "collection_method": "charge_automatically",
            "created": now,
            "currency": items[0][0]["currency"],
            "customer": customer,
            "days_until_due": None,
            "default_payment_method": method,
            "default_source": None,
            "default_tax_rates": [],
            "description": description,
            "discounts": [],
            "ended_at": None,
            "invoice_settings": {"account_tax_ids": None, "issuer": {"type": "self"}},
            "items": {
                "object": "list",
                "data": [
                    new_item(identity, p, n, now, trial_end or first_period_end(p, now))
                    for p, n in items
                ],
                "has_more": False,
                "url": f"/v1/subscription_items?subscription={identity}",
            },
            "latest_invoice": None,
            "livemode": False,
            "metadata": metadata or {},
            "next_pending_invoice_item_invoice": None,
            "on_behalf_of": None,
            "pause_collection": None,
            "payment_settings": {
                "payment_method_options": None,
                "payment_method_types": None,
                "save_default_payment_method": "off",
            },
            "pending_invoice_item_interval": None,
            "pending_setup_intent": None,
            "pending_update": None,
            "schedule": None,
            "start_date": now,
            "status": status,
            "status_details": None,
            "test_clock": account.get("customer", customer).get("test_clock"),
            "transfer_data": None,
            "trial_end": trial_end,
            "trial_settings": trial_settings
            or {"end_behavior": {"missing_payment_method": "create_invoice"}},
            "trial_start": now if trial_end else None,
        }
    )


def first_period_end(price: Json, start: int) -> int:
    """End of a period that begins the cycle at ``start``."""
    every = price["recurring"]
    return next_boundary(start, every["interval"], every["interval_count"], start)


def new_item(subscription: str, price: Json, quantity: int, start: int, end: int) -> Json:
    """A subscription item that runs from ``start`` to ``end``."""
    return {
        "id": new_id("subscription_item"),
        "object": "subscription_item",
        "billing_thresholds": None,
        "created": start,
        "current_period_end": end,
        "current_period_start": start,
        "discounts": [],
        "metadata": {},
        "plan": plan_of(price),
        "price": dict(price),
        "quantity": quantity,
        "subscription": subscription,
        "tax_rates": [],
    }


def plan_of(price: Json) -> Json:
    """The pre-Price twin that Stripe still sends beside every item's price."""
    every = price["recurring"]
    return {
        "id": price["id"],
        "object": "plan",
        "active": price["active"],
        "amount": price["unit_amount"],
        "amount_decimal": price["unit_amount_decimal"],
        "billing_scheme": "per_unit",
        "created": price["created"],
        "currency": price["currency"],
        "interval": every["interval"],
        "interval_count": every["interval_count"],
        "livemode": False,
        "metadata": price["metadata"],
        "meter": None,
        "nickname": price["nickname"],
        "product": price["product"],
        "tiers_mode": None,
        "transform_usage": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }


def rows_of(subscription: Json) -> list[Json]:
    items: list[Json] = subscription["items"]["data"]
    return items


def period_end(subscription: Json) -> int:
    """When what is billed now runs out: the earliest end among the items."""
    return min(item["current_period_end"] for item in rows_of(subscription))


def next_period(subscription: Json, item: Json) -> Json:
    """The item with its next period, counted from the subscription's anchor."""
    every = item["price"]["recurring"]
    start = item["current_period_end"]
    end = next_boundary(
        subscription["billing_cycle_anchor"], every["interval"], every["interval_count"], start
    )
    return item | {"current_period_start": start, "current_period_end": end}


def replace_items(subscription: Json, items: list[Json]) -> None:
    """New list, so that ``changing`` sees the difference."""
    subscription["items"] = subscription["items"] | {"data": items}


def end(account: Account, subscription: Json, reason: str, details: Json | None = None) -> None:
    """Over, now; emits customer.subscription.deleted. The object stays readable."""
    now = account.now()
    subscription |= {
        "status": "canceled",
        "status_details": None,
        "canceled_at": subscription["canceled_at"] or now,
        "ended_at": now,
        "cancellation_details": subscription["cancellation_details"]
        | {"reason": subscription["cancellation_details"]["reason"] or reason}
        | (details or {}),
    }
    account.emit("customer.subscription.deleted", subscription)


def set_status(account: Account, subscription: Json, status: str) -> None:
    with account.changing(subscription, "customer.subscription.updated"):
        subscription["status"] = status


def schedule_cancel(account: Account, subscription: Json, cancel_at: int | None) -> None:
    """What the portal does in flexible mode: set (or clear) cancel_at, never the boolean."""
    with account.changing(subscription, "customer.subscription.updated"):
        subscription |= {
            "cancel_at": cancel_at,
            "cancel_at_period_end": False,
            "canceled_at": account.now() if cancel_at else None,
            "cancellation_details": subscription["cancellation_details"]
            | {"reason": "cancellation_requested" if cancel_at else None},
        }


def method_for(account: Account, subscription: Json) -> Json | None:
    """The card to charge: the subscription's own, else the customer's default."""
    customer = account.get("customer", subscription["customer"])
    identity = subscription["default_payment_method"]
    if identity is None and not customer.get("deleted"):
        identity = customer["invoice_settings"]["default_payment_method"]
    method = account.find("payment_method", identity)
    return method if method is not None and method["customer"] == customer["id"] else None


def subscription_filter(account: Account, params: Json) -> Callable[[Json], bool]:
    """Canceled ones are left out unless ``status`` asks ("all", "ended" or the status itself)."""
    status = params.get("status")
    allowed: dict[str | None, Callable[[str], bool]] = {
        None: lambda s: s not in OVER,
        "all": lambda s: True,
        "ended": lambda s: s in OVER,
    }
    fits = allowed.get(status, lambda s: s == status)

    def keep(subscription: Json) -> bool:
        prices = {item["price"]["id"] for item in rows_of(subscription)}
        return (
            fits(subscription["status"])
            and params.get("customer") in (None, subscription["customer"])
            and ("price" not in params or params["price"] in prices)
        )

    return keep
