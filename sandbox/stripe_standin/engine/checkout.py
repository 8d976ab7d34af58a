"""Checkout sessions: made over the API, paid on the hosted page.

As since API basil, the subscription and its invoice come into being only when payment succeeds;
refused cards leave no trace but a payment intent.
"""

from __future__ import annotations

from collections.abc import Callable

from . import discounts, setup
from .checkout_lines import build_lines, put_on
from .clock import DAY
from .errors import StripeError, invalid, only, required
from .store import Account, Json, assign, new_id

MIN_LIFE = 30 * 60
_SUBSCRIPTION_DATA = "metadata trial_period_days trial_end trial_settings billing_mode description"
_INTENT_DATA = "metadata setup_future_usage description receipt_email"
_CUSTOM_TEXTS = ("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")


def create_session(account: Account, params: Json) -> Json:
    """POST /v1/checkout/sessions, hosted page; modes payment, subscription and setup."""
    mode = params.get("mode", "payment")
    _check(account, params, mode)
    identity = new_id("checkout.session")
    lines = build_lines(account, params.get("line_items", []), mode)
    chosen = discounts.wanted(
        account, params.get("discounts", []), customer=params.get("customer"), lines=lines
    )
    customer = account.find("customer", params.get("customer"))
    session = account.put(
        {
            "id": identity,
            "object": "checkout.session",
            "adaptive_pricing": {"enabled": False},
            "after_expiration": None,
            "allow_promotion_codes": params.get("allow_promotion_codes"),
            "amount_subtotal": None,
            "amount_total": None,
            "automatic_tax": _automatic_tax(params),
            "billing_address_collection": params.get("billing_address_collection"),
            "cancel_url": params.get("cancel_url"),
            "client_reference_id": params.get("client_reference_id"),
            "client_secret": None,
            "collected_information": None,
            "consent": None,
            "consent_collection": _consents(params),
            "created": account.now(),
            "currency": lines[0]["currency"] if lines else params.get("currency"),
            "currency_conversion": None,
            "custom_fields": [],
            "custom_text": {name: _text(params, name) for name in _CUSTOM_TEXTS},
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
            "payment_status": "no_payment_required" if mode == "setup" else "unpaid",
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
            "tax_id_collection": _tax_ids(params),
            "total_details": None,
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
        "discounts": [],
    }
    put_on(account, session, chosen)
    if mode == "setup":
        data = params.get("setup_intent_data", {})
        session["setup_intent"] = setup.create_intent(account, session["customer"], data)["id"]
    return session


def _automatic_tax(params: Json) -> Json:
    enabled = params.get("automatic_tax", {}).get("enabled", False)
    return {
        "enabled": enabled,
        "liability": {"type": "self"} if enabled else None,
        "provider": None,
        "status": "complete" if enabled else None,
    }


def _tax_ids(params: Json) -> Json:
    wanted = params.get("tax_id_collection", {"enabled": False})
    return {"enabled": wanted["enabled"], "required": wanted.get("required", "never")}


def _consents(params: Json) -> Json | None:
    wanted = params.get("consent_collection")
    if wanted is None:
        return None
    return {
        "payment_method_reuse_agreement": None,
        "promotions": wanted.get("promotions", "none"),
        "terms_of_service": wanted.get("terms_of_service", "none"),
    }


def _text(params: Json, name: str) -> Json | None:
    found: Json | None = (params.get("custom_text") or {}).get(name) or None
    return found


def _check(account: Account, params: Json, mode: str) -> None:
    if params.get("ui_mode", "hosted_page") != "hosted_page":
        raise invalid("The stand-in has ui_mode=hosted_page only.", "ui_mode")
    if mode != "setup":
        required(params, "line_items")
    elif not params.get("currency"):
        raise invalid("A currency is needed in `setup` mode.", "currency", "parameter_missing")
    required(params, "success_url")
    if params.get("discounts") and params.get("allow_promotion_codes"):
        raise invalid(
            "You may only specify one of these parameters: allow_promotion_codes, discounts.",
            "discounts",
        )
    if len(params.get("discounts", [])) > 1:
        raise invalid("A session takes at most one discount.", "discounts")
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
        ("customer_creation", "payment setup"),
        ("setup_intent_data", "setup"),
        ("line_items", "payment subscription"),
        ("discounts", "payment subscription"),
        ("allow_promotion_codes", "payment subscription"),
        ("automatic_tax", "payment subscription"),
    ):
        if name in params and mode not in wanted.split():
            raise invalid(f"You can only pass `{name}` in `{wanted}` mode.", name)
    only(params.get("setup_intent_data", {}), "description metadata", "setup_intent_data")
    only(params.get("automatic_tax", {}), "enabled", "automatic_tax")
    only(
        params.get("consent_collection", {}),
        "terms_of_service promotions",
        "consent_collection",
    )
    only(params.get("subscription_data", {}), _SUBSCRIPTION_DATA, "subscription_data")
    only(params.get("payment_intent_data", {}), _INTENT_DATA, "payment_intent_data")
    creation = params.get("invoice_creation", {})
    only(
        creation.get("invoice_data", {}),
        "metadata description footer",
        "invoice_creation[invoice_data]",
    )
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
            "description": wanted.get("invoice_data", {}).get("description"),
            "footer": wanted.get("invoice_data", {}).get("footer"),
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
