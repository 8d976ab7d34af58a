"""Signed deliveries, their retries, and the faults that a receiver must survive."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest
import stripe

from sandbox.stripe_standin.engine.webhooks import BACKOFF
from sandbox.stripe_standin.server import StandIn

from .conftest import DAY, SECRET, Receiver, Shop, connect


def test_a_delivery_is_signed_as_the_sdk_verifies(
    client: stripe.StripeClient, standin: StandIn, receiver: Receiver
) -> None:
    customer = client.v1.customers.create({"email": "ana@example.com"})
    assert standin.engine.deliver_all(receiver) == 1
    (event,) = receiver.events(client)
    assert (event.type, event.data.object.id) == ("customer.created", customer.id)
    assert event.api_version == "2026-10-28.endive"
    assert event.pending_webhooks == 1
    assert event.request.id.startswith("req_")
    _, body, headers = receiver.requests[0]
    with pytest.raises(stripe.SignatureVerificationError):
        client.construct_event(body, headers["Stripe-Signature"], "whsec_other")
    assert client.v1.events.retrieve(event.id).pending_webhooks == 0
    assert standin.engine.pending_deliveries() == []


def test_a_refused_delivery_is_tried_again_with_a_fresh_signature(
    client: stripe.StripeClient,
    standin: StandIn,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    client.v1.customers.create({"email": "ana@example.com"})
    receiver.answers = [500]
    assert standin.engine.deliver_all(receiver) == 0
    assert standin.engine.pending_deliveries(due_only=True) == []
    waiting = client.v1.events.list({"delivery_success": False}).data
    assert [e.type for e in waiting] == ["customer.created"]
    later = time.time() + BACKOFF[0] + 1
    monkeypatch.setattr(time, "time", lambda: later)
    assert standin.engine.deliver_all(receiver, due_only=True) == 1
    first, second = (headers["Stripe-Signature"] for _, _, headers in receiver.requests)
    assert first.split(",")[0] != second.split(",")[0]
    assert client.v1.events.list({"delivery_success": False}).data == []
    ids = {json.loads(body)["id"] for _, body, _ in receiver.requests}
    assert len(ids) == 1


def test_a_receiver_that_is_down_is_given_up_in_the_end(
    client: stripe.StripeClient, standin: StandIn, receiver: Receiver
) -> None:
    client.v1.customers.create({"email": "ana@example.com"})

    def down(url: str, body: bytes, headers: dict[str, str]) -> int:
        raise ConnectionRefusedError

    tries = 0
    while standin.engine.pending_deliveries():
        assert standin.engine.deliver_all(down) == 0
        tries += 1
    assert tries == len(BACKOFF) + 1
    (delivery,) = standin.engine.webhooks.deliveries
    assert delivery["state"] == "failed"
    assert "ConnectionRefusedError" in delivery["tries"][0]["error"]


def test_faults_duplicate_shuffle_and_drop(
    client: stripe.StripeClient, standin: StandIn, receiver: Receiver
) -> None:
    standin.engine.faults.set({"duplicate": 2, "drop": 1, "shuffle": True})
    for name in ("dropped", "a", "b", "c", "d", "e"):
        client.v1.customers.create({"name": name})
    while standin.engine.deliver_all(receiver):
        pass
    names = [event.data.object.name for event in receiver.events(client)]
    assert sorted(names) == sorted([*"abcde"] * 3)
    assert names != sorted(names)
    missed = client.v1.events.list({"delivery_success": False}).data
    assert [e.data.object.name for e in missed] == ["dropped"]
    # "Send again" brings the lost one.
    account = standin.engine.account("sk_test_standin")
    standin.engine.faults.clear()
    assert standin.engine.webhooks.resend(account, missed[0].id) == 1
    assert standin.engine.deliver_all(receiver) == 1


def test_a_delayed_delivery_is_not_due_yet(
    client: stripe.StripeClient, standin: StandIn, receiver: Receiver
) -> None:
    standin.engine.faults.set({"delay": 60.0})
    client.v1.customers.create({})
    assert standin.engine.pending_deliveries(due_only=True) == []
    assert len(standin.engine.pending_deliveries()) == 1


def test_webhooks_can_arrive_before_the_answer() -> None:
    seen: list[Any] = []

    def post(url: str, body: bytes, headers: dict[str, str]) -> int:
        # The receiver asks the API before it answers, as a real one does.
        customer = json.loads(body)["data"]["object"]["id"]
        seen.append(connect(standin.url).v1.customers.retrieve(customer).id)
        return 200

    with StandIn(deliver=False, post=post) as standin:
        standin.register_webhook("http://clinic.test/webhook/", SECRET)
        standin.engine.faults.set({"deliver_before_response": True})
        customer = connect(standin.url).v1.customers.create({})
        assert seen == [customer.id]


def test_a_lost_answer_is_replayed_to_the_sdks_retry(
    client: stripe.StripeClient, standin: StandIn
) -> None:
    standin.engine.faults.set({"fail_after_commit": 1})
    customer = client.v1.customers.create({"email": "ana@example.com"})
    assert customer.last_response.headers["Idempotent-Replayed"] == "true"
    assert [c.id for c in client.v1.customers.list().data] == [customer.id]


def test_conflict_is_retried_and_rate_limit_is_raised(
    client: stripe.StripeClient, standin: StandIn, refused: Any
) -> None:
    standin.engine.faults.set({"conflict": 1})
    assert client.v1.customers.create({}).id
    standin.engine.faults.set({"rate_limit": 1})
    assert isinstance(refused(client.v1.customers.create, {}), stripe.RateLimitError)
    assert len(client.v1.customers.list().data) == 1


def test_endpoints_are_managed_over_the_api_and_choose_their_events(
    client: stripe.StripeClient, standin: StandIn
) -> None:
    endpoints = client.v1.webhook_endpoints
    endpoint = endpoints.create(
        {
            "url": "http://clinic.test/hook/",
            "enabled_events": ["customer.updated"],
            "api_version": "2026-10-28.endive",
        }
    )
    assert endpoint.secret.startswith("whsec_")
    assert "secret" not in endpoints.retrieve(endpoint.id)
    customer = client.v1.customers.create({"name": "Ana"})
    client.v1.customers.update(customer.id, {"name": "Ana Silva"})
    receiver = Receiver()
    standin.engine.deliver_all(receiver)
    ((_, body, headers),) = receiver.requests
    event = client.construct_event(body, headers["Stripe-Signature"], endpoint.secret)
    assert event.data.previous_attributes["name"] == "Ana"
    endpoints.update(endpoint.id, {"disabled": True})
    client.v1.customers.update(customer.id, {"name": "Ana"})
    assert standin.engine.pending_deliveries() == []
    assert endpoints.delete(endpoint.id).deleted is True
    assert endpoints.list().data == []


def test_the_thread_delivers_over_http_by_itself(shop: Shop) -> None:
    """The page itself is the receiver's stand-in: any 2xx takes the event, a 404 does not."""
    with StandIn(strict=True) as standin:
        good = standin.register_webhook(f"{standin.url}/_standin/clock/advance", SECRET)
        client = connect(standin.url)
        client.v1.customers.create({})
        deadline = time.time() + 5
        while time.time() < deadline and not standin.engine.webhooks.deliveries[0]["tries"]:
            time.sleep(0.02)
        (delivery,) = standin.engine.webhooks.deliveries
        assert delivery["endpoint"] == good
        # Not a webhook receiver: it answers 400, and the delivery waits for its next try.
        assert delivery["tries"][0]["status"] == 400
        assert delivery["state"] == "pending"


