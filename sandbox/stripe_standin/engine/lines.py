"""Invoice lines: what is billed, for which period, and where it comes from."""

from __future__ import annotations

from dataclasses import dataclass

from .catalog import title
from .store import Account, Json, new_id, random_text


@dataclass(frozen=True)
class Line:
    """One line to bill; ``amount`` in minor units, the period in Unix seconds.

    ``item``: the subscription item billed. ``proration``: part of a period. ``invoice_item``: it
    waited as a pending invoice item. ``credited``: the invoice line that a credit takes back.
    ``discounts``: names of discounts and what each takes off.
    """

    price: Json
    quantity: int
    amount: int
    description: str
    start: int
    end: int
    item: str | None = None
    proration: bool = False
    invoice_item: str | None = None
    credited: Json | None = None
    discounts: tuple[tuple[str, int], ...] = ()


def recurring_line(account: Account, item: Json, *, trial: bool = False) -> Line:
    """The present period of a subscription item; a trial costs nothing."""
    price, quantity = item["price"], item["quantity"]
    name = title(account, price)
    return Line(
        price=price,
        quantity=quantity,
        amount=0 if trial else price["unit_amount"] * quantity,
        description=f"Trial period for {name}" if trial else f"{quantity} x {name}",
        start=item["current_period_start"],
        end=item["current_period_end"],
        item=item["id"],
    )


def one_time_line(account: Account, price: Json, quantity: int) -> Line:
    now = account.now()
    amount = price["unit_amount"] * quantity
    return Line(
        price,
        quantity,
        amount,
        title(account, price),
        now,
        now,
        invoice_item=new_id("invoiceitem"),
    )


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
        "discount_amounts": [{"amount": a, "discount": name} for name, a in line.discounts],
        "discountable": not line.proration,
        "discounts": [],
        "invoice": invoice,
        "livemode": False,
        "metadata": {},
        "parent": _line_parent(line, subscription),
        "period": {"end": line.end, "start": line.start},
        "pretax_credit_amounts": [],
        "pricing": pricing(line.price),
        "quantity": line.quantity,
        "subscription": subscription,
        "subtotal": line.amount,
        "taxes": [],
    }


def pricing(price: Json) -> Json:
    """Where a line's amount comes from."""
    return {
        "price_details": {"price": price["id"], "product": price["product"]},
        "type": "price_details",
        "unit_amount_decimal": price["unit_amount_decimal"],
    }


def _line_parent(line: Line, subscription: str | None) -> Json:
    details: Json = {
        "invoice_item": line.invoice_item,
        "proration": line.proration,
        "proration_details": {"credited_items": line.credited} if line.proration else None,
        "subscription": subscription,
    }
    if line.item is None:
        return {
            "invoice_item_details": details,
            "subscription_item_details": None,
            "type": "invoice_item_details",
        }
    return {
        "invoice_item_details": None,
        "subscription_item_details": details | {"subscription_item": line.item},
        "type": "subscription_item_details",
    }
