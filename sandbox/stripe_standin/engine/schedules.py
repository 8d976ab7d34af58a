"""Subscription schedules: phases with their own prices, one after the other, and then an end."""

from __future__ import annotations

from collections.abc import Callable

from . import changes, discounts
from .billing import create_subscription
from .errors import StripeError, invalid, only
from .phases import build_phases, phase_item, phase_of
from .store import Account, Json, assign, merge_metadata, new_id
from .subscriptions import OVER, end, plan_of, replace_items, rows_of


def create_schedule(account: Account, params: Json) -> Json:
    """From a running subscription, or for a customer with phases from now or later."""
    if "from_subscription" in params:
        only(params, "from_subscription end_behavior metadata billing_mode", "schedule")
        return _from_subscription(account, params)
    if not params.get("customer") or not params.get("phases"):
        raise invalid("You must provide from_subscription, or customer and phases.", "customer")
    customer = account.get("customer", params["customer"], "customer")
    start = params.get("start_date", "now")
    at = account.now() if start == "now" else int(start)
    if at < account.now():
        raise invalid("start_date must not be in the past here.", "start_date")
    phases = build_phases(account, params["phases"], at)
    schedule = _build(account, customer["id"], phases, params)
    if at == account.now():
        begin(account, schedule)
    return schedule


def _from_subscription(account: Account, params: Json) -> Json:
    subscription = account.get("subscription", params["from_subscription"], "from_subscription")
    if subscription["status"] in OVER:
        raise invalid("This subscription is over.", "from_subscription")
    if subscription["schedule"]:
        raise invalid(
            f"You cannot migrate a subscription that is already attached to a schedule: "
            f"{subscription['schedule']}.",
            "from_subscription",
        )
    rows = rows_of(subscription)
    start = max(item["current_period_start"] for item in rows)
    phase = phase_of(
        [phase_item(item["price"], item["quantity"], item["metadata"]) for item in rows],
        start,
        max(item["current_period_end"] for item in rows),
        {"discounts": [{"discount": name} for name in subscription["discounts"]]},
        subscription["currency"],
    )
    schedule = _build(account, subscription["customer"], [phase], params)
    _attach(schedule, subscription)
    return schedule


def _build(account: Account, customer: str, phases: list[Json], params: Json) -> Json:
    schedule = account.put(
        {
            "id": new_id("subscription_schedule"),
            "object": "subscription_schedule",
            "application": None,
            "billing_mode": {
                "type": "flexible",
                "flexible": {"proration_discounts": "included"},
            },
            "canceled_at": None,
            "completed_at": None,
            "created": account.now(),
            "current_phase": None,
            "customer": customer,
            "default_settings": {
                "application_fee_percent": None,
                "billing_cycle_anchor": "automatic",
                "billing_thresholds": None,
                "collection_method": "charge_automatically",
                "default_payment_method": None,
                "description": None,
                "invoice_settings": {
                    "account_tax_ids": None,
                    "days_until_due": None,
                    "issuer": {"type": "self"},
                },
                "on_behalf_of": None,
                "transfer_data": None,
            },
            "end_behavior": params.get("end_behavior", "release"),
            "livemode": False,
            "metadata": merge_metadata({}, params.get("metadata", {})),
            "pause_schedules": [],
            "phases": phases,
            "released_at": None,
            "released_subscription": None,
            "status": "not_started",
            "subscription": None,
            "test_clock": None,
        }
    )
    account.emit("subscription_schedule.created", schedule)
    return schedule


def _attach(schedule: Json, subscription: Json) -> None:
    subscription["schedule"] = schedule["id"]
    schedule |= {"status": "active", "subscription": subscription["id"]}
    _stand_in_phase(schedule, schedule["phases"][0])


def _stand_in_phase(schedule: Json, phase: Json) -> None:
    schedule["current_phase"] = {
        "start_date": phase["start_date"],
        "end_date": phase["end_date"],
    }


