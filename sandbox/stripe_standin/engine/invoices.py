"""Invoices: their lines, their states, and the payment that settles them.

draft → open (finalized) → paid | void. What this does to a subscription is in ``billing``.
"""

from __future__ import annotations

from collections.abc import Callable

from . import discounts, pending
from .discounts import Terms
from .errors import StripeError
from .invoice_shape import compose
from .lines import Line
from .payments import Outcome, attempt, create_intent
from .store import Account, Json, assign, new_id


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
    terms: list[Terms] | None = None,
    taxed: bool = False,
) -> Json:
    """A draft, with what waits for the subscription's next invoice; emits invoice.created."""
    items = pending.waiting(account, subscription["id"]) if subscription else []
    invoice = compose(
        account,
        customer=customer,
        currency=currency,
        lines=[*(pending.as_line(account, item) for item in items), *lines],
        reason=reason,
        subscription=subscription,
        method=method,
        metadata=metadata,
        terms=terms,
        taxed=taxed,
    )
    pending.take(items, invoice)
    account.put(invoice)
    account.emit("invoice.created", invoice)
    if subscription is not None:
        discounts.use_up(account, subscription, invoice)
    return invoice


def finalize(account: Account, invoice: Json, *, use_balance: bool = True) -> None:
    """draft → open: numbered, with a page to pay on.

    The customer's balance pays first; a negative total becomes balance. Checkout charges what its
    page said, so it leaves the balance alone.
    """
    _settle_balance(account, invoice, use_balance)
    now = account.now()
    invoice |= {
        "status": "open",
        "auto_advance": True,
        "automatically_finalizes_at": None,
        "effective_at": now,
        "hosted_invoice_url": f"{account.engine.base_url}/i/{invoice['id']}",
        "number": f"{invoice['customer'][-8:].upper()}-{account.number():04}",
        "status_transitions": invoice["status_transitions"] | {"finalized_at": now},
    }
    account.emit("invoice.finalized", invoice)


def _settle_balance(account: Account, invoice: Json, use_balance: bool) -> None:
    customer = account.get("customer", invoice["customer"])
    total = invoice["total"]
    balance = customer.get("balance", 0) if use_balance else 0
    due = max(0, total + balance)
    left = min(0, total + balance)
    invoice |= {
        "amount_due": due,
        "amount_remaining": due,
        "starting_balance": balance,
        "ending_balance": left,
    }
    _move_balance(account, invoice["customer"], left - balance)


def _move_balance(account: Account, customer_id: str, by: int) -> None:
    customer = account.get("customer", customer_id)
    if by and not customer.get("deleted"):
        with account.changing(customer, "customer.updated"):
            customer["balance"] += by


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
    _move_balance(
        account, invoice["customer"], invoice["starting_balance"] - invoice["ending_balance"]
    )
    invoice |= {
        "status": "void",
        "auto_advance": False,
        "next_payment_attempt": None,
        "status_transitions": invoice["status_transitions"] | {"voided_at": now},
    }
    account.emit("invoice.voided", invoice)


def give_up(account: Account, invoice: Json) -> None:
    """open → uncollectible; it can still be paid."""
    now = account.now()
    invoice |= {
        "status": "uncollectible",
        "auto_advance": False,
        "next_payment_attempt": None,
        "status_transitions": invoice["status_transitions"] | {"marked_uncollectible_at": now},
    }
    account.emit("invoice.marked_uncollectible", invoice)


def update_invoice(account: Account, params: Json, identity: str) -> Json:
    """Words and metadata; and whether it collects itself."""
    invoice = account.get("invoice", identity)
    with account.changing(invoice, "invoice.updated"):
        assign(invoice, params, "description", "footer", "auto_advance")
        if params.get("auto_advance") is False:
            invoice |= {"automatically_finalizes_at": None, "next_payment_attempt": None}
    return invoice


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
