"""Gifts: bought, mailed, used once."""

import re
import uuid
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from wagtail.models import Page, Site

from tests import factories
from tests.memberships.conftest import Shop
from wagtail_asyncpt.core.errors import Conflict, DomainError
from wagtail_asyncpt.memberships import operations, queries
from wagtail_asyncpt.memberships.models import (
    AccessPeriod,
    Credit,
    Gift,
    Invoice,
    Membership,
    Package,
    Purchase,
    RefundEffect,
)
from wagtail_asyncpt.memberships.offers import tier_offer
from wagtail_asyncpt.people.models import Client, Clinic, Letter

GIVE = reverse("asyncpt_memberships:give")
REDEEM = reverse("asyncpt_memberships:redeem")


@pytest.fixture
def package(shop: Shop) -> Package:
    return shop.sell()


@pytest.fixture
def friend(shop: Shop) -> Client:
    """Who receives the gift."""
    return factories.make_client(shop.clinic, "Fritz Friend")


def buy(shop: Shop, client: Client, login: Any, what: str, **fields: str) -> Gift:
    """Through the form, Stripe's page and the webhooks."""
    values = {"what": what, "recipient_email": "fritz@example.com", **fields}
    answer = login(client).post(GIVE, values)
    assert answer.status_code == 303, answer.content.decode()
    assert shop.pay(answer["Location"]).status_code == 303
    shop.deliver()
    return Gift.objects.latest("pk")


def months(shop: Shop, count: int) -> str:
    return f"{shop.price.uuid}:{count}"


def test_a_tier_is_given_by_mail_and_opens_once(
    shop: Shop, client: Client, friend: Client, login: Any
) -> None:
    gift = buy(
        shop, client, login, months(shop, 3), recipient_name="Fritz", message="Get well <soon>!"
    )
    assert (gift.status, gift.amount, gift.tier, gift.months) == ("paid", 44700, shop.coached, 3)
    assert Invoice.objects.get().amount_paid == 44700
    assert queries.live_membership(client) is None
    mail = Letter.objects.get(to="fritz@example.com")
    assert gift.code in mail.text
    assert "Nora New gives you 3 months of Coached" in mail.text
    assert "Get well <soon>!" in mail.text
    assert "Get well &lt;soon&gt;!" in mail.html
    assert gift.code in Letter.objects.get(to=client.user.email).text
    assert re.fullmatch(r"[2-9A-Z]{4}(-[2-9A-Z]{4}){2}", gift.code)

    answer = login(friend).post(REDEEM, {"code": f" {gift.code.lower().replace('-', ' ')}"})
    assert answer.status_code == 302
    assert (
        "Coached is open to you for 3 months"
        in login(friend).get(answer["Location"]).content.decode()
    )
    assert login(client).get(answer["Location"]).status_code == 404
    membership = Membership.objects.get()
    assert (membership.client, membership.source, membership.status) == (friend, "gift", "active")
    assert membership.ends_at == shop.clock.moment.replace(year=2027, month=2)
    assert friend.user.groups.count() == 2
    for person in (friend, client):
        assert login(person).post(REDEEM, {"code": gift.code}).status_code == 422
    assert Membership.objects.count() == 1


def test_webhook_and_success_page_mail_once(shop: Shop, client: Client, login: Any) -> None:
    gift = buy(shop, client, login, months(shop, 1))
    operations.confirm_checkout(client=client, session_id=gift.checkout_session_id)
    assert Letter.objects.count() == 2
    done = reverse("asyncpt_memberships:join_done") + f"?session_id={gift.checkout_session_id}"
    assert gift.code in login(client).get(done).content.decode()
    stranger = factories.make_client(shop.clinic)
    assert login(stranger).get(done).status_code == 404


def test_a_package_is_given_to_a_member_too(
    shop: Shop, package: Package, client: Client, friend: Client, login: Any
) -> None:
    gift = buy(shop, client, login, f"package:{package.uuid}")
    shop.join(friend)
    operations.redeem_gift(client=friend, typed=gift.code)
    purchase = Purchase.objects.get()
    assert (purchase.client, purchase.gift, purchase.status) == (friend, gift, "paid")
    assert Credit.objects.get().amount == 5


def test_a_member_keeps_the_code_for_later(
    shop: Shop, client: Client, friend: Client, login: Any
) -> None:
    gift = buy(shop, client, login, months(shop, 1))
    shop.join(friend)
    with pytest.raises(Conflict, match="Keep the code"):
        operations.redeem_gift(client=friend, typed=gift.code)
    gift.refresh_from_db()
    assert gift.status == "paid"


