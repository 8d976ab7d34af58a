"""The billing portal's page: change the card, cancel at period end, see invoices."""

from __future__ import annotations

from typing import Any

from . import forms
from .api import Response
from .engine import Account, Engine, portal
from .engine.catalog import title
from .engine.payments import Outcome
from .engine.subscriptions import method_for, period_end, rows_of
from .forms import CardForm
from .html import Html, day, join, money, page, redirect, render
from .pages import Fields, authentication_page, every, message, not_found

Json = dict[str, Any]


def handle(engine: Engine, method: str, token: str, rest: str, data: Fields) -> Response:
    """``/p/session/<id>-<secret>`` and the actions under it."""
    identity, _, secret = token.partition("-")
    found = engine.locate("billing_portal.session", identity)
    if found is None:
        return not_found()
    account, session = found
    if not portal.is_live(account, session, secret):
        return message(
            "This link has expired",
            "Go back to the site and open billing again.",
            status=410,
        )
    here = f"/p/session/{token}"
    if rest == "authenticate":
        return _authenticate(account, session, method, data, here)
    if method == "GET":
        return _page(account, session, token, CardForm({})) if rest == "" else not_found()
    if rest == "card":
        return _save_card(account, session, token, data)
    if rest in ("cancel", "keep"):
        action = portal.cancel if rest == "cancel" else portal.keep
        action(account, session, data.get("subscription", ""))
        return redirect(_after(session, here))
    return not_found()


def _after(session: Json, here: str) -> str:
    """Where a finished action leads: back here, or where the session's flow says."""
    redirected = session["flow"] and session["flow"]["after_completion"]["redirect"]
    return redirected["return_url"] if redirected else here


def _save_card(account: Account, session: Json, token: str, data: Fields) -> Response:
    form = forms.read(data, account.now(), with_email=False, with_card=True)
    if form.details is None:
        return _page(account, session, token, form, status=402 if form.alert else 422)
    outcome = portal.save_card(account, session, form.details)
    return _next(account, session, token, form, outcome)


def _next(
    account: Account, session: Json, token: str, form: CardForm, outcome: Outcome
) -> Response:
    if outcome.status == "succeeded":
        return redirect(_after(session, f"/p/session/{token}"))
    if outcome.status == "requires_action":
        return redirect(f"/p/session/{token}/authenticate")
    if outcome.decline is not None:
        form.refuse(outcome.decline)
    return _page(account, session, token, form, status=402)


def _authenticate(
    account: Account, session: Json, method: str, data: Fields, here: str
) -> Response:
    pending = account.private[session["id"]]["pending"]
    if pending is None:
        return redirect(here)
    if method == "POST":
        passed = data.get("outcome") == "complete"
        outcome = portal.authenticate(account, session, passed=passed)
        return _next(account, session, here.rsplit("/", 1)[-1], CardForm({}), outcome)
    last4 = account.get("payment_method", pending)["card"]["last4"]
    return authentication_page("the card for later payments", last4, None)


def _page(
    account: Account, session: Json, token: str, form: CardForm, *, status: int = 200
) -> Response:
    plans = [_plan(account, s, token) for s in portal.subscriptions_of(account, session)]
    back = session["return_url"]
    body = render(
        "portal.html",
        back=render("back.html", url=back) if back else Html(""),
        notice=Html(""),
        plans=join(plans) if plans else Html("<p>No plan at present.</p>"),
        card=_card_words(account, session),
        token=token,
        form=forms.show(form, with_email=False, with_card=True),
        invoices=_invoices(account, session),
    )
    return page("Billing", body, status=status, leads_to=_after(session, back or ""))


def _card_words(account: Account, session: Json) -> str:
    methods = [method_for(account, s) for s in portal.subscriptions_of(account, session)]
    customer = account.get("customer", session["customer"])
    default = account.find("payment_method", customer["invoice_settings"]["default_payment_method"])
    method = next((m for m in [*methods, default] if m is not None), None)
    if method is None:
        return "No card on file."
    card = method["card"]
    expiry = f"{card['exp_month']:02}/{card['exp_year'] % 100:02}"
    return f"{card['brand'].capitalize()} ending in {card['last4']}, expires {expiry}."


def _plan(account: Account, subscription: Json, token: str) -> Html:
    ends = subscription["cancel_at"]
    until = period_end(subscription)
    items = rows_of(subscription)
    prices = [
        f"{money(i['price']['unit_amount'] * i['quantity'], subscription['currency'])} "
        f"{every(i['price'])}"
        for i in items
    ]
    return render(
        "portal_plan.html",
        name=", ".join(title(account, i["price"]) for i in items),
        status=subscription["status"].replace("_", " "),
        price=", ".join(prices),
        when=f"Ends on {day(ends)}." if ends else f"Renews on {day(until)}.",
        token=token,
        action="keep" if ends else "cancel",
        subscription=subscription["id"],
        label="Keep my plan" if ends else "Cancel at the end of this period",
    )


def _invoices(account: Account, session: Json) -> Html:
    rows = [
        render(
            "invoice_row.html",
            date=day(bill["created"]),
            amount=money(bill["total"], bill["currency"]),
            status=bill["status"],
            url=f"/i/{bill['id']}",
            label="Pay" if bill["status"] == "open" else "View",
        )
        for bill in portal.invoices_of(account, session)
    ]
    if not rows:
        return Html("<p>No invoices yet.</p>")
    names = ("Date", "Amount", "Status", "Invoice")
    head = Html("".join(f'<th scope="col">{name}</th>' for name in names))
    return render("table.html", head=head, rows=join(rows))
