"""The billing portal's pages: home, card, cancel, pause, another plan, details, invoices."""

from __future__ import annotations

from typing import Any

from . import forms, portal_steps
from .api import Response
from .engine import Engine, portal, portal_plans
from .engine.catalog import title
from .engine.payments import Outcome
from .engine.subscriptions import method_for, period_end, rows_of
from .forms import CardForm
from .html import Html, day, join, money, page, redirect, render
from .pages import Fields, authentication_page, every, message, not_found

Json = dict[str, Any]


def handle(engine: Engine, method: str, token: str, rest: str, data: Fields) -> Response:
    """``/p/session/<id>-<secret>`` and the steps and actions under it."""
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
    visit = portal_steps.Visit(account, session, token)
    if rest == "authenticate":
        return _authenticate(visit, method, data)
    if method == "GET" and rest == "":
        return _page(visit, CardForm({}))
    if rest == "card":
        return _save_card(visit, data) if method == "POST" else redirect(visit.here)
    action = portal_steps.show if method == "GET" else portal_steps.act
    return action(visit, rest, data)


def _save_card(visit: portal_steps.Visit, data: Fields) -> Response:
    form = forms.read(data, visit.account.now(), with_email=False, with_card=True)
    if form.details is None:
        return _page(visit, form, status=402 if form.alert else 422)
    outcome = portal.save_card(visit.account, visit.session, form.details)
    return _next(visit, form, outcome)


def _next(visit: portal_steps.Visit, form: CardForm, outcome: Outcome) -> Response:
    if outcome.status == "succeeded":
        return visit.done()
    if outcome.status == "requires_action":
        return redirect(f"{visit.here}/authenticate")
    if outcome.decline is not None:
        form.refuse(outcome.decline)
    return _page(visit, form, status=402)


def _authenticate(visit: portal_steps.Visit, method: str, data: Fields) -> Response:
    account, session = visit.account, visit.session
    pending = account.private[session["id"]]["pending"]
    if pending is None:
        return redirect(visit.here)
    if method == "POST":
        passed = data.get("outcome") == "complete"
        outcome = portal.authenticate(account, session, passed=passed)
        return _next(visit, CardForm({}), outcome)
    last4 = account.get("payment_method", pending)["card"]["last4"]
    return authentication_page("the card for later payments", last4, None)


def _page(visit: portal_steps.Visit, form: CardForm, *, status: int = 200) -> Response:
    flow = visit.session["flow"]
    if flow and flow["type"] != "payment_method_update":
        return portal_steps.flow_page(visit)
    features = visit.features
    sections = []
    if not flow:
        sections.append(("plans", "Plans", _plans(visit)))
    if features["payment_method_update"]["enabled"]:
        sections.append(("card", "Payment card", _card(visit, form)))
    if features["customer_update"]["enabled"] and not flow:
        sections.append(("details", "Your details", _details(visit)))
    if features["invoice_history"]["enabled"] and not flow:
        sections.append(("invoices", "Invoices", _invoices(visit)))
    profile = portal.configuration_of(visit.account, visit.session)["business_profile"]
    body = render(
        "portal.html",
        back=visit.back(),
        headline=profile["headline"] or "",
        sections=join(
            [
                render("portal_section.html", name=name, heading=heading, body=inner)
                for name, heading, inner in sections
            ]
        ),
    )
    return page("Billing", body, status=status, leads_to=visit.leads_to())


# ------------------------------------------------------------------------------------- home


def _card(visit: portal_steps.Visit, form: CardForm) -> Html:
    fields = forms.show(form, with_email=False, with_card=True)
    return render("portal_card.html", card=_card_words(visit), token=visit.token, form=fields)


def _card_words(visit: portal_steps.Visit) -> str:
    account, session = visit.account, visit.session
    methods = [method_for(account, s) for s in portal.subscriptions_of(account, session)]
    customer = account.get("customer", session["customer"])
    default = account.find("payment_method", customer["invoice_settings"]["default_payment_method"])
    method = next((m for m in [*methods, default] if m is not None), None)
    if method is None:
        return "No card on file."
    card = method["card"]
    expiry = f"{card['exp_month']:02}/{card['exp_year'] % 100:02}"
    return f"{card['brand'].capitalize()} ending in {card['last4']}, expires {expiry}."


def _details(visit: portal_steps.Visit) -> Html:
    customer = visit.account.get("customer", visit.session["customer"])
    words = [customer.get(name) for name in ("name", "email", "phone")]
    link = render("portal_link.html", token=visit.token, action="details", label="Change")
    text = ", ".join(word for word in words if word) or "Nothing yet."
    return Html(render("paragraph.html", text=text) + link)


def _plans(visit: portal_steps.Visit) -> Html:
    rows = portal.subscriptions_of(visit.account, visit.session)
    plans = [_plan(visit, subscription) for subscription in rows]
    return join(plans) if plans else Html("<p>No plan at present.</p>")


def _plan(visit: portal_steps.Visit, subscription: Json) -> Html:
    items = rows_of(subscription)
    prices = [
        f"{money(i['price']['unit_amount'] * i['quantity'], subscription['currency'])} "
        f"{every(i['price'])}"
        for i in items
    ]
    return render(
        "portal_plan.html",
        name=", ".join(title(visit.account, i["price"]) for i in items),
        status=subscription["status"].replace("_", " "),
        price=", ".join(prices),
        when=_when(subscription),
        actions=_actions(visit, subscription),
    )


def _when(subscription: Json) -> str:
    ends = subscription["cancel_at"]
    if ends:
        return f"Ends on {day(ends)}."
    if subscription["status"] == "paused":
        return "Paused: nothing is charged until you resume."
    return f"Renews on {day(period_end(subscription))}."


def _actions(visit: portal_steps.Visit, subscription: Json) -> Html:
    identity, features = subscription["id"], visit.features
    paused, ends = subscription["status"] == "paused", subscription["cancel_at"]
    named = []
    if paused:
        named.append((True, "resume", "Resume"))
    if portal_plans.choices(visit.account, subscription, features) and not ends:
        named.append((False, f"plan/{identity}", "Change plan"))
    pausable = features["subscription_pause"]["enabled"] and subscription["status"] == "active"
    if pausable and not ends and not subscription["schedule"]:
        named.append((False, f"pause/{identity}", "Pause"))
    if ends:
        named.append((True, "keep", "Keep my plan"))
    elif features["subscription_cancel"]["enabled"]:
        named.append((False, f"cancel/{identity}", "Cancel plan"))
    return join(
        [
            render(
                "portal_button.html" if posts else "portal_link.html",
                token=visit.token,
                action=action,
                label=label,
                **({"subscription": identity} if posts else {}),
            )
            for posts, action, label in named
        ]
    )


def _invoices(visit: portal_steps.Visit) -> Html:
    rows = [
        render(
            "invoice_row.html",
            date=day(bill["created"]),
            amount=money(bill["total"], bill["currency"]),
            status=bill["status"],
            url=f"/i/{bill['id']}",
            label="Pay" if bill["status"] == "open" else "View",
        )
        for bill in portal.invoices_of(visit.account, visit.session)
    ]
    if not rows:
        return Html("<p>No invoices yet.</p>")
    names = ("Date", "Amount", "Status", "Invoice")
    head = Html("".join(f'<th scope="col">{name}</th>' for name in names))
    return render("table.html", head=head, rows=join(rows))
