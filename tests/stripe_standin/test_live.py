"""The same scenarios against Stripe's own test mode: ``make test-live``, with the user's key.

They make a test clock, a product, prices, coupons and customers in that account, and remove or
archive them. A key that is not a test key is refused before anything is sent.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator

import pytest
import stripe

from .scenarios import ALL, Bench

pytestmark = pytest.mark.live
VERSION = "2026-10-28.endive"
TEST_KEYS = ("sk_test_", "rk_test_")


def live_client(key: str) -> stripe.StripeClient:
    """A client of Stripe's test mode. ValueError for any other key."""
    if not key.startswith(TEST_KEYS):
        raise ValueError("STRIPE_SECRET_KEY is not a test key (sk_test_…): nothing was sent.")
    return stripe.StripeClient(
        key,
        stripe_version=VERSION,
        max_network_retries=2,
        http_client=stripe.RequestsClient(timeout=30),
    )


@pytest.fixture
def bench(request: pytest.FixtureRequest) -> Iterator[Bench]:
    key = os.environ.get("STRIPE_SECRET_KEY", "")
    if "live" not in request.config.getoption("-m").split():
        pytest.skip("talks to Stripe's test mode: run make test-live")
    if not key:
        pytest.skip("talks to Stripe's test mode, and there is no STRIPE_SECRET_KEY")
    try:
        client = live_client(key)
    except ValueError as refusal:
        pytest.fail(str(refusal))
    bench = Bench(client, int(time.time()), pause=2.0)
    try:
        bench.set_up()
        yield bench
    finally:
        bench.tidy_up()


@pytest.mark.parametrize("scenario", ALL, ids=lambda scenario: scenario.__name__)
def test_stripe_itself(bench: Bench, scenario: Callable[[Bench], None]) -> None:
    scenario(bench)
