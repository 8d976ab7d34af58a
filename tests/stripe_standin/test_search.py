"""Stripe's search language, and test clocks."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import DAY, START, Shop


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("email:'ana@example.com'", ["Ana"]),
        ('email:"ANA@example.com"', ["Ana"]),
        ("name~'a'", ["Cai", "Ana"]),
        ("metadata['clinic']:'harbor'", ["Bo", "Ana"]),
        ("metadata['clinic']:'harbor' AND name:'bo'", ["Bo"]),
        ("metadata['clinic']:'harbor' -name:'bo'", ["Ana"]),
        ("name:'bo' OR name:'cai'", ["Cai", "Bo"]),
        (f"created>{START - 1}", ["Cai", "Bo", "Ana"]),
        (f"created>{START}", []),
        ("phone:null", ["Cai", "Bo", "Ana"]),
    ],
)
def test_customers_are_found(shop: Shop, query: str, found: list[str]) -> None:
    customers = shop.client.v1.customers
    customers.create({"name": "Ana", "email": "ana@example.com", "metadata": {"clinic": "harbor"}})
    customers.create({"name": "Bo", "email": "bo@example.com", "metadata": {"clinic": "harbor"}})
    customers.create({"name": "Cai", "email": "cai@example.com"})
    gone = customers.create({"name": "Ana gone", "email": "ana@example.com"})
    customers.delete(gone.id)
    assert [c.name for c in customers.search({"query": query}).data] == found


def test_results_come_in_pages(shop: Shop) -> None:
    for number in range(5):
        shop.client.v1.customers.create({"name": f"Ana {number}"})
    first = shop.client.v1.customers.search({"query": "name~'ana'", "limit": 2})
    assert (len(first.data), first.has_more) == (2, True)
    every = [c.name for c in first.auto_paging_iter()]
    assert every == [f"Ana {n}" for n in (4, 3, 2, 1, 0)]


def test_subscriptions_and_invoices_are_found(shop: Shop) -> None:
    v1 = shop.client.v1
    _, subscription = shop.join(subscription_data={"metadata": {"membership": "m1"}})
    shop.join()
    wanted = {"query": "status:'active' AND metadata['membership']:'m1'"}
    assert [s.id for s in v1.subscriptions.search(wanted).data] == [subscription.id]
    found = v1.invoices.search({"query": f"customer:'{subscription.customer}' AND total>100"})
    assert [i.id for i in found.data] == [subscription.latest_invoice]


@pytest.mark.parametrize(
    "query",
    ["", "ana", "email", "shoe_size:'42'", "name:'a' AND name:'b' OR name:'c'", "created>'x'"],
)
def test_what_is_no_query_is_refused(shop: Shop, refused: Any, query: str) -> None:
    assert refused(shop.client.v1.customers.search, {"query": query}).http_status == 400


def test_a_test_clock_moves_time_as_scripts_expect(shop: Shop, refused: Any) -> None:
    v1 = shop.client.v1
    clocks = v1.test_helpers.test_clocks
    clock = clocks.create({"frozen_time": START + DAY, "name": "walk"})
    assert (clock.status, shop.standin.engine.now()) == ("ready", START + DAY)
    customer = v1.customers.create({"email": "ana@example.com", "test_clock": clock.id})
    method = v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    subscription = v1.subscriptions.create(
        {
            "customer": customer.id,
            "items": [{"price": shop.monthly.id}],
            "default_payment_method": method.id,
        }
    )
    assert subscription.test_clock == clock.id
    moved = clocks.advance(clock.id, {"frozen_time": START + 40 * DAY})
    assert (moved.status, moved.frozen_time) == ("ready", START + 40 * DAY)
    assert len(v1.invoices.list({"subscription": subscription.id}).data) == 2
    back = {"frozen_time": START}
    assert refused(clocks.advance, clock.id, back).param == "frozen_time"
    far = {"frozen_time": START + 120 * DAY}
    assert refused(clocks.advance, clock.id, far).code == "test_clock_advance_too_far"
    assert [c.id for c in clocks.list().data] == [clock.id]
    assert clocks.delete(clock.id).deleted is True
    assert refused(clocks.retrieve, clock.id).http_status == 404
