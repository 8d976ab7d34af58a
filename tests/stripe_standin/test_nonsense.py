"""No request makes the stand-in fail: every endpoint, many combinations of half-right values."""

from __future__ import annotations

import random
from urllib.parse import urlencode

import pytest

from sandbox.stripe_standin.api import Api, Request
from sandbox.stripe_standin.engine import Engine
from sandbox.stripe_standin.routes import ROUTES
from sandbox.stripe_standin.table import Route

from .conftest import KEY, START

DEEP = ("[trial_end]", "[trial_period_days]", "[metadata][a]", "[enabled]", "[interval_count]")
SUFFIXES = ("", "[]", "[0]", "[price]", "[0][price]", "[type]", "[0][quantity]", "[a][b]", *DEEP)
VALUES = ("", "0", "1", "-1", "true", "usd", "month", "card", "\x00", "é" * 600, "9" * 9, "9" * 20)


def api() -> tuple[Api, list[str], dict[str, dict[str, str]]]:
    """An API with one of everything, the ids of all of it, and a sound request for each path."""
    engine = Engine(now=START)
    answers = Api(engine, post=lambda *_: 200, strict=True)
    sound: dict[str, dict[str, str]] = {}

    def post(path: str, data: dict[str, str], kind: str) -> str:
        assert call(answers, "POST", path, data) == 200
        sound[path] = data
        return list(engine.account(KEY).objects[kind])[-1]

    product = post("/v1/products", {"name": "Plan"}, "product")
    amount = {"unit_amount": "100", "currency": "usd", "recurring[interval]": "month"}
    price = post("/v1/prices", {"product": product, **amount}, "price")
    customer = post("/v1/customers", {"email": "ana@example.com"}, "customer")
    owner = {"customer": customer}
    method = post("/v1/payment_methods/pm_card_visa/attach", owner, "payment_method")
    item = {"items[0][price]": price, "default_payment_method": method}
    post("/v1/subscriptions", owner | item, "subscription")
    line = {"success_url": "http://x/", "line_items[0][price]": price, "mode": "subscription"}
    post("/v1/checkout/sessions", line, "checkout.session")
    post("/v1/billing_portal/sessions", owner, "billing_portal.session")
    hook = {"url": "http://x/", "enabled_events[]": "*"}
    post("/v1/webhook_endpoints", hook, "webhook_endpoint")
    ids = [i for rows in engine.account(KEY).objects.values() for i in rows]
    return answers, ids, sound


def call(answers: Api, method: str, path: str, data: dict[str, str]) -> int:
    text = urlencode(data)
    query, body = ("", text.encode()) if method == "POST" else (text, b"")
    headers = {"Authorization": f"Bearer {KEY}"}
    return answers.handle(Request(method, path, query, body, headers)).status


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: f"{r.method} {r.pattern.pattern}")
def test_nonsense_is_answered_and_never_a_failure(route: Route) -> None:
    answers, ids, sound = api()
    dice = random.Random(route.pattern.pattern + route.method)
    names = sorted(route.acts_on)
    path_text = route.pattern.pattern.strip("^$")
    for _ in range(60):
        path = path_text.replace("([A-Za-z0-9_-]{1,255})", dice.choice(ids))
        chosen = dice.sample(names, min(len(names), dice.randint(0, 4)))
        data = dict(sound.get(path, {})) if route.method == "POST" else {}
        data |= {n + dice.choice(SUFFIXES): dice.choice([*VALUES, *ids]) for n in chosen}
        assert call(answers, route.method, path, data) < 500, (path, data)
