"""Events in the shape of an old API version, for receivers that trust what they are sent."""

from __future__ import annotations

from copy import deepcopy

from .store import Json

OLD_VERSION = "2024-06-20"


def in_old_shape(event: Json) -> Json:
    """A copy of an event as an endpoint pinned to ``OLD_VERSION`` would get it.

    Fields that have moved since are where they were: the period on the subscription, the
    subscription, charge and payment intent on the invoice.
    """
    old = deepcopy(event) | {"api_version": OLD_VERSION}
    obj = old["data"]["object"]
    if obj.get("object") == "subscription":
        _subscription(obj)
    elif obj.get("object") == "invoice":
        _invoice(obj)
    return old


def _subscription(obj: Json) -> None:
    items = obj["items"]["data"]
    obj |= {
        "current_period_start": min(item["current_period_start"] for item in items),
        "current_period_end": max(item["current_period_end"] for item in items),
        "discount": None,
        "plan": items[0]["plan"],
        "quantity": items[0]["quantity"],
    }
    for item in items:
        del item["current_period_start"], item["current_period_end"]
    for name in ("billing_mode", "billing_schedules", "status_details"):
        obj.pop(name, None)


def _invoice(obj: Json) -> None:
    parent = obj.pop("parent")
    details = parent["subscription_details"] if parent else None
    obj |= {
        "subscription": details["subscription"] if details else None,
        "subscription_details": {"metadata": details["metadata"] if details else None},
        "paid": obj["status"] == "paid",
        "charge": None,
        "payment_intent": None,
        "tax": None,
        "discount": None,
    }
    for line in obj["lines"]["data"]:
        pricing = line.pop("pricing")
        line["price"] = {"id": pricing["price_details"]["price"], "object": "price"}
        line["proration"] = False
        line.pop("parent")
