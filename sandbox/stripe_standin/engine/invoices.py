"""Invoices: their lines, their states, and the payment that settles them.

draft → open (finalized) → paid | void. What this does to a subscription is in ``billing``.
"""

from __future__ import annotations

from collections.abc import Callable

from .clock import HOUR
from .errors import StripeError
from .lines import Line, line_list
from .payments import Outcome, attempt, create_intent
from .store import Account, Json, new_id


def create(
    account: Account,
    *,
    customer: str,
    currency: str,
    lines: list[Line],
    reason: str,
    subscription: Json | None = None,
    method: str | None = None,
    metadata: Json | None = None,
) -> Json:
    """A draft; emits invoice.created. Drafts of a renewal finalize themselves after an hour."""
    identity = new_id("invoice")
    total = sum(line.amount for line in lines)
    owner = account.get("customer", customer)
    now = account.now()
    automatic = reason == "subscription_cycle"
    invoice: Json = {
        "id": identity,
        "object": "invoice",
        "account_country": "US",
        "account_name": "Stand-in",
        "account_tax_ids": None,
        "amount_due": total,
        "amount_overpaid": 0,
        "amount_paid": 0,
        "amount_paid_off_stripe": 0,
        "amount_remaining": total,
        "amount_shipping": 0,
        "application": None,
        "attempt_count": 0,
        "attempted": False,
        "auto_advance": automatic,
        "automatic_tax": {
            "disabled_reason": None,
            "enabled": False,
            "liability": None,
            "provider": None,
            "status": None,
        },
        "automatically_finalizes_at": now + HOUR if automatic else None,
        "billing_reason": reason,
        "collection_method": "charge_automatically",
        "created": now,
        "currency": currency,
        "custom_fields": None,
        "customer": customer,
        "customer_address": None,
        "customer_email": owner["email"],
        "customer_name": owner["name"],
        "customer_phone": owner["phone"],
        "customer_shipping": None,
        "customer_tax_exempt": "none",
        "customer_tax_ids": [],
        "default_payment_method": method,
        "default_source": None,
        "default_tax_rates": [],
        "description": None,
        "discounts": [],
        "due_date": None,
        "effective_at": None,
        "ending_balance": None,
        "footer": None,
        "from_invoice": None,
        "hosted_invoice_url": None,
        "invoice_pdf": None,
        "issuer": {"type": "self"},
        "last_finalization_error": None,
        "latest_revision": None,
        "lines": line_list(identity, lines, currency, subscription),
        "livemode": False,
        "metadata": metadata or {},
        "next_payment_attempt": now + HOUR if automatic else None,
        "number": None,
        "on_behalf_of": None,
        "parent": _parent(subscription),
        "payment_settings": {
            "default_mandate": None,
            "payment_method_options": None,
            "payment_method_types": None,
        },
        "period_end": now,
        "period_start": subscription["start_date"] if subscription else now,
        "post_payment_credit_notes_amount": 0,
        "pre_payment_credit_notes_amount": 0,
        "receipt_number": None,
        "rendering": None,
        "shipping_cost": None,
        "shipping_details": None,
        "starting_balance": 0,
        "statement_descriptor": None,
        "status": "draft",
        "status_transitions": {
            "finalized_at": None,
            "marked_uncollectible_at": None,
            "paid_at": None,
            "voided_at": None,
        },
        "subtotal": total,
        "subtotal_excluding_tax": total,
        "test_clock": None,
        "total": total,
        "total_discount_amounts": [],
        "total_excluding_tax": total,
        "total_pretax_credit_amounts": [],
        "total_taxes": [],
        "webhooks_delivered_at": now,
    }
    account.put(invoice)
    account.emit("invoice.created", invoice)
    return invoice


def _parent(subscription: Json | None) -> Json | None:
    if subscription is None:
        return None
    return {
        "quote_details": None,
        "subscription_details": {
            "metadata": dict(subscription["metadata"]),
            "subscription": subscription["id"],
        },
        "type": "subscription_details",
    }


def finalize(account: Account, invoice: Json) -> None:
    """draft → open: numbered, with a payment intent and a page to pay on."""
    now = account.now()
    invoice |= {
        "status": "open",
        "auto_advance": True,
        "automatically_finalizes_at": None,
        "effective_at": now,
        "ending_balance": 0,
        "hosted_invoice_url": f"{account.engine.base_url}/i/{invoice['id']}",
        "number": f"{invoice['customer'][-8:].upper()}-{account.number():04}",
        "status_transitions": invoice["status_transitions"] | {"finalized_at": now},
    }
    account.emit("invoice.finalized", invoice)


