"""Setup intents: a card saved for later, with nothing charged."""

from __future__ import annotations

from .cards import Decline
from .store import Account, Json, new_id, random_text


def create_intent(account: Account, customer: str | None, data: Json) -> Json:
    identity = new_id("setup_intent")
    intent = account.put(
        {
            "id": identity,
            "object": "setup_intent",
            "application": None,
            "automatic_payment_methods": None,
            "cancellation_reason": None,
            "client_secret": f"{identity}_secret_{random_text(24)}",
            "created": account.now(),
            "customer": customer,
            "description": data.get("description"),
            "flow_directions": None,
            "last_setup_error": None,
            "latest_attempt": None,
            "livemode": False,
            "mandate": None,
            "metadata": data.get("metadata") or {},
            "next_action": None,
            "on_behalf_of": None,
            "payment_method": None,
            "payment_method_configuration_details": None,
            "payment_method_options": {},
            "payment_method_types": ["card"],
            "single_use_mandate": None,
            "status": "requires_payment_method",
            "usage": "off_session",
        }
    )
    account.emit("setup_intent.created", intent)
    return intent


def succeed(account: Account, intent: Json, method: Json) -> None:
    intent |= {
        "status": "succeeded",
        "customer": method["customer"],
        "payment_method": method["id"],
        "last_setup_error": None,
    }
    account.emit("setup_intent.succeeded", intent)


def fail(account: Account, intent: Json, method: Json, decline: Decline) -> None:
    intent["last_setup_error"] = decline.error(payment_method=dict(method)).error
    account.emit("setup_intent.setup_failed", intent)
