"""Rows equal what Stripe says, after any order, repetition and loss of events."""

import datetime as dt
import random
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import IntegrityError, transaction

from tests import factories
from tests.memberships.conftest import KEY, Shop
from wagtail_asyncpt.memberships import operations, queries
from wagtail_asyncpt.memberships.models import (
    AccessPeriod,
    EventStatus,
    Invoice,
    Membership,
    StripeEvent,
)
from wagtail_asyncpt.people.models import Client, Letter

FAILING_CARD = "pm_card_chargeCustomerFail"


def use_failing_card(shop: Shop, membership: Membership) -> None:
    """From now on every charge is declined."""
    subscription = shop.stripe.v1.subscriptions.retrieve(membership.stripe_subscription_id)
    card = shop.stripe.v1.payment_methods.attach(FAILING_CARD, {"customer": subscription.customer})
    shop.stripe.v1.subscriptions.update(subscription.id, {"default_payment_method": card.id})


def groups_of(client: Client) -> int:
    return client.user.groups.count()


def test_ten_times_every_webhook_is_one_of_everything(shop: Shop, client: Client) -> None:
    shop.standin.engine.faults.set({"duplicate": 9})
    shop.join(client)
    assert Membership.objects.count() == 1
    assert AccessPeriod.objects.count() == 1
    assert Invoice.objects.count() == 1
    assert Letter.objects.count() == 1
    seen = StripeEvent.objects.values_list("event_id", flat=True)
    assert len(seen) == len(set(seen))


@pytest.mark.parametrize("seed", range(5))
def test_any_order_of_events_ends_as_stripe_says(shop: Shop, client: Client, seed: int) -> None:
    shop.pay(shop.start(client))
    membership = Membership.objects.get(client=client)
    shop.advance(days=32)
    session = shop.stripe.v1.checkout.sessions.retrieve(membership.checkout_session_id)
    shop.stripe.v1.subscriptions.cancel(session.subscription)
    random.seed(seed)
    shop.standin.engine.faults.set({"shuffle": True, "duplicate": 1})
    shop.deliver()

    membership.refresh_from_db()
    assert membership.status == "canceled"
    assert membership.ended_at == shop.clock.moment
    assert queries.live_membership(client) is None
    assert groups_of(client) == 0
    assert AccessPeriod.objects.count() == 2
    assert sorted(Invoice.objects.values_list("status", flat=True)) == ["paid", "paid"]
    assert not StripeEvent.objects.filter(status=EventStatus.FAILED).exists()


def test_deleted_before_created_ends_as_deleted(shop: Shop, client: Client) -> None:
    shop.pay(shop.start(client))
    membership = Membership.objects.get(client=client)
    session = shop.stripe.v1.checkout.sessions.retrieve(membership.checkout_session_id)
    shop.stripe.v1.subscriptions.cancel(session.subscription)
    shop.deliver_one("customer.subscription.deleted")
    shop.deliver_one("customer.subscription.created")
    membership.refresh_from_db()
    assert membership.status == "canceled"
    assert queries.live_membership(client) is None


def test_a_renewal_extends_the_period_and_adds_one_access_period(
    shop: Shop, client: Client
) -> None:
    membership = shop.join(client)
    first_end = membership.period_end
    shop.advance(days=32)
    shop.deliver()
    membership.refresh_from_db()
    assert membership.period_end > first_end
    first, second = AccessPeriod.objects.order_by("starts_at")
    assert first.ends_at == second.starts_at == first_end
    assert second.ends_at == membership.period_end
    kinds = sorted(key.split("-")[0] for key in Letter.objects.values_list("key", flat=True))
    assert kinds == ["renewed", "welcome"]


def test_a_failed_payment_gives_grace_a_letter_each_try_and_then_no_access(
    shop: Shop, client: Client
) -> None:
    membership = shop.join(client)
    renewal = membership.period_end
    use_failing_card(shop, membership)
    shop.deliver()

    shop.clock.set(renewal + dt.timedelta(hours=2))
    shop.advance()
    shop.deliver()
    membership.refresh_from_db()
    assert membership.status == "past_due"
    assert membership.past_due_since == renewal
    assert queries.live_membership(client) == membership
    assert groups_of(client) == 2
    letter = Letter.objects.get(key__startswith="payment-failed-")
    assert "$149.00" in letter.text
    assert "until Dec. 9, 2026" in letter.text
    assert f"{shop.standin.url}/i/" in letter.text

    shop.clock.set(renewal + dt.timedelta(days=6, hours=23))
    assert queries.live_membership(client) == membership
    shop.clock.set(renewal + dt.timedelta(days=7, seconds=1))
    assert queries.live_membership(client) is None
    access = queries.program_access(client)
    assert not access.is_open
    assert "did not go through" in access.message

    shop.advance()
    shop.deliver()
    keys = Letter.objects.filter(key__startswith="payment-failed-").values_list("key", flat=True)
    assert len(set(keys)) == len(keys) == 2
    membership.refresh_from_db()
    assert membership.past_due_since == renewal
    assert groups_of(client) == 0


