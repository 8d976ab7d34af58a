"""Discounts: a redeemed coupon on a subscription or a sale, and what it takes off the lines."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from fractions import Fraction

from . import coupons
from .clock import add_interval
from .errors import invalid
from .lines import Line
from .store import Account, Json, new_id

# The name of a discount on a line, and the coupon behind it.
Terms = tuple[str, Json]


def wanted(
    account: Account,
    rows: list[Json],
    *,
    customer: str | None,
    lines: list[Json],
    where: str = "discounts",
) -> list[tuple[Json, Json | None]]:
    """The coupons (and codes) that ``discounts`` names, each fit to be redeemed."""
    found: list[tuple[Json, Json | None]] = []
    for index, row in enumerate(rows):
        given = [name for name in ("coupon", "promotion_code") if row.get(name)]
        place = f"{where}[{index}]"
        if len(given) != 1:
            raise invalid("Give either a coupon or a promotion_code.", place)
        if given == ["coupon"]:
            found.append((coupons.usable_coupon(account, row["coupon"], place), None))
        else:
            code = account.get("promotion_code", row["promotion_code"], place)
            found.append((coupons.usable_code(account, code, customer, lines), code))
    return found


def redeem(
    account: Account,
    coupon: Json,
    code: Json | None,
    *,
    customer: str | None,
    subscription: str | None = None,
    session: str | None = None,
) -> str:
    """A new discount, counted as a redemption; its id."""
    start = account.now()
    months = coupon["duration_in_months"]
    discount = account.put(
        {
            "id": new_id("discount"),
            "object": "discount",
            "checkout_session": session,
            "customer": customer,
            "customer_account": None,
            "end": add_interval(start, "month", months) if months else None,
            "invoice": None,
            "invoice_item": None,
            "promotion_code": code["id"] if code else None,
            "source": {"coupon": coupon["id"], "type": "coupon"},
            "start": start,
            "subscription": subscription,
            "subscription_item": None,
        }
    )
    coupons.count(account, coupon, code)
    account.emit("customer.discount.created", discount)
    return str(discount["id"])


def terms_of(account: Account, names: Iterable[str], at: int | None = None) -> list[Terms]:
    """The coupons behind discounts that still run."""
    at = account.now() if at is None else at
    running = [account.get("discount", name) for name in names]
    return [
        (row["id"], coupons.terms(account, row["source"]["coupon"]))
        for row in running
        if row["end"] is None or at < row["end"]
    ]


def spread(account: Account, lines: list[Line], terms: list[Terms]) -> list[Line]:
    """The lines with what each discount takes off them, one discount after the other."""
    for name, coupon in terms:
        eligible = [i for i, line in enumerate(lines) if _eligible(account, line, coupon)]
        shares = _shares([net(lines[i]) for i in eligible], coupon)
        for index, amount in zip(eligible, shares, strict=True):
            line = lines[index]
            if amount:
                off = (*line.discounts, (name, amount))
                lines = [*lines[:index], replace(line, discounts=off), *lines[index + 1 :]]
    return lines


def net(line: Line) -> int:
    """A line's amount with its discounts taken off."""
    return line.amount - sum(amount for _, amount in line.discounts)


def _eligible(account: Account, line: Line, coupon: Json) -> bool:
    products = coupons.products_of(account, coupon)
    fits = products is None or line.price["product"] in products
    currency = coupon["currency"] in (None, line.price["currency"])
    return fits and currency and not line.proration and line.amount > 0


def _shares(amounts: list[int], coupon: Json) -> list[int]:
    if coupon["percent_off"] is not None:
        percent = Fraction(str(coupon["percent_off"]))
        return [int(amount * percent / 100 + Fraction(1, 2)) for amount in amounts]
    total = sum(amounts)
    off = min(coupon["amount_off"], total)
    shares = [off * amount // total for amount in amounts] if total else []
    for index in range(off - sum(shares)):
        shares[index] += 1
    return shares


# ------------------------------------------------------------------------------ subscriptions


def put_on(
    account: Account,
    subscription: Json,
    chosen: list[tuple[Json, Json | None]],
    *,
    keep: list[str] | None = None,
) -> None:
    """Redeem coupons for a subscription, in place of those it has and does not ``keep``."""
    kept = keep or []
    take_off(account, subscription, [d for d in subscription["discounts"] if d not in kept])
    subscription["discounts"] = kept + [
        redeem(
            account,
            coupon,
            code,
            customer=subscription["customer"],
            subscription=subscription["id"],
        )
        for coupon, code in chosen
    ]


def take_off(account: Account, subscription: Json, names: list[str]) -> None:
    """These discounts are over."""
    subscription["discounts"] = [d for d in subscription["discounts"] if d not in names]
    for name in names:
        account.emit("customer.discount.deleted", account.get("discount", name))


def use_up(account: Account, subscription: Json, invoice: Json) -> None:
    """After an invoice: coupons for once that took something off, and those past their end."""
    used = {row["discount"] for row in invoice["total_discount_amounts"] if row["amount"]}
    over = []
    for name in subscription["discounts"]:
        discount = account.get("discount", name)
        once = coupons.terms(account, discount["source"]["coupon"])["duration"] == "once"
        ended = discount["end"] is not None and discount["end"] <= account.now()
        if (once and name in used) or ended:
            over.append(name)
    if over:
        take_off(account, subscription, over)
