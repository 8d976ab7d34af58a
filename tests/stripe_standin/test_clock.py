"""Renewals, failures, recovery and endings as the clock moves."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
import stripe

from sandbox.stripe_standin.engine.clock import add_interval, next_boundary
from sandbox.stripe_standin.server import StandIn

from .conftest import DAY, KEY, START, Shop, card

HOUR = 3_600


def at(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def date(timestamp: int) -> str:
    return f"{datetime.fromtimestamp(timestamp, UTC):%Y-%m-%d}"


@pytest.mark.parametrize(
    ("start", "interval", "count", "end"),
    [
        ("2027-01-31", "month", 1, "2027-02-28"),
        ("2028-01-31", "month", 1, "2028-02-29"),
        ("2027-10-31", "month", 4, "2028-02-29"),
        ("2028-02-29", "year", 1, "2029-02-28"),
        ("2027-12-31", "month", 1, "2028-01-31"),
        ("2027-01-31", "week", 2, "2027-02-14"),
        ("2027-01-31", "day", 30, "2027-03-02"),
    ],
)
def test_months_end_on_their_last_day(start: str, interval: str, count: int, end: str) -> None:
    assert date(add_interval(at(start), interval, count)) == end


def test_the_anchor_day_comes_back_after_a_short_month() -> None:
    anchor = at("2027-01-31")
    february = next_boundary(anchor, "month", 1, anchor)
    march = next_boundary(anchor, "month", 1, february)
    assert (date(february), date(march)) == ("2027-02-28", "2027-03-31")


def periods(subscription: Any) -> tuple[str, str]:
    item = subscription.items.data[0]
    return date(item.current_period_start), date(item.current_period_end)


def test_three_months_with_a_failing_card_and_its_recovery(shop: Shop) -> None:
    v1, engine = shop.client.v1, shop.standin.engine
    customer, subscription = shop.join()
    assert periods(subscription) == ("2027-01-31", "2027-02-28")

    # First renewal: a draft for an hour, then paid.
    engine.advance(to=at("2027-02-28T12:30:00"))
    subscription = v1.subscriptions.retrieve(subscription.id)
    assert periods(subscription) == ("2027-02-28", "2027-03-31")
    draft = v1.invoices.retrieve(subscription.latest_invoice)
    assert (draft.status, draft.billing_reason) == ("draft", "subscription_cycle")
    engine.advance(HOUR)
    renewal = v1.invoices.retrieve(draft.id)
    assert (renewal.status, renewal.amount_paid, renewal.attempt_count) == ("paid", 14_900, 1)
    line = renewal.lines.data[0]
    assert (date(line.period.start), date(line.period.end)) == ("2027-02-28", "2027-03-31")

    # Second renewal: the new card attaches and then fails.
    portal = v1.billing_portal.sessions.create({"customer": customer.id})
    shop.web.post(f"{portal.url}/card", card("4000000000000341"), allow_redirects=False)
    engine.advance(to=at("2027-03-31T14:00:00"))
    subscription = v1.subscriptions.retrieve(
        subscription.id, {"expand": ["latest_invoice.payments"]}
    )
    invoice = subscription.latest_invoice
    assert subscription.status == "past_due"
    assert (invoice.status, invoice.attempt_count) == ("open", 1)
    assert date(invoice.next_payment_attempt) == "2027-04-03"
    intent = v1.payment_intents.retrieve(invoice.payments.data[0].payment.payment_intent)
    assert intent.last_payment_error.decline_code == "generic_decline"
    engine.advance(to=invoice.next_payment_attempt)
    invoice = v1.invoices.retrieve(invoice.id)
    assert (invoice.attempt_count, date(invoice.next_payment_attempt)) == (2, "2027-04-08")

    # The customer pays on the invoice's page; the subscription lives again.
    answer = shop.web.post(
        invoice.hosted_invoice_url, card("4242424242424242"), allow_redirects=False
    )
    assert answer.status_code == 303
    assert v1.invoices.retrieve(invoice.id).status == "paid"
    subscription = v1.subscriptions.retrieve(subscription.id)
    assert subscription.status == "active"
    engine.advance(to=at("2027-04-30T14:00:00"))
    third = v1.invoices.retrieve(v1.subscriptions.retrieve(subscription.id).latest_invoice)
    assert third.status == "paid"
    assert shop.events("invoice.paid", "invoice.payment_failed") == [
        "invoice.paid",
        "invoice.paid",
        "invoice.payment_failed",
        "invoice.payment_failed",
        "invoice.paid",
        "invoice.paid",
    ]


def test_a_card_that_never_recovers_ends_the_subscription(shop: Shop) -> None:
    v1, engine = shop.client.v1, shop.standin.engine
    _, subscription = shop.join()
    engine.faults.set({"decline_charges": 4})
    engine.advance(28 * DAY + 15 * DAY + 2 * HOUR)
    subscription = v1.subscriptions.retrieve(subscription.id)
    assert subscription.status == "canceled"
    assert subscription.cancellation_details.reason == "payment_failed"
    invoice = v1.invoices.list({"subscription": subscription.id}).data[0]
    assert (invoice.status, invoice.attempt_count, invoice.next_payment_attempt) == (
        "open",
        4,
        None,
    )
    assert shop.events("customer.subscription.deleted", "invoice.payment_failed") == [
        *["invoice.payment_failed"] * 4,
        "customer.subscription.deleted",
    ]
    engine.advance(90 * DAY)
    assert len(v1.invoices.list({"subscription": subscription.id}).data) == 2


@pytest.mark.parametrize("after", ["unpaid", "past_due", "pause"])
def test_what_follows_the_last_retry_is_a_setting(shop: Shop, after: str) -> None:
    v1, engine = shop.client.v1, shop.standin.engine
    engine.account(KEY).settings |= {"retry_days": [1], "after_retries": after}
    _, subscription = shop.join()
    engine.faults.set({"decline_charges": 2})
    engine.advance(29 * DAY + 2 * HOUR)
    held = v1.subscriptions.retrieve(subscription.id)
    assert held.status == ("paused" if after == "pause" else after)
    if after == "pause":
        assert held.status_details.paused.subscription.type == "final_payment_failure"
        assert v1.invoices.retrieve(held.latest_invoice).status == "uncollectible"
        return
    engine.advance(31 * DAY)
    newest = v1.invoices.list({"subscription": subscription.id}).data[0]
    assert newest.status == ("draft" if after == "unpaid" else "paid")


def test_a_draft_is_finalized_changed_and_given_up_over_the_api(shop: Shop, refused: Any) -> None:
    v1, engine = shop.client.v1, shop.standin.engine
    _, subscription = shop.join()
    engine.advance(28 * DAY)
    draft = v1.subscriptions.retrieve(subscription.id).latest_invoice
    changed = v1.invoices.update(draft, {"footer": "Thank you", "metadata": {"a": "1"}})
    assert (changed.footer, changed.metadata["a"]) == ("Thank you", "1")
    assert v1.invoices.finalize_invoice(draft, {"auto_advance": False}).status == "open"
    assert refused(v1.invoices.finalize_invoice, draft).code == "invoice_not_editable"
    engine.advance(2 * HOUR)
    assert v1.invoices.mark_uncollectible(draft).status == "uncollectible"
    assert v1.invoices.pay(draft).status == "paid"
    engine.advance(31 * DAY - 2 * HOUR)
    next_one = v1.subscriptions.retrieve(subscription.id).latest_invoice
    v1.invoices.finalize_invoice(next_one)
    engine.advance(HOUR)
    assert v1.invoices.retrieve(next_one).status == "paid"


def test_a_renewal_that_needs_authentication_waits_for_the_customer(shop: Shop) -> None:
    v1, engine = shop.client.v1, shop.standin.engine
    customer = v1.customers.create({"email": "ana@example.com"})
    session = shop.session(customer.id)
    shop.submit(session, "4000002760003184")
    shop.authenticate(session, "complete")
    engine.advance(28 * DAY + 2 * HOUR)
    subscription = v1.subscriptions.list({"customer": customer.id}).data[0]
    assert subscription.status == "past_due"
    assert "invoice.payment_action_required" in shop.events()
    invoice = v1.invoices.retrieve(
        subscription.latest_invoice, {"expand": ["payments", "confirmation_secret"]}
    )
    assert "_secret_" in invoice.confirmation_secret.client_secret
    url = invoice.hosted_invoice_url
    sent = shop.web.post(url, card("4000002760003184"), allow_redirects=False)
    assert sent.headers["Location"].endswith("/authenticate")
    shop.web.post(f"{url}/authenticate", {"outcome": "complete"}, allow_redirects=False)
    assert v1.invoices.retrieve(invoice.id).status == "paid"
    assert v1.subscriptions.retrieve(subscription.id).status == "active"


def test_a_card_set_up_once_renews_without_asking(shop: Shop) -> None:
    customer = shop.client.v1.customers.create({"email": "ana@example.com"})
    session = shop.session(customer.id)
    shop.submit(session, "4000002500003155")
    shop.authenticate(session, "complete")
    shop.standin.engine.advance(29 * DAY)
    paid = shop.client.v1.invoices.list({"customer": customer.id, "status": "paid"}).data
    assert [i.billing_reason for i in paid] == ["subscription_cycle", "subscription_create"]


def test_a_trial_warns_then_bills_from_its_end(shop: Shop) -> None:
    _, subscription = shop.join(subscription_data={"trial_period_days": 7})
    shop.standin.engine.advance(4 * DAY)
    assert "customer.subscription.trial_will_end" in shop.events()
    shop.standin.engine.advance(3 * DAY + HOUR)
    subscription = shop.client.v1.subscriptions.retrieve(subscription.id)
    assert subscription.status == "active"
    assert periods(subscription) == ("2027-02-07", "2027-03-07")
    invoice = shop.client.v1.invoices.retrieve(subscription.latest_invoice)
    assert (invoice.status, invoice.total) == ("paid", 14_900)


def test_cancel_at_period_end_runs_to_the_end_and_can_be_taken_back(shop: Shop) -> None:
    v1 = shop.client.v1
    _, subscription = shop.join()
    changed = v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    assert (changed.cancel_at_period_end, changed.status) == (True, "active")
    back = v1.subscriptions.update(subscription.id, {"cancel_at_period_end": False})
    assert (back.cancel_at_period_end, back.cancel_at) == (False, None)
    for moment in (START - 1, START + 10 * 366 * DAY):
        with pytest.raises(stripe.InvalidRequestError, match="five years"):
            v1.subscriptions.update(subscription.id, {"cancel_at": moment})
    v1.subscriptions.update(subscription.id, {"cancel_at": "min_period_end"})
    shop.standin.engine.advance(28 * DAY)
    ended = v1.subscriptions.retrieve(subscription.id)
    assert (ended.status, ended.ended_at) == ("canceled", START + 28 * DAY)
    assert len(v1.invoices.list({"subscription": subscription.id}).data) == 1


def test_cancel_now_ends_at_once_and_only_once(shop: Shop, refused: Any) -> None:
    v1 = shop.client.v1
    _, subscription = shop.join()
    details = {"cancellation_details": {"comment": "moving away"}}
    ended = v1.subscriptions.cancel(subscription.id, details)
    assert (ended.status, ended.cancellation_details.comment) == ("canceled", "moving away")
    assert refused(v1.subscriptions.cancel, subscription.id).http_status == 404


def test_an_open_invoice_is_paid_over_the_api_or_voided(shop: Shop, refused: Any) -> None:
    v1, engine = shop.client.v1, shop.standin.engine
    _, subscription = shop.join()
    engine.faults.set({"decline_charges": 2})
    engine.advance(28 * DAY + HOUR)
    invoice = v1.subscriptions.retrieve(subscription.id).latest_invoice
    error = refused(v1.invoices.pay, invoice)
    assert isinstance(error, stripe.CardError)
    assert v1.invoices.pay(invoice).status == "paid"
    assert refused(v1.invoices.pay, invoice).code == "invoice_already_paid"
    assert refused(v1.invoices.void_invoice, invoice).code == "invoice_not_open"


def test_the_clock_does_not_go_back(standin: StandIn) -> None:
    assert standin.engine.advance(to=START - DAY) == START
