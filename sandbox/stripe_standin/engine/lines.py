"""Invoice lines: what is billed, for which period, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass

from .catalog import title
from .store import Account, Json, random_text


@dataclass(frozen=True)
class Line:
    """One line to bill; ``amount`` in minor units, the period in Unix seconds."""

    price: Json
    quantity: int
    amount: int
    description: str
    start: int
    end: int
    item: str | None = None


def recurring_line(account: Account, item: Json, start: int, end: int, *, trial: bool) -> Line:
    """One period of a subscription item; a trial costs nothing."""
    price, quantity = item["price"], item["quantity"]
    name = title(account, price)
    words = f"Trial period for {name}" if trial else f"{quantity} x {name}"
    amount = 0 if trial else price["unit_amount"] * quantity
    return Line(price, quantity, amount, words, start, end, item["id"])


def one_time_line(account: Account, price: Json, quantity: int) -> Line:
    now = account.now()
    amount = price["unit_amount"] * quantity
    return Line(price, quantity, amount, title(account, price), now, now)


def line_list(invoice: str, lines: list[Line], currency: str, subscription: Json | None) -> Json:
    owner = subscription["id"] if subscription else None
    return {
        "object": "list",
        "data": [_line(invoice, line, currency, owner) for line in lines],
        "has_more": False,
        "url": f"/v1/invoices/{invoice}/lines",
    }


def _line(invoice: str, line: Line, currency: str, subscription: str | None) -> Json:
    return {
        "id": f"il_{random_text(24)}",
        "object": "line_item",
        "amount": line.amount,
        "currency": currency,
        "description": line.description,
        "discount_amounts": [],
        "discountable": True,
        "discounts": [],
        "invoice": invoice,
        "livemode": False,
        "metadata": {},
        "parent": _line_parent(line, subscription),
        "period": {"end": line.end, "start": line.start},
        "pretax_credit_amounts": [],
        "pricing": {
            "price_details": {"price": line.price["id"], "product": line.price["product"]},
            "type": "price_details",
            "unit_amount_decimal": line.price["unit_amount_decimal"],
        },
        "quantity": line.quantity,
        "subscription": subscription,
        "subtotal": line.amount,
        "taxes": [],
    }


def _line_parent(line: Line, subscription: str | None) -> Json:
    if line.item is None:
        details: Json = {
            "invoice_item": f"ii_{random_text(24)}",
            "proration": False,
            "proration_details": None,
            "subscription": subscription,
        }
        return {
            "invoice_item_details": details,
            "subscription_item_details": None,
            "type": "invoice_item_details",
        }
    return {
        "invoice_item_details": None,
        "subscription_item_details": {
            "invoice_item": None,
            "proration": False,
            "proration_details": None,
            "subscription": subscription,
            "subscription_item": line.item,
        },
        "type": "subscription_item_details",
    }