# ---------------------------------------------------------------------------- what time brings


def begin(account: Account, schedule: Json) -> None:
    """The first phase: a new subscription."""
    phase = schedule["phases"][0]
    wanted = {
        "customer": schedule["customer"],
        "items": [{"price": i["price"], "quantity": i["quantity"]} for i in phase["items"]],
        "metadata": dict(phase["metadata"]),
    }
    if phase["discounts"]:
        wanted["discounts"] = [{k: v for k, v in d.items() if v} for d in phase["discounts"]]
    for name in ("default_payment_method", "description", "trial_end"):
        if phase[name]:
            wanted[name] = phase[name]
    try:
        subscription = create_subscription(account, wanted)
    except StripeError:
        if schedule["created"] == account.now():
            del account.objects["subscription_schedule"][schedule["id"]]
            raise
        # Nobody is there to be told: what cannot start is canceled.
        with account.changing(schedule, "subscription_schedule.canceled"):
            schedule |= {"status": "canceled", "canceled_at": account.now()}
        return
    _attach(schedule, subscription)
    account.emit("subscription_schedule.updated", schedule)


def next_moment(schedule: Json) -> int | None:
    """When a schedule has something to do."""
    if schedule["status"] == "not_started":
        return int(schedule["phases"][0]["start_date"])
    if schedule["status"] == "active":
        return int(schedule["current_phase"]["end_date"])
    return None


def turn(account: Account, schedule: Json) -> None:
    """A phase is over: begin the next one, or the end."""
    if schedule["status"] == "not_started":
        begin(account, schedule)
        return
    subscription = account.get("subscription", schedule["subscription"])
    now = account.now()
    following = [p for p in schedule["phases"] if p["start_date"] >= now and p["end_date"] > now]
    if following:
        with account.changing(schedule, "subscription_schedule.updated"):
            _stand_in_phase(schedule, following[0])
        _enter(account, subscription, following[0])
    elif schedule["end_behavior"] == "cancel":
        with account.changing(schedule, "subscription_schedule.completed"):
            schedule |= {"status": "completed", "completed_at": now, "current_phase": None}
        end(account, subscription, "cancellation_requested")
    else:
        _let_go(account, schedule, subscription)


def _enter(account: Account, subscription: Json, phase: Json) -> None:
    """Bring the subscription to the phase; at a period's end nothing is prorated."""
    with account.changing(subscription, "customer.subscription.updated"):
        subscription["metadata"] = merge_metadata(subscription["metadata"], phase["metadata"])
        wanted = [{k: v for k, v in d.items() if v} for d in phase["discounts"]]
        kept = [d["discount"] for d in wanted if "discount" in d]
        if wanted and set(kept) != set(subscription["discounts"]):
            new = [d for d in wanted if "discount" not in d]
            chosen = discounts.wanted(account, new, customer=subscription["customer"], lines=[])
            discounts.put_on(account, subscription, chosen, keep=kept)
    due = all(i["current_period_end"] <= account.now() for i in rows_of(subscription))
    if due:
        _swap(account, subscription, phase)
        return
    rows = _as_update(rows_of(subscription), phase["items"])
    if rows:
        wanted_change = {"items": rows, "proration_behavior": phase["proration_behavior"]}
        changes.update_subscription(account, wanted_change, subscription["id"])


def _as_update(have: list[Json], want: list[Json]) -> list[Json]:
    """The ``items`` of an update that turns what it has into what the phase wants."""
    rows: list[Json] = []
    for index in range(max(len(have), len(want))):
        if index >= len(want):
            rows.append({"id": have[index]["id"], "deleted": True})
            continue
        row = {"price": want[index]["price"], "quantity": want[index]["quantity"]}
        if index < len(have):
            same = (have[index]["price"]["id"], have[index]["quantity"])
            if same == (row["price"], row["quantity"]):
                continue
            row["id"] = have[index]["id"]
        rows.append(row)
    return rows