def test_a_payment_made_good_opens_everything_again(shop: Shop, client: Client) -> None:
    membership = shop.join(client)
    use_failing_card(shop, membership)
    shop.advance(days=32)
    shop.deliver()
    membership.refresh_from_db()
    assert membership.status == "past_due"
    invoice = Invoice.objects.get(status="open")
    shop.pay(invoice.hosted_url)
    shop.deliver()
    membership.refresh_from_db()
    assert (membership.status, membership.past_due_since) == ("active", None)
    assert AccessPeriod.objects.count() == 2
    assert queries.live_membership(client) == membership


def test_unpaid_to_the_end_the_membership_ends(shop: Shop, client: Client) -> None:
    membership = shop.join(client)
    use_failing_card(shop, membership)
    shop.advance(days=60)
    shop.deliver()
    membership.refresh_from_db()
    assert membership.status == "canceled"
    assert groups_of(client) == 0
    assert shop.start(client).startswith(shop.standin.url)


@pytest.mark.parametrize("flexible", [True, False])
def test_canceled_at_period_end_keeps_access_until_then(
    shop: Shop, client: Client, flexible: bool
) -> None:
    membership = shop.join(client)
    end = membership.period_end
    change: Any = {"cancel_at": "min_period_end"} if flexible else {"cancel_at_period_end": True}
    shop.stripe.v1.subscriptions.update(membership.stripe_subscription_id, change)
    shop.deliver()
    membership.refresh_from_db()
    assert (membership.status, membership.ends_at) == ("active", end)
    assert queries.live_membership(client, end - dt.timedelta(seconds=1)) == membership
    assert queries.live_membership(client, end) is None, "also when no webhook tells"
    shop.clock.set(end)
    shop.advance()
    shop.deliver()
    membership.refresh_from_db()
    assert (membership.status, membership.ended_at) == ("canceled", end)
    assert groups_of(client) == 0


def test_a_cancellation_taken_back_renews_again(shop: Shop, client: Client) -> None:
    membership = shop.join(client)
    for change in ({"cancel_at": "min_period_end"}, {"cancel_at": ""}):
        shop.stripe.v1.subscriptions.update(membership.stripe_subscription_id, change)  # type: ignore[arg-type]
    shop.deliver()
    membership.refresh_from_db()
    assert membership.ends_at is None


def test_subscriptions_that_others_made_in_the_account_are_ignored(
    shop: Shop, client: Client
) -> None:
    customer = shop.stripe.v1.customers.create({"email": client.user.email})
    card = shop.stripe.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    shop.stripe.v1.subscriptions.create(
        {
            "customer": customer.id,
            "items": [{"price": shop.price.stripe_price_id}],
            "default_payment_method": card.id,
        }
    )
    shop.deliver()
    assert not Membership.objects.exists()
    assert not Invoice.objects.exists()
    assert set(StripeEvent.objects.values_list("status", flat=True)) == {EventStatus.IGNORED}


def test_metadata_that_names_somebody_elses_membership_is_refused(
    shop: Shop, client: Client, clinic: Any
) -> None:
    shop.start(client)
    victim = Membership.objects.get(client=client)
    other = factories.make_client(clinic)
    operations.ensure_customer(client=other)
    customer = queries.customer_of(other)
    assert customer is not None
    card = shop.stripe.v1.payment_methods.attach("pm_card_visa", {"customer": customer.stripe_id})
    shop.stripe.v1.subscriptions.create(
        {
            "customer": customer.stripe_id,
            "items": [{"price": shop.price.stripe_price_id}],
            "default_payment_method": card.id,
            "metadata": {"asyncpt_membership": str(victim.uuid)},
        }
    )
    shop.deliver()
    victim.refresh_from_db()
    assert victim.status == "pending"
    assert queries.live_membership(client) is None
    assert queries.live_membership(other) is None


