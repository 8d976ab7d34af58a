"""Changing what a subscription is for: price, quantity, items, billing date, end of trial.

A ``Change`` is worked out first and changes nothing: previews show it, updates make it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from .billing import future, quantity_of, recurring_price
from .errors import invalid, only
from .lines import Line, recurring_line
from .proration import credit, debit
from .store import Account, Json, merge_metadata
from .subscriptions import first_period_end, new_item, plan_of, replace_items, rows_of

_ITEM = "id price quantity deleted metadata"


@dataclass(frozen=True)
class Change:
    """What a subscription becomes: ``items``, ``anchor``, ``trial_end``, and what that costs.

    ``lines`` are billed: at once when ``now``, else with the next invoice.
    """

    items: list[Json]
    anchor: int
    trial_end: int | None
    lines: list[Line] = field(default_factory=list)
    now: bool = False


def work_out(account: Account, subscription: Json, params: Json, where: str = "") -> Change:
    """The change that ``items``, ``billing_cycle_anchor`` and ``trial_end`` ask for."""
    at = _moment(account, subscription, params, where)
    before = rows_of(subscription)
    after = wanted_items(account, subscription, params.get("items", []), where)
    prorates = params.get("proration_behavior", "create_prorations") != "none"
    if "trial_end" in params and subscription["status"] == "paused":
        raise invalid("Resume the subscription before giving it a trial.", f"{where}trial_end")
    if "trial_end" in params:
        return _trial(account, subscription, after, params["trial_end"], prorates, where)
    if subscription["status"] in ("trialing", "paused"):
        _refuse_anchor(params, subscription, where)
        return Change(after, subscription["billing_cycle_anchor"], subscription["trial_end"])
    if _restarts(before, after, params):
        credits = [credit(account, subscription, item, at) for item in before] if prorates else []
        return _restart(account, subscription, after, credits)
    had, has = [_sold(item) for item in before], [_sold(item) for item in after]
    lines = [credit(account, subscription, i, at) for i in before if _sold(i) not in has]
    lines += [debit(account, subscription, after, i, at) for i in after if _sold(i) not in had]
    at_once = params.get("proration_behavior") == "always_invoice"
    return Change(
        after,
        subscription["billing_cycle_anchor"],
        subscription["trial_end"],
        lines if prorates else [],
        at_once and bool(lines),
    )


def _sold(item: Json) -> tuple[str, str, int]:
    return item["id"], item["price"]["id"], item["quantity"]


def _moment(account: Account, subscription: Json, params: Json, where: str) -> int:
    """When the change counts from: ``proration_date``, inside the present period, or now."""
    at = params.get("proration_date")
    if at is None:
        return account.now()
    rows = rows_of(subscription)
    start = max(item["current_period_start"] for item in rows)
    end = min(item["current_period_end"] for item in rows)
    if not start <= at <= end:
        raise invalid(
            "Invalid timestamp: proration_date must be within the current period.",
            f"{where}proration_date",
        )
    return int(at)


def _refuse_anchor(params: Json, subscription: Json, where: str) -> None:
    if params.get("billing_cycle_anchor", {}).get("type") == "now":
        raise invalid(
            f"The billing date of a {subscription['status']} subscription cannot be moved here.",
            f"{where}billing_cycle_anchor",
        )


def wanted_items(account: Account, subscription: Json, rows: list[Json], where: str) -> list[Json]:
    """The items after an update: named ones changed or deleted, unnamed ones added."""
    items = list(rows_of(subscription))
    for index, row in enumerate(rows):
        place = f"{where}items[{index}]"
        only(row, _ITEM, place)
        if "id" not in row:
            items.append(_added(account, subscription, items, row, place))
            continue
        at = next((i for i, item in enumerate(items) if item["id"] == row["id"]), None)
        if at is None:
            raise invalid(
                f"No such subscription item: '{row['id']}'", f"{place}[id]", "resource_missing"
            )
        if row.get("deleted"):
            del items[at]
        else:
            items[at] = _changed(account, subscription, items[at], row, place)
    if not items:
        raise invalid("A subscription must have at least one active plan.", f"{where}items")
    return items


def _added(account: Account, subscription: Json, items: list[Json], row: Json, place: str) -> Json:
    price, quantity = recurring_price(account, row, place)
    _same_currency(subscription, price, place)
    if any(item["price"]["id"] == price["id"] for item in items):
        raise invalid(
            "Cannot add multiple subscription items with the same price. Name the item's id to "
            "change it.",
            f"{place}[price]",
        )
    first = items[0] if items else rows_of(subscription)[0]
    period = first["current_period_start"], first["current_period_end"]
    item = new_item(subscription["id"], price, quantity, *period)
    return item | {"metadata": merge_metadata({}, row.get("metadata", {}))}


def _changed(account: Account, subscription: Json, item: Json, row: Json, place: str) -> Json:
    changed = dict(item)
    if "price" in row:
        price, quantity = recurring_price(account, row, place)
        _same_currency(subscription, price, place)
        changed |= {"price": dict(price), "plan": plan_of(price), "quantity": quantity}
    elif "quantity" in row:
        changed["quantity"] = quantity_of(row, place)
    if "metadata" in row:
        changed["metadata"] = merge_metadata(item["metadata"], row["metadata"])
    return changed


def _same_currency(subscription: Json, price: Json, place: str) -> None:
    if price["currency"] != subscription["currency"]:
        raise invalid(
            f"The price specified only supports `{price['currency']}`. This doesn't match the "
            f"expected currency: `{subscription['currency']}`.",
            f"{place}[price]",
        )


# ------------------------------------------------------------------------------------ new period


def _restarts(before: list[Json], after: list[Json], params: Json) -> bool:
    """A new billing date, or an item billed at another interval, begins a new period now."""
    if params.get("billing_cycle_anchor", {}).get("type") == "now":
        return True
    cycles = {item["id"]: _cycle(item) for item in before}
    first = _cycle(before[0])
    return any(cycles.get(item["id"], first) != _cycle(item) for item in after)


def _cycle(item: Json) -> tuple[str, int]:
    every = item["price"]["recurring"]
    return every["interval"], every["interval_count"]


def from_now(account: Account, items: list[Json]) -> list[Json]:
    """The items with a period that starts now."""
    now = account.now()
    return [
        item
        | {
            "current_period_start": now,
            "current_period_end": first_period_end(item["price"], now),
        }
        for item in items
    ]


def _restart(
    account: Account, subscription: Json, after: list[Json], credits: list[Line]
) -> Change:
    items = from_now(account, after)
    lines = credits + [recurring_line(account, item) for item in items]
    return Change(items, account.now(), subscription["trial_end"], lines, True)


def _trial(
    account: Account,
    subscription: Json,
    after: list[Json],
    ends: int | str,
    prorates: bool,
    where: str,
) -> Change:
    """A trial begun, moved or ended; what was paid for and not had is credited."""
    paid_for = prorates and subscription["status"] not in ("trialing", "paused")
    before = rows_of(subscription) if paid_for else []
    credits = [credit(account, subscription, item, account.now()) for item in before]
    if not isinstance(ends, int):
        change = _restart(account, subscription, after, credits)
        over = subscription["trial_end"] and min(subscription["trial_end"], account.now())
        return Change(change.items, change.anchor, over, change.lines, True)
    ends = future(account, ends, f"{where}trial_end")
    started = subscription["trial_start"] if subscription["status"] == "trialing" else None
    start = started or account.now()
    items = [item | {"current_period_start": start, "current_period_end": ends} for item in after]
    lines = credits + [recurring_line(account, item, trial=True) for item in items]
    return Change(items, ends, ends, lines, True)


def apply(account: Account, subscription: Json, change: Change) -> None:
    """Make the change; its lines are billed elsewhere."""
    replace_items(subscription, change.items)
    subscription["billing_cycle_anchor"] = change.anchor
    if change.trial_end == subscription["trial_end"]:
        return
    begins = change.trial_end is not None and change.trial_end > account.now()
    subscription |= {"trial_end": change.trial_end, "status": "trialing" if begins else "active"}
    if begins:
        subscription["trial_start"] = change.items[0]["current_period_start"]
        account.private.setdefault(subscription["id"], {}).pop("warned", None)
