"""Visitors become members in a real browser: every kind of offer, and everything at the till."""

import re
from typing import Any

import pytest
from django.urls import reverse

from tests import factories
from tests.browser import chromium, phone, sign_in  # noqa: F401 (fixtures)
from tests.memberships.conftest import DAY, DECLINED_CARD, Shop
from tests.memberships.walks import Walk, offer_page, site_url, walk  # noqa: F401 (fixtures)
from wagtail_asyncpt.memberships import operations
from wagtail_asyncpt.memberships.models import (
    AccessPeriod,
    Credit,
    Gift,
    Invoice,
    Membership,
    Purchase,
    Seat,
    WaitListEntry,
)
from wagtail_asyncpt.people.models import Client, Letter

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]

ACCOUNT = reverse("asyncpt_memberships:account")
NO_SUCH_CARD = "4000000000009995"
ALWAYS_3DS = "4000002760003184"


def paid_days(membership: Membership) -> list[int]:
    rows = AccessPeriod.objects.filter(membership=membership).order_by("starts_at")
    return [round((row.ends_at - row.starts_at).total_seconds() / DAY) for row in rows]


@pytest.fixture
def catalog(shop: Shop) -> dict[str, Any]:
    """A plan of every kind, and packages."""
    visits = shop.sell("Five visits")
    kickstart = shop.sell("Kickstart", visits=1, tier=shop.coached, weeks=6, amount=24900)
    made = {
        "Blended": {"bundle": visits, "visits_per_period": 1, "prices": {"month": 21900}},
        "Guided": {"trial_days": 7, "prices": {"month": 3900, "quarter": 9900}},
        "Performance": {"setup_fee": 7500, "prices": {"month": 24900}},
        "After surgery": {"payment_count": 6, "prices": {"month": 19900}},
        "Alumni": {"is_listed": False, "has_program": False, "prices": {"month": 900}},
    }
    tiers = {
        name: operations.create_tier(clinic=shop.clinic, name=name, **fields)
        for name, fields in made.items()
    }
    operations.sync_tiers(clinic=shop.clinic)
    return {**tiers, "visits": visits, "kickstart": kickstart}


def test_every_kind_of_offer_is_joined_from_its_card(
    shop: Shop,
    walk: Walk,  # noqa: F811
    offer_page: Any,  # noqa: F811
    catalog: dict[str, Any],
) -> None:
    kinds: list[tuple[str, str, str, int, list[int], int]] = [
        # what to follow, what is charged later, what the page says, paid today, days, visits
        ("Choose Coached", "month", "$149.00 a month, until you cancel", 14900, [30], 0),
        ("or $1,490.00 a year", "year", "$1,490.00 a year, until you cancel", 149000, [365], 0),
        ("or $99.00 every 3 months", "quarter", "Your first 7 days are free", 0, [7], 0),
        ("Choose Guided", "month", "Today: nothing", 0, [7], 0),
        ("Choose Performance", "month", "In it, once: set-up fee, $75.00", 32400, [30], 0),
        ("Choose After surgery", "month", "6 payments in all", 19900, [30], 0),
        ("Choose Blended", "month", "In it, once: Five visits, $450.00", 66900, [30], 6),
        ("", "month", "Keep", 900, [30], 0),
    ]
    catalog["Alumni"].summary = "Keep what you know."
    catalog["Alumni"].save()
    for link, interval, words, today, days, visits in kinds:
        client = factories.make_client(shop.clinic)
        walk.sign_in(client)
        if link:
            walk.open(offer_page.url)
            assert walk.page.get_by_text("Alumni").count() == 0
            walk.follow(link)
        else:
            walk.open(
                reverse("asyncpt_memberships:join", args=[catalog["Alumni"].prices.get().uuid])
            )
        walk.says(words)
        walk.click("Go to payment")
        walk.pay()
        walk.says("You’re in")
        shop.deliver()
        membership = Membership.objects.get(client=client)
        assert membership.price is not None
        status = "active" if today else "trialing"
        assert (membership.status, membership.price.interval) == (status, interval), link
        assert [row.amount_paid for row in Invoice.objects.filter(client=client)] == [today], link
        assert paid_days(membership) == days, link
        assert sum(row.amount for row in Credit.objects.filter(client=client)) == visits, link
    assert Purchase.objects.get().membership == Membership.objects.get(tier=catalog["Blended"])

    buyer = factories.make_client(shop.clinic)
    walk.sign_in(buyer)
    for name, amount in (("Five visits", 45000), ("Kickstart", 24900)):
        walk.open(offer_page.url)
        walk.follow(f"Buy {name}")
        walk.says("It does not renew: nothing more is charged.")
        walk.click("Go to payment")
        walk.pay()
        walk.says("It’s yours")
        shop.deliver()
        assert Purchase.objects.filter(client=buyer).latest("pk").amount == amount
    assert not Membership.objects.filter(client=buyer).exists()
    assert AccessPeriod.objects.get(client=buyer).tier == shop.coached
    walk.open(ACCOUNT)
    walk.says(["6", "visits", "left"][1], "Kickstart")
    assert sum(row.amount for row in Credit.objects.filter(client=buyer)) == 6


