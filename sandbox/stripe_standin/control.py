"""``/_standin/``: look at the stand-in, move its clock, break things. JSON and a page."""

from __future__ import annotations

import json
from typing import Any

from . import control_page
from .api import Request, Response
from .engine import Account, Engine
from .engine.clock import DAY, HOUR, add_interval
from .engine.errors import StripeError, invalid, missing
from .engine.portal_configurations import default, update_configuration
from .engine.refunds import create_refund
from .html import read_amount, redirect
from .pages import Fields, not_found

Json = dict[str, Any]

_STEPS = {"hour": HOUR, "day": DAY, "week": 7 * DAY}
_UNITS = ("seconds", "days", "months", "to")
AFTER_RETRIES = ("cancel", "unpaid", "pause", "past_due")


def handle(engine: Engine, request: Request, rest: str, data: Fields) -> Response:
    """Everything below ``/_standin/``."""
    if (request.method, rest) == ("GET", ""):
        return control_page.show(engine)
    if (request.method, rest) == ("POST", "act"):
        return _act(engine, data)
    if rest == "settings":
        return _json(lambda body: _settings(engine, request.method, body), request)
    if rest == "faults":
        return _json(lambda body: _faults(engine, request.method, body), request)
    if (request.method, rest) == ("POST", "clock/advance"):
        return _json(lambda body: _advance(engine, body), request)
    if (request.method, rest) == ("GET", "clock"):
        return _json(lambda body: {"now": engine.now()}, request)
    return not_found()


def _json(action: Any, request: Request) -> Response:
    headers = {"Content-Type": "application/json"}
    try:
        body = json.loads(request.body) if request.body else {}
        if not isinstance(body, dict):
            raise ValueError("a JSON object is expected")
        answer = action(body)
    except (ValueError, OverflowError) as error:
        return Response(400, json.dumps({"error": str(error)}).encode(), headers)
    return Response(200, json.dumps(answer).encode(), headers)


def _faults(engine: Engine, method: str, body: Json) -> Json:
    if method == "POST":
        if body.pop("clear", False):
            engine.faults.clear()
        engine.faults.set(body)
        engine.changed()
    return engine.faults.dump()


def _settings(engine: Engine, method: str, body: Json) -> Json:
    """Of the account of ``key``: retry_days, after_retries, tax_percent."""
    key = body.pop("key", "sk_test_standin")
    if not isinstance(key, str):
        raise ValueError("key is the API key of an account")
    account = engine.account(key)
    if method == "POST":
        _check_settings(body)
        account.settings |= body
        engine.changed()
    return account.settings


def _check_settings(body: Json) -> None:
    unknown = set(body) - {"retry_days", "after_retries", "tax_percent"}
    if unknown:
        raise ValueError(f"unknown setting {min(unknown)!r}")
    if body.get("after_retries", "cancel") not in AFTER_RETRIES:
        raise ValueError(f"after_retries is one of {', '.join(AFTER_RETRIES)}")
    days = body.get("retry_days", [])
    if not isinstance(days, list) or not all(type(n) is int and n > 0 for n in days):
        raise ValueError("retry_days is a list of whole days")
    percent = body.get("tax_percent", 0)
    if type(percent) is not int or not 0 <= percent <= 100:
        raise ValueError("tax_percent is a whole number from 0 to 100")


def _advance(engine: Engine, body: Json) -> Json:
    if len(body) != 1 or next(iter(body)) not in _UNITS:
        raise ValueError(f"one of {', '.join(_UNITS)} is expected")
    unit, amount = next(iter(body.items()))
    if not isinstance(amount, int) or isinstance(amount, bool) or amount < 0:
        raise ValueError(f"{unit} takes a whole number, not {amount!r}")
    if unit == "months":
        amount = add_interval(engine.now(), "month", amount)
    elif unit != "to":
        amount = engine.now() + amount * (DAY if unit == "days" else 1)
    if amount < engine.now():
        raise ValueError("the clock does not go back")
    return {"now": engine.advance(to=amount)}


def _act(engine: Engine, data: Fields) -> Response:
    """Do what a button of the page says; a refusal is said on the page."""
    try:
        _do(engine, data.get("action", ""), data)
    except StripeError as refusal:
        return control_page.show(engine, str(refusal), status=refusal.status)
    engine.changed()
    return redirect("/_standin/")


def _do(engine: Engine, action: str, data: Fields) -> None:
    faults = engine.faults
    knobs: dict[str, Json] = {
        "decline": {"decline_charges": faults.decline_charges + 1},
        "drop": {"drop": faults.drop + 1},
        "lose": {"fail_after_commit": faults.fail_after_commit + 1},
        "busy": {"rate_limit": faults.rate_limit + 1},
        "twice": {"duplicate": 0 if faults.duplicate else 1},
        "shuffle": {"shuffle": not faults.shuffle},
        "old": {"old_api_version": not faults.old_api_version},
    }
    if action in _STEPS:
        engine.advance(_STEPS[action])
    elif action == "month":
        engine.advance(to=add_interval(engine.now(), "month", 1))
    elif action in knobs:
        faults.set(knobs[action])
    elif action == "clear":
        faults.clear()
    elif action == "resend":
        account, event = _located(engine, "event", data.get("event", ""))
        engine.webhooks.resend(account, event["id"])
    elif action in ("refund", "dispute"):
        _bank(engine, action, data)
    elif action in ("won", "lost"):
        engine.close_dispute(data.get("dispute", ""), "won" if action == "won" else "lost")
    elif action in ("portal_more", "portal_less"):
        for account in engine.accounts():
            _offer(account, more=action == "portal_more")
    elif data.get("after") in AFTER_RETRIES:
        for account in engine.accounts():
            account.settings["after_retries"] = data["after"]


def _located(engine: Engine, kind: str, identity: str) -> tuple[Account, Json]:
    found = engine.locate(kind, identity)
    if found is None:
        raise missing(kind, identity)
    return found


def _bank(engine: Engine, action: str, data: Fields) -> None:
    account, charge = _located(engine, "charge", data.get("charge", ""))
    if action == "dispute":
        engine.open_dispute(charge["id"])
        return
    amount = read_amount(data.get("amount", ""), charge["currency"])
    if amount is None:
        raise invalid("Enter an amount, such as 25 or 25.00.")
    create_refund(account, {"charge": charge["id"], "amount": amount})


def _offer(account: Account, *, more: bool) -> None:
    """Let the portal's default configuration offer pausing and every price on sale, or neither."""
    products: dict[str, list[str]] = {}
    for price in account.rows("price"):
        if price["type"] == "recurring" and price["active"]:
            products.setdefault(price["product"], []).append(price["id"])
    weeks = [{"interval": "week", "interval_count": n} for n in (1, 2, 4)]
    duration = {"type": "interval_options", "interval_options": weeks}
    features = {
        "subscription_pause": {"enabled": more, "duration": duration},
        "subscription_update": {
            "enabled": more,
            "default_allowed_updates": ["price"],
            "proration_behavior": "always_invoice",
            "products": [{"product": p, "prices": prices} for p, prices in products.items()],
        },
    }
    update_configuration(account, {"features": features}, default(account)["id"])
