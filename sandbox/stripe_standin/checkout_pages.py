"""The hosted Checkout page: what is bought, the promotion code, the card, 3-D Secure."""

from __future__ import annotations

from typing import Any

from . import forms
from .api import Response
from .engine import Account, Engine, checkout_lines, paying
from .engine.checkout import line_items
from .engine.payments import Outcome
from .forms import CardForm
from .html import Html, day, join, money, page, redirect, render
from .pages import Fields, authentication_page, every, link, message, not_found, total_rows

Json = dict[str, Any]


def checkout(engine: Engine, method: str, identity: str, rest: str, data: Fields) -> Response:
    """``/c/pay/<id>``, and ``authenticate`` and ``promo`` under it."""
    found = engine.locate("checkout.session", identity)
    if found is None or rest not in ("", "authenticate", "promo"):
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
    if rest == "promo":
        return _promo(account, session, method, data)
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
    if _asks_consent(session) and not data.get("terms"):
        form.errors["terms"] = "Please agree to the terms to go on."
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
    total = session["amount_total"]
    amount = money(total, session["currency"]) if total else "your card for later payments"
    return authentication_page(amount, last4, session["success_url"])


def _promo(account: Account, session: Json, method: str, data: Fields) -> Response:
    if method != "POST" or not session["allow_promotion_codes"]:
        return redirect(f"/c/pay/{session['id']}")
    if data.get("remove"):
        checkout_lines.put_on(account, session, [])
        return redirect(f"/c/pay/{session['id']}")
    typed = data.get("code", "").strip()
    error = "Enter a code."
    if typed:
        error = checkout_lines.enter_code(account, session, typed)
    if not error:
        return redirect(f"/c/pay/{session['id']}")
    return _checkout_page(account, session, CardForm({"promo": typed}), promo=error, status=422)


def _promo_box(account: Account, session: Json, typed: str, error: str) -> Html:
    if not session["allow_promotion_codes"]:
        return Html("")
    chosen = checkout_lines.chosen_discounts(account, session)
    if chosen and not error:
        coupon, code = chosen[0]
        words = f"{code['code'] if code else coupon['id']}: {_off(coupon)}"
        return render("promo_on.html", session=session["id"], words=words)
    tied = Html('aria-invalid="true" aria-describedby="promo-error"') if error else Html("")
    return render(
        "promo.html",
        session=session["id"],
        typed=typed,
        tied=tied,
        error=render("field_error.html", name="promo", message=error) if error else Html(""),
    )


def _off(coupon: Json) -> str:
    """``20% off for 3 months``."""
    if coupon["percent_off"] is not None:
        off = f"{coupon['percent_off']:g}% off"
    else:
        off = f"{money(coupon['amount_off'], coupon['currency'])} off"
    months = coupon["duration_in_months"]
    spans = {"once": "once", "forever": "always", "repeating": f"for {months} months"}
    return f"{off}, {spans[coupon['duration']]}"


def _asks_consent(session: Json) -> bool:
    return (session["consent_collection"] or {}).get("terms_of_service") == "required"


def _consent(session: Json, form: CardForm) -> Html:
    if not _asks_consent(session):
        return Html("")
    error = form.errors.get("terms", "")
    return render(
        "consent.html",
        tied=Html('aria-invalid="true" aria-describedby="terms-error"') if error else Html(""),
        error=render("field_error.html", name="terms", message=error) if error else Html(""),
    )


def _checkout_page(
    account: Account, session: Json, form: CardForm, *, promo: str = "", status: int = 200
) -> Response:
    known = _known_email(session)
    fields = forms.show(form, with_email=known is None, with_card=paying.needs_card(session))
    payer = render("email.html", email=known) if known else Html("")
    back = session["cancel_url"]
    text = (session["custom_text"]["submit"] or {}).get("message")
    body = render(
        "checkout.html",
        back=render("back.html", url=back) if back else Html(""),
        **_summary(account, session),
        promo=_promo_box(account, session, form.typed.get("promo", ""), promo),
        pay_heading="Pay with card" if session["amount_total"] else "Your card",
        action=f"/c/pay/{session['id']}",
        form=Html(payer + fields + _consent(session, form)),
        after=render("small.html", text=text) if text else Html(""),
    )
    return page("Checkout", body, status=status, leads_to=session["success_url"], wide=True)


def _summary(account: Account, session: Json) -> dict[str, object]:
    """Heading, price, terms, lines and the button's words."""
    if session["mode"] == "setup":
        return {
            "heading": "Save a card",
            "price": "Nothing is charged",
            "terms": "Your card is kept for later payments.",
            "summary": Html(""),
            "button": "Save card",
        }
    lines, currency = line_items(account, session["id"]), session["currency"]
    total = money(session["amount_total"], currency)
    details = session["total_details"]
    named = (("Discount", -details["amount_discount"]), ("Tax", details["amount_tax"]))
    rows = join([_line(row) for row in lines])
    subscribes = session["mode"] == "subscription"
    return {
        "heading": "Subscribe" if subscribes else "Pay",
        "price": total,
        "terms": _terms(account, session, lines),
        "summary": render(
            "summary.html", lines=rows, minor=total_rows(named, currency), total=total
        ),
        "button": _button(account, session, total),
    }


def _button(account: Account, session: Json, total: str) -> str:
    if session["mode"] == "payment":
        return f"Pay {total}" if session["amount_total"] else "Complete order"
    if session["amount_total"]:
        return f"Subscribe and pay {total}"
    return "Start trial" if paying.trial_end(account, session) else "Subscribe"


def _line(row: Json) -> Html:
    price = row["price"]
    detail = f"Qty {row['quantity']}" if row["quantity"] != 1 else ""
    if price["recurring"]:
        detail = f"{detail} Billed {every(price)}".strip()
    amount = money(row["amount_subtotal"], row["currency"])
    return render("checkout_line.html", name=row["description"], detail=detail, amount=amount)


def _terms(account: Account, session: Json, lines: list[Json]) -> str:
    recurring = [row for row in lines if row["price"]["recurring"]]
    if not recurring:
        return "Paid once."
    amounts: dict[str, int] = {}
    for row in recurring:
        cycle = every(row["price"])
        amounts[cycle] = amounts.get(cycle, 0) + row["amount_subtotal"]
    words = ", ".join(f"{money(a, session['currency'])} {cycle}" for cycle, a in amounts.items())
    trial = paying.trial_end(account, session)
    if trial:
        return f"Then {words} from {day(trial)}."
    return f"Renews at {words}{_until_then(account, session)}."


def _until_then(account: Account, session: Json) -> str:
    """What a discount means for later payments."""
    spans = [coupon["duration"] for coupon, _ in checkout_lines.chosen_discounts(account, session)]
    return {"forever": ", less the discount", "repeating": ", less the discount at first"}.get(
        spans[0] if spans else "", ""
    )
