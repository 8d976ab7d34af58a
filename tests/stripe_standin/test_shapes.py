"""The two checkers must find what is wrong; otherwise a clean run means nothing."""

from __future__ import annotations

from typing import Any

import pytest
import stripe
from stripe import params
from stripe.params.checkout import SessionCreateParams

from sandbox.stripe_standin.engine import Engine
from sandbox.stripe_standin.engine.catalog import create_price, create_product
from sandbox.stripe_standin.engine.customers import create_customer
from sandbox.stripe_standin.engine.subscriptions import build
from sandbox.stripe_standin.routes import ROUTES
from sandbox.stripe_standin.server import StandIn
from sandbox.stripe_standin.shapes import parse_params, request_findings, response_findings
from sandbox.stripe_standin.wire import decode

from . import openapi
from .conftest import KEY, connect


def subscription() -> dict[str, Any]:
    account = Engine(now=1_800_000_000).account("sk_test_shapes")
    product = create_product(account, {"name": "Plan"})
    price = create_price(
        account,
        {
            "product": product["id"],
            "unit_amount": 100,
            "currency": "usd",
            "recurring": {"interval": "month"},
        },
    )
    customer = create_customer(account, {})
    return build(account, customer=customer["id"], items=[(price, 1)], status="active")


def test_a_sound_object_has_no_findings() -> None:
    assert response_findings(subscription()) == []


@pytest.mark.parametrize(
    ("change", "found"),
    [
        ({"current_period_end": 1}, "current_period_end: not declared"),
        ({"discount": None}, "discount: not declared"),
        ({"status": "expired"}, "status: 'expired' is not one of"),
        ({"cancel_at_period_end": None}, "cancel_at_period_end"),
        ({"created": "now"}, "created: int expected"),
        ({"created": True}, "created: int expected"),
        ({"metadata": {"a": 1}}, "metadata.a: str expected"),
        ({"billing_mode": {"type": "flexible", "x": 1}}, "billing_mode.x: not declared"),
        ({"latest_invoice": {"id": "x"}}, "latest_invoice"),
        ({"customer": {"object": "invoice", "id": "in_1"}}, "a Customer expected"),
        ({"items": {"data": []}}, "items: a list has"),
        ({"items": 3}, "items: a list expected"),
        ({"object": "subscriptoin"}, "unknown object"),
    ],
)
def test_an_object_of_another_shape_is_found(change: dict[str, Any], found: str) -> None:
    findings = response_findings(subscription() | change)
    assert any(found in finding for finding in findings), findings


def test_a_missing_field_is_found() -> None:
    stale = subscription()
    del stale["billing_mode"]
    del stale["items"]["data"][0]["current_period_end"]
    assert [f.split(":")[0] for f in response_findings(stale)] == [
        "$.billing_mode",
        "$.items.data[0].current_period_end",
    ]


@pytest.mark.parametrize(
    "bad",
    [
        {"mode": "subscribe"},
        {"ui_mode": "hosted"},
        {"line_items": [{"price": "price_1", "qty": 1}]},
        {"subscription_data": {"trial_days": 3}},
        {"payment_method_types": ["card"]},
        {"subscription_data": {"billing_mode": {}}},
        {"line_items": {"price": "price_1"}},
        {"metadata": {"a": {"b": "c"}}},
    ],
)
def test_a_request_of_another_shape_is_found(bad: dict[str, Any]) -> None:
    good = {"mode": "subscription", "line_items": [{"price": "price_1", "quantity": 1}]}
    assert request_findings(SessionCreateParams, good) == []
    assert request_findings(SessionCreateParams, good | bad)


def test_the_wire_comes_back_as_typed_values() -> None:
    text = (
        "cancel_at_period_end=true&metadata[a]=1&items[0][price]=p&items[0][quantity]=2"
        "&expand[]=customer&description="
    )
    assert parse_params(params.SubscriptionUpdateParams, decode(text)) == {
        "cancel_at_period_end": True,
        "metadata": {"a": "1"},
        "items": [{"price": "p", "quantity": 2}],
        "expand": ["customer"],
        "description": "",
    }


def test_every_route_acts_only_on_parameters_that_stripe_has() -> None:
    for route in ROUTES:
        known = set(route.params.__annotations__)
        assert route.acts_on <= known | {"expand"}, route.pattern.pattern


def test_an_answer_of_another_shape_is_not_let_through(standin: StandIn) -> None:
    customer = connect(standin.url).v1.customers.create({})
    standin.engine.account(KEY).get("customer", customer.id)["sources"] = 3
    with pytest.raises(stripe.APIError, match=r"departs from the SDK's types: \$.sources"):
        connect(standin.url).v1.customers.retrieve(customer.id)
    with StandIn(deliver=False) as lenient:
        customer = connect(lenient.url).v1.customers.create({})
        lenient.engine.account(KEY).get("customer", customer.id)["sources"] = 3
        with pytest.raises(AssertionError):
            connect(lenient.url).v1.customers.retrieve(customer.id)


def test_the_openapi_finds_what_is_wrong() -> None:
    sound = subscription()
    url = "http://x/v1/subscriptions/sub_1"
    assert openapi.findings("get", url, {}, sound) == []
    del sound["billing_mode"]
    assert openapi.findings("get", url, {}, sound) == ["$: 'billing_mode' is a required property"]
    assert openapi.findings("get", "http://x/v1/plans_of_ours", {}, {})
    assert openapi.findings("get", url, {"exand": ["customer"]}, subscription())
    wrong = {"description": "x" * 501}
    assert openapi.findings("post", url, wrong, subscription())


def test_a_second_judge_is_heard() -> None:
    heard: list[tuple[str, str]] = []

    def judge(method: str, path: str, params: dict[str, Any], answer: dict[str, Any]) -> list[str]:
        heard.append((method, path))
        return ["$.name: too short"] if params.get("name") == "A" else []

    with StandIn(deliver=False, judge=judge) as running:
        client = stripe.StripeClient(KEY, base_addresses={"api": running.url})
        client.v1.customers.create({"name": "Ana"})
        with pytest.raises(stripe.APIError, match=r"Stripe's OpenAPI: \$\.name: too short"):
            client.v1.customers.create({"name": "A"})
    assert heard == [("POST", "/v1/customers")] * 2