def test_a_code_a_declined_card_and_3d_secure_at_the_till(
    shop: Shop,
    walk: Walk,  # noqa: F811
    offer_page: Any,  # noqa: F811
    client: Client,
) -> None:
    operations.save_coupon(
        clinic=shop.clinic,
        coupon=None,
        values={"code": "WELCOME10", "percent_off": 10, "is_active": True},
    )
    operations.sync_tiers(clinic=shop.clinic)
    walk.sign_in(client)
    walk.open(offer_page.url)
    walk.follow("Choose Coached")
    walk.click("Go to payment")
    walk.page.get_by_role("link", name=re.compile("back", re.I)).first.click()
    walk.says("Nothing was charged", "Your place is kept")
    walk.follow("Go on with joining")
    walk.click("Go to payment")
    walk.page.wait_for_url(f"{shop.standin.url}/**")

    walk.page.get_by_label("Promotion code").fill("NOSUCHCODE")
    walk.click("Apply")
    walk.page.locator("#promo-error").wait_for()
    walk.page.get_by_label("Promotion code").fill("welcome10")
    walk.click("Apply")
    walk.says("WELCOME10: 10% off")
    walk.pay(DECLINED_CARD)
    walk.says("Your card was declined.")
    walk.pay(NO_SUCH_CARD)
    walk.says("insufficient funds")
    for button in ("Fail", "Complete"):
        walk.pay(ALWAYS_3DS)
        walk.page.wait_for_url("**/authenticate")
        assert Membership.objects.get().status == "pending"
        walk.click(button)
        if button == "Fail":
            walk.says("We are unable to authenticate")
    walk.says("You’re in")
    shop.deliver()
    membership = Membership.objects.get(client=client)
    assert membership.status == "active"
    assert Invoice.objects.get().amount_paid == 13410
    assert AccessPeriod.objects.get().membership == membership
    assert Letter.objects.filter(to=client.user.email).count() == 1


