"""Payment intents and charges: what a test card does when it is charged."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from .cards import AUTHENTICATION_FAILED, AUTHENTICATION_REQUIRED, GENERIC, Decline
from .customers import test_card
from .store import Account, Json, new_id, random_text


@dataclass(frozen=True)
class Outcome:
    """How an attempt went; ``decline`` says why when it failed."""

    status: Literal["succeeded", "requires_action", "failed"]
    decline: Decline | None = None


def create_intent(
    account: Account,
    *,
    amount: int,
    currency: str,
    customer: str | None,
    description: str | None = None,
    metadata: Json | None = None,
    setup_future_usage: str | None = None,
    receipt_email: str | None = None,
) -> Json:
    identity = new_id("payment_intent")
    intent = account.put(
        {
            "id": identity,
            "object": "payment_intent",
            "amount": amount,
            "amount_capturable": 0,
            "amount_details": {"tip": {}},
            "amount_received": 0,
            "application": None,
            "application_fee_amount": None,
            "automatic_payment_methods": None,
            "canceled_at": None,
            "cancellation_reason": None,
            "capture_method": "automatic",
            "client_secret": f"{identity}_secret_{random_text(24)}",
            "confirmation_method": "automatic",
            "created": account.now(),
            "currency": currency,
            "customer": customer,
            "description": description,
            "last_payment_error": None,
            "latest_charge": None,
            "livemode": False,
            "metadata": metadata or {},
            "next_action": None,
            "on_behalf_of": None,
            "payment_method": None,
            "payment_method_configuration_details": None,
            "payment_method_options": None,
            "payment_method_types": ["card"],
            "processing": None,
            "receipt_email": receipt_email,
            "review": None,
            "setup_future_usage": setup_future_usage,
            "shipping": None,
            "source": None,
            "statement_descriptor": None,
            "statement_descriptor_suffix": None,
            "status": "requires_payment_method",
            "transfer_data": None,
            "transfer_group": None,
        }
    )
    account.emit("payment_intent.created", intent)
    return intent


def attempt(
    account: Account,
    intent: Json,
    method: Json,
    *,
    on_session: bool,
    authenticated: bool = False,
) -> Outcome:
    """Charge ``method`` for ``intent``; ``authenticated``: 3-D Secure was passed just now."""
    card = test_card(account, method["id"])
    set_up = account.private[method["id"]]["set_up"]
    asks = card.three_ds == "always" or (card.three_ds == "first" and not set_up)
    intent["payment_method"] = method["id"]
    decline = card.refused
    if decline is None and account.engine.faults.strikes("decline_charges"):
        decline = GENERIC
    if decline is None and asks and not authenticated:
        return _ask(account, intent, method, on_session)
    decline = decline or card.charges_fail
    if decline is not None:
        return fail(account, intent, method, decline)
    return _succeed(account, intent, method)


def _ask(account: Account, intent: Json, method: Json, on_session: bool) -> Outcome:
    intent["status"] = "requires_action"
    intent["next_action"] = {
        "type": "use_stripe_sdk",
        "use_stripe_sdk": {"type": "three_d_secure_redirect"},
    }
    account.emit("payment_intent.requires_action", intent)
    decline = None if on_session else AUTHENTICATION_REQUIRED
    return Outcome("requires_action", decline)


def _succeed(account: Account, intent: Json, method: Json) -> Outcome:
    charge = _charge(account, intent, method, None)
    intent |= {
        "status": "succeeded",
        "amount_received": intent["amount"],
        "latest_charge": charge["id"],
        "last_payment_error": None,
        "next_action": None,
    }
    account.emit("charge.succeeded", charge)
    account.emit("payment_intent.succeeded", intent)
    dispute = test_card(account, method["id"]).dispute
    if dispute:
        account.later(0, dispute, charge["id"])
    return Outcome("succeeded")


def fail(account: Account, intent: Json, method: Json, decline: Decline) -> Outcome:
    """Record a refused attempt; a failed authentication never reaches the bank: no charge."""
    error = decline.error(payment_method=dict(method)).error
    if decline is not AUTHENTICATION_FAILED:
        charge = _charge(account, intent, method, decline)
        intent["latest_charge"] = charge["id"]
        error["charge"] = charge["id"]
        account.emit("charge.failed", charge)
    intent |= {
        "status": "requires_payment_method",
        "last_payment_error": error,
        "next_action": None,
    }
    account.emit("payment_intent.payment_failed", intent)
    return Outcome("failed", decline)


def _charge(account: Account, intent: Json, method: Json, decline: Decline | None) -> Json:
    paid = decline is None
    identity = new_id("charge")
    card = method["card"]
    return account.put(
        {
            "id": identity,
            "object": "charge",
            "amount": intent["amount"],
            "amount_captured": intent["amount"] if paid else 0,
            "amount_refunded": 0,
            "application": None,
            "application_fee": None,
            "application_fee_amount": None,
            "balance_transaction": None,
            "billing_details": method["billing_details"],
            "calculated_statement_descriptor": "STAND-IN",
            "captured": paid,
            "created": account.now(),
            "currency": intent["currency"],
            "customer": intent["customer"],
            "description": intent["description"],
            "disputed": False,
            "failure_balance_transaction": None,
            "failure_code": None if decline is None else decline.code,
            "failure_message": None if decline is None else decline.message,
            "fraud_details": {},
            "livemode": False,
            "metadata": dict(intent["metadata"]),
            "on_behalf_of": None,
            "outcome": _outcome(decline),
            "paid": paid,
            "payment_intent": intent["id"],
            "payment_method": method["id"],
            "payment_method_details": {
                "type": "card",
                "card": {
                    k: card[k]
                    for k in (
                        "brand",
                        "checks",
                        "country",
                        "exp_month",
                        "exp_year",
                        "fingerprint",
                        "funding",
                        "last4",
                    )
                },
            },
            "receipt_email": intent["receipt_email"],
            "receipt_number": None,
            "receipt_url": f"{account.engine.base_url}/r/{identity}" if paid else None,
            "refunded": False,
            "review": None,
            "shipping": None,
            "source": None,
            "source_transfer": None,
            "statement_descriptor": None,
            "statement_descriptor_suffix": None,
            "status": "succeeded" if paid else "failed",
            "transfer_data": None,
            "transfer_group": None,
        }
    )


def _outcome(decline: Decline | None) -> Json:
    if decline is None:
        return {
            "network_status": "approved_by_network",
            "reason": None,
            "risk_level": "normal",
            "seller_message": "Payment complete.",
            "type": "authorized",
        }
    return {
        "network_status": "declined_by_network",
        "reason": decline.decline_code or decline.code,
        "risk_level": "normal",
        "seller_message": "The bank did not return any further details with this decline.",
        "type": "issuer_declined",
    }


def intent_filter(account: Account, params: Json) -> Callable[[Json], bool]:
    return lambda intent: params.get("customer") in (None, intent["customer"])


def charge_filter(account: Account, params: Json) -> Callable[[Json], bool]:
    wanted = {k: params[k] for k in ("customer", "payment_intent") if k in params}
    return lambda charge: all(charge[k] == v for k, v in wanted.items())
