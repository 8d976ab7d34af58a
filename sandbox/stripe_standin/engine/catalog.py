"""Products and prices."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .errors import invalid, only
from .store import Account, Json, assign, new_id

MAX_AMOUNT = 99_999_999  # eight digits, as Stripe's
LONGEST = {"day": 1095, "week": 156, "month": 36, "year": 3}  # three years
_PRODUCT_DATA = "id name active metadata statement_descriptor tax_code unit_label"
_PRICE_DATA = "currency unit_amount recurring tax_behavior metadata"


def create_product(account: Account, params: Json) -> Json:
    if "default_price_data" in params:
        only(params["default_price_data"], _PRICE_DATA, "default_price_data")
        _check_price(params["default_price_data"])
    identity = params.get("id") or new_id("product")
    if account.find("product", identity):
        raise invalid("Product already exists.", "id", "resource_already_exists")
    product = account.put(
        {
            "id": identity,
            "object": "product",
            "active": params.get("active", True),
            "created": account.now(),
            "default_price": None,
            "description": params.get("description") or None,
            "images": params.get("images") or [],
            "livemode": False,
            "marketing_features": params.get("marketing_features") or [],
            "metadata": params.get("metadata") or {},
            "name": params["name"],
            "package_dimensions": None,
            "shippable": params.get("shippable"),
            "statement_descriptor": params.get("statement_descriptor"),
            "tax_code": params.get("tax_code"),
            "type": "service",
            "unit_label": params.get("unit_label"),
            "updated": account.now(),
            "url": params.get("url"),
        }
    )
    account.emit("product.created", product)
    if "default_price_data" in params:
        price = create_price(account, params["default_price_data"] | {"product": identity})
        product["default_price"] = price["id"]
    return product


def update_product(account: Account, params: Json, identity: str) -> Json:
    product = account.get("product", identity)
    if params.get("default_price"):
        account.get("price", params["default_price"], "default_price")
    with account.changing(product, "product.updated"):
        assign(
            product, params, "active", "name", "description", "default_price", "unit_label", "url"
        )
        assign(product, params, "statement_descriptor", "tax_code", "shippable")
        for name in ("images", "marketing_features"):
            if name in params:
                product[name] = params[name] or []
        product["updated"] = account.now()
    return product


def _check_price(params: Json) -> None:
    """All refusals of a new price, before anything is written."""
    amount = params.get("unit_amount")
    if amount is None:
        raise invalid("The stand-in needs unit_amount (per-unit prices).", "unit_amount")
    if not 0 <= amount <= MAX_AMOUNT:
        raise invalid(
            f"unit_amount must be from 0 to {MAX_AMOUNT}.", "unit_amount", "amount_too_large"
        )
    if not re.fullmatch(r"[A-Za-z]{3}", params["currency"]):
        raise invalid(f"Invalid currency: {params['currency'][:20]}", "currency")
    every = params.get("recurring")
    if every is None:
        return
    only(every, "interval interval_count usage_type", "recurring")
    if every.get("usage_type", "licensed") != "licensed":
        raise invalid("The stand-in has licensed prices only.", "recurring[usage_type]")
    longest = LONGEST[every["interval"]]
    if not 1 <= every.get("interval_count", 1) <= longest:
        raise invalid(
            f"The interval count must be from 1 to {longest} for this interval.",
            "recurring[interval_count]",
        )


def create_price(account: Account, params: Json) -> Json:
    """Per-unit prices only; the amount never changes afterwards."""
    _check_price(params)
    recurring = params.get("recurring")
    amount = params["unit_amount"]
    product = _product_of(account, params)
    key = params.get("lookup_key")
    _claim_lookup_key(account, key, bool(params.get("transfer_lookup_key")))
    price = account.put(
        {
            "id": new_id("price"),
            "object": "price",
            "active": params.get("active", True),
            "billing_scheme": "per_unit",
            "created": account.now(),
            "currency": params["currency"].lower(),
            "custom_unit_amount": None,
            "livemode": False,
            "lookup_key": key,
            "metadata": params.get("metadata") or {},
            "nickname": params.get("nickname"),
            "product": product["id"],
            "recurring": _recurring(recurring) if recurring else None,
            "tax_behavior": params.get("tax_behavior", "unspecified"),
            "tiers_mode": None,
            "transform_quantity": None,
            "type": "recurring" if recurring else "one_time",
            "unit_amount": amount,
            "unit_amount_decimal": str(amount),
        }
    )
    account.emit("price.created", price)
    return price


def _product_of(account: Account, params: Json) -> Json:
    if "product_data" in params:
        only(params["product_data"], _PRODUCT_DATA, "product_data")
        return create_product(account, params["product_data"])
    if "product" not in params:
        raise invalid("Missing required param: product.", "product", "parameter_missing")
    return account.get("product", params["product"], "product")


def _recurring(wanted: Json) -> Json:
    return {
        "interval": wanted["interval"],
        "interval_count": wanted.get("interval_count", 1),
        "meter": None,
        "trial_period_days": None,
        "usage_type": "licensed",
    }


def _claim_lookup_key(account: Account, key: str | None, transfer: bool) -> None:
    holder = next((p for p in account.rows("price") if key and p["lookup_key"] == key), None)
    if holder is None:
        return
    if not transfer:
        raise invalid(
            f"A price (`{holder['id']}`) already uses that lookup key.",
            "lookup_key",
            "resource_already_exists",
        )
    with account.changing(holder, "price.updated"):
        holder["lookup_key"] = None


def update_price(account: Account, params: Json, identity: str) -> Json:
    price = account.get("price", identity)
    key = params.get("lookup_key")
    if key and key != price["lookup_key"]:
        _claim_lookup_key(account, key, bool(params.get("transfer_lookup_key")))
    with account.changing(price, "price.updated"):
        assign(price, params, "active", "nickname", "lookup_key", "tax_behavior")
    return price


def product_filter(account: Account, params: Json) -> Callable[[Json], bool]:
    def keep(product: Json) -> bool:
        wanted = params.get("ids")
        active = params.get("active")
        return (not wanted or product["id"] in wanted) and (
            active is None or product["active"] == active
        )

    return keep


def price_filter(account: Account, params: Json) -> Callable[[Json], bool]:
    wanted: dict[str, Any] = {
        k: params[k] for k in ("active", "currency", "product", "type") if k in params
    }
    keys = params.get("lookup_keys")
    recurring = params.get("recurring") or {}

    def keep(price: Json) -> bool:
        return (
            all(price[name] == value for name, value in wanted.items())
            and (not keys or price["lookup_key"] in keys)
            and all((price["recurring"] or {}).get(k) == v for k, v in recurring.items())
        )

    return keep


def active_price(account: Account, identity: str | None, param: str) -> Json:
    """A price that may be sold, or Stripe's refusal."""
    if not identity:
        raise invalid(f"Missing required param: {param}.", param, "parameter_missing")
    price = account.get("price", identity, param)
    if not price["active"]:
        raise invalid(
            f"The price specified is inactive. This field only accepts active prices. "
            f"(`{identity}`)",
            param,
            "price_inactive",
        )
    return price


def title(account: Account, price: Json) -> str:
    """What is printed on a line: the product's name."""
    product = account.find("product", price["product"])
    return str(product["name"]) if product else price["id"]
