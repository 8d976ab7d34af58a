"""The join page, the way to Stripe, and the two ways back, for every kind of person."""

import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.contrib.auth.models import Group
from django.core.cache import cache
from django.test import Client as Browser
from django.urls import reverse
from wagtail.models import Page, Site

from tests import factories
from tests.conftest import Cast
from tests.memberships.conftest import DECLINED_CARD, Shop
from wagtail_asyncpt.memberships import operations, queries
from wagtail_asyncpt.memberships.models import Membership, Price
from wagtail_asyncpt.people.models import Client, Clinic

Login = Callable[[Any], Browser]


def join_path(price: Price) -> str:
    return reverse("asyncpt_memberships:join", args=[price.uuid])


def done_path(session: str) -> str:
    return f"{reverse('asyncpt_memberships:join_done')}?session_id={session}"


BACK = "asyncpt_memberships:join_back"


def test_a_visitor_reads_what_they_pay_and_is_asked_to_sign_in_first(shop: Shop) -> None:
    path = join_path(shop.price)
    page = Browser().get(path)
    html = page.content.decode()
    assert page.status_code == 200
    assert "$149.00" in html
    assert "a month" in html
    assert "Message your therapist" in html
    assert "An answer within 24 hours" in html
    assert f"/accounts/login/?next={path.replace('/', '%2F')}" in html
    assert f"/accounts/signup/?next={path.replace('/', '%2F')}" in html
    assert 'method="post"' not in html.split("<main")[1]

    answer = Browser().post(path)
    assert answer.status_code == 302
    assert parse_qs(urlsplit(answer["Location"]).query)["next"] == [path]
    assert not Membership.objects.exists()


def test_somebody_with_a_new_account_becomes_a_client_and_goes_to_stripe(
    shop: Shop, login: Login
) -> None:
    user = factories.make_user("Nina Neu")
    browser = login(user)
    assert 'method="post"' in browser.get(join_path(shop.price)).content.decode()
    assert not Client.objects.filter(user=user).exists()

    answer = browser.post(join_path(shop.price))

    assert answer.status_code == 303
    assert answer["Location"].startswith(f"{shop.standin.url}/c/pay/cs_")
    client = Client.objects.get(user=user)
    membership = Membership.objects.get(client=client)
    assert (membership.status, membership.tier, membership.clinic) == (
        "pending",
        shop.coached,
        shop.clinic,
    )
    back = shop.pay(answer["Location"]).headers["Location"]
    assert back == f"http://localhost{done_path(membership.checkout_session_id)}"

    page = browser.get(back)
    assert "You’re in" in page.content.decode()
    assert queries.live_membership(client) == membership


def test_a_post_without_a_csrf_token_is_refused(shop: Shop, client: Client) -> None:
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(client.user)
    assert browser.post(join_path(shop.price)).status_code == 403
    assert not Membership.objects.exists()


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("kind", ["unknown", "inactive", "hidden", "unsynced", "other clinic"])
def test_a_price_that_is_not_sold_here_does_not_exist(
    shop: Shop, client: Client, login: Login, kind: str, method: str
) -> None:
    price = shop.price
    if kind == "unknown":
        price.uuid = uuid.uuid4()
    elif kind == "inactive":
        operations.set_price(tier=shop.coached, interval="month", amount=100)
    elif kind == "hidden":
        type(shop.coached).objects.filter(pk=shop.coached.pk).update(is_public=False)
    elif kind == "unsynced":
        Price.objects.filter(pk=price.pk).update(stripe_price_id="")
    else:
        site = Site.objects.create(hostname="other.test", root_page=Page.objects.first())
        tier = factories.make_tier(Clinic.for_site(site), "Elsewhere")
        price = tier.prices.get()
    answer = getattr(login(client), method)(join_path(price))
    assert answer.status_code == 404
    assert not Membership.objects.filter(client=client).exists()


def test_nothing_priced_comes_from_the_browser(shop: Shop, client: Client, login: Login) -> None:
    answer = login(client).post(
        join_path(shop.price),
        {"amount": "1", "price": str(shop.basic_price.uuid), "quantity": "0", "client": "1"},
    )
    session = shop.stripe.v1.checkout.sessions.list().data[0]
    assert session.amount_total == 14900
    assert session.url == answer["Location"]