def test_a_gift_is_bought_mailed_and_used(
    shop: Shop,
    walk: Walk,  # noqa: F811
    client: Client,
) -> None:
    walk.open(reverse("asyncpt_memberships:give"))
    walk.says("Give a plan or a package", "Coached", "from $149.00", "Sign in")
    walk.sign_in(client)
    walk.open(reverse("asyncpt_memberships:give"))
    walk.click("Go to payment")
    walk.says("This field is required.")
    walk.page.get_by_label(re.compile("Coached: 3 months")).check()
    walk.page.get_by_label("Email of the receiver").fill("gus@example.com")
    walk.page.get_by_label("Name of the receiver").fill("Gus")
    walk.page.get_by_label("A few words").fill("For your knee.")
    walk.click("Go to payment")
    walk.pay()
    walk.says("Your gift is on its way", "gus@example.com")
    shop.deliver()
    gift = Gift.objects.get()
    walk.says(gift.code)
    assert (gift.status, gift.amount, gift.months) == ("paid", 44700, 3)
    mail = Letter.objects.get(to="gus@example.com")
    assert gift.code in mail.text and "For your knee." in mail.text

    guest = factories.make_client(shop.clinic, "Gus Guest")
    walk.sign_in(guest)
    walk.open(reverse("asyncpt_memberships:redeem"))
    for typed, answer in (("WRONG-CODE", "code"), (gift.code.lower(), "open to you for 3 months")):
        walk.page.get_by_label("Code").fill(typed)
        walk.click("Use it")
        walk.says(answer)
    walk.follow("See what you have")
    walk.says("Everything stays open until", "It does not renew.")
    membership = Membership.objects.get()
    assert (membership.client, membership.source) == (guest, "gift")
    gift.refresh_from_db()
    assert (gift.status, gift.redeemed_by) == ("redeemed", guest)
    assert AccessPeriod.objects.get().client == guest


def test_a_seat_is_offered_by_mail_taken_and_taken_back(
    shop: Shop,
    walk: Walk,  # noqa: F811
    client: Client,
) -> None:
    shop.coached.member_seats = 2
    shop.coached.save()
    shop.join(client)
    walk.sign_in(client)
    walk.open(ACCOUNT)
    walk.follow("Seats for others")
    walk.says("is for 2 people, you among them")
    walk.page.get_by_label("Email").fill("gus@example.com")
    walk.click("Send the invitation")
    walk.says("gus@example.com", "has not answered yet", "Every seat is taken.")
    seat = Seat.objects.get()
    path = re.search(r"/care/seats/[0-9a-f-]+/", Letter.objects.get(to=seat.email).text)
    assert path is not None

    guest = factories.make_client(shop.clinic, "Gus Guest")
    walk.page.context.clear_cookies()
    walk.open(path[0])
    walk.says("Nora New invites you", "Sign in")
    walk.sign_in(guest)
    walk.open(path[0])
    walk.click("Take the seat")
    walk.says("Your membership is active.", "Coached")
    taken = Membership.objects.get(client=guest)
    assert (taken.source, taken.status, taken.seat) == ("seat", "active", seat)

    walk.sign_in(client)
    walk.open(reverse("asyncpt_memberships:seats"))
    walk.says("has the seat")
    walk.click("Take the seat back")
    walk.page.get_by_text("has the seat").wait_for(state="detached")
    taken.refresh_from_db()
    assert taken.status == "canceled"
    walk.sign_in(guest)
    walk.open(ACCOUNT)
    walk.says("Your membership ended")


def test_who_waits_for_a_place_is_asked_and_joins(
    shop: Shop,
    walk: Walk,  # noqa: F811
    offer_page: Any,  # noqa: F811
    client: Client,
) -> None:
    shop.coached.seats_on_sale = 1
    shop.coached.save()
    holder = shop.join(factories.make_client(shop.clinic))
    walk.open(offer_page.url)
    walk.follow("Join the wait list")
    walk.says("Every place is taken.", "Sign in")
    walk.sign_in(client)
    walk.page.reload()
    walk.click("Join the wait list")
    walk.says("You are on the list.")
    assert WaitListEntry.objects.get().client == client
    assert operations.invite_waiting() == 0
    walk.open(reverse("asyncpt_memberships:join", args=[shop.price.uuid]))
    walk.click("Go to payment")
    walk.says("Every place in Coached is taken.")

    shop.stripe.v1.subscriptions.cancel(holder.stripe_subscription_id)
    shop.deliver()
    assert operations.invite_waiting() == 1
    letter = Letter.objects.get(to=client.user.email)
    path = re.search(r"/care/\S+", letter.text)
    assert path is not None and "A place in Coached is free" in letter.subject
    walk.open(path[0])
    if walk.page.get_by_text("A place is free for you.").count():
        walk.follow("Choose Coached")
    walk.click("Go to payment")
    walk.pay()
    walk.says("You’re in")
    assert Membership.objects.get(client=client).status == "active"
