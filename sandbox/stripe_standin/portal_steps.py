"""The portal's steps, one page and one decision each; also what deep links open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .api import Response
from .engine import Account, portal, portal_plans
from .engine.catalog import title
from .engine.errors import StripeError
from .engine.portal_configurations import REASONS
from .engine.subscriptions import period_end, rows_of
from .html import Html, day, join, money, page, redirect, render
from .pages import Fields, every, link, message, not_found

Json = dict[str, Any]

NOTHING = Html("")
_WHY = {
    "too_expensive": "It is too expensive",
    "missing_features": "Something is missing",
    "switched_service": "I found something else",
    "unused": "I do not use it enough",
    "customer_service": "I was not content with the service",
    "too_complex": "It is too complicated",
    "low_quality": "The quality is not what I expected",
    "other": "Another reason",
}


@dataclass(frozen=True)
class Visit:
    """One customer's visit to the portal."""

    account: Account
    session: Json
    token: str

    @property
    def here(self) -> str:
        return f"/p/session/{self.token}"

    @property
    def features(self) -> Json:
        features: Json = portal.configuration_of(self.account, self.session)["features"]
        return features

    def leads_to(self) -> str | None:
        """Where a form may end: the return address, or where the flow says."""
        after = self._after()
        if after["redirect"]:
            return str(after["redirect"]["return_url"])
        url: str | None = self.session["return_url"]
        return url

    def _after(self) -> Json:
        flow = self.session["flow"]
        return flow["after_completion"] if flow else {"type": "portal_homepage", "redirect": None}

    def done(self) -> Response:
        """An action is finished: on to where the flow says, or home."""
        after = self._after()
        if after["redirect"]:
            return redirect(after["redirect"]["return_url"])
        return redirect(
            f"{self.here}/done" if after["type"] == "hosted_confirmation" else self.here
        )

    def back(self) -> Html:
        """Back to the clinic's site."""
        url = self.session["return_url"]
        return render("back.html", url=url) if url else Html("")

    def step(
        self,
        heading: str,
        subscription: Json | None,
        *,
        action: str,
        button: str,
        words: list[str],
        fields: Html = NOTHING,
        alert: str = "",
        status: int = 200,
    ) -> Response:
        """A page with one form."""
        home = self.session["flow"] is None
        body = render(
            "portal_step.html",
            back=render("back.html", url=self.here) if home else self.back(),
            heading=heading,
            alert=render("alert.html", message=alert) if alert else Html(""),
            words=join([render("paragraph.html", text=text) for text in words]),
            token=self.token,
            action=action,
            subscription=subscription["id"] if subscription else "",
            fields=fields,
            button=button,
        )
        return page(heading, body, status=status, leads_to=self.leads_to())


def show(visit: Visit, rest: str, data: Fields) -> Response:
    """GET: the page of a step."""
    name, _, more = rest.partition("/")
    if name == "done":
        return _finished(visit)
    if name == "details":
        return _details_page(visit)
    if name not in ("cancel", "pause", "plan") or not more:
        return not_found()
    identity, _, price = more.partition("/")
    subscription = portal.own(visit.account, visit.session, identity)
    if name == "plan" and price:
        return _confirm_page(visit, subscription, price)
    return _STEPS[name](visit, subscription)


def act(visit: Visit, rest: str, data: Fields) -> Response:
    """POST: do it, and go on. A refusal is shown on the step's own page."""
    if rest == "details":
        portal.save_details(visit.account, visit.session, data)
        return visit.done()
    if rest not in ("cancel", "keep", "pause", "resume", "plan", "change"):
        return not_found()
    subscription = portal.own(visit.account, visit.session, data.get("subscription", ""))
    if rest == "plan":
        return _choose(visit, subscription, data)
    try:
        _do(visit, rest, subscription, data)
    except StripeError as refusal:
        why = str(refusal)
        if rest == "pause":
            return _pause_page(visit, subscription, why)
        if rest == "change":
            return _confirm_page(visit, subscription, data.get("price", ""), why)
        raise
    return visit.done()


def _do(visit: Visit, name: str, subscription: Json, data: Fields) -> None:
    account, session = visit.account, visit.session
    if name == "cancel":
        reason, comment = data.get("reason", ""), data.get("comment", "").strip()
        details = {"feedback": reason if reason in REASONS else None, "comment": comment or None}
        portal.cancel(account, session, subscription["id"], details)
    elif name == "keep":
        portal.keep(account, session, subscription["id"])
    elif name == "pause":
        portal_plans.pause(account, subscription, visit.features, data.get("length", ""))
    elif name == "resume":
        portal_plans.resume(account, subscription)
    else:
        price = _offered(visit, subscription, data.get("price", ""))
        portal_plans.change(account, subscription, price, visit.features)


def flow_page(visit: Visit) -> Response:
    """What a deep link opens."""
    flow = visit.session["flow"]
    kind = flow["type"]
    if kind == "customer_update":
        return _details_page(visit)
    details = flow[kind]
    subscription = portal.own(visit.account, visit.session, details["subscription"])
    if kind == "subscription_update_confirm":
        return _confirm_page(visit, subscription, details["items"][0]["price"])
    names = {
        "subscription_cancel": "cancel",
        "subscription_pause": "pause",
        "subscription_update": "plan",
    }
    return _STEPS[names[kind]](visit, subscription)


