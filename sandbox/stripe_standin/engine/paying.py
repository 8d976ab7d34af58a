"""Paying a Checkout session on its hosted page: the card, 3-D Secure, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass

from . import billing, discounts, invoices, payments, setup
from .cards import AUTHENTICATION_FAILED, Decline
from .checkout import payer_details
from .checkout_lines import chosen_discounts
from .customers import CardDetails, attach, create_customer, create_method, test_card
from .lines import one_time_line
from .payments import Outcome
from .store import Account, Json
from .subscriptions import build


@dataclass(frozen=True)
class _Payment:
    """The pieces of one attempt: session, its hidden half, the card and the intent (if money)."""

    session: Json
    hidden: Json
    method: Json | None
    intent: Json | None


def needs_card(session: Json) -> bool:
    """False only for a free start with payment_method_collection=if_required."""
    if session["mode"] == "setup":
        return True
    optional = session["payment_method_collection"] == "if_required"
    return not (session["amount_total"] == 0 and optional)


def trial_end(account: Account, session: Json) -> int | None:
    """When a trial that starts now would end; None without a trial."""
    return billing.trial_end_of(account, account.private[session["id"]]["subscription_data"])


def pay(account: Account, session: Json, details: CardDetails | None, email: str) -> Outcome:
    """Somebody pressed "Pay" on the hosted page. The session must be open."""
    hidden = account.private[session["id"]]
    if (session["consent_collection"] or {}).get("terms_of_service") == "required":
        session["consent"] = {"promotions": None, "terms_of_service": "accepted"}
    name = details.name if details else None
    hidden["payer"] = {"email": email, "name": name}
    method = create_method(account, details) if details else None
    payment = _Payment(session, hidden, method, _intent(account, session, hidden))
    if method is not None and payment.intent is not None:
        outcome = payments.attempt(account, payment.intent, method, on_session=True)
    elif method is not None:
        outcome = _save_only(account, session, method)
    else:
        outcome = Outcome("succeeded")
    return _follow(account, payment, outcome)


def authenticate(account: Account, session: Json, *, passed: bool) -> Outcome:
    """The answer of the 3-D Secure page for the attempt that is waiting."""
    hidden = account.private[session["id"]]
    method = account.get("payment_method", hidden["pending"])
    payment = _Payment(session, hidden, method, _intent(account, session, hidden))
    if not passed:
        outcome = Outcome("failed", AUTHENTICATION_FAILED)
        if payment.intent is not None:
            outcome = payments.fail(account, payment.intent, method, AUTHENTICATION_FAILED)
        elif session["setup_intent"]:
            _setup_failed(account, session, method, AUTHENTICATION_FAILED)
    elif payment.intent is not None:
        outcome = payments.attempt(
            account, payment.intent, method, on_session=True, authenticated=True
        )
    else:
        outcome = Outcome("succeeded")
    return _follow(account, payment, outcome)


def _save_only(account: Account, session: Json, method: Json) -> Outcome:
    card = test_card(account, method["id"])
    if card.refused is not None:
        if session["setup_intent"]:
            _setup_failed(account, session, method, card.refused)
        return Outcome("failed", card.refused)
    return Outcome("succeeded" if card.three_ds == "never" else "requires_action")


def _setup_failed(account: Account, session: Json, method: Json, decline: Decline) -> None:
    setup.fail(account, account.get("setup_intent", session["setup_intent"]), method, decline)


def _intent(account: Account, session: Json, hidden: Json) -> Json | None:
    if not session["amount_total"]:
        return None
    if hidden["intent"] is None:
        data = hidden["payment_intent_data"]
        subscribes = session["mode"] == "subscription"
        intent = payments.create_intent(
            account,
            amount=session["amount_total"],
            currency=session["currency"],
            customer=session["customer"],
            description="Subscription creation" if subscribes else data.get("description"),
            metadata=data.get("metadata"),
            setup_future_usage="off_session" if subscribes else data.get("setup_future_usage"),
            receipt_email=data.get("receipt_email"),
        )
        hidden["intent"] = intent["id"]
    intent = account.get("payment_intent", hidden["intent"])
    # A code entered after a refused card changes what is due.
    intent["amount"] = session["amount_total"]
    return intent


def _follow(account: Account, payment: _Payment, outcome: Outcome) -> Outcome:
    waiting = outcome.status == "requires_action"
    payment.hidden["pending"] = payment.method["id"] if waiting and payment.method else None
    if outcome.status == "succeeded":
        _complete(account, payment)
    return outcome


def _complete(account: Account, payment: _Payment) -> None:
    session, payer = payment.session, payment.hidden["payer"]
    customer = _customer(account, payment)
    if customer is not None and payment.hidden["name_auto"] and payer["name"]:
        with account.changing(customer, "customer.updated"):
            customer["name"] = payer["name"]
    if customer is not None and session["mode"] == "subscription":
        _subscribe(account, payment, customer)
    elif session["mode"] == "setup":
        _set_up(account, payment, customer)
    else:
        _sell(account, payment, customer)
    session |= {
        "status": "complete",
        "payment_status": "paid" if session["amount_total"] else "no_payment_required",
        "customer": customer["id"] if customer else None,
        "customer_details": payer_details(customer, payer["email"], payer["name"]),
        "url": None,
    }
    account.emit("checkout.session.completed", session)


def _customer(account: Account, payment: _Payment) -> Json | None:
    session = payment.session
    if session["customer"]:
        return account.get("customer", session["customer"])
    keeps = payment.hidden["payment_intent_data"].get("setup_future_usage")
    invoiced = session["invoice_creation"] and session["invoice_creation"]["enabled"]
    if session["customer_creation"] != "always" and not keeps and not invoiced:
        return None
    payer = {k: v for k, v in payment.hidden["payer"].items() if v}
    customer = create_customer(account, payer)
    if payment.intent is not None:
        payment.intent["customer"] = customer["id"]
        account.get("charge", payment.intent["latest_charge"])["customer"] = customer["id"]
    return customer


def _keep_card(account: Account, payment: _Payment, customer: Json) -> None:
    if payment.method is not None:
        attach(account, {"customer": customer["id"]}, payment.method["id"])
        account.private[payment.method["id"]]["set_up"] = True


def _set_up(account: Account, payment: _Payment, customer: Json | None) -> None:
    if payment.method is None:
        return
    if customer is not None:
        _keep_card(account, payment, customer)
    intent = account.get("setup_intent", payment.session["setup_intent"])
    setup.succeed(account, intent, payment.method)


def _subscribe(account: Account, payment: _Payment, customer: Json) -> None:
    session, hidden = payment.session, payment.hidden
    data = hidden["subscription_data"]
    _keep_card(account, payment, customer)
    rows = hidden["lines"]
    ends = trial_end(account, session)
    subscription = build(
        account,
        customer=customer["id"],
        items=[(r["price"], r["quantity"]) for r in rows if r["price"]["type"] == "recurring"],
        status="trialing" if ends else "active",
        trial_end=ends,
        method=payment.method["id"] if payment.method else None,
        metadata=data.get("metadata"),
        description=data.get("description"),
        trial_settings=data.get("trial_settings"),
        billing_mode=data.get("billing_mode", {}).get("type", "flexible"),
        taxed=session["automatic_tax"]["enabled"],
    )
    subscription["discounts"] = _redeem(account, session, customer, subscription["id"])
    extras = [
        one_time_line(account, r["price"], r["quantity"])
        for r in rows
        if r["price"]["type"] == "one_time"
    ]
    invoice = billing.first_invoice(account, subscription, extras, use_balance=False)
    account.emit("customer.subscription.created", subscription)
    _settle(account, payment, invoice)
    session |= {"subscription": subscription["id"], "invoice": invoice["id"]}


def _redeem(
    account: Account, session: Json, customer: Json | None, subscription: str | None
) -> list[str]:
    owner = customer["id"] if customer else None
    return [
        discounts.redeem(
            account,
            coupon,
            code,
            customer=owner,
            subscription=subscription,
            session=session["id"],
        )
        for coupon, code in chosen_discounts(account, session)
    ]


def _sell(account: Account, payment: _Payment, customer: Json | None) -> None:
    session = payment.session
    if customer is not None and payment.hidden["payment_intent_data"].get("setup_future_usage"):
        _keep_card(account, payment, customer)
    session["payment_intent"] = payment.intent["id"] if payment.intent else None
    creation = session["invoice_creation"]
    redeemed = _redeem(account, session, customer, None)
    if not creation["enabled"] or customer is None:
        return
    invoice = invoices.create(
        account,
        customer=customer["id"],
        currency=session["currency"],
        lines=[one_time_line(account, r["price"], r["quantity"]) for r in payment.hidden["lines"]],
        reason="manual",
        metadata=creation["invoice_data"]["metadata"],
        terms=discounts.terms_of(account, redeemed),
        taxed=session["automatic_tax"]["enabled"],
    )
    for name in ("description", "footer"):
        invoice[name] = creation["invoice_data"][name]
    invoices.finalize(account, invoice, use_balance=False)
    _settle(account, payment, invoice)
    session["invoice"] = invoice["id"]


def _settle(account: Account, payment: _Payment, invoice: Json) -> None:
    if payment.intent is not None:
        invoices.link_payment(account, invoice, payment.intent)
        invoice["attempt_count"] = 1
    invoices.mark_paid(account, invoice)