def _swap(account: Account, subscription: Json, phase: Json) -> None:
    """New prices on items whose period is over; the renewal that follows bills them."""
    have = rows_of(subscription)
    items = []
    for index, wanted in enumerate(phase["items"]):
        price = account.get("price", wanted["price"])
        base = have[index] if index < len(have) else have[0] | {"id": new_id("subscription_item")}
        swapped = {
            "price": dict(price),
            "plan": plan_of(price),
            "quantity": wanted["quantity"],
            "metadata": dict(wanted["metadata"]),
        }
        items.append(base | swapped)
    cycles = {_cycle(item) for item in have} | {_cycle(item) for item in items}
    with account.changing(subscription, "customer.subscription.updated"):
        replace_items(subscription, items)
        if len(cycles) > 1:
            subscription["billing_cycle_anchor"] = account.now()


def _cycle(item: Json) -> tuple[str, int]:
    every = item["price"]["recurring"]
    return every["interval"], every["interval_count"]


# ------------------------------------------------------------------------------------- changes


def update_schedule(account: Account, params: Json, identity: str) -> Json:
    """Phases (the present one stays where it began), end behavior, metadata."""
    schedule = account.get("subscription_schedule", identity)
    _refuse_over(schedule)
    with account.changing(schedule, "subscription_schedule.updated"):
        assign(schedule, params, "end_behavior")
        if "phases" in params:
            current = schedule["current_phase"]
            start = current["start_date"] if current else schedule["phases"][0]["start_date"]
            schedule["phases"] = build_phases(account, params["phases"], start)
            if current:
                _stand_in_phase(schedule, schedule["phases"][0])
    if "phases" in params and schedule["status"] == "active":
        behavior = params.get("proration_behavior", "create_prorations")
        subscription = account.get("subscription", schedule["subscription"])
        phase = schedule["phases"][0] | {"proration_behavior": behavior}
        _enter(account, subscription, phase)
    return schedule


def release_schedule(account: Account, params: Json, identity: str) -> Json:
    """The subscription goes on as it is, without a schedule."""
    schedule = account.get("subscription_schedule", identity)
    _refuse_over(schedule)
    subscription = account.find("subscription", schedule["subscription"])
    _let_go(account, schedule, subscription)
    return schedule


def _let_go(account: Account, schedule: Json, subscription: Json | None) -> None:
    with account.changing(schedule, "subscription_schedule.released"):
        schedule |= {
            "status": "released",
            "released_at": account.now(),
            "released_subscription": schedule["subscription"],
            "subscription": None,
            "current_phase": None,
        }
    if subscription is not None:
        with account.changing(subscription, "customer.subscription.updated"):
            subscription["schedule"] = None


def cancel_schedule(account: Account, params: Json, identity: str) -> Json:
    """Over at once, and its subscription with it."""
    schedule = account.get("subscription_schedule", identity)
    _refuse_over(schedule)
    if schedule["subscription"]:
        changes.cancel_subscription(account, params, schedule["subscription"])
    with account.changing(schedule, "subscription_schedule.canceled"):
        schedule |= {
            "status": "canceled",
            "canceled_at": account.now(),
            "current_phase": None,
        }
    return schedule


def _refuse_over(schedule: Json) -> None:
    if schedule["status"] not in ("not_started", "active"):
        raise invalid(
            f"This schedule is {schedule['status']}; only one that is not started or active can "
            "be changed."
        )


def follow_end(account: Account, schedule: Json) -> None:
    """Its subscription has ended otherwise."""
    with account.changing(schedule, "subscription_schedule.canceled"):
        schedule |= {"status": "canceled", "canceled_at": account.now(), "current_phase": None}


def schedule_filter(account: Account, params: Json) -> Callable[[Json], bool]:
    def keep(schedule: Json) -> bool:
        waits = schedule["status"] == "not_started"
        return (
            params.get("customer") in (None, schedule["customer"])
            and params.get("scheduled", waits) == waits
        )

    return keep
