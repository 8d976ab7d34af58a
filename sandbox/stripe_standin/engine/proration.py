"""Proration: what part of a period is given back, and what part is charged.

To the second, rounded half up per line. A credit takes back what was really billed for the item's
present period, so that two changes in one period do not credit the same days twice. To the cent
this is ours, and not proven against Stripe.
"""

from __future__ import annotations

from collections.abc import Iterator

from . import discounts, pending
from .catalog import title
from .invoices import subscription_of
from .lines import Line, recurring_line
from .store import Account, Json


def share(amount: int, part: int, whole: int) -> int:
    """``amount * part / whole``, rounded half up."""
    return (2 * amount * part + whole) // (2 * whole) if whole else 0


def credit(account: Account, subscription: Json, item: Json, at: int) -> Line:
    """A negative line for the time of ``item`` from ``at`` to the end of its period."""
    amount, start, credited = _billed(account, subscription, item)
    end = item["current_period_end"]
    return Line(
        price=item["price"],
        quantity=item["quantity"],
        amount=-share(amount, max(0, end - at), end - start),
        description=f"Unused time on {title(account, item['price'])}",
        start=at,
        end=end,
        item=item["id"],
        proration=True,
        credited=credited,
    )


def debit(account: Account, subscription: Json, items: list[Json], item: Json, at: int) -> Line:
    """A line for the time of ``item`` from ``at`` to the end of its period.

    Discounts are in it already, as they would be spread over all ``items``.
    """
    start, end = item["current_period_start"], item["current_period_end"]
    terms = discounts.terms_of(account, subscription["discounts"])
    whole = discounts.spread(account, [recurring_line(account, i) for i in items], terms)
    full = next(discounts.net(line) for line in whole if line.item == item["id"])
    return Line(
        price=item["price"],
        quantity=item["quantity"],
        amount=share(full, max(0, end - at), end - start),
        description=f"Remaining time on {title(account, item['price'])}",
        start=at,
        end=end,
        item=item["id"],
        proration=True,
    )


def _billed(account: Account, subscription: Json, item: Json) -> tuple[int, int, Json | None]:
    """Amount, start and place of the latest debit that runs to the end of the item's period."""
    found = [*_invoiced(account, subscription, item), *_waiting(account, subscription, item)]
    if not found:
        return 0, item["current_period_start"], None
    start, amount, place = sorted(found, key=lambda row: row[0])[-1]
    return amount, start, place


def _invoiced(
    account: Account, subscription: Json, item: Json
) -> Iterator[tuple[int, int, Json | None]]:
    for invoice in account.rows("invoice"):
        if subscription_of(invoice) != subscription["id"] or invoice["status"] == "void":
            continue
        for line in invoice["lines"]["data"]:
            details = line["parent"]["subscription_item_details"] or {}
            mine = details.get("subscription_item") == item["id"]
            ends = line["period"]["end"] == item["current_period_end"]
            if mine and ends and line["amount"] >= 0:
                place = {"invoice": invoice["id"], "invoice_line_items": [line["id"]]}
                off = sum(row["amount"] for row in line["discount_amounts"])
                yield line["period"]["start"], line["amount"] - off, place


def _waiting(
    account: Account, subscription: Json, item: Json
) -> Iterator[tuple[int, int, Json | None]]:
    for row in pending.waiting(account, subscription["id"]):
        mine = row["parent"]["subscription_details"]["subscription_item"] == item["id"]
        ends = row["period"]["end"] == item["current_period_end"]
        if mine and ends and row["amount"] >= 0:
            yield row["period"]["start"], row["net_amount"], None
