"""The billing portal: card, cancel, pause, another plan, details, deep links, configurations."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import DAY, START, Shop, card


def open_portal(shop: Shop, customer: str) -> Any:
    return shop.client.v1.billing_portal.sessions.create(
        {"customer": customer, "return_url": "http://clinic.test/account"}
    )


def test_canceling_in_the_portal_sets_cancel_at_and_not_the_boolean(shop: Shop) -> None:
    customer, subscription = shop.join()
    portal = open_portal(shop, customer.id)
    page = shop.web.get(portal.url)
    for words in ("Remote coaching", "$149.00 per month", "Visa ending in 4242", "paid"):
        assert words in page.text
    shop.web.post(f"{portal.url}/cancel", {"subscription": subscription.id})
    changed = shop.client.v1.subscriptions.retrieve(subscription.id)
    assert changed.cancel_at == START + 28 * DAY
    assert changed.cancel_at_period_end is False
    shop.web.post(f"{portal.url}/keep", {"subscription": subscription.id})
    assert shop.client.v1.subscriptions.retrieve(subscription.id).cancel_at is None
    shop.web.post(f"{portal.url}/cancel", {"subscription": subscription.id})
    shop.standin.engine.advance(28 * DAY)
    ended = shop.client.v1.subscriptions.retrieve(subscription.id)
    assert ended.status == "canceled"


def test_a_portal_flow_leads_back_where_it_says(shop: Shop, refused: Any) -> None:
    customer, subscription = shop.join()
    flow: Any = {
        "type": "subscription_cancel",
        "subscription_cancel": {"subscription": subscription.id},
        "after_completion": {
            "type": "redirect",
            "redirect": {"return_url": "http://clinic.test/bye"},
        },
    }
    sessions = shop.client.v1.billing_portal.sessions
    portal = sessions.create({"customer": customer.id, "flow_data": flow})
    policy = shop.web.get(portal.url).headers["Content-Security-Policy"]
    assert "form-action 'self' http://clinic.test" in policy
    answer = shop.web.post(
        f"{portal.url}/cancel", {"subscription": subscription.id}, allow_redirects=False
    )
    assert answer.headers["Location"] == "http://clinic.test/bye"
    del flow["subscription_cancel"]
    assert refused(sessions.create, {"customer": customer.id, "flow_data": flow}).param


def test_the_portal_of_one_customer_cannot_touch_another(shop: Shop) -> None:
    _, theirs = shop.join()
    mine, _ = shop.join()
    portal = open_portal(shop, mine.id)
    answer = shop.web.post(f"{portal.url}/cancel", {"subscription": theirs.id})
    assert answer.status_code == 400
    assert shop.client.v1.subscriptions.retrieve(theirs.id).cancel_at is None
    wrong = portal.url[:-1] + ("a" if portal.url[-1] != "a" else "b")
    assert shop.web.get(wrong).status_code == 410
    shop.standin.engine.advance(3600)
    assert shop.web.get(portal.url).status_code == 410


@pytest.mark.parametrize(
    ("number", "status", "last4"),
    [
        ("5555555555554444", 303, "4444"),
        ("4000000000009995", 402, "4242"),
        ("4242424242424241", 422, "4242"),
    ],
)
def test_a_new_card_in_the_portal_replaces_the_old_one_if_it_is_good(
    shop: Shop, number: str, status: int, last4: str
) -> None:
    customer, subscription = shop.join()
    portal = open_portal(shop, customer.id)
    answer = shop.web.post(f"{portal.url}/card", card(number), allow_redirects=False)
    assert answer.status_code == status
    changed = shop.client.v1.subscriptions.retrieve(
        subscription.id, {"expand": ["default_payment_method"]}
    )
    assert changed.default_payment_method.card.last4 == last4


def test_a_portal_card_may_need_authentication(shop: Shop) -> None:
    customer, _ = shop.join()
    portal = open_portal(shop, customer.id)
    shop.web.post(f"{portal.url}/card", card("4000002760003184"), allow_redirects=False)
    shop.web.post(f"{portal.url}/authenticate", {"outcome": "complete"})
    changed = shop.client.v1.customers.retrieve(
        customer.id, {"expand": ["invoice_settings.default_payment_method"]}
    )
    assert changed.invoice_settings.default_payment_method.card.last4 == "3184"


FEATURES: Any = {
    "payment_method_update": {"enabled": True},
    "invoice_history": {"enabled": True},
    "customer_update": {"enabled": True, "allowed_updates": ["name", "phone"]},
    "subscription_cancel": {
        "enabled": True,
        "mode": "at_period_end",
        "cancellation_reason": {"enabled": True, "options": ["too_expensive", "other"]},
    },
    "subscription_pause": {
        "enabled": True,
        "duration": {
            "type": "interval_options",
            "interval_options": [
                {"interval": "week", "interval_count": 2},
                {"interval": "month"},
            ],
        },
    },
}


def configure(shop: Shop, *prices: str, **update: Any) -> Any:
    """A configuration that allows everything, with plan changes to ``prices``."""
    change = {
        "enabled": True,
        "default_allowed_updates": ["price"],
        "proration_behavior": "always_invoice",
        "products": [{"product": shop.monthly.product, "prices": list(prices)}],
        **update,
    }
    features = FEATURES | {"subscription_update": change}
    wanted: Any = {"features": features, "business_profile": {"headline": "Harbor Physio"}}
    return shop.client.v1.billing_portal.configurations.create(wanted)


def enter(shop: Shop, customer: str, **params: Any) -> Any:
    wanted: Any = {"customer": customer, "return_url": "http://clinic.test/account", **params}
    return shop.client.v1.billing_portal.sessions.create(wanted)


def priced(shop: Shop, amount: int, interval: Any = "month") -> Any:
    return shop.client.v1.prices.create(
        {
            "product": shop.monthly.product,
            "unit_amount": amount,
            "currency": "usd",
            "recurring": {"interval": interval},
        }
    )


def test_a_fresh_account_offers_neither_pause_nor_another_plan(shop: Shop) -> None:
    customer, subscription = shop.join()
    portal = open_portal(shop, customer.id)
    configurations = shop.client.v1.billing_portal.configurations
    (default,) = configurations.list({"is_default": True}).data
    assert portal.configuration == default.id
    page = shop.web.get(portal.url).text
    assert "Cancel plan" in page
    assert "Pause" not in page
    assert "Change plan" not in page
    refused = shop.web.post(f"{portal.url}/pause", {"subscription": subscription.id})
    assert "not offered" in refused.text
    assert shop.client.v1.subscriptions.retrieve(subscription.id).status == "active"


def test_canceling_with_a_reason(shop: Shop) -> None:
    customer, subscription = shop.join()
    portal = enter(shop, customer.id, configuration=configure(shop, shop.monthly.id).id)
    page = shop.web.get(f"{portal.url}/cancel/{subscription.id}").text
    assert "goes on until 28 Feb 2027" in page
    assert "It is too expensive" in page
    assert "I do not use it enough" not in page
    typed = {"subscription": subscription.id, "reason": "other", "comment": "moving"}
    shop.web.post(f"{portal.url}/cancel", typed)
    details = shop.client.v1.subscriptions.retrieve(subscription.id).cancellation_details
    assert (details.feedback, details.comment, details.reason) == (
        "other",
        "moving",
        "cancellation_requested",
    )


def test_canceling_at_once_when_so_configured(shop: Shop) -> None:
    customer, subscription = shop.join()
    wanted: Any = {
        "features": {
            "subscription_cancel": {
                "enabled": True,
                "mode": "immediately",
                "proration_behavior": "always_invoice",
            }
        }
    }
    made = shop.client.v1.billing_portal.configurations.create(wanted)
    shop.standin.engine.advance(14 * DAY)
    portal = enter(shop, customer.id, configuration=made.id)
    shop.web.post(f"{portal.url}/cancel", {"subscription": subscription.id})
    assert shop.client.v1.subscriptions.retrieve(subscription.id).status == "canceled"
    assert shop.client.v1.customers.retrieve(customer.id).balance == -7_450


def test_a_pause_for_some_weeks_ends_by_itself(shop: Shop) -> None:
    customer, subscription = shop.join()
    portal = enter(shop, customer.id, configuration=configure(shop, shop.monthly.id).id)
    page = shop.web.get(f"{portal.url}/pause/{subscription.id}").text
    assert "2 weeks" in page
    assert "1 month" in page
    pause = {"subscription": subscription.id}
    assert "Choose for how long" in shop.web.post(f"{portal.url}/pause", pause).text
    shop.web.post(f"{portal.url}/pause", pause | {"length": "0"})
    v1 = shop.client.v1
    assert v1.subscriptions.retrieve(subscription.id).status == "paused"
    assert "Paused: nothing is charged" in shop.web.get(portal.url).text
    shop.standin.engine.advance(14 * DAY)
    resumed = v1.subscriptions.retrieve(subscription.id)
    assert resumed.status == "active"
    assert resumed.items.data[0].current_period_start == START + 14 * DAY


def test_a_pause_is_ended_by_hand(shop: Shop) -> None:
    customer, subscription = shop.join()
    portal = enter(shop, customer.id, configuration=configure(shop, shop.monthly.id).id)
    shop.web.post(f"{portal.url}/pause", {"subscription": subscription.id, "length": "1"})
    shop.web.post(f"{portal.url}/resume", {"subscription": subscription.id})
    v1 = shop.client.v1
    assert v1.subscriptions.retrieve(subscription.id).status == "active"
    v1.subscriptions.pause(subscription.id)
    shop.standin.engine.advance(40 * DAY)
    assert v1.subscriptions.retrieve(subscription.id).status == "paused"


def test_another_plan_is_confirmed_with_its_amount(shop: Shop) -> None:
    v1 = shop.client.v1
    customer, subscription = shop.join()
    dear = priced(shop, 29_900)
    made = configure(shop, shop.monthly.id, dear.id)
    shop.standin.engine.advance(14 * DAY)
    portal = enter(shop, customer.id, configuration=made.id)
    assert "Harbor Physio" in shop.web.get(portal.url).text
    assert "$299.00 per month" in shop.web.get(f"{portal.url}/plan/{subscription.id}").text
    chosen = {"subscription": subscription.id, "price": dear.id}
    confirm = shop.web.post(f"{portal.url}/plan", chosen)
    assert "You pay $75.00 now." in confirm.text
    shop.standin.engine.faults.set({"decline_charges": 1})
    assert "declined" in shop.web.post(f"{portal.url}/change", chosen).text
    assert v1.subscriptions.retrieve(subscription.id).items.data[0].price.id == shop.monthly.id
    shop.web.post(f"{portal.url}/change", chosen)
    assert v1.subscriptions.retrieve(subscription.id).items.data[0].price.id == dear.id
    assert v1.invoices.list({"subscription": subscription.id}).data[0].amount_paid == 7_500


def test_a_cheaper_plan_can_wait_for_the_end_of_the_period(shop: Shop) -> None:
    v1 = shop.client.v1
    customer, subscription = shop.join()
    cheap = priced(shop, 4_900)
    conditions: Any = {"conditions": [{"type": "decreasing_item_amount"}]}
    made = configure(shop, cheap.id, schedule_at_period_end=conditions)
    portal = enter(shop, customer.id, configuration=made.id)
    chosen = {"subscription": subscription.id, "price": cheap.id}
    assert "Nothing changes until 28 Feb 2027" in shop.web.post(f"{portal.url}/plan", chosen).text
    shop.web.post(f"{portal.url}/change", chosen)
    during = v1.subscriptions.retrieve(subscription.id)
    assert during.items.data[0].price.id == shop.monthly.id
    assert during.schedule is not None
    shop.standin.engine.advance(28 * DAY)
    assert v1.subscriptions.retrieve(subscription.id).items.data[0].price.id == cheap.id


def test_only_offered_plans_can_be_chosen(shop: Shop) -> None:
    customer, subscription = shop.join()
    secret = priced(shop, 100)
    portal = enter(shop, customer.id, configuration=configure(shop, shop.monthly.id).id)
    chosen = {"subscription": subscription.id, "price": secret.id}
    for step in ("plan", "change"):
        assert shop.web.post(f"{portal.url}/{step}", chosen).status_code == 400
    now = shop.client.v1.subscriptions.retrieve(subscription.id)
    assert now.items.data[0].price.id == shop.monthly.id


def test_details_are_changed_as_far_as_allowed(shop: Shop) -> None:
    customer, _ = shop.join()
    portal = enter(shop, customer.id, configuration=configure(shop, shop.monthly.id).id)
    page = shop.web.get(f"{portal.url}/details").text
    assert 'name="email"' not in page
    typed = {"name": "Ana S.", "phone": "555", "email": "other@example.com"}
    shop.web.post(f"{portal.url}/details", typed)
    after = shop.client.v1.customers.retrieve(customer.id)
    assert (after.name, after.phone, after.email) == ("Ana S.", "555", "ana@example.com")


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("payment_method_update", "Save card"),
        ("subscription_cancel", "Cancel your plan"),
        ("subscription_pause", "Pause your plan"),
        ("subscription_update", "Change plan"),
        ("subscription_update_confirm", "You pay $150.00 now."),
        ("customer_update", "Your details"),
    ],
)
def test_a_deep_link_opens_one_step(shop: Shop, kind: str, words: str) -> None:
    customer, subscription = shop.join()
    dear = priced(shop, 29_900)
    made = configure(shop, shop.monthly.id, dear.id)
    details: Any = {"subscription": subscription.id}
    if kind == "subscription_update_confirm":
        details["items"] = [{"id": subscription.items.data[0].id, "price": dear.id}]
    flow: Any = {
        "type": kind,
        "after_completion": {
            "type": "hosted_confirmation",
            "hosted_confirmation": {"custom_message": "All done."},
        },
    }
    if kind.startswith("subscription_"):
        flow[kind] = details
    portal = enter(shop, customer.id, configuration=made.id, flow_data=flow)
    assert portal.flow.type == kind
    page = shop.web.get(portal.url).text
    assert words in page
    assert "Invoices" not in page
    actions = {"subscription_update_confirm": ("change", {"price": dear.id})}
    action, typed = actions.get(kind, ("details", {"name": "Ana"}))
    done = shop.web.post(f"{portal.url}/{action}", {"subscription": subscription.id, **typed})
    assert "All done." in done.text


def test_a_deep_link_to_another_customers_plan_is_refused(shop: Shop, refused: Any) -> None:
    _, theirs = shop.join()
    mine, _ = shop.join()
    flow: Any = {"type": "subscription_pause", "subscription_pause": {"subscription": theirs.id}}
    error = refused(lambda: enter(shop, mine.id, flow_data=flow))
    assert "No such subscription" in str(error)


def test_configurations_are_changed_and_switched_off(shop: Shop, refused: Any) -> None:
    configurations = shop.client.v1.billing_portal.configurations
    made = configure(shop, shop.monthly.id)
    pause: Any = {"subscription_pause": {"enabled": False}}
    changed = configurations.update(made.id, {"features": pause, "name": "Members"})
    assert changed.features.subscription_pause.enabled is False
    assert changed.features.subscription_pause.duration.interval_options[0].interval_count == 2
    assert changed.features.subscription_cancel.enabled is True
    assert configurations.retrieve(made.id).name == "Members"
    assert configurations.update(made.id, {"active": False}).active is False
    customer = shop.client.v1.customers.create({})
    assert "not active" in str(refused(lambda: enter(shop, customer.id, configuration=made.id)))
    assert made.id not in [c.id for c in configurations.list({"active": True}).data]
    default = configurations.list({"is_default": True}).data[0]
    assert refused(configurations.update, default.id, {"active": False}).param == "active"
    bad: Any = {"subscription_pause": {"duration": {"type": "interval_options"}}}
    assert "interval_options" in str(refused(configurations.create, {"features": bad}))
