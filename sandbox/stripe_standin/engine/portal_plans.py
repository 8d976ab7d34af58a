"""What members do with their subscription in the portal: pause, resume, another plan."""

from __future__ import annotations

from . import pausing, plans, schedules
from .changes import update_subscription
from .clock import add_interval
from .errors import invalid
from .invoice_shape import compose
from .pending import as_line, waiting
from .store import Account, Json
from .subscriptions import period_end, rows_of

PAY_FIRST = {"payment_behavior": "resume_on_payment_success"}


def pause(account: Account, subscription: Json, features: Json, choice: str) -> None:
    """Pause; with ``interval_options`` the choice (its index) says when it resumes by itself."""
    duration = features["subscription_pause"]["duration"]
    if not features["subscription_pause"]["enabled"]:
        raise invalid("Pausing is not offered here.")
    option = None
    if duration["type"] == "interval_options":
        options = dict(enumerate(duration["interval_options"]))
        option = options.get(int(choice)) if choice.isdigit() else None
        if option is None:
            raise invalid("Choose for how long.")
    pausing.pause_subscription(account, {}, subscription["id"])
    if option is not None:
        at = add_interval(account.now(), option["interval"], option["interval_count"])
        account.later(at - account.now(), "portal_resume", subscription["id"])


def resume(account: Account, subscription: Json) -> None:
    """Resume; stays paused until the invoice is paid."""
    account.errands = [
        e for e in account.errands if (e["do"], e["id"]) != ("portal_resume", subscription["id"])
    ]
    pausing.resume_subscription(account, PAY_FIRST, subscription["id"])


def resume_by_itself(account: Account, subscription_id: str) -> None:
    """The chosen time is over; nothing happens if it was resumed or ended before."""
    subscription = account.get("subscription", subscription_id)
    if subscription["status"] == "paused":
        pausing.resume_subscription(account, PAY_FIRST, subscription_id)


# ------------------------------------------------------------------------------- another plan


def choices(account: Account, subscription: Json, features: Json) -> list[Json]:
    """Prices that the member may change to; none for more than one item, as at Stripe."""
    wanted = features["subscription_update"]
    rows = rows_of(subscription)
    may_change = subscription["status"] in ("active", "trialing") and not subscription["schedule"]
    if not wanted["enabled"] or len(rows) > 1 or not may_change:
        return []
    named = [price for product in wanted["products"] for price in product["prices"]]
    prices = [account.get("price", price) for price in named]
    return [
        price
        for price in prices
        if price["active"]
        and price["currency"] == subscription["currency"]
        and price["id"] != rows[0]["price"]["id"]
        and price["type"] == "recurring"
    ]


def waits(subscription: Json, price: Json, features: Json) -> bool:
    """True when a change to this price is left for the end of the period."""
    conditions = features["subscription_update"]["schedule_at_period_end"]["conditions"]
    kinds = {condition["type"] for condition in conditions}
    item = rows_of(subscription)[0]
    cheaper = _monthly(price) < _monthly(item["price"])
    shorter = _months(price) < _months(item["price"])
    return ("decreasing_item_amount" in kinds and cheaper) or (
        "shortening_interval" in kinds and shorter
    )


def _months(price: Json) -> float:
    every = price["recurring"]
    lengths = {"day": 1 / 30, "week": 7 / 30, "month": 1, "year": 12}
    return float(lengths[every["interval"]] * every["interval_count"])


def _monthly(price: Json) -> float:
    return float(price["unit_amount"] / _months(price))


def _update(subscription: Json, price: Json, features: Json) -> Json:
    wanted = features["subscription_update"]
    item = rows_of(subscription)[0]
    row = {"id": item["id"], "price": price["id"], "quantity": item["quantity"]}
    params: Json = {"items": [row], "proration_behavior": wanted["proration_behavior"]}
    ends_trial = wanted["trial_update_behavior"] == "end_trial"
    if subscription["status"] == "trialing" and ends_trial:
        params["trial_end"] = "now"
    return params


def due_now(account: Account, subscription: Json, price: Json, features: Json) -> int:
    """What the change would charge at once."""
    if waits(subscription, price, features):
        return 0
    change = plans.work_out(account, subscription, _update(subscription, price, features))
    if not change.now:
        return 0
    kept = [as_line(account, item) for item in waiting(account, subscription["id"])]
    invoice = compose(
        account,
        customer=subscription["customer"],
        currency=subscription["currency"],
        lines=kept + change.lines,
        reason="upcoming",
        subscription=subscription,
    )
    return int(invoice["amount_due"])


def change(account: Account, subscription: Json, price: Json, features: Json) -> None:
    """Now, if its payment succeeds; or at the period's end, by a schedule."""
    if not waits(subscription, price, features):
        params = _update(subscription, price, features)
        params["payment_behavior"] = "error_if_incomplete"
        update_subscription(account, params, subscription["id"])
        return
    schedule = schedules.create_schedule(account, {"from_subscription": subscription["id"]})
    item = rows_of(subscription)[0]
    quantity = item["quantity"]
    present = {
        "items": [{"price": item["price"]["id"], "quantity": quantity}],
        "end_date": period_end(subscription),
    }
    following = {"items": [{"price": price["id"], "quantity": quantity}]}
    wanted = {"phases": [present, following]}
    schedules.update_schedule(account, wanted, schedule["id"])
