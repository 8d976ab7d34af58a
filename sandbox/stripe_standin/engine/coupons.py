"""Coupons and promotion codes: made over the API, redeemed on subscriptions and in Checkout."""

from __future__ import annotations

import string
from collections.abc import Callable
from typing import Any

from .clock import DAY
from .errors import StripeError, invalid, only
from .store import Account, Json, assign, merge_metadata, new_id, random_text

_CODE = set(string.ascii_letters + string.digits + "-_")


def create_coupon(account: Account, params: Json) -> Json:
    """percent_off or amount_off with a currency; for once, some months, or always."""
    _check_coupon(account, params)
    off = params.get("amount_off")
    products = params.get("applies_to", {}).get("products")
    for product in products or []:
        account.get("product", product, "applies_to[products]")
    coupon = account.put(
        {
            "id": params.get("id") or random_text(8),
            "object": "coupon",
            "amount_off": off,
            "created": account.now(),
            "currency": params["currency"].lower() if off else None,
            "duration": params.get("duration", "once"),
            "duration_in_months": params.get("duration_in_months"),
            "livemode": False,
            "max_redemptions": params.get("max_redemptions"),
            "metadata": merge_metadata({}, params.get("metadata", {})),
            "name": params.get("name"),
            "percent_off": params.get("percent_off"),
            "redeem_by": params.get("redeem_by"),
            "times_redeemed": 0,
            "valid": True,
        }
    )
    # Stripe shows applies_to only when asked for.
    account.private[_hidden(coupon["id"])] = {"products": products}
    account.emit("coupon.created", coupon)
    return coupon


def _hidden(coupon: str) -> str:
    return f"coupon {coupon}"


def products_of(account: Account, coupon: Json) -> list[str] | None:
    """The products that a coupon is for; None for all."""
    found: list[str] | None = account.private[_hidden(coupon["id"])]["products"]
    return found


def applies_to(account: Account, identity: str) -> Json | None:
    """The expandable property of that name."""
    products = account.private.get(_hidden(identity), {}).get("products")
    return {"products": products} if products else None


def _check_coupon(account: Account, params: Json) -> None:
    percent, off = params.get("percent_off"), params.get("amount_off")
    if (percent is None) == (off is None):
        raise invalid("You must pass either percent_off or amount_off.", "percent_off")
    if percent is not None and not 0 < percent <= 100:
        raise invalid("percent_off must be greater than 0 and at most 100.", "percent_off")
    if off is not None and not 0 < off <= 99_999_999:
        raise invalid("amount_off must be a positive amount.", "amount_off")
    if off is not None and not _is_currency(params.get("currency")):
        raise invalid("A currency goes with amount_off.", "currency", "parameter_missing")
    months = params.get("duration_in_months")
    if (params.get("duration", "once") == "repeating") != (months is not None):
        raise invalid("duration_in_months goes with duration=repeating.", "duration_in_months")
    if months is not None and not 1 <= months <= 120:
        raise invalid("duration_in_months must be from 1 to 120.", "duration_in_months")
    _check_limits(account, params, "redeem_by")
    if params.get("id") and account.find("coupon", params["id"]):
        raise invalid("Coupon already exists.", "id", "resource_already_exists")


def _is_currency(text: str | None) -> bool:
    return bool(text) and len(text or "") == 3 and str(text).isalpha()


def _check_limits(account: Account, params: Json, until: str) -> None:
    if not 1 <= params.get("max_redemptions", 1) <= 10**9:
        raise invalid("max_redemptions must be at least 1.", "max_redemptions")
    at = params.get(until)
    if at is not None and not account.now() < at < account.now() + 5 * 366 * DAY:
        raise invalid(f"{until} must be in the future and at most five years away.", until)


def update_coupon(account: Account, params: Json, identity: str) -> Json:
    coupon = account.get("coupon", identity)
    with account.changing(coupon, "coupon.updated"):
        assign(coupon, params, "name")
    return coupon


def delete_coupon(account: Account, params: Json, identity: str) -> Json:
    """Nobody can redeem it any more; discounts already given go on."""
    coupon = account.get("coupon", identity)
    coupon["valid"] = False
    account.emit("coupon.deleted", coupon)
    account.private.setdefault("deleted coupons", {})[identity] = account.objects["coupon"].pop(
        identity
    )
    for code in account.rows("promotion_code"):
        if code["promotion"]["coupon"] == identity:
            code["active"] = False
    return {"id": identity, "object": "coupon", "deleted": True}


def terms(account: Account, identity: str) -> Json:
    """A coupon for a discount already given, deleted or not."""
    found = account.find("coupon", identity)
    kept: Json = account.private.get("deleted coupons", {})
    return found if found is not None else kept[identity]


def expire_coupon(account: Account, coupon: Json) -> None:
    with account.changing(coupon, "coupon.updated"):
        coupon["valid"] = False


# --------------------------------------------------------------------------- promotion codes


