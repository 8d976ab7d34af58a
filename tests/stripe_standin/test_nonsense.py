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

DEEP = (
    *("[trial_end]", "[trial_period_days]", "[metadata][a]", "[enabled]", "[interval_count]"),
    *(
        "[0][coupon]",
        "[0][items][0][price]",
        "[0][duration][interval]",
        "[0][id]",
        "[items][0][id]",
    ),
    *("[subscription_pause][enabled]", "[end_behavior][missing_payment_method]"),
)
SUFFIXES = ("", "[]", "[0]", "[price]", "[0][price]", "[type]", "[0][quantity]", "[a][b]", *DEEP)
VALUES = ("", "0", "1", "-1", "true", "usd", "month", "card", "\x00", "é" * 600, "9" * 9, "9" * 20)


def api() -> tuple[Api, dict[str, list[str]], dict[str, dict[str, str]]]:
    """An API with one of everything, its ids by kind, and a sound request for some paths."""
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
    coupon = post("/v1/coupons", {"percent_off": "10", "duration": "forever"}, "coupon")
    code = {"promotion[type]": "coupon", "promotion[coupon]": coupon, "code": "SPRING"}
    post("/v1/promotion_codes", code, "promotion_code")
    charge = list(engine.account(KEY).objects["charge"])[-1]
    post("/v1/refunds", {"charge": charge, "amount": "10"}, "refund")
    engine.open_dispute(charge)
    subscription = list(engine.account(KEY).objects["subscription"])[-1]
    start = {"from_subscription": subscription}
    post("/v1/subscription_schedules", start, "subscription_schedule")
    features = {"features[subscription_pause][enabled]": "true"}
    post("/v1/billing_portal/configurations", features, "billing_portal.configuration")
    clock = {"frozen_time": str(START)}
    post("/v1/test_helpers/test_clocks", clock, "test_helpers.test_clock")
    sound["/v1/invoices/create_preview"] = {"subscription": subscription}
    customers = {"query": "email:'ana@example.com'"}
    sound["/v1/customers/search"] = sound["/v1/subscriptions/search"] = customers
    ids = {kind: list(rows) for kind, rows in engine.account(KEY).objects.items()}
    return answers, ids, sound


def call(answers: Api, method: str, path: str, data: dict[str, str]) -> int:
    text = urlencode(data)
    query, body = ("", text.encode()) if method == "POST" else (text, b"")
    headers = {"Authorization": f"Bearer {KEY}"}
    return answers.handle(Request(method, path, query, body, headers)).status


@pytest.mark.parametrize("route", ROUTES, ids=lambda r: f"{r.method} {r.pattern.pattern}")
def test_nonsense_is_answered_and_never_a_failure(route: Route) -> None:
    answers, kinds, sound = api()
    ids = [identity for rows in kinds.values() for identity in rows]
    dice = random.Random(route.pattern.pattern + route.method)
    names = sorted(route.acts_on)
    path_text = route.pattern.pattern.strip("^$")
    collection = path_text.removeprefix("/v1/").split("/([A-Z")[0].replace("/", ".")
    own = kinds.get(collection.removesuffix("s"), ids)
    for _ in range(60):
        named = dice.choice(own if dice.random() < 0.7 else ids)
        path = path_text.replace("([A-Za-z0-9_-]{1,255})", named)
        chosen = dice.sample(names, min(len(names), dice.randint(0, 4)))
        sends = route.method == "POST" or path.endswith("/search")
        data = dict(sound.get(path, {})) if sends else {}
        data |= {n + dice.choice(SUFFIXES): dice.choice([*VALUES, *ids]) for n in chosen}
        assert call(answers, route.method, path, data) < 500, (path, data)
