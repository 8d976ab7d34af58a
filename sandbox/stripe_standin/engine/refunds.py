"""Refunds: all or part of a charge, once each, never more than is left."""

from __future__ import annotations

from collections.abc import Callable

from .clock import HOUR
from .customers import test_card
from .errors import StripeError, invalid
from .store import Account, Json, assign, new_id

# How long a refund that is pending, or that the bank sends back, takes to show it. Ours.
SETTLES_AFTER = HOUR


def create_refund(account: Account, params: Json) -> Json:
    """POST /v1/refunds for a charge or payment intent; all that is left when no amount is given."""
    charge = _charge(account, params)
    amount = _amount(charge, params.get("amount"))
    behavior = test_card(account, charge["payment_method"]).refund
    refund = account.put(
        {
            "id": new_id("refund"),
            "object": "refund",
            "amount": amount,
            "balance_transaction": None,
            "charge": charge["id"],
            "created": account.now(),
            "currency": charge["currency"],
            "customer": charge["customer"],
            "destination_details": {
                "card": {"reference_status": "pending", "type": "refund"},
                "type": "card",
            },
            "metadata": params.get("metadata") or {},
            "payment_intent": charge["payment_intent"],
            "payment_method": charge["payment_method"],
            "reason": params.get("reason"),
            "receipt_number": None,
            "source_transfer_reversal": None,
            "status": "pending" if behavior == "pending" else "succeeded",
            "transfer_reversal": None,
        }
    )
    if behavior == "pending":
        refund["pending_reason"] = "processing"
    _count(charge, amount)
    account.emit("charge.refunded", charge)
    account.emit("refund.created", refund)
    if behavior != "succeeds":
        account.later(SETTLES_AFTER, f"refund_{behavior}", refund["id"])
    return refund


def _charge(account: Account, params: Json) -> Json:
    if ("charge" in params) == ("payment_intent" in params):
        raise invalid("One of the following params should be provided: payment_intent or charge.")
    if "charge" in params:
        charge = account.get("charge", params["charge"], "charge")
    else:
        intent = account.get("payment_intent", params["payment_intent"], "payment_intent")
        found = account.find("charge", intent["latest_charge"])
        if intent["status"] != "succeeded" or found is None:
            raise invalid(
                f"This PaymentIntent ({intent['id']}) does not have a successful charge to refund.",
                "payment_intent",
            )
        charge = found
    if not charge["paid"]:
        raise invalid(f"Charge {charge['id']} failed, so there is nothing to refund.", "charge")
    if any(d["charge"] == charge["id"] and _holds(d) for d in account.rows("dispute")):
        raise StripeError(f"Charge {charge['id']} has been charged back.", code="charge_disputed")
    return charge


def _holds(dispute: Json) -> bool:
    return not dispute["is_charge_refundable"]


def _amount(charge: Json, wanted: int | None) -> int:
    left: int = charge["amount"] - charge["amount_refunded"]
    if not left:
        raise StripeError(
            f"Charge {charge['id']} has already been refunded.", code="charge_already_refunded"
        )
    amount = left if wanted is None else wanted
    if amount < 1:
        raise invalid("Invalid positive integer", "amount", "parameter_invalid_integer")
    if amount > left:
        raise invalid(
            f"Refund amount ({amount}) is greater than unrefunded amount on charge ({left}).",
            "amount",
        )
    return amount


def _count(charge: Json, amount: int) -> None:
    charge["amount_refunded"] += amount
    charge["refunded"] = charge["amount_refunded"] == charge["amount"]


def update_refund(account: Account, params: Json, identity: str) -> Json:
    refund = account.get("refund", identity)
    with account.changing(refund, "refund.updated"):
        assign(refund, params)
    return refund


def settle(account: Account, identity: str) -> None:
    """pending → succeeded."""
    refund = account.get("refund", identity)
    with account.changing(refund, "refund.updated"):
        refund["status"] = "succeeded"
        refund.pop("pending_reason", None)
    account.emit("charge.refund.updated", refund)


def fail(account: Account, identity: str) -> None:
    """The bank sends it back: the money is the clinic's again, and the charge is not refunded."""
    refund = account.get("refund", identity)
    charge = account.get("charge", refund["charge"])
    _count(charge, -refund["amount"])
    with account.changing(refund, "refund.updated"):
        refund |= {"status": "failed", "failure_reason": "unknown"}
    account.emit("charge.refund.updated", refund)
    account.emit("refund.failed", refund)


def refund_filter(account: Account, params: Json) -> Callable[[Json], bool]:
    wanted = {k: params[k] for k in ("charge", "payment_intent") if k in params}
    return lambda refund: all(refund[k] == v for k, v in wanted.items())