def test_the_ways_back_are_the_sites_own_whatever_the_host_header_says(
    shop: Shop, client: Client, login: Login
) -> None:
    login(client).post(f"{join_path(shop.price)}?next=//evil.test/", headers={"Host": "evil.test"})
    session = shop.stripe.v1.checkout.sessions.list().data[0]
    assert session.success_url == (
        "http://localhost/care/join/done/?session_id={CHECKOUT_SESSION_ID}"
    )
    assert session.cancel_url == "http://localhost/care/join/back/"


def test_two_posts_lead_to_one_session(shop: Shop, client: Client, login: Login) -> None:
    browser = login(client)
    first, second = (browser.post(join_path(shop.price)) for _ in range(2))
    assert first["Location"] == second["Location"]
    assert Membership.objects.count() == 1


def test_a_member_is_told_so_with_a_way_to_the_account_page(
    shop: Shop, client: Client, login: Login
) -> None:
    shop.join(client)
    browser = login(client)
    account = reverse("asyncpt_memberships:account")
    page = browser.get(join_path(shop.basic_price)).content.decode()
    assert "You already have a membership: Coached." in page
    assert account in page
    assert "Go to payment" not in page
    answer = browser.post(join_path(shop.basic_price))
    assert answer.status_code == 409
    assert "Nothing was charged." in answer.content.decode()
    assert account in answer.content.decode()
    assert Membership.objects.count() == 1


def test_too_many_checkouts_in_an_hour_are_stopped_for_that_person_only(
    shop: Shop, client: Client, login: Login
) -> None:
    browser = login(client)
    answers = [browser.post(join_path(shop.price)).status_code for _ in range(11)]
    assert answers == [303] * 10 + [429]
    assert login(factories.make_user()).post(join_path(shop.price)).status_code == 303
    cache.clear()
    assert browser.post(join_path(shop.price)).status_code == 303


def test_stripe_out_of_reach_is_said_and_loses_nothing(
    shop: Shop, client: Client, login: Login
) -> None:
    browser = login(client)
    shop.standin.engine.faults.set({"rate_limit": 50})
    answer = browser.post(join_path(shop.price))
    assert answer.status_code == 503
    assert "cannot reach the payment service" in answer.content.decode()
    shop.standin.engine.faults.clear()
    assert browser.post(join_path(shop.price)).status_code == 303
    assert Membership.objects.count() == 1


def test_without_keys_in_the_settings_joining_says_so(
    shop: Shop, client: Client, login: Login, settings: Any
) -> None:
    settings.WAGTAIL_ASYNCPT = {**settings.WAGTAIL_ASYNCPT, "STRIPE_ACCOUNTS": {}}
    assert login(client).post(join_path(shop.price)).status_code == 503


# --------------------------------------------------------------------------------- success page


def test_the_success_page_of_another_person_does_not_exist(
    shop: Shop, client: Client, cast: Cast, login: Login
) -> None:
    shop.pay(shop.start(client))
    session = Membership.objects.get(client=client).checkout_session_id
    people = [
        cast.owner,
        cast.stranger,
        cast.lapsed,
        cast.therapist,
        cast.colleague,
        cast.manager,
        cast.editor,
    ]
    for person in people:
        answer = login(person).get(done_path(session))
        assert answer.status_code == 404
        assert "You’re in" not in answer.content.decode()
    visitor = Browser().get(done_path(session))
    assert visitor.status_code == 302
    assert visitor["Location"].startswith("/accounts/login/")
    assert Membership.objects.get(client=client).status == "pending"
    assert "You’re in" in login(client).get(done_path(session)).content.decode()


@pytest.mark.parametrize(
    "session", ["", "cs_unknown", "{CHECKOUT_SESSION_ID}", "'; --", "x" * 900, "\0"]
)
def test_an_invented_session_does_not_exist(
    shop: Shop, client: Client, login: Login, session: str
) -> None:
    shop.start(client)
    assert login(client).get(done_path(session)).status_code == 404
    assert Membership.objects.get(client=client).status == "pending"