def _finished(visit: Visit) -> Response:
    after = visit.session["flow"] and visit.session["flow"]["after_completion"]
    told = (after or {}).get("hosted_confirmation") or {}
    url = visit.session["return_url"]
    words = told.get("custom_message") or "Your change is saved."
    return message("Thank you", words, link(url, "Back to the site") if url else None)


# ------------------------------------------------------------------------------------- pages


def _details_page(visit: Visit) -> Response:
    customer = visit.account.get("customer", visit.session["customer"])
    allowed = visit.features["customer_update"]["allowed_updates"]
    known = (("name", "Name", "text"), ("email", "Email", "email"), ("phone", "Phone", "tel"))
    fields = [
        render(
            "text_field.html",
            name=name,
            label=label,
            kind=kind,
            autocomplete="tel" if name == "phone" else name,
            value=customer.get(name) or "",
        )
        for name, label, kind in known
        if name in allowed
    ]
    return visit.step(
        "Your details",
        None,
        action="details",
        button="Save",
        words=[],
        fields=Html(f'<div class="fields">{join(fields)}</div>'),
    )


def _cancel_page(visit: Visit, subscription: Json) -> Response:
    wanted = visit.features["subscription_cancel"]
    until = day(period_end(subscription))
    words = f"Your plan goes on until {until} and then ends."
    if wanted["mode"] == "immediately":
        words = "Your plan ends at once."
    fields = Html("")
    if wanted["cancellation_reason"]["enabled"]:
        reasons = [
            _radio("reason", name, _WHY[name]) for name in wanted["cancellation_reason"]["options"]
        ]
        comment = render(
            "text_field.html",
            name="comment",
            label="Anything you want to tell us",
            kind="text",
            autocomplete="off",
            value="",
        )
        fields = Html(join(reasons) + comment)
    return visit.step(
        "Cancel your plan",
        subscription,
        action="cancel",
        button="Cancel plan",
        words=[words],
        fields=fields,
    )


def _pause_page(visit: Visit, subscription: Json, alert: str = "") -> Response:
    duration = visit.features["subscription_pause"]["duration"]
    words = ["Nothing is charged while you pause. Unused time is taken off your next payment."]
    lengths = [
        _radio("length", str(index), _span(option), checked=index == 0)
        for index, option in enumerate(duration["interval_options"])
    ]
    if not lengths:
        words.append("You resume when you want to.")
    return visit.step(
        "Pause your plan",
        subscription,
        action="pause",
        button="Pause",
        words=words,
        fields=join(lengths),
        alert=alert,
        status=400 if alert else 200,
    )


def _span(option: Json) -> str:
    count, unit = option["interval_count"], option["interval"]
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"


def _plan_page(visit: Visit, subscription: Json) -> Response:
    prices = portal_plans.choices(visit.account, subscription, visit.features)
    if not prices:
        return message("Change plan", "There is no other plan to change to.")
    options = [
        _radio("price", price["id"], title(visit.account, price), _costs(price), checked=index == 0)
        for index, price in enumerate(prices)
    ]
    return visit.step(
        "Change plan",
        subscription,
        action="plan",
        button="Continue",
        words=[f"You have {_named(visit.account, subscription)}."],
        fields=join(options),
    )


def _choose(visit: Visit, subscription: Json, data: Fields) -> Response:
    price = _offered(visit, subscription, data.get("price", ""))
    return redirect(f"{visit.here}/plan/{subscription['id']}/{price['id']}")


def _offered(visit: Visit, subscription: Json, identity: str) -> Json:
    flow = visit.session["flow"] or {}
    confirmed = flow.get("subscription_update_confirm")
    if confirmed and confirmed["items"][0]["price"] == identity:
        return visit.account.get("price", identity)
    prices = portal_plans.choices(visit.account, subscription, visit.features)
    found = next((price for price in prices if price["id"] == identity), None)
    if found is None:
        raise StripeError("This plan is not offered.", status=400)
    return found


def _confirm_page(visit: Visit, subscription: Json, identity: str, alert: str = "") -> Response:
    account, features = visit.account, visit.features
    price = _offered(visit, subscription, identity)
    due = money(portal_plans.due_now(account, subscription, price, features), price["currency"])
    words = [
        f"From {_named(account, subscription)} to {title(account, price)}, {_costs(price)}.",
        f"You pay {due} now.",
    ]
    if portal_plans.waits(subscription, price, features):
        words[1] = f"Nothing changes until {day(period_end(subscription))}."
    return visit.step(
        "Confirm your new plan",
        subscription,
        action="change",
        button="Confirm",
        words=words,
        fields=render("hidden.html", name="price", value=price["id"]),
        alert=alert,
        status=402 if alert else 200,
    )


def _named(account: Account, subscription: Json) -> str:
    item = rows_of(subscription)[0]
    return f"{title(account, item['price'])}, {_costs(item['price'])}"


def _costs(price: Json) -> str:
    return f"{money(price['unit_amount'], price['currency'])} {every(price)}"


def _radio(name: str, value: str, label: str, detail: str = "", *, checked: bool = False) -> Html:
    return render(
        "radio.html",
        name=name,
        value=value,
        label=label,
        detail=detail,
        checked=Html("checked") if checked else Html(""),
    )


_STEPS = {"cancel": _cancel_page, "pause": _pause_page, "plan": _plan_page}
