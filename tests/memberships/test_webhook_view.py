"""What the webhook view takes, and what it refuses without a trace."""

import json
import time
import uuid
from typing import Any

import pytest
import stripe
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.memberships.conftest import SECRET, Shop, an_event, event_count
from wagtail_asyncpt.memberships.models import (
    AccessPeriod,
    EventStatus,
    Invoice,
    Membership,
    StripeEvent,
)
from wagtail_asyncpt.people.models import Client


@pytest.fixture
def paid(shop: Shop, client: Client) -> Shop:
    """Paid, and no webhook has arrived."""
    shop.pay(shop.start(client))
    return shop


def assert_no_effect() -> None:
    assert event_count() == 0
    assert Membership.objects.get().status == "pending"
    assert not AccessPeriod.objects.exists()
    assert not Invoice.objects.exists()


def paid_event(shop: Shop) -> dict[str, Any]:
    """The true event of the paid invoice, as Stripe would send it."""
    events = shop.stripe.v1.events.list({"type": "invoice.paid"}).data
    return events[0].to_dict(for_json=True)


def test_a_signed_event_is_stored_once_and_acted_on(paid: Shop) -> None:
    event = paid_event(paid)
    assert paid.send(event).status_code == 200
    assert paid.send(event).status_code == 200
    row = StripeEvent.objects.get()
    assert (row.type, row.status, row.attempts) == ("invoice.paid", EventStatus.DONE, 1)
    assert row.object_id == event["data"]["object"]["id"]
    assert Membership.objects.get().status == "active"
    assert Invoice.objects.count() == 1


def test_the_inbox_keeps_no_personal_data(paid: Shop) -> None:
    paid.send(paid_event(paid))
    assert "example.com" not in json.dumps(StripeEvent.objects.get().payload)


@pytest.mark.parametrize("secret", ["whsec_wrong", "whsec_", "x"])
def test_a_forged_event_is_refused(paid: Shop, secret: str) -> None:
    assert paid.send(paid_event(paid), secret=secret).status_code == 400
    assert_no_effect()


@pytest.mark.parametrize("seconds", [-301, 301, -86_400, 86_400 * 365])
def test_an_old_or_future_event_is_refused(paid: Shop, seconds: int) -> None:
    response = paid.send(paid_event(paid), at=time.time() + seconds)
    assert response.status_code == 400
    assert_no_effect()


@pytest.mark.parametrize("seconds", [-280, 280])
def test_an_event_within_the_tolerance_is_taken(paid: Shop, seconds: int) -> None:
    assert paid.send(paid_event(paid), at=time.time() + seconds).status_code == 200
    assert event_count() == 1


def test_either_secret_is_taken_while_it_is_rolled(paid: Shop, settings: Any) -> None:
    accounts = settings.WAGTAIL_ASYNCPT["STRIPE_ACCOUNTS"]
    rolled = {"default": {**accounts["default"], "webhook_secrets": ["whsec_new", SECRET]}}
    settings.WAGTAIL_ASYNCPT = {**settings.WAGTAIL_ASYNCPT, "STRIPE_ACCOUNTS": rolled}
    assert paid.send(paid_event(paid)).status_code == 200
    assert paid.send(an_event(id="evt_2"), secret="whsec_new").status_code == 200
    assert paid.send(an_event(id="evt_3"), secret="whsec_older").status_code == 400
    assert event_count() == 2


@pytest.mark.parametrize("secrets", [[], [""], ["  "]])
def test_without_a_secret_nothing_is_taken(paid: Shop, settings: Any, secrets: list[str]) -> None:
    accounts = settings.WAGTAIL_ASYNCPT["STRIPE_ACCOUNTS"]
    bare = {"default": {**accounts["default"], "webhook_secrets": secrets}}
    settings.WAGTAIL_ASYNCPT = {**settings.WAGTAIL_ASYNCPT, "STRIPE_ACCOUNTS": bare}
    assert paid.send(paid_event(paid), secret="").status_code == 400
    assert_no_effect()