def test_after_a_gift_the_receiver_may_join_or_use_another(
    shop: Shop, client: Client, friend: Client, login: Any
) -> None:
    first, second = (buy(shop, client, login, months(shop, 1), message=n) for n in "ab")
    operations.redeem_gift(client=friend, typed=first.code)
    shop.clock.move(days=40)
    shop.standin.engine.advance(to=int(shop.clock.moment.timestamp()))
    assert queries.open_membership(friend) is None
    operations.redeem_gift(client=friend, typed=second.code)
    shop.advance(days=40)
    assert shop.join(friend).status == "active"
    states = Membership.objects.filter(client=friend).order_by("pk")
    assert list(states.values_list("status", flat=True)) == ["canceled", "canceled", "active"]


def test_what_was_given_back_or_is_disputed_opens_nothing(
    shop: Shop, client: Client, friend: Client, login: Any
) -> None:
    gift = buy(shop, client, login, months(shop, 1))
    shop.stripe.v1.refunds.create({"payment_intent": gift.payment_intent_id})
    shop.deliver()
    gift.refresh_from_db()
    assert gift.status == "refunded"
    with pytest.raises(DomainError, match="not good"):
        operations.redeem_gift(client=friend, typed=gift.code)


@pytest.mark.parametrize("column", ["amount", "currency", "stripe_price_id"])
def test_a_payment_that_differs_sends_nothing(
    shop: Shop, client: Client, login: Any, column: str
) -> None:
    values = {"what": months(shop, 1), "recipient_email": "fritz@example.com"}
    shop.pay(login(client).post(GIVE, values)["Location"])
    changed = {"amount": 1, "currency": "eur", "stripe_price_id": "price_other"}[column]
    Gift.objects.update(**{column: changed})
    shop.deliver()
    assert Gift.objects.get().status == "pending"
    assert not Letter.objects.exists()


def test_an_unpaid_code_opens_nothing_and_a_double_click_is_one_gift(
    shop: Shop, client: Client, friend: Client, login: Any
) -> None:
    values = {"what": months(shop, 1), "recipient_email": "fritz@example.com"}
    first, second = (login(client).post(GIVE, values)["Location"] for _n in range(2))
    assert first == second
    with pytest.raises(DomainError):
        operations.redeem_gift(client=friend, typed=Gift.objects.get().code)
    shop.advance(hours=25)
    shop.deliver()
    assert Gift.objects.get().status == "abandoned"


def test_guessing_ends_after_some_tries(shop: Shop, friend: Client, login: Any) -> None:
    browser = login(friend)
    answers = [browser.post(REDEEM, {"code": "AAAA-BBBB-CCCC"}).status_code for _n in range(12)]
    assert answers == [422] * 10 + [429] * 2
    assert browser.post(REDEEM, {"code": ""}).status_code == 422


def test_visitors_sign_in_first_and_mistakes_are_said(
    shop: Shop, package: Package, client: Client, login: Any
) -> None:
    html = Browser().get(GIVE).content.decode()
    for words in (
        "<span>Coached</span> <strong>from $149.00",
        "<span>Five visits</span> <strong>$450",
    ):
        assert words in html
    assert "<form" not in html.split("<main")[1]
    assert Browser().post(GIVE, {"what": months(shop, 1)}).status_code == 302
    assert Browser().post(REDEEM, {"code": "x"}).status_code == 200
    choices = re.sub(r"<[^>]+>|\s+", " ", login(client).get(GIVE).content.decode())
    assert re.search(r"Coached: +12 months +\$1,788\.00", choices)
    answer = login(client).post(GIVE, {"what": "x:1", "recipient_email": "no", "message": "Hi"})
    assert answer.status_code == 422
    assert set(answer.context["form"].errors) == {"what", "recipient_email"}
    assert ">\nHi</textarea>" in answer.content.decode()
    assert not Gift.objects.exists()


def test_another_clinics_code_is_not_good(shop: Shop, client: Client, login: Any) -> None:
    gift = buy(shop, client, login, months(shop, 1))
    other = Clinic.for_site(
        Site.objects.create(hostname="other.test", root_page=Page.objects.get(depth=2))
    )
    friend = factories.make_client(other, "Else Where")
    with pytest.raises(DomainError):
        operations.redeem_gift(client=friend, typed=gift.code)


# ---------------------------------------------------------------------------- full plans, refunds


def take(shop: Shop, places: int) -> None:
    """The coached tier takes so many members."""
    shop.coached.refresh_from_db()
    shop.coached.seats_on_sale = places
    shop.coached.save()


