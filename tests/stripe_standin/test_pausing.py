"""Pause and resume: no invoices, no periods, and what resuming costs."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import DAY, START, Shop, card

PERIOD = 28 * DAY
HALF = PERIOD // 2


def paused(shop: Shop, **params: Any) -> Any:
    """A member who has paused after half of the first period."""
    _, subscription = shop.join()
    shop.standin.engine.advance(HALF)
    return shop.client.v1.subscriptions.pause(subscription.id, params)


def invoices(shop: Shop, subscription: Any) -> list[Any]:
    return shop.client.v1.invoices.list({"subscription": subscription.id}).data


def test_a_paused_subscription_makes_no_invoice_and_no_period(shop: Shop) -> None:
    subscription = paused(shop)
    assert subscription.status == "paused"
    details = subscription.status_details.paused
    assert (details.type, details.subscription.type) == ("subscription", "pause_requested")
    assert details.transitioned_at == START + HALF
    period = subscription.items.data[0].current_period_end
    shop.standin.engine.advance(90 * DAY)
    later = shop.client.v1.subscriptions.retrieve(subscription.id)
    assert (later.status, later.items.data[0].current_period_end) == ("paused", period)
    assert len(invoices(shop, subscription)) == 1
    assert shop.events()[-2:] == ["customer.subscription.updated", "customer.subscription.paused"]


def test_resuming_shifts_the_period_and_takes_off_the_unused_time(shop: Shop) -> None:
    v1 = shop.client.v1
    subscription = paused(shop)
    shop.standin.engine.advance(45 * DAY)
    preview = v1.invoices.create_preview(
        {"subscription": subscription.id, "subscription_details": {"resume_at": "now"}}
    )
    resumed = v1.subscriptions.resume(
        subscription.id, {"payment_behavior": "resume_on_payment_success"}
    )
    now = shop.standin.engine.now()
    assert (resumed.status, resumed.status_details) == ("active", None)
    item = resumed.items.data[0]
    assert (item.current_period_start, resumed.billing_cycle_anchor) == (now, now)
    assert item.current_period_end == now + 30 * DAY  # 31 March to 30 April
    paid = v1.invoices.retrieve(resumed.latest_invoice)
    assert [line.amount for line in paid.lines.data] == [-7_450, 14_900]
    assert preview.amount_due == paid.amount_paid == 7_450
    assert "customer.subscription.resumed" in shop.events()
    shop.standin.engine.advance(31 * DAY)
    assert invoices(shop, subscription)[0].amount_paid == 14_900


def test_a_resume_on_success_waits_for_the_money(shop: Shop) -> None:
    v1, engine = shop.client.v1, shop.standin.engine
    subscription = paused(shop)
    engine.advance(30 * DAY)
    engine.faults.set({"decline_charges": 1})
    how: Any = {"payment_behavior": "resume_on_payment_success"}
    waiting = v1.subscriptions.resume(subscription.id, how)
    assert waiting.status == "paused"
    invoice = v1.invoices.retrieve(waiting.latest_invoice)
    assert (invoice.status, invoice.attempt_count) == ("open", 1)
    assert shop.events("customer.subscription.resumed") == []
    engine.advance(to=invoice.next_payment_attempt)
    after = v1.subscriptions.retrieve(subscription.id)
    assert after.status == "active"
    assert after.items.data[0].current_period_start == START + HALF + 30 * DAY


def test_a_resume_that_is_never_paid_leaves_it_paused(shop: Shop) -> None:
    v1, engine = shop.client.v1, shop.standin.engine
    subscription = paused(shop)
    engine.faults.set({"decline_charges": 9})
    how: Any = {"payment_behavior": "resume_on_payment_success"}
    waiting = v1.subscriptions.resume(subscription.id, how)
    engine.advance(16 * DAY)
    assert v1.subscriptions.retrieve(subscription.id).status == "paused"
    assert v1.invoices.retrieve(waiting.latest_invoice).status == "void"
    engine.faults.clear()
    assert v1.subscriptions.resume(subscription.id, how).status == "active"


@pytest.mark.parametrize(("fails", "status"), [(0, "active"), (1, "past_due")])
def test_by_default_the_first_attempt_resumes(shop: Shop, fails: int, status: str) -> None:
    v1, engine = shop.client.v1, shop.standin.engine
    subscription = paused(shop)
    waiting = v1.subscriptions.resume(subscription.id)
    assert waiting.status == "paused"
    engine.faults.set({"decline_charges": fails})
    pay = f"{shop.standin.url}/i/{waiting.latest_invoice}"
    shop.web.post(pay, card("4242424242424242"), allow_redirects=False)
    assert v1.subscriptions.retrieve(subscription.id).status == status


def test_by_default_an_unpaid_resume_is_off_after_a_day(shop: Shop, refused: Any) -> None:
    v1 = shop.client.v1
    subscription = paused(shop)
    waiting = v1.subscriptions.resume(subscription.id)
    assert "pending resume" in str(refused(v1.subscriptions.resume, subscription.id))
    shop.standin.engine.advance(23 * 3_600)
    assert v1.invoices.retrieve(waiting.latest_invoice).status == "void"
    assert v1.subscriptions.retrieve(subscription.id).status == "paused"
    assert v1.subscriptions.resume(subscription.id).latest_invoice != waiting.latest_invoice


def test_resuming_in_the_old_rhythm_bills_the_rest_of_its_period(shop: Shop) -> None:
    subscription = paused(shop)
    shop.standin.engine.advance(7 * DAY)
    resumed = shop.client.v1.subscriptions.resume(
        subscription.id,
        {"billing_cycle_anchor": {"type": "unchanged"}, "proration_behavior": "always_invoice"},
    )
    assert resumed.billing_cycle_anchor == START
    assert resumed.items.data[0].current_period_end == START + PERIOD
    bill = shop.client.v1.invoices.retrieve(resumed.latest_invoice)
    # Half was given back, a quarter is charged: the rest stays as balance.
    assert [line.amount for line in bill.lines.data] == [-7_450, 3_725]
    assert resumed.status == "active"


def test_unused_time_need_not_be_given_back(shop: Shop) -> None:
    subscription = paused(shop, bill_for={"unused_time_from": {"type": "none"}})
    resumed = shop.client.v1.subscriptions.resume(
        subscription.id, {"payment_behavior": "resume_on_payment_success"}
    )
    assert shop.client.v1.invoices.retrieve(resumed.latest_invoice).amount_paid == 14_900


def test_a_pause_can_be_invoiced_at_once(shop: Shop) -> None:
    subscription = paused(shop, invoicing_behavior="invoice")
    credit = invoices(shop, subscription)[0]
    assert (credit.total, credit.status, credit.ending_balance) == (-7_450, "paid", -7_450)
    resumed = shop.client.v1.subscriptions.resume(
        subscription.id, {"payment_behavior": "resume_on_payment_success"}
    )
    assert shop.client.v1.invoices.retrieve(resumed.latest_invoice).amount_paid == 7_450


def test_a_trial_paused_ends_and_costs_nothing_back(shop: Shop) -> None:
    _, subscription = shop.join(subscription_data={"trial_period_days": 14})
    shop.standin.engine.advance(DAY)
    assert shop.client.v1.subscriptions.pause(subscription.id).status == "paused"
    shop.standin.engine.advance(30 * DAY)
    resumed = shop.client.v1.subscriptions.resume(
        subscription.id, {"payment_behavior": "resume_on_payment_success"}
    )
    assert resumed.status == "active"
    assert shop.client.v1.invoices.retrieve(resumed.latest_invoice).amount_paid == 14_900


def test_what_cannot_be_paused_or_resumed_says_so(shop: Shop, refused: Any) -> None:
    v1 = shop.client.v1
    _, active = shop.join()
    assert "not paused" in str(refused(v1.subscriptions.resume, active.id))
    v1.subscriptions.pause(active.id)
    assert refused(v1.subscriptions.pause, active.id).http_status == 400
    trial: Any = {"trial_end": START + 40 * DAY}
    assert "Resume" in str(refused(v1.subscriptions.update, active.id, trial))
    _, classic = shop.join(subscription_data={"billing_mode": {"type": "classic"}})
    assert "flexible" in str(refused(v1.subscriptions.pause, classic.id))
    preview = {"subscription": active.id}
    assert refused(v1.invoices.create_preview, preview).code == "invoice_upcoming_none"


def test_canceling_ends_a_pause(shop: Shop) -> None:
    subscription = paused(shop)
    ended = shop.client.v1.subscriptions.cancel(subscription.id)
    assert ended.status == "canceled"
    shop.standin.engine.advance(60 * DAY)
    assert len(invoices(shop, subscription)) == 1
