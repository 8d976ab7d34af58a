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


def press(shop: Shop, **data: str) -> Any:
    return shop.web.post(f"{shop.standin.url}/_standin/act", data)


@pytest.mark.parametrize(
    ("action", "knob", "value"),
    [
        ("decline", "decline_charges", 1),
        ("drop", "drop", 1),
        ("twice", "duplicate", 1),
        ("shuffle", "shuffle", True),
        ("old", "old_api_version", True),
        ("lose", "fail_after_commit", 1),
        ("busy", "rate_limit", 1),
    ],
)
def test_each_button_turns_its_knob_and_one_turns_all_back(
    shop: Shop, action: str, knob: str, value: Any
) -> None:
    assert f"{knob} = {value}" in press(shop, action=action).text
    assert getattr(shop.standin.engine.faults, knob) == value
    assert "all is well" in press(shop, action="clear").text


def test_payments_are_refunded_and_disputed_by_hand(shop: Shop) -> None:
    v1 = shop.client.v1
    shop.join()
    charge = v1.charges.list().data[0].id
    page = press(shop, action="refund", charge=charge, amount="25")
    assert "$25.00 refunded" in page.text
    assert v1.charges.retrieve(charge).amount_refunded == 2_500
    for typed in ("", "-1", "1e3", "12.345", "NaN"):
        refused = press(shop, action="refund", charge=charge, amount=typed)
        assert "Enter an amount" in refused.text
    assert "greater than" in press(shop, action="refund", charge=charge, amount="500").text
    opened = press(shop, action="dispute", charge=charge)
    assert "The clinic wins" in opened.text
    dispute = v1.disputes.list().data[0]
    assert dispute.amount == 12_400
    assert "charged back" in press(shop, action="refund", charge=charge, amount="1").text
    press(shop, action="won", dispute=dispute.id)
    assert v1.disputes.retrieve(dispute.id).status == "won"
    assert "already closed" in press(shop, action="lost", dispute=dispute.id).text
    assert press(shop, action="won", dispute="du_nobody").status_code == 404


def test_the_portal_and_the_last_retry_are_set_by_hand(shop: Shop) -> None:
    customer, _ = shop.join()
    url = shop.client.v1.billing_portal.sessions.create({"customer": customer.id}).url
    assert "Pause" not in shop.web.get(url).text
    assert "offers pausing and other plans" in press(shop, action="portal_more").text
    assert "Pause" in shop.web.get(url).text
    press(shop, action="portal_less")
    assert "Pause" not in shop.web.get(url).text
    assert "then the subscription is paused" in press(shop, after="pause").text
    press(shop, after="nonsense")
    assert shop.standin.engine.account(KEY).settings["after_retries"] == "pause"


def test_settings_over_json(standin: StandIn) -> None:
    url = f"{standin.url}/_standin/settings"
    wanted = {"retry_days": [1, 2], "after_retries": "unpaid", "tax_percent": 8}
    assert requests.post(url, json=wanted, timeout=5).json() == wanted
    assert requests.get(url, timeout=5).json() == wanted
    for bad in (
        {"retries": 1},
        {"after_retries": "nothing"},
        {"retry_days": [0]},
        {"retry_days": "3"},
        {"tax_percent": 101},
        {"key": 1},
    ):
        assert requests.post(url, json=bad, timeout=5).status_code == 400
    assert requests.get(url, timeout=5).json() == wanted
