"""The control page and its JSON, what is refused, and the state file."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import Any

import pytest
import requests

from sandbox.stripe_standin.server import StandIn

from .conftest import DAY, KEY, SECRET, START, Receiver, Shop, connect


def test_control_over_json_moves_the_clock_and_sets_faults(standin: StandIn) -> None:
    base = f"{standin.url}/_standin"
    moved = requests.post(f"{base}/clock/advance", json={"days": 2}, timeout=5)
    assert moved.json() == {"now": START + 2 * DAY}
    assert requests.get(f"{base}/clock", timeout=5).json() == moved.json()
    month = requests.post(f"{base}/clock/advance", json={"months": 1}, timeout=5).json()["now"]
    assert month == START + 2 * DAY + 28 * DAY
    faults = requests.post(f"{base}/faults", json={"duplicate": 3, "slow": 0.0}, timeout=5)
    assert faults.json()["duplicate"] == 3
    cleared = requests.post(f"{base}/faults", json={"clear": True}, timeout=5).json()
    assert not any(cleared.values())


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("faults", '{"duplicates": 1}'),
        ("faults", '{"duplicate": -1}'),
        ("faults", '{"shuffle": 1}'),
        ("faults", "[1]"),
        ("faults", "{"),
        ("clock/advance", '{"days": 1, "seconds": 1}'),
        ("clock/advance", '{"days": "two"}'),
        ("clock/advance", '{"to": 1}'),
        ("clock/advance", '{"months": 99999999}'),
    ],
)
def test_control_explains_bad_json(standin: StandIn, path: str, body: str) -> None:
    headers = {"Content-Type": "application/json"}
    url = f"{standin.url}/_standin/{path}"
    answer = requests.post(url, body, headers=headers, timeout=5)
    assert answer.status_code == 400
    assert answer.json()["error"]
    assert standin.engine.now() == START
    assert not any(standin.engine.faults.dump().values())


def test_the_control_page_shows_events_and_sends_them_again(shop: Shop, receiver: Receiver) -> None:
    customer = shop.client.v1.customers.create({"name": "Ana"})
    shop.standin.engine.deliver_all(receiver)
    page = shop.web.get(f"{shop.standin.url}/_standin/")
    for words in ("31 Jan 2027", "customer.created", customer.id, "delivered (200, try 1)"):
        assert words in page.text
    act = f"{shop.standin.url}/_standin/act"
    event = shop.client.v1.events.list({"type": "customer.created"}).data[0]
    shop.web.post(act, {"action": "resend", "event": event.id})
    assert shop.standin.engine.deliver_all(receiver) == 1
    shop.web.post(act, {"action": "month"})
    assert shop.standin.engine.now() == START + 28 * DAY
    shop.web.post(act, {"action": "decline"})
    assert shop.standin.engine.faults.decline_charges == 1


def test_another_site_cannot_post_here_and_only_loopback_is_served(standin: StandIn) -> None:
    url = f"{standin.url}/_standin/clock/advance"
    evil = {"Origin": "http://evil.example"}
    assert requests.post(url, json={"days": 1}, headers=evil, timeout=5).status_code == 403
    assert standin.engine.now() == START
    own = {"Origin": standin.url}
    assert requests.post(url, json={"days": 1}, headers=own, timeout=5).status_code == 200
    named = {"Host": "evil.example"}
    assert requests.get(f"{standin.url}/_standin/", headers=named, timeout=5).status_code == 421
    with pytest.raises(ValueError, match="loopback"):
        StandIn(host="0.0.0.0")  # noqa: S104


def test_malformed_http_gets_an_answer(standin: StandIn) -> None:
    host, port = standin.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as raw:
        raw.sendall(b"POST /v1/customers HTTP/1.1\r\nHost: x\r\nContent-Length: many\r\n\r\n")
        assert b" 413 " in raw.recv(1000)
    answer = requests.post(
        f"{standin.url}/v1/customers",
        b"name=\xff",
        headers={"Authorization": f"Bearer {KEY}"},
        timeout=5,
    )
    assert answer.status_code == 400
    assert requests.get(f"{standin.url}/static/../server.py", timeout=5).status_code == 404
    assert requests.get(f"{standin.url}/c/pay/cs_test_none", timeout=5).status_code == 404


def test_the_state_file_brings_everything_back(tmp_path: Path) -> None:
    state = tmp_path / "stripe.json"
    with StandIn(now=START, state_file=state, deliver=False) as first:
        first.register_webhook("http://clinic.test/webhook/", SECRET)
        shop = Shop(first, connect(first.url))
        product = shop.client.v1.products.create({"name": "Plan"})
        shop.monthly = shop.client.v1.prices.create(
            {
                "product": product.id,
                "unit_amount": 14_900,
                "currency": "usd",
                "recurring": {"interval": "month"},
            }
        )
        customer, subscription = shop.join()
        options: Any = {"idempotency_key": "once"}
        once = shop.client.v1.customers.create({"name": "Bo"}, options)
        first.engine.advance(DAY)
        waiting = len(first.engine.pending_deliveries())
        assert waiting > 5

    with StandIn(now=START, state_file=state, deliver=False, strict=True) as second:
        client = connect(second.url)
        assert second.engine.now() == START + DAY
        assert client.v1.subscriptions.retrieve(subscription.id).customer == customer.id
        assert client.v1.customers.create({"name": "Bo"}, options).id == once.id
        assert second.register_webhook("http://clinic.test/webhook/", SECRET)
        assert len(client.v1.webhook_endpoints.list().data) == 1
        receiver = Receiver()
        assert second.engine.deliver_all(receiver) == waiting
        assert receiver.events(client)
        second.engine.advance(29 * DAY)
        paid = client.v1.invoices.list({"subscription": subscription.id, "status": "paid"})
        assert len(paid.data) == 2
