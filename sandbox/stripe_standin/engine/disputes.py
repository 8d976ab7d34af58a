"""Disputes: the cardholder asks the bank for the money back; the bank decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

from .clock import DAY
from .errors import invalid, only
from .store import Account, Json, assign, new_id

RESPOND_WITHIN = 20 * DAY
Outcome = Literal["won", "lost"]
_TEXTS = (
    "access_activity_log billing_address cancellation_policy_disclosure cancellation_rebuttal "
    "customer_email_address customer_name customer_purchase_ip duplicate_charge_explanation "
    "duplicate_charge_id product_description refund_policy_disclosure refund_refusal_explanation "
    "service_date shipping_address shipping_carrier shipping_date shipping_tracking_number "
    "uncategorized_text"
)
_FILES = (
    "cancellation_policy customer_communication customer_signature "
    "duplicate_charge_documentation receipt refund_policy service_documentation "
    "shipping_documentation uncategorized_file"
)


def open_dispute(
    account: Account, charge_id: str, reason: str = "fraudulent", *, inquiry: bool = False
) -> Json:
    """The bank takes the money back for now; an inquiry only asks."""
    charge = account.get("charge", charge_id)
    if not charge["paid"] or charge["disputed"]:
        raise invalid(f"Charge {charge_id} cannot be disputed (again).")
    charge["disputed"] = True
    dispute = account.put(
        {
            "id": new_id("dispute"),
            "object": "dispute",
            "amount": charge["amount"] - charge["amount_refunded"],
            "balance_transactions": [],
            "charge": charge_id,
            "created": account.now(),
            "currency": charge["currency"],
            "enhanced_eligibility_types": [],
            "evidence": dict.fromkeys(f"{_TEXTS} {_FILES}".split()) | {"enhanced_evidence": {}},
            "evidence_details": {
                "due_by": account.now() + RESPOND_WITHIN,
                "enhanced_eligibility": {},
                "has_evidence": False,
                "past_due": False,
                "submission_count": 0,
                "submission_method": "not_submitted",
            },
            "is_charge_refundable": inquiry,
            "livemode": False,
            "metadata": {},
            "payment_intent": charge["payment_intent"],
            "payment_method_details": {
                "card": {
                    "brand": charge["payment_method_details"]["card"]["brand"],
                    "case_type": "inquiry" if inquiry else "chargeback",
                    "network": charge["payment_method_details"]["card"]["brand"],
                    "network_reason_code": "10.4",
                },
                "type": "card",
            },
            "reason": reason,
            "status": "warning_needs_response" if inquiry else "needs_response",
        }
    )
    account.emit("charge.dispute.created", dispute)
    if not inquiry:
        account.emit("charge.dispute.funds_withdrawn", dispute)
    return dispute


def update_dispute(account: Account, params: Json, identity: str) -> Json:
    """Evidence as texts; ``submit`` sends it to the bank, which is the default."""
    dispute = account.get("dispute", identity)
    evidence = params.get("evidence", {})
    only(evidence, _TEXTS, "evidence")
    if evidence and not is_open(dispute):
        raise invalid("This dispute is already closed.", "evidence")
    with account.changing(dispute, "charge.dispute.updated"):
        assign(dispute, params)
        dispute["evidence"] = dispute["evidence"] | {k: v or None for k, v in evidence.items()}
        if evidence:
            _submit(dispute, params.get("submit", True))
    return dispute


def _submit(dispute: Json, submits: bool) -> None:
    details = dispute["evidence_details"] | {"has_evidence": True}
    if submits:
        details |= {
            "submission_count": details["submission_count"] + 1,
            "submission_method": "manual",
        }
        warning = dispute["status"].startswith("warning_")
        dispute["status"] = "warning_under_review" if warning else "under_review"
    dispute["evidence_details"] = details


def is_open(dispute: Json) -> bool:
    """True while the bank has not decided."""
    return dispute["status"].removeprefix("warning_") in ("needs_response", "under_review")


def close_dispute(account: Account, params: Json, identity: str) -> Json:
    """POST /v1/disputes/<id>/close: the clinic gives in."""
    return decide(account, identity, "lost")


def decide(account: Account, identity: str, outcome: Outcome) -> Json:
    """The bank's word; won: the money comes back. An inquiry ends as ``warning_closed``."""
    dispute = account.get("dispute", identity)
    if not is_open(dispute):
        raise invalid("This dispute is already closed.")
    inquiry = dispute["status"].startswith("warning_")
    previous = {"status": dispute["status"]}
    dispute |= {
        "status": "warning_closed" if inquiry else outcome,
        "is_charge_refundable": inquiry or outcome == "won",
    }
    account.emit("charge.dispute.closed", dispute, previous)
    if outcome == "won" and not inquiry:
        account.emit("charge.dispute.funds_reinstated", dispute)
    return dispute


def dispute_filter(account: Account, params: Json) -> Callable[[Json], bool]:
    wanted = {k: params[k] for k in ("charge", "payment_intent") if k in params}
    return lambda dispute: all(dispute[k] == v for k, v in wanted.items())
