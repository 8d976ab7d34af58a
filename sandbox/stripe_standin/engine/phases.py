"""The phases of a subscription schedule: what is sold from when to when."""

from __future__ import annotations

from .billing import recurring_price
from .clock import add_interval
from .errors import invalid, only
from .store import Account, Json

_PHASE = (
    "items start_date end_date duration discounts metadata proration_behavior description "
    "default_payment_method currency trial_end"
)


def build_phases(account: Account, rows: list[Json], start: int) -> list[Json]:
    """The phases asked for, one after the other from ``start``; or a refusal."""
    phases: list[Json] = []
    for index, row in enumerate(rows):
        where = f"phases[{index}]"
        only(row, _PHASE, where)
        given = row.get("start_date", start)
        if given not in (start, "now"):
            raise invalid(f"Phase {index} must start at {start}, where it follows.", where)
        items = _phase_items(account, row, where)
        ends = _ends(account, row, items, start, where)
        currency = account.get("price", items[0]["price"])["currency"]
        phases.append(phase_of(items, start, ends, row, currency))
        start = ends
    return phases


def _phase_items(account: Account, row: Json, where: str) -> list[Json]:
    items = []
    for index, wanted in enumerate(row["items"]):
        place = f"{where}[items][{index}]"
        only(wanted, "price quantity metadata", place)
        price, quantity = recurring_price(account, wanted, place)
        items.append(phase_item(price, quantity, wanted.get("metadata") or {}))
    if not items:
        raise invalid("A phase needs items.", f"{where}[items]")
    return items


def _ends(account: Account, row: Json, items: list[Json], start: int, where: str) -> int:
    if "end_date" in row and "duration" in row:
        raise invalid("Give either end_date or duration.", f"{where}[end_date]")
    if row.get("end_date") == "now":
        return account.now()
    if "end_date" in row:
        ends = int(row["end_date"])
        if not start < ends < start + 10 * 366 * 86_400:
            raise invalid("A phase must end after it starts.", f"{where}[end_date]")
        return ends
    every = account.get("price", items[0]["price"])["recurring"]
    wanted = row.get("duration", every)
    count = wanted.get("interval_count", 1)
    if not 1 <= count <= 60:
        raise invalid("A phase lasts from 1 to 60 intervals.", f"{where}[duration]")
    return add_interval(start, wanted["interval"], count)


def phase_item(price: Json, quantity: int, metadata: Json) -> Json:
    """A price in a phase."""
    return {
        "billing_thresholds": None,
        "discounts": [],
        "metadata": dict(metadata),
        "plan": price["id"],
        "price": price["id"],
        "quantity": quantity,
        "tax_rates": [],
    }


def phase_of(items: list[Json], start: int, ends: int, row: Json, currency: str) -> Json:
    """The shape of a phase; ``row`` holds what else was asked for."""
    empty = {"coupon": None, "discount": None, "promotion_code": None}
    return {
        "add_invoice_items": [],
        "application_fee_percent": None,
        "billing_cycle_anchor": None,
        "billing_thresholds": None,
        "collection_method": None,
        "currency": currency,
        "default_payment_method": row.get("default_payment_method"),
        "default_tax_rates": [],
        "description": row.get("description") or None,
        "discounts": [empty | wanted for wanted in row.get("discounts") or []],
        "end_date": ends,
        "invoice_settings": None,
        "items": items,
        "metadata": row.get("metadata") or {},
        "on_behalf_of": None,
        "proration_behavior": row.get("proration_behavior", "create_prorations"),
        "start_date": start,
        "transfer_data": None,
        "trial_end": row.get("trial_end"),
    }
