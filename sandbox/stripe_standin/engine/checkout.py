"""Checkout sessions: made over the API, paid on the hosted page.

As since API basil, the subscription and its invoice come into being only when payment succeeds;
refused cards leave no trace but a payment intent.
"""

from __future__ import annotations

from collections.abc import Callable

from . import billing
from .catalog import MAX_AMOUNT, active_price, title
from .clock import DAY
from .errors import StripeError, invalid, only, required
from .store import Account, Json, assign, new_id, random_text

MIN_LIFE = 30 * 60
_SUBSCRIPTION_DATA = "metadata trial_period_days trial_end trial_settings billing_mode description"
_INTENT_DATA = "metadata setup_future_usage description receipt_email"


def create_session(account: Account, params: Json) -> Json:
    """POST /v1/checkout/sessions, hosted page, modes payment and subscription."""
    mode = params.get("mode", "payment")
    _check(account, params, mode)
    identity = new_id("checkout.session")
    lines = [_line(account, row, i) for i, row in enumerate(params.get("line_items", []))]
    trial_end = billing.trial_end_of(
        account, params.get("subscription_data", {}), "subscription_data[trial_end]"
    )
    _check_lines(lines, mode)
    total = sum(_due_now(line, trial_end) for line in lines)
    customer = account.find("customer", params.get("customer"))
    session = account.put(
        {
            "id": identity,
            "object": "checkout.session",
            "adaptive_pricing": {"enabled": False},
            "after_expiration": None,
            "allow_promotion_codes": params.get("allow_promotion_codes"),
            "amount_subtotal": total,
            "amount_total": total,
            "automatic_tax": {
                "enabled": False,
                "liability": None,
                "provider": None,
                "status": None,
            },
            "billing_address_collection": params.get("billing_address_collection"),
            "cancel_url": params.get("cancel_url"),
            "client_reference_id": params.get("client_reference_id"),
            "client_secret": None,
            "collected_information": None,
            "consent": None,
            "consent_collection": None,
            "created": account.now(),
            "currency": lines[0]["currency"],
            "currency_conversion": None,
            "custom_fields": [],
            "custom_text": {
                "after_submit": None,
                "shipping_address": None,
                "submit": None,
                "terms_of_service_acceptance": None,
            },
            "customer": customer["id"] if customer else None,
            "customer_creation": _customer_creation(params, mode),
            "customer_details": payer_details(customer, params.get("customer_email")),
            "customer_email": params.get("customer_email"),
            "discounts": [],
            "expires_at": params.get("expires_at") or account.now() + DAY,
            "invoice": None,
            "invoice_creation": _invoice_creation(params) if mode == "payment" else None,
            "livemode": False,
            "locale": params.get("locale"),
            "metadata": params.get("metadata") or {},
            "mode": mode,
            "origin_context": None,
            "payment_intent": None,
            "payment_link": None,
            "payment_method_collection": params.get("payment_method_collection", "always"),
            "payment_method_configuration_details": None,
            "payment_method_options": {},
            "payment_method_types": ["card"],
            "payment_status": "unpaid",
            "permissions": None,
            "phone_number_collection": {"enabled": False},
            "recovered_from": None,
            "saved_payment_method_options": None,
            "setup_intent": None,
            "shipping_address_collection": None,
            "shipping_cost": None,
            "shipping_options": [],
            "status": "open",
            "submit_type": params.get("submit_type"),
            "subscription": None,
            "success_url": params["success_url"],
            "total_details": {"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
            "ui_mode": "hosted_page",
            "url": f"{account.engine.base_url}/c/pay/{identity}",
            "wallet_options": None,
        }
    )
    account.private[identity] = {
        "lines": lines,
        "subscription_data": params.get("subscription_data", {}),
        "payment_intent_data": params.get("payment_intent_data", {}),
        "name_auto": params.get("customer_update", {}).get("name") == "auto",
        "intent": None,
        "pending": None,
    }
    return session


def _check(account: Account, params: Json, mode: str) -> None:
    if mode == "setup":
        raise invalid("The stand-in has no mode=setup.", "mode")
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise invalid("The stand-in has ui_mode=hosted_page only.", "ui_mode")
    required(params, "line_items")
    required(params, "success_url")
    if params.get("customer") and params.get("customer_email"):
        raise invalid(
            "You may only specify one of these parameters: customer, customer_email.", "customer"
        )
    if params.get("customer"):
        account.get("customer", params["customer"], "customer")
    life = params.get("expires_at", account.now() + DAY) - account.now()
    if not MIN_LIFE <= life <= DAY:
        raise invalid(
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from now.",
            "expires_at",
        )
    _check_mode_params(account, params, mode)


def _check_mode_params(account: Account, params: Json, mode: str) -> None:
    for name, wanted in (
        ("subscription_data", "subscription"),
        ("payment_method_collection", "subscription"),
        ("payment_intent_data", "payment"),
        ("invoice_creation", "payment"),
        ("customer_creation", "payment"),
    ):
        if name in params and mode != wanted:
            raise invalid(f"You can only pass `{name}` in `{wanted}` mode.", name)
    only(params.get("subscription_data", {}), _SUBSCRIPTION_DATA, "subscription_data")
    only(params.get("payment_intent_data", {}), _INTENT_DATA, "payment_intent_data")
    creation = params.get("invoice_creation", {})
    only(creation.get("invoice_data", {}), "metadata", "invoice_creation[invoice_data]")
    data = params.get("subscription_data", {})
    if "trial_end" in data and "trial_period_days" in data:
        raise invalid(
            "Only one of trial_end and trial_period_days may be given.",
            "subscription_data[trial_end]",
        )
    if 0 < data.get("trial_end", 0) < account.now() + 2 * DAY:
        raise invalid(
            "The `trial_end` date has to be at least 2 days in the future.",
            "subscription_data[trial_end]",
        )


def _check_lines(lines: list[Json], mode: str) -> None:
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


def _line(account: Account, row: Json, index: int) -> Json:
    where = f"line_items[{index}]"
    only(row, "price quantity", where)
    price = active_price(account, row.get("price"), f"{where}[price]")
    quantity = billing.quantity_of(row, where)
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
        "metadata": {},
        "price": dict(price),
        "quantity": quantity,
    }


