"""The scenarios of ``test_live``, against the stand-in."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import stripe

from .conftest import START
from .scenarios import ALL, Bench
from .test_live import live_client


@pytest.mark.parametrize("scenario", ALL, ids=lambda scenario: scenario.__name__)
def test_the_stand_in(client: stripe.StripeClient, scenario: Callable[[Bench], None]) -> None:
    bench = Bench(client, START)
    bench.set_up()
    scenario(bench)
    bench.tidy_up()


@pytest.mark.parametrize("key", ["sk_live_abc", "rk_live_abc", "pk_test_abc", ""])
def test_only_test_keys_reach_stripe(key: str) -> None:
    with pytest.raises(ValueError, match="nothing was sent"):
        live_client(key)
