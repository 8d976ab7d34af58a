"""A stand-in on a free port, driven by Stripe's own SDK; its clock stands still."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests
import stripe

from sandbox.stripe_standin.routes import resolve
from sandbox.stripe_standin.server import StandIn
from sandbox.stripe_standin.shapes import parse_params, response_findings
from sandbox.stripe_standin.wire import decode

from . import openapi

START = int(datetime(2027, 1, 31, 12, tzinfo=UTC).timestamp())
DAY = 86_400
SECRET = "whsec_test"
KEY = "sk_test_standin"


class CheckedClient(stripe.RequestsClient):
    """Every answer that the SDK receives is held against its own types and Stripe's OpenAPI."""

    def request(self, method: str, url: str, headers: Any, post_data: Any = None) -> Any:
        answer = super().request(method, url, headers, post_data)
        body, status, _ = answer
        if status == 200:
            value = json.loads(body)
            assert response_findings(value) == []
            assert openapi.findings(method, url, sent(method, url, post_data), value) == []
        return answer


def sent(method: str, url: str, post_data: Any) -> dict[str, Any]:
    """The typed parameters of a request, as the stand-in read them."""
    parts = urlsplit(url)
    found = resolve(method.upper(), parts.path)
    assert found is not None
    return parse_params(found[0].params, decode(post_data or parts.query))


def connect(url: str, key: str = KEY) -> stripe.StripeClient:
    return stripe.StripeClient(
        key,
        base_addresses={"api": url},
        max_network_retries=2,
        http_client=CheckedClient(timeout=10),
    )


@pytest.fixture
def standin() -> Iterator[StandIn]:
    with StandIn(now=START, deliver=False, strict=True) as running:
        yield running


@pytest.fixture
def client(standin: StandIn) -> stripe.StripeClient:
    return connect(standin.url)


@dataclass
class Shop:
    """What a clinic sells, and the ways a visitor pays for it."""

    standin: StandIn
    client: stripe.StripeClient
    monthly: Any = None
    visit: Any = None
    web: requests.Session = field(default_factory=requests.Session)

    def session(self, customer: str | None = None, **params: Any) -> Any:
        """A Checkout session for the monthly plan."""
        wanted: dict[str, Any] = {
            "mode": "subscription",
            "line_items": [{"price": self.monthly.id, "quantity": 1}],
            "success_url": "http://clinic.test/done?s={CHECKOUT_SESSION_ID}",
            "cancel_url": "http://clinic.test/back",
            **params,
        }
        if customer:
            wanted["customer"] = customer
        return self.client.v1.checkout.sessions.create(wanted)

    def submit(self, session: Any, number: str, **typed: str) -> requests.Response:
        """Post the hosted card form; redirects are not followed."""
        return self.web.post(session.url, card(number, **typed), allow_redirects=False)

    def authenticate(self, session: Any, outcome: str) -> requests.Response:
        url = f"{session.url}/authenticate"
        assert "3-D Secure" in self.web.get(url).text
        return self.web.post(url, {"outcome": outcome}, allow_redirects=False)

    def join(self, number: str = "4242424242424242", **params: Any) -> tuple[Any, Any]:
        """A customer with a paid subscription, both fetched anew."""
        customer = self.client.v1.customers.create({"email": "ana@example.com", "name": "Ana"})
        session = self.session(customer.id, **params)
        assert self.submit(session, number).status_code == 303
        session = self.client.v1.checkout.sessions.retrieve(session.id)
        return customer, self.client.v1.subscriptions.retrieve(session.subscription)

    def events(self, *kinds: str) -> list[str]:
        """Types of the event log, oldest first; only ``kinds`` when given."""
        log = self.standin.engine.account(KEY).rows("event")
        return [e["type"] for e in log if not kinds or e["type"] in kinds]


def card(number: str, **typed: str) -> dict[str, str]:
    return {
        "email": "ana@example.com",
        "number": number,
        "expiry": "12 / 34",
        "cvc": "123",
        "name": "Ana Silva",
        **typed,
    }


@pytest.fixture
def shop(standin: StandIn, client: stripe.StripeClient) -> Shop:
    shop = Shop(standin, client)
    product = client.v1.products.create({"name": "Remote coaching"})
    shop.monthly = client.v1.prices.create(
        {
            "product": product.id,
            "unit_amount": 14_900,
            "currency": "usd",
            "recurring": {"interval": "month"},
            "lookup_key": "remote-monthly",
        }
    )
    shop.visit = client.v1.prices.create(
        {"product": product.id, "unit_amount": 9_000, "currency": "usd"}
    )
    return shop


@dataclass
class Receiver:
    """A webhook receiver in this process; answers with the codes it is told to, then 200."""

    answers: list[int] = field(default_factory=list)
    requests: list[tuple[str, bytes, dict[str, str]]] = field(default_factory=list)

    def __call__(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        self.requests.append((url, body, headers))
        return self.answers.pop(0) if self.answers else 200

    def events(self, client: stripe.StripeClient) -> list[Any]:
        """What came, its signatures verified by the SDK."""
        return [
            client.construct_event(body, headers["Stripe-Signature"], SECRET)
            for _, body, headers in self.requests
        ]


@pytest.fixture
def receiver(standin: StandIn) -> Receiver:
    standin.register_webhook("http://clinic.test/webhook/", SECRET)
    return Receiver()


@pytest.fixture
def refused() -> Callable[..., stripe.StripeError]:
    """Call and return the SDK's error, which must come."""

    def call(function: Callable[..., Any], *args: Any) -> stripe.StripeError:
        with pytest.raises(stripe.StripeError) as caught:
            function(*args)
        return caught.value

    return call