def test_an_unpaid_session_grants_nothing_and_shows_the_way_on(
    shop: Shop, client: Client, login: Login
) -> None:
    url = shop.start(client)
    session = Membership.objects.get(client=client).checkout_session_id
    browser = login(client)
    for attempt in range(2):
        html = browser.get(done_path(session)).content.decode()
        assert "The payment is not finished" in html
        assert join_path(shop.price) in html
        assert queries.live_membership(client) is None
        if attempt == 0:
            shop.pay(url, DECLINED_CARD)


def test_an_expired_session_grants_nothing(shop: Shop, client: Client, login: Login) -> None:
    shop.start(client)
    session = Membership.objects.get(client=client).checkout_session_id
    shop.advance(hours=25)
    assert "has run out" in login(client).get(done_path(session)).content.decode()
    assert Membership.objects.get(client=client).status == "abandoned"


def test_a_replayed_success_page_of_an_ended_membership_grants_nothing(
    shop: Shop, client: Client, login: Login
) -> None:
    membership = shop.join(client)
    shop.stripe.v1.subscriptions.cancel(membership.stripe_subscription_id)
    shop.deliver()
    browser = login(client)
    for _ in range(2):
        html = browser.get(done_path(membership.checkout_session_id)).content.decode()
        assert "This membership is not running" in html
    assert queries.live_membership(client) is None
    assert client.user.groups.count() == 0


def test_while_stripe_is_silent_the_page_waits_and_then_opens(
    shop: Shop, client: Client, login: Login
) -> None:
    shop.pay(shop.start(client))
    session = Membership.objects.get(client=client).checkout_session_id
    browser = login(client)
    shop.standin.engine.faults.set({"rate_limit": 6})
    page = browser.get(done_path(session))
    assert page.status_code == 200
    html = page.content.decode()
    assert "being confirmed" in html
    assert "<asyncpt-join-status" in html
    assert 'http-equiv="refresh"' not in html
    asked = browser.get(done_path(session), headers={"Accept": "application/json"})
    assert asked.json() == {"state": "processing"}
    assert queries.live_membership(client) is None
    shop.standin.engine.faults.clear()
    asked = browser.get(done_path(session), headers={"Accept": "application/json"})
    assert asked.json() == {"state": "done"}
    assert queries.live_membership(client) is not None


def test_a_payment_that_does_not_match_says_do_not_pay_again(
    shop: Shop, client: Client, login: Login
) -> None:
    shop.pay(shop.start(client))
    session = Membership.objects.get(client=client).checkout_session_id
    Price.objects.filter(pk=shop.price.pk).update(amount=1)
    html = login(client).get(done_path(session)).content.decode()
    assert "do not pay again" in html
    assert queries.live_membership(client) is None


# ---------------------------------------------------------------------------------------- back


def test_who_leaves_checkout_is_told_that_nothing_was_charged_and_how_to_go_on(
    shop: Shop, client: Client, login: Login
) -> None:
    url = shop.start(client)
    browser = login(client)
    html = browser.get(reverse(BACK)).content.decode()
    assert "Nothing was charged" in html
    assert join_path(shop.price) in html
    assert browser.post(join_path(shop.price))["Location"] == url


def test_the_way_back_shows_nobody_elses_checkout(
    shop: Shop, client: Client, cast: Cast, login: Login
) -> None:
    shop.start(client)
    for person in (cast.stranger, cast.therapist, cast.editor):
        page = login(person).get(reverse(BACK))
        assert page.status_code == 200
        assert join_path(shop.price) not in page.content.decode()
    assert join_path(shop.price) not in Browser().get(reverse(BACK)).content.decode()
    assert Group.objects.filter(name="Members: Coached").exists()


def test_every_page_is_kept_out_of_caches(shop: Shop, client: Client, login: Login) -> None:
    shop.start(client)
    session = Membership.objects.get(client=client).checkout_session_id
    browser = login(client)
    for path in (join_path(shop.price), done_path(session), reverse(BACK)):
        assert "no-store" in browser.get(path)["Cache-Control"]
