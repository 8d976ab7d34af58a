"""Plan changes: what is billed when, what a failed payment leaves, and previews that keep word."""

from __future__ import annotations

from typing import Any

import pytest
import stripe
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.stripe_standin.engine import Account, Engine, catalog, changes, customers, pending
from sandbox.stripe_standin.engine.billing import create_subscription
from sandbox.stripe_standin.engine.store import Json

from .conftest import DAY, KEY, START, Shop

PERIOD = 28 * DAY  # 31 January to 28 February


def price(shop: Shop, amount: int, interval: str = "month") -> str:
    made = shop.client.v1.prices.create(
        {
            "product": shop.monthly.product,
            "unit_amount": amount,
            "currency": "usd",
            "recurring": {"interval": interval},  # type: ignore[typeddict-item]
        }
    )
    return made.id


def change(shop: Shop, subscription: Any, new: str, **params: Any) -> Any:
    item = subscription.items.data[0].id
    return shop.client.v1.subscriptions.update(
        subscription.id, {"items": [{"id": item, "price": new}], **params}
    )


def latest(shop: Shop, subscription: Any) -> Any:
    invoices = shop.client.v1.invoices.list({"subscription": subscription.id})
    return invoices.data[0]


def charge_fails(shop: Shop, times: int = 1) -> None:
    shop.standin.engine.faults.set({"decline_charges": times})


