"""A clinic that sells two tiers through the stand-in, over HTTP, with webhooks on demand."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest
import requests
import stripe
from django.core.cache import cache
from django.test import Client as Browser
from django.urls import reverse

from sandbox.stripe_standin.server import StandIn
from tests import factories
from tests.conftest import MovableClock
from tests.stripe_standin import openapi
from wagtail_asyncpt.memberships import operations
from wagtail_asyncpt.memberships.models import (
    Membership,
    Package,
    Price,
    Purchase,
    StripeEvent,
    Tier,
)
from wagtail_asyncpt.people.models import Client, Clinic

KEY = "sk_test_standin"
SECRET = "whsec_tests"
GOOD_CARD = "4242424242424242"
DECLINED_CARD = "4000000000000002"
DAY = 86_400


@pytest.fixture
def standin(clock: MovableClock, settings: Any) -> Iterator[StandIn]:
    """The stand-in at the product's time; settings point at it, and Stripe's OpenAPI judges."""
    cache.clear()
    now = int(clock.moment.timestamp())
    with StandIn(now=now, deliver=False, strict=True, judge=openapi.findings) as running:
        settings.WAGTAIL_ASYNCPT = {
            **settings.WAGTAIL_ASYNCPT,
            "STRIPE_ACCOUNTS": {
                "default": {
                    "secret_key": KEY,
                    "webhook_secrets": [SECRET],
                    "api_base": running.url,
                }
            },
        }
        yield running


@dataclass
class Shop:
    """What the clinic sells, and every way a client goes through it."""

    clinic: Clinic
    clock: MovableClock
    standin: StandIn
    capture: Any
    basic: Tier
    coached: Tier
    web: requests.Session = field(default_factory=requests.Session)

    @property
    def price(self) -> Price:
        """The coached tier's monthly price."""
        return self.coached.prices.get(interval="month", is_active=True)

    @property
    def basic_price(self) -> Price:
        """The basic tier's monthly price."""
        return self.basic.prices.get(interval="month", is_active=True)

    @property
    def webhook_path(self) -> str:
        """Where Stripe delivers."""
        return reverse("asyncpt_memberships:webhook", args=[self.clinic.webhook_uuid])

    @property
    def urls(self) -> operations.ReturnUrls:
        """Return addresses as the view builds them."""
        return operations.ReturnUrls(
            "http://localhost/care/join/done/?session_id={CHECKOUT_SESSION_ID}",
            "http://localhost/care/join/back/",
        )

    @property
    def stripe(self) -> stripe.StripeClient:
        """Stripe's own client, to look at what Stripe holds."""
        return stripe.StripeClient(KEY, base_addresses={"api": self.standin.url})

    def start(self, client: Client, price: Price | None = None) -> str:
        """Begin a checkout as the join view does; Stripe's address."""
        return operations.start_checkout(client=client, price=price or self.price, urls=self.urls)

    def sell(self, name: str = "Five visits", **fields: Any) -> Package:
        """A package that Stripe knows."""
        values = {"name": name, "visits": 5, "amount": 45000, **fields}
        package = operations.save_package(clinic=self.clinic, package=None, values=values)
        operations.sync_tiers(clinic=self.clinic)
        package.refresh_from_db()
        return package

    def start_package(self, client: Client, package: Package) -> str:
        """Begin to buy a package as the view does; Stripe's address."""
        return operations.start_purchase(client=client, package=package, urls=self.urls)

    def buy(self, client: Client, package: Package) -> Purchase:
        """Pay a package and receive all webhooks."""
        assert self.pay(self.start_package(client, package)).status_code == 303
        self.deliver()
        return Purchase.objects.filter(client=client).latest("pk")

    def pay(self, url: str, number: str = GOOD_CARD) -> requests.Response:
        """Fill in the card on Stripe's page; redirects are not followed."""
        form = {
            "email": "someone@example.com",
            "number": number,
            "expiry": "12 / 34",
            "cvc": "123",
            "name": "Some One",
        }
        return self.web.post(url, form, allow_redirects=False)

    def post(self, url: str, body: bytes, headers: dict[str, str]) -> int:
        """Deliver one webhook to the product; its status."""
        path = "/" + url.split("/", 3)[3]
        with self.capture(execute=True):
            response = Browser().post(
                path,
                body,
                content_type=headers.get("Content-Type", "application/json"),
                headers={"Stripe-Signature": headers.get("Stripe-Signature", "")},
            )
        return response.status_code

    def deliver(self) -> int:
        """Deliver every webhook that waits."""
        return self.standin.engine.deliver_all(self.post)

    def discard(self) -> None:
        """Lose every webhook that waits."""
        self.standin.engine.webhooks.deliveries.clear()

    def deliver_one(self, event_type: str) -> int:
        """Deliver only the newest waiting event of this type."""
        engine = self.standin.engine
        rows = [
            row
            for row in engine.pending_deliveries()
            if engine.account(KEY).get("event", row["event"])["type"] == event_type
        ]
        assert engine.webhooks.attempt(rows[-1], self.post)
        return len(rows)

    def join(self, client: Client, price: Price | None = None) -> Membership:
        """Pay and receive all webhooks."""
        assert self.pay(self.start(client, price)).status_code == 303
        self.deliver()
        return Membership.objects.filter(client=client).latest("created_at")

    def advance(self, **delta: float) -> None:
        """Move Stripe's clock and ours."""
        self.clock.move(**delta)
        self.standin.engine.advance(to=int(self.clock.moment.timestamp()))

    def send(self, event: dict[str, Any], *, secret: str = SECRET, at: float | None = None) -> Any:
        """Post an event that we signed ourselves; the response."""
        body = json.dumps(event)
        header = stripe.WebhookSignature.generate_signature_header(
            body, secret, int(time.time() if at is None else at)
        )
        with self.capture(execute=True):
            return Browser().post(
                self.webhook_path,
                body,
                content_type="application/json",
                headers={"Stripe-Signature": header},
            )


def shop_of(clinic: Clinic, clock: MovableClock, standin: StandIn, capture: Any) -> Shop:
    """Two tiers that Stripe knows; the coached one includes the basic one."""
    basic = operations.create_tier(
        clinic=clinic, name="Library", prices={"month": 2900}, has_program=False
    )
    coached = operations.create_tier(
        clinic=clinic,
        name="Coached",
        summary="A program that changes with you.",
        features="Message your therapist\nTwo live calls a year",
        prices={"month": 14900, "year": 149000},
        includes=[basic],
        reply_hours=24,
    )
    operations.sync_tiers(clinic=clinic)
    shop = Shop(clinic, clock, standin, capture, basic, coached)
    standin.register_webhook(f"http://localhost{shop.webhook_path}", SECRET)
    return shop


@pytest.fixture
def shop(
    clinic: Clinic,
    clock: MovableClock,
    standin: StandIn,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> Shop:
    """The clinic's shop in the test's transaction."""
    return shop_of(clinic, clock, standin, django_capture_on_commit_callbacks)


@pytest.fixture
def client(clinic: Clinic) -> Client:
    """A client who has bought nothing yet."""
    return factories.make_client(clinic, "Nora New")


def an_event(**fields: Any) -> dict[str, Any]:
    """A snapshot event as Stripe writes it."""
    return {
        "id": "evt_test",
        "object": "event",
        "type": "invoice.paid",
        "api_version": "2026-10-28.endive",
        "created": int(time.time()),
        "livemode": False,
        "data": {"object": {"id": "in_unknown", "object": "invoice"}},
        **fields,
    }


def event_count() -> int:
    """Rows in the inbox."""
    return StripeEvent.objects.count()