def test_a_gift_keeps_its_place_and_is_honored_when_the_plan_is_full(
    shop: Shop, client: Client, friend: Client, login: Any
) -> None:
    take(shop, 2)
    gift = buy(shop, client, login, months(shop, 1))
    shop.join(factories.make_client(shop.clinic, "Fiona First"))
    assert queries.places_left(shop.coached) == 0
    assert tier_offer(queries.sold_tiers(shop.clinic).get(pk=shop.coached.pk)).is_full
    with pytest.raises(operations.TierFull):
        shop.start(factories.make_client(shop.clinic, "Sam Second"))
    present = operations.Present(price=shop.price, months=1)
    receiver = operations.Receiver("late@example.com")
    with pytest.raises(operations.TierFull):
        operations.start_gift(client=client, present=present, receiver=receiver, urls=shop.urls)
    assert Gift.objects.count() == 1
    take(shop, 1)  # the clinic takes fewer: what is paid is honored all the same
    operations.redeem_gift(client=friend, typed=gift.code)
    assert queries.live_membership(friend) is not None
    assert queries.places_left(shop.coached) == -1
    take(shop, 3)
    assert queries.places_left(shop.coached) == 1, "used: it is counted once"
    shop.advance(days=40)
    assert queries.places_left(shop.coached) == 2


def test_a_gift_that_was_never_paid_gives_its_place_back(
    shop: Shop, client: Client, login: Any
) -> None:
    take(shop, 1)
    values = {"what": months(shop, 1), "recipient_email": "fritz@example.com"}
    login(client).post(GIVE, values)
    assert queries.places_left(shop.coached) == 0
    assert login(client).post(GIVE, values).status_code == 303, "the same gift again"
    shop.advance(hours=25)
    assert queries.places_left(shop.coached) == 1


@pytest.mark.parametrize("effect", ["keep", "visits", "end"])
def test_a_refund_after_its_use_does_what_staff_chose(
    shop: Shop, package: Package, client: Client, friend: Client, login: Any, effect: str
) -> None:
    plan = buy(shop, client, login, months(shop, 3))
    visits = buy(shop, client, login, f"package:{package.uuid}")
    for gift in (plan, visits):
        operations.redeem_gift(client=friend, typed=gift.code)
    boss = factories.make_user(is_staff=True, is_superuser=True)
    shop.advance(days=10)
    for gift in (plan, visits):
        gift.refresh_from_db()
        order = operations.Order(actor=boss, reason="Agreed", key=uuid.uuid4())
        operations.refund_payment(
            order=order, row=gift, amount=gift.amount, effect=RefundEffect(effect)
        )
    for _again in range(2):
        shop.deliver()
    membership = Membership.objects.get(client=friend)
    held = queries.live_membership(friend)
    balance = sum(Credit.objects.filter(client=friend).values_list("amount", flat=True))
    if effect == "end":
        assert (held, membership.status) == (None, "canceled")
        assert membership.ended_at == shop.clock.moment
        assert friend.user.groups.count() == 0
        back = AccessPeriod.objects.get(kind="revoked")
        assert (back.membership, back.starts_at) == (membership, shop.clock.moment)
    else:
        assert held == membership
        assert not AccessPeriod.objects.filter(kind="revoked").exists()
    assert balance == (5 if effect == "keep" else 0)
    for gift in (plan, visits):
        gift.refresh_from_db()
        assert gift.status == "redeemed", "it was used"
    assert {row.amount_refunded == row.amount_paid for row in Invoice.objects.all()} == {True}


def test_a_refund_in_part_that_ends_access_spoils_the_code(
    shop: Shop, client: Client, friend: Client, login: Any
) -> None:
    gift = buy(shop, client, login, months(shop, 3))
    boss = factories.make_user(is_staff=True, is_superuser=True)
    order = operations.Order(actor=boss, reason="Agreed", key=uuid.uuid4())
    operations.refund_payment(
        order=order, row=gift, amount=gift.amount - 100, effect=RefundEffect.END
    )
    gift.refresh_from_db()
    assert gift.status == "refunded"
    with pytest.raises(DomainError):
        operations.redeem_gift(client=friend, typed=gift.code)
    assert not Membership.objects.filter(client=friend).exists()


def test_nobody_keeps_every_place_by_gifts_that_are_not_paid(
    shop: Shop, client: Client, friend: Client, login: Any
) -> None:
    take(shop, 4)
    browser = login(client)
    for n in range(4):
        values = {"what": months(shop, 1), "recipient_email": f"friend-{n}@example.com"}
        answer = browser.post(GIVE, values)
        assert (answer.status_code == 303) == (n < 2), n
    assert "Pay them first" in answer.content.decode()
    assert queries.places_left(shop.coached) == 2
    other = {"what": months(shop, 1), "recipient_email": "else@example.com"}
    assert login(friend).post(GIVE, other).status_code == 303
