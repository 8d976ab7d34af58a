"""Changing what a subscription is for."""

from typing import Any

from wagtail_asyncpt.memberships.stripe.client import as_json, client_for, own_errors

Json = dict[str, Any]


def change_preview(account: str, subscription_id: str, *, price: str, at: int) -> Json:
    """The invoice of changing to ``price`` at the moment ``at``."""
    with own_errors():
        v1 = client_for(account).v1
        found = v1.subscriptions.retrieve(subscription_id)
        return as_json(
            v1.invoices.create_preview(
                {
                    "subscription": subscription_id,
                    "subscription_details": {
                        "items": [{"id": found.items.data[0].id, "price": price}],
                        "proration_behavior": "always_invoice",
                        "proration_date": at,
                    },
                }
            )
        )


def change_price(account: str, subscription: Json, *, price: str, at: int | None, key: str) -> None:
    """Change now. What it costs from ``at`` on is charged first; unpaid, nothing changes.

    Without ``at`` nothing is charged: in a trial.
    """
    item = {"id": subscription["items"]["data"][0]["id"], "price": price}
    params: Json = (
        {"items": [item], "proration_behavior": "none"}
        if at is None
        else {
            "items": [item],
            "proration_behavior": "always_invoice",
            "proration_date": at,
            "payment_behavior": "pending_if_incomplete",
        }
    )
    with own_errors():
        client_for(account).v1.subscriptions.update(
            subscription["id"],
            params,  # type: ignore[arg-type]
            {"idempotency_key": key},
        )


def change_price_later(
    account: str, subscription: Json, *, price: str, months: int, key: str
) -> None:
    """Change when the present period is over, by a schedule that then lets go."""
    every: Json = (
        {"interval": "year", "interval_count": 1}
        if months == 12
        else {"interval": "month", "interval_count": months}
    )
    with own_errors():
        schedules = client_for(account).v1.subscription_schedules
        held = subscription["schedule"] or as_json(
            schedules.create(
                {"from_subscription": subscription["id"]}, {"idempotency_key": f"{key}-schedule"}
            )
        )
        present = _present_phase(held)
        coupons = [{"discount": row["discount"]} for row in present["discounts"] if row["discount"]]
        carried: Json = {"discounts": coupons} if coupons else {}
        phases: Any = [
            {
                "items": [{"price": present["items"][0]["price"], "quantity": 1}],
                "start_date": present["start_date"],
                "end_date": present["end_date"],
                **carried,
            },
            {
                "items": [{"price": price, "quantity": 1}],
                "duration": every,
                "proration_behavior": "none",
                **carried,
            },
        ]
        schedules.update(
            held["id"],
            {"phases": phases, "end_behavior": "release", "proration_behavior": "none"},
            {"idempotency_key": f"{key}-phases"},
        )


def _present_phase(schedule: Json) -> Json:
    current = schedule["current_phase"]
    found: Json = next(
        phase for phase in schedule["phases"] if phase["start_date"] == current["start_date"]
    )
    return found


def schedule(account: str, schedule_id: str) -> Json:
    """A subscription schedule."""
    with own_errors():
        return as_json(client_for(account).v1.subscription_schedules.retrieve(schedule_id))


def release_schedule(account: str, schedule_id: str) -> None:
    """Let the subscription go on as it is."""
    with own_errors():
        client_for(account).v1.subscription_schedules.release(
            schedule_id, {}, {"idempotency_key": f"release-{schedule_id}"}
        )