def create_code(account: Account, params: Json) -> Json:
    """A code that customers type; unique among the active ones, in any case of letters."""
    promotion, restrictions = params["promotion"], params.get("restrictions", {})
    coupon = usable_coupon(account, promotion.get("coupon") or "", "promotion[coupon]")
    only(
        restrictions,
        "first_time_transaction minimum_amount minimum_amount_currency",
        "restrictions",
    )
    text = params.get("code") or random_text(8).upper()
    _check_code(account, text)
    _check_limits(account, params, "expires_at")
    minimum = restrictions.get("minimum_amount")
    if minimum is not None and not _is_currency(restrictions.get("minimum_amount_currency")):
        raise invalid(
            "A currency goes with minimum_amount.", "restrictions[minimum_amount_currency]"
        )
    if params.get("customer"):
        account.get("customer", params["customer"], "customer")
    code = account.put(
        {
            "id": new_id("promotion_code"),
            "object": "promotion_code",
            "active": params.get("active", True),
            "code": text,
            "created": account.now(),
            "customer": params.get("customer"),
            "customer_account": None,
            "expires_at": params.get("expires_at"),
            "livemode": False,
            "max_redemptions": params.get("max_redemptions"),
            "metadata": merge_metadata({}, params.get("metadata", {})),
            "promotion": {"coupon": coupon["id"], "type": "coupon"},
            "restrictions": {
                "first_time_transaction": restrictions.get("first_time_transaction", False),
                "minimum_amount": minimum,
                "minimum_amount_currency": restrictions.get("minimum_amount_currency"),
            },
            "times_redeemed": 0,
        }
    )
    account.emit("promotion_code.created", code)
    return code


def _check_code(account: Account, text: str) -> None:
    if not set(text) <= _CODE or len(text) > 500:
        raise invalid("Codes hold letters, digits, - and _ only.", "code")
    if find_code(account, text) is not None:
        raise invalid(
            "An active promotion code with `code: " + text + "` already exists.",
            "code",
            "resource_already_exists",
        )


def find_code(account: Account, text: str) -> Json | None:
    """The active code that a customer typed."""
    wanted = text.strip().lower()
    rows = account.rows("promotion_code")
    return next((c for c in rows if c["active"] and c["code"].lower() == wanted), None)


def update_code(account: Account, params: Json, identity: str) -> Json:
    code = account.get("promotion_code", identity)
    if params.get("active") and not code["active"]:
        usable_coupon(account, code["promotion"]["coupon"], "promotion[coupon]")
        _check_code(account, code["code"])
    with account.changing(code, "promotion_code.updated"):
        assign(code, params, "active")
    return code


def expire_code(account: Account, code: Json) -> None:
    with account.changing(code, "promotion_code.updated"):
        code["active"] = False


def code_filter(account: Account, params: Json) -> Callable[[Json], bool]:
    wanted: dict[str, Any] = {k: params[k] for k in ("active", "customer") if k in params}

    def keep(code: Json) -> bool:
        return (
            all(code[k] == v for k, v in wanted.items())
            and params.get("code", code["code"]).lower() == code["code"].lower()
            and params.get("coupon") in (None, code["promotion"]["coupon"])
        )

    return keep


# --------------------------------------------------------------------------------- redeeming


def usable_coupon(account: Account, identity: str, param: str) -> Json:
    """A coupon that can be redeemed now, or Stripe's refusal."""
    coupon = account.get("coupon", identity, param)
    if not coupon["valid"]:
        raise invalid(f"Coupon {identity} is used up or has expired.", param, "coupon_expired")
    return coupon


def usable_code(account: Account, code: Json, customer: str | None, lines: list[Json]) -> Json:
    """The coupon behind a code, if this customer may use it for these lines (price, quantity)."""
    total = sum(line["amount_subtotal"] for line in lines)
    limits = code["restrictions"]
    if not code["active"]:
        raise _no_code("This promotion code is no longer active.")
    if code["customer"] not in (None, customer):
        raise _no_code("This promotion code is for another customer.")
    if limits["first_time_transaction"] and has_paid(account, customer):
        raise _no_code("This promotion code is for a first order only.")
    minimum = limits["minimum_amount"]
    if minimum is not None and total < minimum:
        raise _no_code("The order is too small for this promotion code.")
    return usable_coupon(account, code["promotion"]["coupon"], "promotion_code")


def _no_code(message: str) -> StripeError:
    return invalid(message, "promotion_code", "promotion_code_invalid")


def has_paid(account: Account, customer: str | None) -> bool:
    """True after a first successful payment."""
    return customer is not None and any(
        intent["customer"] == customer and intent["status"] == "succeeded"
        for intent in account.rows("payment_intent")
    )


def count(account: Account, coupon: Json, code: Json | None) -> None:
    """One more redemption; the last one closes the coupon or the code."""
    with account.changing(coupon, "coupon.updated"):
        coupon["times_redeemed"] += 1
        coupon["valid"] = coupon["valid"] and _has_left(coupon)
    if code is None:
        return
    with account.changing(code, "promotion_code.updated"):
        code["times_redeemed"] += 1
        code["active"] = code["active"] and _has_left(code) and coupon["valid"]


def _has_left(row: Json) -> bool:
    limit = row["max_redemptions"]
    return limit is None or bool(row["times_redeemed"] < limit)