def test_a_failed_event_keeps_its_error_and_the_command_drains_it(
    shop: Shop, client: Client
) -> None:
    shop.pay(shop.start(client))
    price = shop.price
    type(price).objects.filter(pk=price.pk).update(amount=1)
    shop.deliver()
    failed = StripeEvent.objects.filter(status=EventStatus.FAILED)
    count = failed.count()
    assert count
    event = failed[0]
    assert (event.attempts, event.processed_at) == (1, shop.clock.moment)
    assert "Mismatch: Stripe's amount" in event.error

    type(price).objects.filter(pk=price.pk).update(amount=14900)
    out = StringIO()
    call_command("asyncpt_stripe_events", stdout=out)
    assert f"{count} processed" in out.getvalue()
    assert not failed.exists()
    assert queries.live_membership(client) is not None
    out = StringIO()
    call_command("asyncpt_stripe_events", stdout=out)
    assert "none waiting" in out.getvalue()


def test_an_event_that_always_fails_is_given_up(shop: Shop, client: Client) -> None:
    shop.pay(shop.start(client))
    type(shop.price).objects.filter(pk=shop.price.pk).update(amount=1)
    shop.deliver()
    StripeEvent.objects.update(attempts=20)
    assert operations.process_waiting_events() == {}


def test_lost_webhooks_are_made_up_for_by_the_command(shop: Shop, client: Client) -> None:
    shop.pay(shop.start(client))
    shop.discard()
    shop.advance(minutes=11)
    out = StringIO()
    call_command("asyncpt_stripe_events", stdout=out)
    assert "Memberships asked about: 1." in out.getvalue()
    membership = queries.live_membership(client)
    assert membership is not None

    shop.advance(days=32)
    shop.discard()
    assert queries.live_membership(client) == membership, "a lost webhook locks nobody out"
    call_command("asyncpt_stripe_events", stdout=StringIO())
    membership.refresh_from_db()
    assert membership.period_end > shop.clock.moment


def test_a_period_long_over_without_news_lets_nobody_in_for_ever(
    shop: Shop, client: Client
) -> None:
    membership = shop.join(client)
    shop.clock.set(membership.period_end + dt.timedelta(days=8))
    assert queries.live_membership(client) is None


def test_an_abandoned_purchase_that_was_paid_does_not_displace_a_membership(
    shop: Shop, client: Client
) -> None:
    shop.pay(shop.start(client))
    Membership.objects.filter(client=client).update(status="abandoned")
    running = operations.grant_membership(client=client, tier=shop.basic, reason="Pilot")
    shop.deliver()
    assert queries.live_membership(client) == running
    assert not StripeEvent.objects.filter(status=EventStatus.FAILED).exists()
    (undone,) = shop.stripe.v1.subscriptions.list({"status": "all"}).data
    assert undone.status == "canceled"
    (refund,) = shop.stripe.v1.refunds.list().data
    assert refund.amount == 14900


def test_an_abandoned_purchase_that_was_paid_wins_over_a_new_unpaid_one(
    shop: Shop, client: Client
) -> None:
    shop.pay(shop.start(client))
    paid = Membership.objects.get(client=client)
    Membership.objects.filter(pk=paid.pk).update(status="abandoned")
    Membership.objects.create(
        clinic=shop.clinic, client=client, tier=shop.basic, price=shop.basic_price
    )
    shop.deliver()
    assert queries.live_membership(client) == paid


def test_the_database_allows_one_open_membership_each_client(shop: Shop, client: Client) -> None:
    values = {"clinic": shop.clinic, "client": client, "tier": shop.coached}
    Membership.objects.create(**values, status="active")
    Membership.objects.create(**values, status="canceled")
    with pytest.raises(IntegrityError), transaction.atomic():
        Membership.objects.create(**values, status="pending")
    assert Membership.objects.count() == 2


def test_ids_that_stripe_does_not_know_are_ignored(shop: Shop) -> None:
    event = {
        "account": "default",
        "type": "customer.subscription.updated",
        "object_id": "sub_none",
        "payload": {"object": "subscription"},
    }
    row = StripeEvent.objects.create(event_id="evt_none", **event)
    assert operations.process_event(pk=row.pk) == EventStatus.IGNORED
    assert operations.process_event(pk=row.pk) is None, "it is done"
    assert KEY.startswith("sk_test")