def test_a_body_that_was_changed_after_signing_is_refused(paid: Shop) -> None:
    body = json.dumps(paid_event(paid))
    header = stripe.WebhookSignature.generate_signature_header(body, SECRET)
    response = Browser().post(
        paid.webhook_path,
        body.replace("14900", "14901"),
        content_type="application/json",
        headers={"Stripe-Signature": header},
    )
    assert response.status_code == 400
    assert_no_effect()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"object": "v2.core.event", "id": "evt_1", "type": "v1.customer.created"}',
        b'{"object": "event", "id": 7, "type": "invoice.paid", "data": {"object": {}}}',
        b'{"object": "event", "id": "evt_1", "type": "invoice.paid", "data": []}',
    ],
)
def test_signed_rubbish_is_refused(paid: Shop, body: bytes) -> None:
    header = stripe.WebhookSignature.generate_signature_header(
        body.decode("utf-8", "replace"), SECRET
    )
    response = Browser().post(
        paid.webhook_path,
        body,
        content_type="application/json",
        headers={"Stripe-Signature": header},
    )
    assert response.status_code == 400
    assert_no_effect()


@pytest.mark.parametrize("header", ["", "t=,v1=", "v1=abc", "t=1", "t=x,v1=y", "garbage", "t=1=2"])
def test_a_broken_signature_header_is_refused(paid: Shop, header: str) -> None:
    response = Browser().post(
        paid.webhook_path,
        json.dumps(an_event()),
        content_type="application/json",
        headers={"Stripe-Signature": header},
    )
    assert response.status_code == 400
    assert_no_effect()


def test_an_oversized_body_is_refused(paid: Shop) -> None:
    response = paid.send({**paid_event(paid), "padding": "x" * 300_000})
    assert response.status_code == 400
    assert_no_effect()


def test_live_mode_in_test_mode_is_refused(paid: Shop) -> None:
    assert paid.send({**paid_event(paid), "livemode": True}).status_code == 400
    assert_no_effect()


@pytest.mark.parametrize("kind", ["invoice.upcoming", "customer.created", "something.new"])
def test_an_unknown_event_is_stored_and_ignored(paid: Shop, kind: str) -> None:
    assert paid.send(an_event(type=kind)).status_code == 200
    row = StripeEvent.objects.get()
    assert (row.status, row.attempts) == (EventStatus.IGNORED, 0)
    assert Membership.objects.get().status == "pending"


def test_an_event_about_an_unknown_object_is_ignored(paid: Shop) -> None:
    assert paid.send(an_event()).status_code == 200
    assert StripeEvent.objects.get().status == EventStatus.IGNORED


@pytest.mark.parametrize("kind", ["dispute", "", None, "charge"])
def test_an_event_whose_object_is_not_what_its_type_says_is_ignored(paid: Shop, kind: Any) -> None:
    response = paid.send(an_event(data={"object": {"id": "x_1", "object": kind}}))
    assert response.status_code == 200
    assert StripeEvent.objects.get().status == EventStatus.IGNORED


def test_only_post_to_a_known_clinic(paid: Shop) -> None:
    assert Browser().get(paid.webhook_path).status_code == 405
    unknown = reverse("asyncpt_memberships:webhook", args=[uuid.uuid4()])
    assert Browser().post(unknown, b"{}", content_type="application/json").status_code == 404
    assert_no_effect()


def test_it_needs_no_csrf_token_and_no_session(paid: Shop) -> None:
    browser = Browser(enforce_csrf_checks=True)
    body = json.dumps(an_event())
    header = stripe.WebhookSignature.generate_signature_header(body, SECRET)
    response = browser.post(
        paid.webhook_path,
        body,
        content_type="application/json",
        headers={"Stripe-Signature": header},
    )
    assert response.status_code == 200
    assert not response.cookies


def test_without_an_account_in_the_settings_it_refuses(paid: Shop, settings: Any) -> None:
    settings.WAGTAIL_ASYNCPT = {**settings.WAGTAIL_ASYNCPT, "STRIPE_ACCOUNTS": {}}
    assert paid.send(an_event()).status_code == 400
    assert_no_effect()


def test_a_duplicate_costs_three_queries_at_most(paid: Shop) -> None:
    event = an_event(type="customer.created")
    paid.send(event)
    with CaptureQueriesContext(connection) as queries:
        paid.send(event)
    work = [q["sql"] for q in queries if "SAVEPOINT" not in q["sql"]]
    assert len(work) <= 3, work
