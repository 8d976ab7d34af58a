"""Keys, parameters, idempotency, paging, expansion and errors of the API."""

from __future__ import annotations

import threading
from typing import Any

import pytest
import requests
import stripe

from sandbox.stripe_standin.server import StandIn

from .conftest import DAY, KEY, START, Shop, connect


def post(standin: StandIn, path: str, data: dict[str, Any], **headers: str) -> requests.Response:
    return requests.post(
        f"{standin.url}/v1/{path}",
        data,
        headers={"Authorization": f"Bearer {KEY}", **headers},
        timeout=10,
    )


@pytest.mark.parametrize("key", ["sk_live_abcdefghijklmnop", "pk_test_1", "nonsense"])
def test_a_key_that_is_not_a_test_secret_is_refused(standin: StandIn, key: str) -> None:
    with pytest.raises(stripe.AuthenticationError) as caught:
        connect(standin.url, key).v1.customers.list()
    assert caught.value.http_status == 401
    assert key not in str(caught.value)
    assert connect(standin.url, "rk_test_1").v1.customers.list().data == []


def test_two_keys_are_two_accounts(standin: StandIn, refused: Any) -> None:
    ours, theirs = connect(standin.url), connect(standin.url, "sk_test_other")
    customer = ours.v1.customers.create({"email": "ana@example.com"})
    assert theirs.v1.customers.list().data == []
    error = refused(theirs.v1.customers.retrieve, customer.id)
    assert (error.http_status, error.code) == (404, "resource_missing")


