"""Pending invoice items: debits and credits of a subscription that wait for its next invoice."""

from __future__ import annotations

from .lines import Line, pricing
from .store import Account, Json, new_id


def keep(account: Account, subscription: Json, line: Line) -> Json:
    """Put a line by for the next invoice; emits invoiceitem.created."""
    item = account.put(
        {
            "id": new_id("invoiceitem"),
            "object": "invoiceitem",
            "amount": line.amount,
            "currency": subscription["currency"],
            "customer": subscription["customer"],
            "date": account.now(),
            "description": line.description,
            "discountable": not line.proration,
            "discounts": [],
            "invoice": None,
            "livemode": False,
            "metadata": {},
            "net_amount": line.amount,
            "parent": {
                "subscription_details": {
                    "subscription": subscription["id"],
                    "subscription_item": line.item,
                },
                "type": "subscription_details",
            },
            "period": {"end": line.end, "start": line.start},
            "pricing": pricing(line.price),
            "proration": line.proration,
            "proration_details": _proration_details(line),
            "quantity": line.quantity,
            "quantity_decimal": str(line.quantity),
            "tax_rates": [],
            "test_clock": None,
        }
    )
    account.emit("invoiceitem.created", item)
    return item


def _proration_details(line: Line) -> Json | None:
    if not line.proration:
        return None
    credited = line.credited and {
        "invoice_item": None,
        "invoice_line_item_details": line.credited,
        "type": "invoice_line_items",
    }
    return {"credited_items": credited, "discount_amounts": []}


def waiting(account: Account, subscription: str) -> list[Json]:
    """Items of a subscription that no invoice has taken yet, oldest first."""
    return [
        item
        for item in account.rows("invoiceitem")
        if item["invoice"] is None and subscription_of(item) == subscription
    ]


def subscription_of(item: Json) -> str:
    owner: str = item["parent"]["subscription_details"]["subscription"]
    return owner


def as_line(account: Account, item: Json) -> Line:
    """The line that a waiting item becomes."""
    credited = (item["proration_details"] or {}).get("credited_items")
    return Line(
        price=account.get("price", item["pricing"]["price_details"]["price"]),
        quantity=item["quantity"],
        amount=item["amount"],
        description=item["description"],
        start=item["period"]["start"],
        end=item["period"]["end"],
        item=item["parent"]["subscription_details"]["subscription_item"],
        proration=item["proration"],
        invoice_item=item["id"],
        credited=credited and credited["invoice_line_item_details"],
    )


def take(items: list[Json], invoice: Json) -> None:
    """The invoice has them now."""
    for item in items:
        item["invoice"] = invoice["id"]
