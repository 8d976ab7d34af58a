"""The hosted pages of an invoice and a receipt, and what all hosted pages share."""

from __future__ import annotations

from typing import Any

from . import forms
from .api import Response
from .engine import Account, Engine, portal
from .engine.invoices import subscription_of
from .engine.payments import Outcome
from .forms import CardForm
from .html import Html, day, join, money, page, redirect, render

Json = dict[str, Any]
Fields = dict[str, str]


def message(heading: str, text: str, link: Html | None = None, *, status: int = 200) -> Response:
    """A page that only says something."""
    body = render("message.html", heading=heading, message=text, link=link or Html(""))
    return page(heading, body, status=status)


def not_found() -> Response:
    return message("Nothing here", "This address leads nowhere.", status=404)


def link(url: str, label: str) -> Html:
    return render("link.html", url=url, label=label)


def every(price: Json) -> str:
    """``per month``, ``every 3 months``."""
    unit, count = price["recurring"]["interval"], price["recurring"]["interval_count"]
    return f"per {unit}" if count == 1 else f"every {count} {unit}s"


def authentication_page(amount: str, last4: str, leads_to: str | None) -> Response:
    body = render("authenticate.html", amount=amount, last4=last4)
    return page("3-D Secure", body, leads_to=leads_to)


# ------------------------------------------------------------------------------------- invoice


def invoice(engine: Engine, method: str, identity: str, rest: str, data: Fields) -> Response:
    """``/i/<id>``: pay an open invoice, or read what became of it."""
    found = engine.locate("invoice", identity)
    if found is None or rest not in ("", "authenticate") or found[1]["status"] == "draft":
        return not_found()
    account, bill = found
    if bill["status"] != "open":
        words = {"paid": "Paid. Thank you.", "void": "Withdrawn; nothing is owed."}
        return message(f"Invoice {bill['number']}", words.get(bill["status"], "Closed."))
    if rest == "authenticate":
        return _invoice_authenticate(account, bill, method, data)
    if method == "POST":
        form = forms.read(data, account.now(), with_email=False, with_card=True)
        if form.details is None:
            return _invoice_page(account, bill, form, status=402 if form.alert else 422)
        outcome = portal.pay_open_invoice(account, bill, form.details)
        return _invoice_next(account, bill, form, outcome)
    return _invoice_page(account, bill, CardForm({}))


def _invoice_next(account: Account, bill: Json, form: CardForm, outcome: Outcome) -> Response:
    if outcome.status == "succeeded":
        return redirect(f"/i/{bill['id']}")
    if outcome.status == "requires_action":
        return redirect(f"/i/{bill['id']}/authenticate")
    if outcome.decline is not None:
        form.refuse(outcome.decline)
    return _invoice_page(account, bill, form, status=402)


def _invoice_authenticate(account: Account, bill: Json, method: str, data: Fields) -> Response:
    pending = account.private.get(bill["id"], {}).get("pending")
    if pending is None:
        return redirect(f"/i/{bill['id']}")
    if method == "POST":
        passed = data.get("outcome") == "complete"
        outcome = portal.authenticate_invoice(account, bill, passed=passed)
        return _invoice_next(account, bill, CardForm({}), outcome)
    last4 = account.get("payment_method", pending)["card"]["last4"]
    return authentication_page(money(bill["amount_remaining"], bill["currency"]), last4, None)


def minor_rows(bill: Json) -> Html:
    """Discounts, tax and balance of an invoice, above what is due."""
    off = sum(row["amount"] for row in bill["total_discount_amounts"])
    tax = sum(row["amount"] for row in bill["total_taxes"])
    balance = bill["amount_due"] - max(0, bill["total"])
    named = (("Discount", -off), ("Tax", tax), ("From your balance", balance))
    return total_rows(named, bill["currency"])


def total_rows(named: tuple[tuple[str, int], ...], currency: str) -> Html:
    """Rows under the lines, for the amounts that are not zero."""
    return join(
        [
            render("total_row.html", name=name, amount=money(amount, currency))
            for name, amount in named
            if amount
        ]
    )


def _invoice_page(account: Account, bill: Json, form: CardForm, *, status: int = 200) -> Response:
    total = money(bill["amount_remaining"], bill["currency"])
    rows = [
        render(
            "checkout_line.html",
            name=line["description"],
            detail=f"{day(line['period']['start'])} - {day(line['period']['end'])}",
            amount=money(line["amount"], bill["currency"]),
        )
        for line in bill["lines"]["data"]
    ]
    kind = "Subscription" if subscription_of(bill) else "One-time"
    body = render(
        "checkout.html",
        back=Html(""),
        heading=f"Invoice {bill['number']}",
        price=total,
        terms=f"{kind} invoice of {day(bill['created'])}.",
        summary=render("summary.html", lines=join(rows), minor=minor_rows(bill), total=total),
        promo=Html(""),
        pay_heading="Pay with card",
        action=f"/i/{bill['id']}",
        form=forms.show(form, with_email=False, with_card=True),
        button=f"Pay {total}",
        after=Html(""),
    )
    return page("Invoice", body, status=status, wide=True)


def receipt(engine: Engine, identity: str) -> Response:
    """``/r/<charge>``: what was paid and what was given back."""
    found = engine.locate("charge", identity)
    if found is None or not found[1]["paid"]:
        return not_found()
    charge = found[1]
    paid = f"{money(charge['amount'], charge['currency'])} paid on {day(charge['created'])}"
    words = [f"{paid} with the card ending in {charge['payment_method_details']['card']['last4']}."]
    if charge["amount_refunded"]:
        words.append(f"{money(charge['amount_refunded'], charge['currency'])} given back.")
    return message("Receipt", " ".join(words))