def intent_of(account: Account, invoice: Json) -> Json:
    """The payment intent that collects this invoice; made when first needed."""
    known = next((p for p in payments_of(account, invoice["id"])), None)
    if known is not None:
        return account.get("payment_intent", known["payment"]["payment_intent"])
    intent = create_intent(
        account,
        amount=invoice["amount_remaining"],
        currency=invoice["currency"],
        customer=invoice["customer"],
        description=_reason_words(invoice),
        setup_future_usage="off_session" if invoice["parent"] else None,
    )
    link_payment(account, invoice, intent)
    return intent


def _reason_words(invoice: Json) -> str:
    first = invoice["billing_reason"] == "subscription_create"
    if invoice["parent"] is None:
        return "Invoice payment"
    return "Subscription creation" if first else "Subscription update"


def link_payment(account: Account, invoice: Json, intent: Json) -> Json:
    """The invoice_payment row that ties an invoice to its payment intent."""
    return account.put(
        {
            "id": new_id("invoice_payment"),
            "object": "invoice_payment",
            "amount_paid": None,
            "amount_requested": intent["amount"],
            "created": account.now(),
            "currency": invoice["currency"],
            "invoice": invoice["id"],
            "is_default": True,
            "livemode": False,
            "payment": {"payment_intent": intent["id"], "type": "payment_intent"},
            "status": "open",
            "status_transitions": {"canceled_at": None, "paid_at": None},
        }
    )


def payments_of(account: Account, invoice: str) -> list[Json]:
    return [p for p in account.rows("invoice_payment") if p["invoice"] == invoice]


def charge(
    account: Account,
    invoice: Json,
    method: Json,
    *,
    on_session: bool,
    authenticated: bool = False,
) -> Outcome:
    """One attempt to collect an open invoice; marks it paid when the card agrees."""
    intent = intent_of(account, invoice)
    outcome = attempt(account, intent, method, on_session=on_session, authenticated=authenticated)
    if not authenticated:
        invoice["attempt_count"] += 1
    invoice["attempted"] = True
    if outcome.status == "succeeded":
        mark_paid(account, invoice)
    return outcome


def mark_paid(account: Account, invoice: Json) -> None:
    """open → paid; emits invoice.paid and invoice.payment_succeeded."""
    now = account.now()
    for payment in payments_of(account, invoice["id"]):
        payment |= {
            "status": "paid",
            "amount_paid": payment["amount_requested"],
            "status_transitions": {"canceled_at": None, "paid_at": now},
        }
    invoice |= {
        "status": "paid",
        "amount_paid": invoice["amount_due"],
        "amount_remaining": 0,
        "attempted": True,
        "auto_advance": False,
        "next_payment_attempt": None,
        "status_transitions": invoice["status_transitions"] | {"paid_at": now},
    }
    account.emit("invoice.paid", invoice)
    account.emit("invoice.payment_succeeded", invoice)


def void(account: Account, invoice: Json) -> None:
    """open → void; its payment intent and invoice payment are canceled with it."""
    if invoice["status"] not in ("open", "uncollectible"):
        raise StripeError(
            f"You can only pass in open invoices. This invoice isn't open: {invoice['status']}.",
            code="invoice_not_open",
        )
    now = account.now()
    for payment in payments_of(account, invoice["id"]):
        payment |= {
            "status": "canceled",
            "status_transitions": {"canceled_at": now, "paid_at": None},
        }
        intent = account.get("payment_intent", payment["payment"]["payment_intent"])
        intent |= {"status": "canceled", "canceled_at": now, "next_action": None}
        account.emit("payment_intent.canceled", intent)
    invoice |= {
        "status": "void",
        "auto_advance": False,
        "next_payment_attempt": None,
        "status_transitions": invoice["status_transitions"] | {"voided_at": now},
    }
    account.emit("invoice.voided", invoice)


def invoice_filter(account: Account, params: Json) -> Callable[[Json], bool]:
    wanted = {k: params[k] for k in ("customer", "status", "collection_method") if k in params}
    subscription = params.get("subscription")

    def keep(invoice: Json) -> bool:
        return all(invoice[k] == v for k, v in wanted.items()) and (
            subscription is None or subscription_of(invoice) == subscription
        )

    return keep


def subscription_of(invoice: Json) -> str | None:
    """The subscription an invoice belongs to, where endive keeps it."""
    parent = invoice["parent"]
    return parent["subscription_details"]["subscription"] if parent else None


def payment_filter(account: Account, params: Json) -> Callable[[Json], bool]:
    wanted = params.get("payment") or {}

    def keep(payment: Json) -> bool:
        return (
            params.get("invoice") in (None, payment["invoice"])
            and params.get("status") in (None, payment["status"])
            and all(payment["payment"].get(k) == v for k, v in wanted.items())
        )

    return keep
