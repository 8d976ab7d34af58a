"""The hosted pages that a customer sees: Checkout and one invoice."""

from __future__ import annotations

from typing import Any

from . import forms
from .api import Response
from .engine import Account, Engine, paying, portal
from .engine.checkout import line_items
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


# ------------------------------------------------------------------------------------ checkout


def checkout(engine: Engine, method: str, identity: str, rest: str, data: Fields) -> Response:
    """``/c/pay/<id>`` and ``/c/pay/<id>/authenticate``."""
    found = engine.locate("checkout.session", identity)
    if found is None or rest not in ("", "authenticate"):
        return not_found()
    account, session = found
    if session["status"] == "complete":
        return message(
            "This payment is complete",
            "You have paid already; nothing is charged twice.",
            link(_success_url(session), "Continue"),
        )
    if session["status"] == "expired":
        back = session["cancel_url"]
        return message(
            "This page has expired",
            "Nothing was charged. Go back and start again.",
            link(back, "Back") if back else None,
            status=410,
        )
    if rest == "authenticate":
        return _checkout_authenticate(account, session, method, data)
    if method == "POST":
        return _checkout_pay(account, session, data)
    return _checkout_page(account, session, CardForm({}))


def _success_url(session: Json) -> str:
    url: str = session["success_url"]
    return url.replace("{CHECKOUT_SESSION_ID}", session["id"])


def _known_email(session: Json) -> str | None:
    details = session["customer_details"]
    return details["email"] if details else None


def _checkout_pay(account: Account, session: Json, data: Fields) -> Response:
    known = _known_email(session)
    with_card = paying.needs_card(session)
    form = forms.read(data, account.now(), with_email=known is None, with_card=with_card)
    if form.errors or form.alert:
        return _checkout_page(account, session, form, status=402 if form.alert else 422)
    email = known or form.typed["email"]
    return _checkout_next(account, session, form, paying.pay(account, session, form.details, email))


def _checkout_next(account: Account, session: Json, form: CardForm, outcome: Outcome) -> Response:
    if outcome.status == "succeeded":
        return redirect(_success_url(session))
    if outcome.status == "requires_action":
        return redirect(f"/c/pay/{session['id']}/authenticate")
    if outcome.decline is not None:
        form.refuse(outcome.decline)
    return _checkout_page(account, session, form, status=402)


def _checkout_authenticate(account: Account, session: Json, method: str, data: Fields) -> Response:
    pending = account.private[session["id"]]["pending"]
    if pending is None:
        return redirect(f"/c/pay/{session['id']}")
    if method == "POST":
        payer = account.private[session["id"]]["payer"]
        form = CardForm({"name": payer["name"] or "", "email": payer["email"] or ""})
        passed = data.get("outcome") == "complete"
        outcome = paying.authenticate(account, session, passed=passed)
        return _checkout_next(account, session, form, outcome)
    last4 = account.get("payment_method", pending)["card"]["last4"]
    amount = money(session["amount_total"], session["currency"])
    return authentication_page(amount, last4, session["success_url"])


def _checkout_page(
    account: Account, session: Json, form: CardForm, *, status: int = 200
) -> Response:
    lines = line_items(account, session["id"])
    known = _known_email(session)
    subscribes = session["mode"] == "subscription"
    currency = session["currency"]
    total = money(session["amount_total"], currency)
    fields = forms.show(form, with_email=known is None, with_card=paying.needs_card(session))
    payer = render("email.html", email=known) if known else Html("")
    back = session["cancel_url"]
    verb = "Start trial" if not session["amount_total"] else f"Pay {total}"
    body = render(
        "checkout.html",
        back=render("back.html", url=back) if back else Html(""),
        heading="Subscribe" if subscribes else "Pay",
        price=total,
        terms=_terms(account, session, lines),
        lines=join([_line(row) for row in lines]),
        total=total,
        pay_heading="Pay with card",
        form=Html(payer + fields),
        button=f"Subscribe and pay {total}" if subscribes and session["amount_total"] else verb,
        after=Html(""),
    )
    return page("Checkout", body, status=status, leads_to=session["success_url"], wide=True)


def _line(row: Json) -> Html:
    price = row["price"]
    detail = f"Qty {row['quantity']}" if row["quantity"] != 1 else ""
    if price["recurring"]:
        detail = f"{detail} Billed {every(price)}".strip()
    amount = money(row["amount_total"], row["currency"])
    return render("checkout_line.html", name=row["description"], detail=detail, amount=amount)


def _terms(account: Account, session: Json, lines: list[Json]) -> str:
    recurring = [row for row in lines if row["price"]["recurring"]]
    if not recurring:
        return "Paid once."
    amounts: dict[str, int] = {}
    for row in recurring:
        cycle = every(row["price"])
        amounts[cycle] = amounts.get(cycle, 0) + row["amount_total"]
    words = ", ".join(f"{money(a, session['currency'])} {cycle}" for cycle, a in amounts.items())
    trial = paying.trial_end(account, session)
    return f"Then {words} from {day(trial)}." if trial else f"Renews at {words}."


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
        lines=join(rows),
        total=total,
        pay_heading="Pay with card",
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