def test_the_same_idempotency_key_gives_the_first_answer_again(standin: StandIn) -> None:
    client = connect(standin.url)
    options: Any = {"idempotency_key": "cus-1"}
    first = client.v1.customers.create({"email": "ana@example.com"}, options)
    again = client.v1.customers.create({"email": "ana@example.com"}, options)
    assert again.id == first.id
    assert again.last_response.headers["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first.last_response.headers
    assert len(client.v1.customers.list().data) == 1
    other = connect(standin.url, "sk_test_other")
    assert other.v1.customers.create({"email": "ana@example.com"}, options).id != first.id


def test_an_idempotency_key_with_other_parameters_is_refused(
    standin: StandIn, refused: Any
) -> None:
    client = connect(standin.url)
    options = {"idempotency_key": "cus-1"}
    client.v1.customers.create({"email": "ana@example.com"}, options)
    error = refused(client.v1.customers.create, {"email": "bo@example.com"}, options)
    assert isinstance(error, stripe.IdempotencyError)
    assert len(client.v1.customers.list().data) == 1


def test_an_idempotency_key_in_flight_is_a_conflict(standin: StandIn) -> None:
    first: list[int] = []
    with standin.engine.lock:  # the first request waits here, its key claimed
        waiting = threading.Thread(
            target=lambda: first.append(
                post(standin, "customers", {"name": "A"}, **{"Idempotency-Key": "k"}).status_code
            )
        )
        waiting.start()
        while not standin.engine.idempotency._rows:
            threading.Event().wait(0.005)
        second = post(standin, "customers", {"name": "A"}, **{"Idempotency-Key": "k"})
    waiting.join()
    assert (first, second.status_code) == ([200], 409)
    assert second.json()["error"]["type"] == "idempotency_error"


def test_a_refused_request_does_not_use_up_its_key(standin: StandIn) -> None:
    bad = post(standin, "customers", {"nonsense": "1"}, **{"Idempotency-Key": "k"})
    good = post(standin, "customers", {"name": "Ana"}, **{"Idempotency-Key": "k"})
    assert (bad.status_code, good.status_code) == (400, 200)


@pytest.mark.parametrize(
    ("path", "data", "code", "param"),
    [
        ("customers", {"emial": "a@b.c"}, "parameter_unknown", "emial"),
        ("customers", {"metadata[a][b]": "1"}, None, "metadata[a]"),
        ("products", {}, "parameter_missing", "name"),
        (
            "checkout/sessions",
            {"line_items[0][qty]": "1"},
            "parameter_unknown",
            "line_items[0][qty]",
        ),
        ("checkout/sessions", {"mode": "subscribe"}, None, "mode"),
        (
            "checkout/sessions",
            {"payment_method_types[0]": "card"},
            "parameter_unknown",
            "payment_method_types",
        ),
        ("checkout/sessions", {"expires_at": "soon"}, "parameter_invalid_integer", "expires_at"),
        (
            "checkout/sessions",
            {"subscription_data[trial_days]": "3"},
            "parameter_unknown",
            "subscription_data[trial_days]",
        ),
        ("subscriptions", {"items[0][price]": "p"}, "parameter_missing", "customer"),
        (
            "customers",
            {"tax_exempt": "none"},
            "parameter_not_supported_by_stand_in",
            "tax_exempt",
        ),
        (
            "customers",
            {"invoice_settings[footer]": "Thanks"},
            "parameter_not_supported_by_stand_in",
            "invoice_settings",
        ),
        (
            "prices",
            {
                "currency": "usd",
                "unit_amount": "1",
                "product_data[name]": "A",
                "recurring[interval]": "month",
                "recurring[meter]": "m",
            },
            "parameter_not_supported_by_stand_in",
            "recurring[meter]",
        ),
        *[
            (
                "prices",
                {"currency": "usd", "unit_amount": "1", "product_data[name]": "Orphan", **bad},
                None,
                param,
            )
            for bad, param in (
                ({"unit_amount": "-1"}, "unit_amount"),
                ({"unit_amount": "9" * 20}, "unit_amount"),
                ({"currency": "dollars"}, "currency"),
            )
        ],
        ("customers", {"a[b": "1"}, "parameter_unknown", None),
        ("webhook_endpoints", {"url": "http://x/", "enabled_events[]": "made.up"}, None, None),
    ],
)
def test_a_parameter_that_stripe_does_not_know_is_refused(
    standin: StandIn, path: str, data: dict[str, str], code: str | None, param: str | None
) -> None:
    answer = post(standin, path, data)
    assert answer.status_code == 400
    assert not any(standin.engine.account(KEY).objects.values())
    error = answer.json()["error"]
    assert error["type"] == "invalid_request_error"
    if code:
        assert error["code"] == code
    if param:
        assert error["param"] == param
    assert answer.headers["Request-Id"].startswith("req_")


@pytest.mark.parametrize("header", [{"Stripe-Version": "2024-06-20"}, {"Stripe-Account": "acct_1"}])
def test_another_api_version_or_account_is_refused_rather_than_ignored(
    standin: StandIn, header: dict[str, str]
) -> None:
    assert post(standin, "customers", {}, **header).status_code == 400
    assert post(standin, "customers", {}).status_code == 200


def test_an_endpoint_that_is_not_there_says_so(standin: StandIn) -> None:
    answer = post(standin, "quotes", {})
    assert answer.status_code == 404
    assert "does not have this endpoint" in answer.json()["error"]["message"]


def test_metadata_is_merged_and_emptied(client: stripe.StripeClient) -> None:
    customer = client.v1.customers.create({"metadata": {"a": "1", "b": "2"}})
    customer = client.v1.customers.update(customer.id, {"metadata": {"a": "", "c": "3"}})
    assert customer.metadata.to_dict() == {"b": "2", "c": "3"}
    customer = client.v1.customers.update(customer.id, {"metadata": ""})
    assert customer.metadata.to_dict() == {}


def test_lists_page_forwards_and_backwards(client: stripe.StripeClient, refused: Any) -> None:
    made = [client.v1.customers.create({"name": str(n)}).id for n in range(7)]
    newest_first = made[::-1]
    first = client.v1.customers.list({"limit": 3})
    assert [c.id for c in first.data] == newest_first[:3]
    assert first.has_more
    back = client.v1.customers.list({"limit": 2, "ending_before": newest_first[3]})
    assert [c.id for c in back.data] == newest_first[1:3]
    every = [c.id for c in client.v1.customers.list({"limit": 2}).auto_paging_iter()]
    assert every == newest_first
    assert refused(client.v1.customers.list, {"limit": 0}).param == "limit"
    error = refused(client.v1.customers.list, {"starting_after": "cus_nobody"})
    assert error.http_status == 400


def test_expansion_replaces_ids_and_refuses_other_words(shop: Shop, refused: Any) -> None:
    prices = shop.client.v1.prices.list(
        {"lookup_keys": ["remote-monthly"], "expand": ["data.product"]}
    )
    assert [p.product.name for p in prices.data] == ["Remote coaching"]
    error = refused(shop.client.v1.prices.retrieve, shop.monthly.id, {"expand": ["seller"]})
    assert "cannot be expanded" in str(error)


@pytest.mark.parametrize("count", [0, -1, 37, 10**20])
def test_a_price_recurs_within_three_years(shop: Shop, refused: Any, count: int) -> None:
    wanted = {
        "product": shop.monthly.product,
        "currency": "usd",
        "unit_amount": 100,
        "recurring": {"interval": "month", "interval_count": count},
    }
    error = refused(shop.client.v1.prices.create, wanted)
    assert error.param == "recurring[interval_count]"


def test_prices_keep_their_amount_and_lookup_keys_move(shop: Shop, refused: Any) -> None:
    prices = shop.client.v1.prices
    wanted = {
        "product": shop.monthly.product,
        "currency": "usd",
        "unit_amount": 15_900,
        "recurring": {"interval": "month"},
        "lookup_key": "remote-monthly",
    }
    assert refused(prices.create, wanted).code == "resource_already_exists"
    new = prices.create({**wanted, "transfer_lookup_key": True})
    assert prices.retrieve(shop.monthly.id).lookup_key is None
    assert [p.id for p in prices.list({"lookup_keys": ["remote-monthly"]}).data] == [new.id]
    assert refused(prices.update, new.id, {"unit_amount": 1}).code == "parameter_unknown"
    prices.update(new.id, {"active": False})
    lines = [{"price": new.id, "quantity": 1}]
    with pytest.raises(stripe.InvalidRequestError, match="inactive"):
        shop.session(line_items=lines)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"mode": "payment"}, "recurring price"),
        ({"mode": "setup"}, "currency is needed"),
        ({"line_items": []}, "line_items"),
        ({"subscription_data": {"trial_end": 10**20}}, "five years"),
        ({"subscription_data": {"proration_behavior": "none"}}, "does not act on it"),
        ({"discounts": [{"coupon": "c"}]}, "No such coupon"),
        ({"discounts": [{"coupon": "a", "promotion_code": "b"}]}, "either a coupon or"),
        ({"discounts": [{"coupon": "c"}], "allow_promotion_codes": True}, "only specify one"),
        ({"automatic_tax": {"enabled": True, "liability": {"type": "self"}}}, "liability"),
        ({"customer": "cus_nobody"}, "No such customer"),
        ({"expires_at": 1}, "expires_at"),
        ({"invoice_creation": {"enabled": True}}, "payment` mode"),
        ({"line_items": [{"price": "price_none", "quantity": 1}]}, "No such price"),
        ({"subscription_data": {"trial_period_days": 0}}, "1 to 730"),
        ({"subscription_data": {"trial_end": START + DAY}}, "at least 2 days"),
    ],
)
def test_a_session_that_makes_no_sense_is_refused(
    shop: Shop, change: dict[str, Any], words: str
) -> None:
    with pytest.raises(stripe.InvalidRequestError, match=words):
        shop.session(**change)


