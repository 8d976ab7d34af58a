"""Customers and their cards."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from .cards import BY_NUMBER, BY_TOKEN, TestCard
from .errors import StripeError, invalid, missing, only, required
from .store import Account, Json, assign, new_id

_EDITABLE = ("name", "email", "phone", "description", "address", "shipping", "preferred_locales")
_NAMES = ("business_name", "individual_name")


def create_customer(account: Account, params: Json) -> Json:
    identity = new_id("customer")
    customer: Json = {
        "id": identity,
        "object": "customer",
        "address": None,
        "balance": 0,
        "created": account.now(),
        "currency": None,
        "default_source": None,
        "delinquent": False,
        "description": None,
        "discount": None,
        "email": None,
        "invoice_prefix": identity[-8:].upper(),
        "invoice_settings": {
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        "livemode": False,
        "metadata": {},
        "name": None,
        "next_invoice_sequence": 1,
        "phone": None,
        "preferred_locales": [],
        "shipping": None,
        "tax_exempt": "none",
        "test_clock": params.get("test_clock"),
    }
    if params.get("test_clock"):
        account.get("test_helpers.test_clock", params["test_clock"], "test_clock")
    assign(customer, params, *_EDITABLE, *_NAMES)
    customer["balance"] = params.get("balance", 0)
    account.put(customer)
    account.emit("customer.created", customer)
    return customer


def update_customer(account: Account, params: Json, identity: str) -> Json:
    customer = account.get("customer", identity)
    if customer.get("deleted"):
        raise missing("customer", identity)
    with account.changing(customer, "customer.updated"):
        _default_method(account, customer, params)
        assign(customer, params, *_EDITABLE, *_NAMES)
        if "balance" in params:
            customer["balance"] = params["balance"]
    return customer


def _default_method(account: Account, customer: Json, params: Json) -> None:
    settings = params.get("invoice_settings") or {}
    only(settings, "default_payment_method", "invoice_settings")
    if "default_payment_method" in settings:
        method = settings["default_payment_method"] or None
        if method and account.get("payment_method", method)["customer"] != customer["id"]:
            raise invalid(
                f"No such PaymentMethod: '{method}'",
                "invoice_settings[default_payment_method]",
                "resource_missing",
            )
        # A new dict, so that a change is seen when old and new are compared.
        customer["invoice_settings"] = customer["invoice_settings"] | {
            "default_payment_method": method
        }


def retrieve_customer(account: Account, params: Json, identity: str) -> Json:
    return account.get("customer", identity)


def mark_deleted(account: Account, identity: str) -> Json:
    """Leave the tombstone that Stripe answers for a deleted customer."""
    customer = account.get("customer", identity)
    account.emit("customer.deleted", customer)
    return account.put({"id": identity, "object": "customer", "deleted": True})


def customer_filter(account: Account, params: Json) -> Callable[[Json], bool]:
    def keep(customer: Json) -> bool:
        return not customer.get("deleted") and (
            "email" not in params or customer["email"] == params["email"]
        )

    return keep


# ------------------------------------------------------------------------------------- cards


@dataclass(frozen=True)
class CardDetails:
    """What was typed into a card form; ``card`` is the test card behind the number."""

    card: TestCard
    exp_month: int
    exp_year: int
    name: str | None = None
    email: str | None = None


def create_method(account: Account, details: CardDetails) -> Json:
    """A card PaymentMethod, not attached to anyone."""
    card = details.card
    method = account.put(
        {
            "id": new_id("payment_method"),
            "object": "payment_method",
            "allow_redisplay": "unspecified",
            "billing_details": {
                "address": dict.fromkeys(
                    ("city", "country", "line1", "line2", "postal_code", "state")
                ),
                "email": details.email,
                "name": details.name,
                "phone": None,
                "tax_id": None,
            },
            "card": {
                "brand": card.brand,
                "checks": {
                    "address_line1_check": None,
                    "address_postal_code_check": None,
                    "cvc_check": "pass",
                },
                "country": "US",
                "display_brand": card.brand,
                "exp_month": details.exp_month,
                "exp_year": details.exp_year,
                "fingerprint": f"standin{card.number[::-1][:9]}",
                "funding": "credit",
                "generated_from": None,
                "last4": card.last4,
                "networks": {"available": [card.brand], "preferred": None},
                "regulated_status": "unregulated",
                "three_d_secure_usage": {"supported": True},
                "wallet": None,
            },
            "created": account.now(),
            "customer": None,
            "livemode": False,
            "metadata": {},
            "type": "card",
        }
    )
    account.private[method["id"]] = {"card": card.number, "set_up": False}
    return method


def test_card(account: Account, method_id: str) -> TestCard:
    return BY_NUMBER[account.private[method_id]["card"]]


def attach(account: Account, params: Json, identity: str) -> Json:
    """POST /v1/payment_methods/<id>/attach; takes ``pm_card_…`` tokens as Stripe's tests do."""
    customer = account.get("customer", required(params, "customer"), "customer")
    token = BY_TOKEN.get(identity)
    if token is None:
        method = account.get("payment_method", identity)
    else:
        year = datetime.fromtimestamp(account.now(), UTC).year
        method = create_method(account, CardDetails(token, 12, year + 4))
    card = test_card(account, method["id"])
    if card.refused is not None:
        raise card.refused.error(payment_method=method)
    if method["customer"] not in (None, customer["id"]):
        raise StripeError(
            "The payment method you provided has already been attached to a customer.",
            code="payment_method_unexpected_state",
        )
    if method["customer"] is None:
        method["customer"] = customer["id"]
        account.emit("payment_method.attached", method)
    return method


def detach(account: Account, params: Json, identity: str) -> Json:
    method = account.get("payment_method", identity)
    owner = account.find("customer", method["customer"])
    if owner is None:
        raise invalid("The payment method you provided is not attached to a customer.")
    with account.changing(method, "payment_method.detached"):
        method["customer"] = None
    settings = owner["invoice_settings"]
    if settings["default_payment_method"] == identity:
        with account.changing(owner, "customer.updated"):
            owner["invoice_settings"] = settings | {"default_payment_method": None}
    return method


def make_default(account: Account, customer: Json, method: Json) -> None:
    """Charge this card from now on, for the customer and for each live subscription."""
    attach(account, {"customer": customer["id"]}, method["id"])
    with account.changing(customer, "customer.updated"):
        _default_method(
            account, customer, {"invoice_settings": {"default_payment_method": method["id"]}}
        )
    for subscription in account.rows("subscription"):
        over = subscription["status"] in ("canceled", "incomplete_expired")
        if subscription["customer"] == customer["id"] and not over:
            with account.changing(subscription, "customer.subscription.updated"):
                subscription["default_payment_method"] = method["id"]


def method_filter(account: Account, params: Json) -> Callable[[Json], bool]:
    def keep(method: Json) -> bool:
        return (
            method["customer"] is not None
            and params.get("customer") in (None, method["customer"])
            and params.get("type") in (None, method["type"])
        )

    return keep