def _due_now(line: Json, trial_end: int | None) -> int:
    waits = trial_end is not None and line["price"]["type"] == "recurring"
    return 0 if waits else int(line["amount_total"])


def _customer_creation(params: Json, mode: str) -> str | None:
    if params.get("customer"):
        return None
    return "always" if mode == "subscription" else params.get("customer_creation", "if_required")


def payer_details(customer: Json | None, email: str | None, name: str | None = None) -> Json | None:
    if customer is None and email is None:
        return None
    return {
        "address": None,
        "business_name": None,
        "email": email or (customer["email"] if customer else None),
        "individual_name": None,
        "name": name,
        "phone": None,
        "tax_exempt": "none",
        "tax_ids": [],
    }


def _invoice_creation(params: Json) -> Json:
    wanted = params.get("invoice_creation", {})
    return {
        "enabled": wanted.get("enabled", False),
        "invoice_data": {
            "account_tax_ids": None,
            "custom_fields": None,
            "description": None,
            "footer": None,
            "issuer": None,
            "metadata": wanted.get("invoice_data", {}).get("metadata", {}),
            "rendering_options": None,
        },
    }


def update_session(account: Account, params: Json, identity: str) -> Json:
    session = account.get("checkout.session", identity)
    assign(session, params)
    return session


def expire_session(account: Account, params: Json, identity: str) -> Json:
    session = account.get("checkout.session", identity)
    if session["status"] != "open":
        raise StripeError(
            'Only Checkout Sessions with a status in ["open"] can be expired. This Checkout '
            f"Session has a status of {session['status']}."
        )
    expire(account, session)
    return session


def expire(account: Account, session: Json) -> None:
    """open → expired; emits checkout.session.expired. The page's address is gone."""
    session |= {"status": "expired", "url": None}
    account.private[session["id"]]["pending"] = None
    account.emit("checkout.session.expired", session)


def line_items(account: Account, identity: str) -> list[Json]:
    lines: list[Json] = account.private[identity]["lines"]
    return lines


def session_filter(account: Account, params: Json) -> Callable[[Json], bool]:
    wanted = {
        k: params[k]
        for k in ("customer", "payment_intent", "subscription", "status")
        if k in params
    }
    email = (params.get("customer_details") or {}).get("email")

    def keep(session: Json) -> bool:
        found = (session["customer_details"] or {}).get("email")
        return all(session[k] == v for k, v in wanted.items()) and email in (None, found)

    return keep