def test_a_deleted_customer_leaves_a_tombstone_and_no_subscription(shop: Shop) -> None:
    customer, subscription = shop.join()
    assert shop.client.v1.customers.delete(customer.id).deleted is True
    assert shop.client.v1.customers.retrieve(customer.id).deleted is True
    assert shop.client.v1.subscriptions.retrieve(subscription.id).status == "canceled"
    assert shop.client.v1.subscriptions.list().data == []
    ended = shop.client.v1.subscriptions.list({"status": "all"}).data
    assert [s.id for s in ended] == [subscription.id]
    assert shop.events()[-2:] == ["customer.subscription.deleted", "customer.deleted"]


def test_a_subscription_made_over_the_api_needs_a_card(shop: Shop, refused: Any) -> None:
    v1 = shop.client.v1
    customer = v1.customers.create({"email": "ana@example.com"})
    wanted = {"customer": customer.id, "items": [{"price": shop.monthly.id}]}
    assert refused(v1.subscriptions.create, wanted).code == "resource_missing"
    declined = refused(
        v1.payment_methods.attach, "pm_card_chargeDeclined", {"customer": customer.id}
    )
    assert (declined.http_status, declined.code) == (402, "card_declined")
    method = v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    subscription = v1.subscriptions.create({**wanted, "default_payment_method": method.id})
    assert subscription.status == "active"
    failing = v1.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": customer.id})
    incomplete = v1.subscriptions.create({**wanted, "default_payment_method": failing.id})
    assert incomplete.status == "incomplete"
    shop.standin.engine.advance(24 * 3600)
    assert v1.subscriptions.retrieve(incomplete.id).status == "incomplete_expired"
    assert v1.invoices.retrieve(incomplete.latest_invoice).status == "void"
