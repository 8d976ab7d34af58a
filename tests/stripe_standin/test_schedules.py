"""Subscription schedules: a fixed number of payments, a downgrade at the period's end."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import DAY, START, Shop

PERIOD = 28 * DAY


def price(shop: Shop, amount: int, interval: str = "month") -> Any:
    return shop.client.v1.prices.create(
        {
            "product": shop.monthly.product,
            "unit_amount": amount,
            "currency": "usd",
            "recurring": {"interval": interval},  # type: ignore[typeddict-item]
        }
    )


def paid(shop: Shop, subscription: str) -> list[int]:
    found = shop.client.v1.invoices.list({"subscription": subscription}).data
    return [invoice.amount_paid for invoice in found][::-1]


def then(shop: Shop, subscription: Any, new: Any, **params: Any) -> Any:
    """A schedule that goes over to ``new`` when the present period ends."""
    v1 = shop.client.v1
    schedule = v1.subscription_schedules.create({"from_subscription": subscription.id})
    phase = schedule.phases[0]
    now = {
        "items": [{"price": phase["items"][0].price, "quantity": 1}],
        "start_date": phase.start_date,
        "end_date": phase.end_date,
    }
    following: Any = {"items": [{"price": new.id, "quantity": 1}], **params}
    return v1.subscription_schedules.update(schedule.id, {"phases": [now, following]})


def test_a_downgrade_waits_for_the_end_of_the_period(shop: Shop) -> None:
    v1 = shop.client.v1
    _, subscription = shop.join()
    cheap = price(shop, 4_900)
    shop.standin.engine.advance(DAY)
    schedule = then(shop, subscription, cheap, metadata={"plan": "library"})
    assert (schedule.status, schedule.current_phase.end_date) == ("active", START + PERIOD)
    during = v1.subscriptions.retrieve(subscription.id)
    assert (during.schedule, during.items.data[0].price.id) == (schedule.id, shop.monthly.id)
    shop.standin.engine.advance(to=START + PERIOD + 3_600)
    after = v1.subscriptions.retrieve(subscription.id)
    assert after.items.data[0].price.id == cheap.id
    assert after.items.data[0].id == subscription.items.data[0].id
    assert after.metadata["plan"] == "library"
    assert paid(shop, subscription.id) == [14_900, 4_900]
    shop.standin.engine.advance(70 * DAY)
    assert v1.subscription_schedules.retrieve(schedule.id).status == "released"
    assert v1.subscriptions.retrieve(subscription.id).schedule is None
    assert paid(shop, subscription.id) == [14_900, 4_900, 4_900, 4_900]


def test_another_interval_from_the_next_period(shop: Shop) -> None:
    _, subscription = shop.join()
    then(shop, subscription, price(shop, 149_000, "year"))
    shop.standin.engine.advance(to=START + PERIOD + 3_600)
    item = shop.client.v1.subscriptions.retrieve(subscription.id).items.data[0]
    assert item.current_period_end == START + PERIOD + 365 * DAY
    assert paid(shop, subscription.id) == [14_900, 149_000]


def test_a_fixed_number_of_payments_and_then_the_end(shop: Shop) -> None:
    v1 = shop.client.v1
    _, subscription = shop.join()
    schedule = v1.subscription_schedules.create({"from_subscription": subscription.id})
    phase: Any = {
        "items": [{"price": shop.monthly.id, "quantity": 1}],
        "start_date": schedule.phases[0].start_date,
        "duration": {"interval": "month", "interval_count": 3},
    }
    v1.subscription_schedules.update(schedule.id, {"phases": [phase], "end_behavior": "cancel"})
    shop.standin.engine.advance(120 * DAY)
    ended = v1.subscriptions.retrieve(subscription.id)
    assert (ended.status, paid(shop, subscription.id)) == ("canceled", [14_900] * 3)
    done = v1.subscription_schedules.retrieve(schedule.id)
    assert (done.status, done.current_phase) == ("completed", None)


def test_a_schedule_starts_later_by_itself(shop: Shop) -> None:
    v1 = shop.client.v1
    customer = v1.customers.create({"email": "ana@example.com"})
    method = v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    wanted: Any = {
        "customer": customer.id,
        "start_date": START + 3 * DAY,
        "phases": [
            {
                "items": [{"price": shop.monthly.id}],
                "duration": {"interval": "month"},
                "default_payment_method": method.id,
            }
        ],
    }
    schedule = v1.subscription_schedules.create(wanted)
    assert (schedule.status, schedule.subscription) == ("not_started", None)
    assert [s.id for s in v1.subscription_schedules.list({"scheduled": True}).data] == [schedule.id]
    shop.standin.engine.advance(3 * DAY)
    begun = v1.subscription_schedules.retrieve(schedule.id)
    assert begun.status == "active"
    assert paid(shop, begun.subscription) == [14_900]
    now = v1.subscription_schedules.create(wanted | {"start_date": "now"})
    assert now.status == "active"
    assert v1.subscriptions.retrieve(now.subscription).status == "active"


def test_a_schedule_that_cannot_start_is_canceled(shop: Shop, refused: Any) -> None:
    v1 = shop.client.v1
    customer = v1.customers.create({"email": "nocard@example.com"})
    wanted: Any = {"customer": customer.id, "phases": [{"items": [{"price": shop.monthly.id}]}]}
    assert "payment source" in str(refused(v1.subscription_schedules.create, wanted))
    assert v1.subscription_schedules.list().data == []
    later = v1.subscription_schedules.create(wanted | {"start_date": START + DAY})
    shop.standin.engine.advance(DAY)
    assert v1.subscription_schedules.retrieve(later.id).status == "canceled"


def test_a_change_in_the_present_phase_is_made_at_once(shop: Shop) -> None:
    v1 = shop.client.v1
    _, subscription = shop.join()
    dear = price(shop, 29_900)
    shop.standin.engine.advance(PERIOD // 2)
    schedule = v1.subscription_schedules.create({"from_subscription": subscription.id})
    phase = schedule.phases[0]
    v1.subscription_schedules.update(
        schedule.id,
        {
            "phases": [
                {
                    "items": [{"price": dear.id, "quantity": 1}],
                    "start_date": phase.start_date,
                    "end_date": phase.end_date,
                }
            ],
            "proration_behavior": "always_invoice",
        },
    )
    assert paid(shop, subscription.id) == [14_900, 7_500]


def test_a_schedule_is_released_or_canceled(shop: Shop, refused: Any) -> None:
    v1 = shop.client.v1
    _, subscription = shop.join()
    schedule = then(shop, subscription, price(shop, 4_900))
    error = refused(v1.subscriptions.update, subscription.id, {"cancel_at_period_end": True})
    assert "managed by the subscription schedule" in str(error)
    assert "schedule" in str(refused(v1.subscriptions.pause, subscription.id))
    again = {"from_subscription": subscription.id}
    assert "already attached" in str(refused(v1.subscription_schedules.create, again))
    released = v1.subscription_schedules.release(schedule.id)
    assert (released.status, released.released_subscription) == ("released", subscription.id)
    assert refused(v1.subscription_schedules.release, schedule.id).http_status == 400
    shop.standin.engine.advance(PERIOD + 3_600)
    assert paid(shop, subscription.id) == [14_900, 14_900]
    second = v1.subscription_schedules.create({"from_subscription": subscription.id})
    assert v1.subscription_schedules.cancel(second.id).status == "canceled"
    assert v1.subscriptions.retrieve(subscription.id).status == "canceled"


def test_a_subscription_that_ends_takes_its_schedule_along(shop: Shop) -> None:
    v1 = shop.client.v1
    _, subscription = shop.join()
    schedule = then(shop, subscription, price(shop, 4_900))
    v1.subscriptions.cancel(subscription.id)
    assert v1.subscription_schedules.retrieve(schedule.id).status == "canceled"


@pytest.mark.parametrize(
    ("phase", "words"),
    [
        ({"items": [{"price": "price_none"}]}, "No such price"),
        ({"items": [{"price": "visit"}]}, "one_time"),
        ({"items": [{"price": "monthly"}], "end_date": 1}, "end after it starts"),
        (
            {
                "items": [{"price": "monthly"}],
                "duration": {"interval": "month", "interval_count": 0},
            },
            "1 to 60",
        ),
    ],
)
def test_a_phase_that_makes_no_sense_is_refused(
    shop: Shop, refused: Any, phase: Any, words: str
) -> None:
    names = {"visit": shop.visit.id, "monthly": shop.monthly.id}
    for item in phase["items"]:
        item["price"] = names.get(item["price"], item["price"])
    customer = shop.client.v1.customers.create({})
    wanted: Any = {"customer": customer.id, "phases": [phase], "start_date": START + DAY}
    assert words in str(refused(shop.client.v1.subscription_schedules.create, wanted))