def test_events_are_filtered_by_type_and_cursor(client: stripe.StripeClient) -> None:
    product = client.v1.products.create({"name": "Plan"})
    client.v1.customers.create({})
    old = client.v1.events.list().data[-1]
    client.v1.products.update(product.id, {"name": "Plan A"})
    events = client.v1.events
    assert [e.type for e in events.list({"type": "product.*"}).data] == [
        "product.updated",
        "product.created",
    ]
    assert [e.type for e in events.list({"types": ["customer.created"]}).data] == [
        "customer.created"
    ]
    newer = events.list({"ending_before": old.id}).data
    assert [e.type for e in newer] == ["product.updated", "customer.created"]


def test_events_are_listed_for_thirty_days(client: stripe.StripeClient, standin: StandIn) -> None:
    client.v1.customers.create({})
    standin.engine.advance(30 * DAY - 1)
    assert len(client.v1.events.list().data) == 1
    standin.engine.advance(1)
    assert client.v1.events.list().data == []


def test_a_rolled_secret_signs_beside_the_old_one_for_a_while(
    client: stripe.StripeClient,
    standin: StandIn,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    endpoint = client.v1.webhook_endpoints.list().data[0].id
    new = standin.engine.roll_secret(endpoint, keep_for=60)
    client.v1.customers.create({"name": "during"})
    standin.engine.deliver_all(receiver)
    _, body, headers = receiver.requests.pop()
    for secret in (SECRET, new):
        assert client.construct_event(body, headers["Stripe-Signature"], secret)
    later = time.time() + 61
    monkeypatch.setattr(time, "time", lambda: later)
    client.v1.customers.create({"name": "after"})
    standin.engine.deliver_all(receiver)
    _, body, headers = receiver.requests.pop()
    assert client.construct_event(body, headers["Stripe-Signature"], new)
    with pytest.raises(stripe.SignatureVerificationError):
        client.construct_event(body, headers["Stripe-Signature"], SECRET)


def test_a_secret_can_be_rolled_without_warning(
    client: stripe.StripeClient, standin: StandIn, receiver: Receiver
) -> None:
    standin.engine.roll_secret(client.v1.webhook_endpoints.list().data[0].id)
    client.v1.customers.create({})
    standin.engine.deliver_all(receiver)
    with pytest.raises(stripe.SignatureVerificationError):
        receiver.events(client)


def test_webhooks_can_come_in_the_shape_of_an_old_version(shop: Shop, receiver: Receiver) -> None:
    shop.standin.engine.faults.set({"old_api_version": True})
    _, subscription = shop.join()
    shop.standin.engine.deliver_all(receiver)
    sent = [json.loads(body) for _, body, _ in receiver.requests]
    assert {event["api_version"] for event in sent} == {"2024-06-20"}
    kinds = {event["type"]: event["data"]["object"] for event in sent}
    made = kinds["customer.subscription.created"]
    period = subscription.items.data[0].current_period_end
    assert made["current_period_end"] == period
    assert "current_period_end" not in made["items"]["data"][0]
    assert kinds["invoice.paid"]["subscription"] == subscription.id
    assert "parent" not in kinds["invoice.paid"]
    now = shop.client.v1.events.list({"type": "invoice.paid"}).data[0]
    assert now.api_version == "2026-10-28.endive"


def test_endpoints_are_made_changed_switched_off_and_deleted(
    client: stripe.StripeClient, standin: StandIn, refused: Any
) -> None:
    made = client.v1.webhook_endpoints.create(
        {
            "url": "http://clinic.test/hook/",
            "enabled_events": ["customer.created"],
            "api_version": "2026-10-28.endive",
        }
    )
    assert made.secret.startswith("whsec_")
    again = client.v1.webhook_endpoints.retrieve(made.id)
    assert (again.status, getattr(again, "secret", None)) == ("enabled", None)
    client.v1.webhook_endpoints.update(made.id, {"disabled": True})
    client.v1.customers.create({})
    assert standin.engine.pending_deliveries() == []
    client.v1.webhook_endpoints.update(made.id, {"disabled": False, "enabled_events": ["*"]})
    client.v1.products.create({"name": "Plan"})
    assert len(standin.engine.pending_deliveries()) == 1
    assert client.v1.webhook_endpoints.delete(made.id).deleted is True
    assert refused(client.v1.webhook_endpoints.retrieve, made.id).http_status == 404