def test_an_upgrade_is_invoiced_at_once_for_the_rest_of_the_period(shop: Shop) -> None:
    _, subscription = shop.join()
    item = subscription.items.data[0]
    shop.standin.engine.advance(PERIOD // 2)
    changed = change(shop, subscription, price(shop, 29_900), proration_behavior="always_invoice")
    moved = changed.items.data[0]
    assert (moved.id, moved.price.unit_amount) == (item.id, 29_900)
    assert (moved.current_period_start, moved.current_period_end) == (
        item.current_period_start,
        item.current_period_end,
    )
    invoice = latest(shop, subscription)
    assert (invoice.billing_reason, invoice.status) == ("subscription_update", "paid")
    credit, debit = invoice.lines.data
    assert (credit.amount, debit.amount, invoice.amount_paid) == (-7_450, 14_950, 7_500)
    details = credit.parent.subscription_item_details
    first = shop.client.v1.invoices.list({"subscription": subscription.id}).data[-1]
    assert details.proration
    assert details.proration_details.credited_items.to_dict() == {
        "invoice": first.id,
        "invoice_line_items": [first.lines.data[0].id],
    }
    assert (debit.period.start, debit.period.end) == (START + PERIOD // 2, START + PERIOD)
    shop.standin.engine.advance(PERIOD)
    assert latest(shop, subscription).amount_paid == 29_900


def test_create_prorations_waits_for_the_next_invoice(shop: Shop) -> None:
    _, subscription = shop.join()
    shop.standin.engine.advance(PERIOD // 2)
    change(shop, subscription, price(shop, 29_900))
    assert latest(shop, subscription).billing_reason == "subscription_create"
    assert shop.events("invoiceitem.created") == ["invoiceitem.created"] * 2
    preview = shop.client.v1.invoices.create_preview({"subscription": subscription.id})
    shop.standin.engine.advance(PERIOD // 2 + 3_600)
    renewal = latest(shop, subscription)
    assert [line.amount for line in renewal.lines.data] == [-7_450, 14_950, 29_900]
    assert preview.total == renewal.amount_paid == 37_400
    shop.standin.engine.advance(31 * DAY)
    assert latest(shop, subscription).amount_paid == 29_900


def test_without_proration_only_the_next_period_costs_more(shop: Shop) -> None:
    _, subscription = shop.join()
    shop.standin.engine.advance(DAY)
    change(shop, subscription, price(shop, 29_900), proration_behavior="none")
    assert len(shop.client.v1.invoices.list({"subscription": subscription.id}).data) == 1
    shop.standin.engine.advance(PERIOD)
    assert latest(shop, subscription).amount_paid == 29_900


def test_a_downgrade_at_once_leaves_a_balance_that_pays_later(shop: Shop) -> None:
    customer, subscription = shop.join()
    cheap = price(shop, 4_900)
    shop.standin.engine.advance(PERIOD // 2)
    change(shop, subscription, cheap, proration_behavior="always_invoice")
    invoice = latest(shop, subscription)
    assert (invoice.total, invoice.amount_due, invoice.status) == (-5_000, 0, "paid")
    assert (invoice.starting_balance, invoice.ending_balance) == (0, -5_000)
    assert shop.client.v1.customers.retrieve(customer.id).balance == -5_000
    shop.standin.engine.advance(PERIOD // 2 + 3_600)
    renewal = latest(shop, subscription)
    assert (renewal.total, renewal.amount_due, renewal.ending_balance) == (4_900, 0, -100)
    assert renewal.status == "paid"
    shop.standin.engine.advance(31 * DAY)
    assert latest(shop, subscription).amount_paid == 4_800
    assert shop.client.v1.customers.retrieve(customer.id).balance == 0


def test_another_interval_starts_a_new_period_at_once(shop: Shop) -> None:
    _, subscription = shop.join()
    yearly = price(shop, 149_000, "year")
    shop.standin.engine.advance(PERIOD // 2)
    changed = change(shop, subscription, yearly)
    item = changed.items.data[0]
    now = shop.standin.engine.now()
    assert (item.current_period_start, changed.billing_cycle_anchor) == (now, now)
    assert item.current_period_end == now + 365 * DAY
    assert latest(shop, subscription).amount_paid == 149_000 - 7_450


def test_a_new_billing_date_is_billed_at_once(shop: Shop) -> None:
    _, subscription = shop.join()
    shop.standin.engine.advance(PERIOD // 2)
    changed = shop.client.v1.subscriptions.update(
        subscription.id, {"billing_cycle_anchor": {"type": "now"}}
    )
    assert changed.items.data[0].current_period_start == shop.standin.engine.now()
    assert latest(shop, subscription).amount_paid == 14_900 - 7_450


def test_the_amount_shown_first_is_the_amount_charged(shop: Shop) -> None:
    """However long the member thinks, the date of the preview holds."""
    _, subscription = shop.join()
    dear = price(shop, 29_900)
    shop.standin.engine.advance(5 * DAY + 321)
    shown = shop.standin.engine.now()
    wanted = {"id": subscription.items.data[0].id, "price": dear}
    how: Any = {"proration_behavior": "always_invoice", "proration_date": shown}
    before = shop.events()
    preview = shop.client.v1.invoices.create_preview(
        {
            "customer": subscription.customer,
            "subscription": subscription.id,
            "subscription_details": {"items": [wanted], **how},  # type: ignore[typeddict-item]
        }
    )
    assert preview.id.startswith("upcoming_in_")
    assert shop.events() == before
    shop.standin.engine.advance(1_234)
    change(shop, subscription, dear, payment_behavior="pending_if_incomplete", **how)
    assert latest(shop, subscription).amount_paid == preview.amount_due > 0


def test_a_failed_upgrade_waits_and_is_applied_when_paid(shop: Shop, refused: Any) -> None:
    v1 = shop.client.v1
    _, subscription = shop.join()
    dear = price(shop, 29_900)
    shop.standin.engine.advance(DAY)
    charge_fails(shop)
    how: Any = {
        "proration_behavior": "always_invoice",
        "payment_behavior": "pending_if_incomplete",
        "metadata": {"plan": "coached"},
    }
    waiting = change(shop, subscription, dear, **how)
    assert waiting.status == "active"
    assert waiting.items.data[0].price.id == shop.monthly.id
    assert waiting.pending_update.subscription_items[0].price.id == dear
    assert waiting.pending_update.expires_at == shop.standin.engine.now() + 23 * 3_600
    assert "pending update" in str(refused(change, shop, subscription, dear))
    assert "invoice.payment_failed" in shop.events()
    v1.invoices.pay(waiting.latest_invoice)
    done = v1.subscriptions.retrieve(subscription.id)
    assert (done.items.data[0].price.id, done.pending_update) == (dear, None)
    assert done.metadata["plan"] == "coached"
    assert shop.events()[-1] == "customer.subscription.pending_update_applied"


def test_a_failed_upgrade_that_nobody_pays_is_forgotten(shop: Shop) -> None:
    v1 = shop.client.v1
    _, subscription = shop.join()
    charge_fails(shop)
    waiting = change(
        shop,
        subscription,
        price(shop, 29_900),
        proration_behavior="always_invoice",
        payment_behavior="pending_if_incomplete",
    )
    shop.standin.engine.advance(23 * 3_600)
    after = v1.subscriptions.retrieve(subscription.id)
    assert (after.pending_update, after.status) == (None, "active")
    assert after.items.data[0].price.id == shop.monthly.id
    assert v1.invoices.retrieve(waiting.latest_invoice).status == "void"
    assert shop.events()[-1] == "customer.subscription.pending_update_expired"


def test_a_failed_upgrade_can_be_refused_instead(shop: Shop, refused: Any) -> None:
    _, subscription = shop.join()
    charge_fails(shop)
    error = refused(
        lambda: change(
            shop,
            subscription,
            price(shop, 29_900),
            proration_behavior="always_invoice",
            payment_behavior="error_if_incomplete",
        )
    )
    assert isinstance(error, stripe.CardError)
    after = shop.client.v1.subscriptions.retrieve(subscription.id)
    assert after.items.data[0].price.id == shop.monthly.id
    assert latest(shop, subscription).status == "void"


def test_a_failed_upgrade_is_past_due_when_nothing_is_said(shop: Shop) -> None:
    _, subscription = shop.join()
    dear = price(shop, 29_900)
    shop.standin.engine.advance(DAY)
    charge_fails(shop)
    change(shop, subscription, dear, proration_behavior="always_invoice")
    after = shop.client.v1.subscriptions.retrieve(subscription.id)
    assert (after.status, after.items.data[0].price.id) == ("past_due", dear)
    shop.standin.engine.advance(3 * DAY)
    assert shop.client.v1.subscriptions.retrieve(subscription.id).status == "active"


def test_a_plan_changed_in_a_trial_costs_nothing_until_its_end(shop: Shop) -> None:
    _, subscription = shop.join(subscription_data={"trial_period_days": 7})
    dear = price(shop, 29_900)
    changed = change(shop, subscription, dear, proration_behavior="always_invoice")
    assert (changed.status, changed.trial_end) == ("trialing", START + 7 * DAY)
    shop.standin.engine.advance(7 * DAY + 3_600)
    assert latest(shop, subscription).amount_paid == 29_900


def test_a_trial_given_ended_and_moved(shop: Shop) -> None:
    v1 = shop.client.v1
    _, subscription = shop.join()
    until = START + 40 * DAY
    free = v1.subscriptions.update(
        subscription.id, {"trial_end": until, "proration_behavior": "none"}
    )
    assert (free.status, free.items.data[0].current_period_end) == ("trialing", until)
    assert latest(shop, subscription).total == 0
    over = v1.subscriptions.update(subscription.id, {"trial_end": "now"})
    assert (over.status, over.items.data[0].current_period_start) == ("active", START)
    assert latest(shop, subscription).amount_paid == 14_900


def test_items_are_added_counted_and_removed(shop: Shop, refused: Any) -> None:
    v1 = shop.client.v1
    _, subscription = shop.join()
    seat = price(shop, 1_000)
    two = v1.subscriptions.update(subscription.id, {"items": [{"price": seat, "quantity": 3}]})
    assert [i.quantity for i in two.items.data] == [1, 3]
    added = two.items.data[1].id
    for row, words in (
        ({"price": seat}, "same price"),
        ({"id": "si_nobody", "quantity": 2}, "No such subscription item"),
        ({"id": added, "quantity": 0}, "Quantities"),
        ({"price": shop.visit.id}, "one_time"),
    ):
        assert words in str(refused(v1.subscriptions.update, subscription.id, {"items": [row]}))
    fewer = v1.subscriptions.update(subscription.id, {"items": [{"id": added, "quantity": 2}]})
    assert fewer.items.data[1].quantity == 2
    one = v1.subscriptions.update(subscription.id, {"items": [{"id": added, "deleted": True}]})
    assert len(one.items.data) == 1
    waiting = pending.waiting(shop.standin.engine.account(KEY), subscription.id)
    assert sum(item["amount"] for item in waiting) == 0


def test_canceling_now_can_credit_the_unused_time(shop: Shop) -> None:
    v1 = shop.client.v1
    customer, subscription = shop.join()
    shop.standin.engine.advance(PERIOD // 2)
    preview = v1.invoices.create_preview(
        {"subscription": subscription.id, "subscription_details": {"cancel_now": True}}
    )
    ended = v1.subscriptions.cancel(subscription.id, {"prorate": True, "invoice_now": True})
    assert ended.status == "canceled"
    assert preview.total == latest(shop, subscription).total == -7_450
    assert v1.customers.retrieve(customer.id).balance == -7_450


def test_collection_paused_leaves_the_subscription_active(shop: Shop) -> None:
    v1, engine = shop.client.v1, shop.standin.engine
    _, subscription = shop.join()
    until = START + PERIOD + 5 * DAY
    paused = v1.subscriptions.update(
        subscription.id, {"pause_collection": {"behavior": "void", "resumes_at": until}}
    )
    assert paused.pause_collection.resumes_at == until
    engine.advance(PERIOD)
    assert latest(shop, subscription).status == "void"
    assert v1.subscriptions.retrieve(subscription.id).status == "active"
    engine.advance(5 * DAY)
    assert v1.subscriptions.retrieve(subscription.id).pause_collection is None
    engine.advance(31 * DAY)
    assert latest(shop, subscription).status == "paid"


@pytest.mark.parametrize(
    ("behavior", "status"), [("keep_as_draft", "draft"), ("mark_uncollectible", "uncollectible")]
)
def test_what_becomes_of_invoices_while_collection_is_paused(
    shop: Shop, behavior: Any, status: str
) -> None:
    _, subscription = shop.join()
    wanted: Any = {"pause_collection": {"behavior": behavior}}
    shop.client.v1.subscriptions.update(subscription.id, wanted)
    shop.standin.engine.advance(PERIOD + 2 * 3_600)
    assert latest(shop, subscription).status == status
    resumed = shop.client.v1.subscriptions.update(subscription.id, {"pause_collection": ""})
    assert resumed.pause_collection is None


def member(amounts: list[int]) -> tuple[Account, Json, list[str]]:
    """A subscription on the engine alone, and a price for each amount."""
    account = Engine(now=START).account(KEY)
    product = catalog.create_product(account, {"name": "Plan"})["id"]
    every = {"currency": "usd", "product": product, "recurring": {"interval": "month"}}
    prices = [catalog.create_price(account, every | {"unit_amount": a})["id"] for a in amounts]
    owner = customers.create_customer(account, {})["id"]
    card = customers.attach(account, {"customer": owner}, "pm_card_visa")["id"]
    wanted = {"customer": owner, "items": [{"price": prices[0]}], "default_payment_method": card}
    return account, create_subscription(account, wanted), prices


@given(
    st.lists(
        st.tuples(
            st.integers(0, PERIOD - 1),
            st.integers(0, 50_000),
            st.sampled_from(["always_invoice", "create_prorations"]),
        ),
        min_size=1,
        max_size=6,
    )
)
@settings(max_examples=60, deadline=None)
def test_whoever_changes_plans_pays_for_each_by_the_second(
    steps: list[tuple[int, int, str]],
) -> None:
    """The sum of a period's lines is each price times its share of the period, to the cent."""
    steps = sorted(steps, key=lambda step: step[0])
    account, subscription, prices = member([10_000, *(amount for _, amount, _ in steps)])
    item = subscription["items"]["data"][0]["id"]
    moments = [0, *(at for at, _, _ in steps), PERIOD]
    for new, (at, _, behavior) in zip(prices[1:], steps, strict=True):
        account.engine.advance(to=START + at)
        wanted = {"items": [{"id": item, "price": new}], "proration_behavior": behavior}
        changes.update_subscription(account, wanted, subscription["id"])
    rows = [line for i in account.rows("invoice") for line in i["lines"]["data"]]
    waiting = pending.waiting(account, subscription["id"])
    billed = sum(row["amount"] for row in [*rows, *waiting])
    amounts = [10_000, *(amount for _, amount, _ in steps)]
    fair = sum(
        amount * (end - start) / PERIOD
        for amount, start, end in zip(amounts, moments, moments[1:], strict=False)
    )
    assert abs(billed - fair) <= len(steps) + 1
