"""The lines of a Checkout session and what they come to today."""

from __future__ import annotations

from . import billing, coupons, discounts
from .catalog import MAX_AMOUNT, active_price, create_price, title
from .errors import StripeError, invalid, only
from .invoice_shape import taxes_on
from .lines import Line
from .store import Account, Json, random_text


def build_lines(account: Account, rows: list[Json], mode: str) -> list[Json]:
    """The session's line items, or a refusal when they do not go together."""
    for index, row in enumerate(rows):
        only(row, "price price_data quantity metadata", f"line_items[{index}]")
    lines = [_line(account, row, f"line_items[{index}]") for index, row in enumerate(rows)]
    recurring = [line["price"]["type"] == "recurring" for line in lines]
    if mode == "payment" and any(recurring):
        raise invalid(
            "You specified `payment` mode but passed a recurring price. Either switch to "
            "`subscription` mode or use only one-time prices.",
            "mode",
        )
    if mode == "subscription" and not any(recurring):
        raise invalid("You must provide at least one recurring price in `subscription` mode.")
    if len({line["currency"] for line in lines}) > 1:
        raise invalid("All line items must use the same currency.", "line_items")
    return lines


def _line(account: Account, row: Json, where: str) -> Json:
    quantity = billing.quantity_of(row, where)
    if "price_data" in row:
        only(
            row["price_data"],
            "currency product product_data recurring tax_behavior unit_amount",
            f"{where}[price_data]",
        )
        price = create_price(account, row["price_data"] | {"active": False})
    else:
        price = active_price(account, row.get("price"), f"{where}[price]")
    amount = price["unit_amount"] * quantity
    if amount > MAX_AMOUNT:
        raise invalid("The line's amount is too large.", where, "amount_too_large")
    return {
        "id": f"li_{random_text(24)}",
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": amount,
        "amount_tax": 0,
        "amount_total": amount,
        "currency": price["currency"],
        "description": title(account, price),
        "metadata": row.get("metadata") or {},
        "price": dict(price),
        "quantity": quantity,
    }


def price_up(account: Account, session: Json) -> None:
    """Work out what is due today: discounts off, automatic tax on, trials free."""
    hidden = account.private[session["id"]]
    rows: list[Json] = hidden["lines"]
    if not rows:
        return
    trial = billing.trial_end_of(account, hidden["subscription_data"]) is not None
    chosen = chosen_discounts(account, session)
    terms = [(coupon["id"], coupon) for coupon, _ in chosen]
    lines = discounts.spread(account, [_as_line(row, trial) for row in rows], terms)
    off = 0
    for row, line in zip(rows, lines, strict=True):
        taken = sum(amount for _, amount in line.discounts)
        off += taken
        row |= {"amount_discount": taken, "amount_total": row["amount_subtotal"] - taken}
    subtotal = sum(line.amount for line in lines)
    taxed = session["automatic_tax"]["enabled"]
    taxes = taxes_on(account, subtotal - off) if taxed else []
    tax = sum(row["amount"] for row in taxes)
    session |= {
        "amount_subtotal": subtotal,
        "amount_total": subtotal - off + tax,
        "discounts": [
            {"coupon": coupon["id"], "promotion_code": code["id"] if code else None}
            for coupon, code in chosen
        ],
        "total_details": {"amount_discount": off, "amount_shipping": 0, "amount_tax": tax},
    }


def _as_line(row: Json, trial: bool) -> Line:
    free = trial and row["price"]["type"] == "recurring"
    amount = 0 if free else row["amount_subtotal"]
    return Line(row["price"], row["quantity"], amount, row["description"], 0, 0)


def chosen_discounts(account: Account, session: Json) -> list[tuple[Json, Json | None]]:
    """The coupon (and code) on the session."""
    return [
        (coupons.terms(account, coupon), account.find("promotion_code", code))
        for coupon, code in account.private[session["id"]].get("discounts", [])
    ]


def put_on(account: Account, session: Json, chosen: list[tuple[Json, Json | None]]) -> None:
    """Take these discounts for the session, in place of those it has."""
    account.private[session["id"]]["discounts"] = [
        [coupon["id"], code["id"] if code else None] for coupon, code in chosen
    ]
    price_up(account, session)


def enter_code(account: Account, session: Json, text: str) -> str:
    """A customer typed a promotion code on the page; "" or why it does not count."""
    code = coupons.find_code(account, text)
    if code is None:
        return "This code is invalid."
    try:
        coupon = coupons.usable_code(
            account, code, session["customer"], account.private[session["id"]]["lines"]
        )
    except StripeError as refusal:
        return str(refusal)
    put_on(account, session, [(coupon, code)])
    return "" if session["total_details"]["amount_discount"] else _of_no_use(account, session)


def _of_no_use(account: Account, session: Json) -> str:
    trial = billing.trial_end_of(account, account.private[session["id"]]["subscription_data"])
    if trial is not None:
        return ""
    put_on(account, session, [])
    return "This code does not apply to what you are buying."
