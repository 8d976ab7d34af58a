"""Each mail once, with what it is about, in text and HTML."""

import datetime as dt
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from tests.memberships.conftest import Shop
from wagtail_asyncpt.memberships import operations, touches
from wagtail_asyncpt.memberships.models import Membership
from wagtail_asyncpt.people.models import Client, Letter
from wagtail_asyncpt.practice.models import Direction, TouchKind
from wagtail_asyncpt.practice.operations import record_touch


def letter(kind: str) -> Letter:
    return Letter.objects.get(key__startswith=f"{kind}-")


def count(kind: str) -> int:
    return Letter.objects.filter(key__startswith=f"{kind}-").count()


def tend() -> None:
    call_command("asyncpt_tend_memberships", stdout=StringIO())


def touch(client: Client, key: str) -> None:
    record_touch(
        client=client,
        therapist=None,
        kind=TouchKind.COMMENT,
        direction=Direction.FROM_CLIENT,
        key=key,
    )


def test_a_renewal_counts_the_contacts_of_its_period(shop: Shop, client: Client) -> None:
    touch(client, "before")
    shop.advance(minutes=1)
    shop.join(client)
    assert count("renewed") == 0
    shop.advance(days=5)
    touch(client, "one")
    touch(client, "two")
    shop.advance(days=26)
    shop.deliver()
    text = letter("renewed").text
    assert "You paid $149.00" in text
    assert "in touch 2 times" in text
    assert "The next payment is on Jan. 2, 2027" in text
    assert "in touch 2 times" in letter("renewed").html

    shop.standin.engine.faults.set({"duplicate": 3})
    shop.advance(days=31)
    shop.deliver()
    assert count("renewed") == 2
    last = Letter.objects.filter(key__startswith="renewed-").latest("created_at")
    assert "in touch" not in last.text, "nothing to count, nothing to say"


def test_a_counter_counts_once(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(touches, "_counters", [])

    def seven(*args: Any) -> int:
        return 7

    for _ in range(2):
        touches.register_touch_counter(seven)
    now = dt.datetime.now(dt.UTC)
    assert touches.count(client, now, now) == 7


@pytest.mark.parametrize("lost", [False, True])
def test_a_trial_that_ends_soon_is_spoken_of_in_time(
    shop: Shop, client: Client, lost: bool
) -> None:
    membership = shop.join(client)
    ends = shop.clock.moment + dt.timedelta(days=14)
    shop.stripe.v1.subscriptions.update(
        membership.stripe_subscription_id,
        {"trial_end": int(ends.timestamp()), "proration_behavior": "none"},
    )
    shop.deliver()
    membership.refresh_from_db()
    assert (membership.status, membership.trial_ends_at) == ("trialing", ends)
    shop.advance(days=10)
    tend()
    assert count("trial-ending") == 0
    shop.advance(days=1, hours=1)
    if lost:
        shop.discard()
        tend()
    shop.deliver()
    tend()
    text = letter("trial-ending").text
    assert "ends on Nov. 16, 2026" in text
    assert "$149.00 is charged" in text


def test_a_card_that_will_not_do_for_the_next_payment_is_spoken_of_once(
    shop: Shop, client: Client
) -> None:
    shop.join(client)
    tend()
    assert count("card-expiring") == 0
    Membership.objects.update(card_expires_on=dt.date(2026, 11, 30))
    for _ in range(2):
        tend()
    text = letter("card-expiring").text
    assert "ending in 4242 is valid until Nov. 30, 2026" in text
    assert "next payment is on Dec. 2, 2026" in text


def test_one_who_leaves_is_not_reminded(shop: Shop, client: Client) -> None:
    membership = shop.join(client)
    shop.stripe.v1.subscriptions.update(
        membership.stripe_subscription_id, {"cancel_at": "min_period_end"}
    )
    shop.deliver()
    Membership.objects.update(card_expires_on=dt.date(2026, 11, 30))
    operations.write_due_reminders()
    assert count("card-expiring") == 0


def test_a_bank_that_wants_to_hear_from_its_client(shop: Shop, client: Client) -> None:
    membership = shop.join(client)
    held = shop.stripe.v1.subscriptions.retrieve(membership.stripe_subscription_id)
    card = shop.stripe.v1.payment_methods.attach(
        "pm_card_threeDSecure2Required", {"customer": str(held.customer)}
    )
    shop.stripe.v1.subscriptions.update(held.id, {"default_payment_method": card.id})
    shop.advance(days=31)
    shop.deliver()
    text = letter("action-required").text
    assert "confirm the payment of $149.00" in text
    assert f"{shop.standin.url}/i/in_" in text
    assert count("payment-failed") == 0
    shop.deliver()
    assert count("action-required") == 1
