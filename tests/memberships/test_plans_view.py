"""The pages on which a member changes the plan."""

import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import factories
from tests.conftest import Cast
from tests.memberships.conftest import Shop
from tests.memberships.test_sync_operation import use_failing_card
from wagtail_asyncpt.memberships import operations
from wagtail_asyncpt.memberships.models import Membership, Price
from wagtail_asyncpt.people.models import Client

Login = Callable[[Any], Browser]
ACCOUNT = reverse("asyncpt_memberships:account")
PLANS = reverse("asyncpt_memberships:plans")
KEEP = reverse("asyncpt_memberships:keep_plan")
LEAVE = reverse("asyncpt_memberships:leave")


def plan(price: Price) -> str:
    return reverse("asyncpt_memberships:plan", args=[price.uuid])


def quote(browser: Browser, price: Price) -> tuple[str, str]:
    """The page of a change, and the token in its form."""
    html = browser.get(plan(price)).content.decode()
    found = re.search(r'name="quote" value="([^"]+)"', html)
    assert found
    return html, found[1]


def price_of(client: Client) -> Price | None:
    return Membership.objects.get(client=client).price


def test_down_and_back_and_up(shop: Shop, client: Client, login: Login) -> None:
    shop.join(client, shop.basic_price)
    shop.advance(days=15)
    browser = login(client)
    assert PLANS in browser.get(ACCOUNT).content.decode()
    html = browser.get(PLANS).content.decode()
    assert "You have Library for $29.00 a month." in html
    assert plan(shop.price) in html
    assert "at once" in html

    html, token = quote(browser, shop.price)
    assert "Change to Coached" in html
    assert "$60.00" in html, "half of the difference"
    assert "From Dec. 2, 2026" in html
    answer = browser.post(plan(shop.price), {"quote": token})
    assert (answer.status_code, answer["Location"]) == (303, ACCOUNT)
    assert price_of(client) == shop.price

    html, token = quote(browser, shop.basic_price)
    assert "You keep Coached until Dec. 2, 2026" in html
    assert "$0.00" in html
    assert browser.post(plan(shop.basic_price), {"quote": token})["Location"] == ACCOUNT
    html = browser.get(ACCOUNT).content.decode()
    assert "On Dec. 2, 2026 your plan changes to Library, $29.00 a month." in html
    assert "$29.00 on Dec. 2, 2026" in html, "the next payment is the new price"
    assert browser.post(KEEP)["Location"] == ACCOUNT
    assert "your plan changes" not in browser.get(ACCOUNT).content.decode()
    assert price_of(client) == shop.price


def test_a_refused_payment_says_that_the_plan_has_not_changed(
    shop: Shop, client: Client, login: Login
) -> None:
    use_failing_card(shop, shop.join(client, shop.basic_price))
    shop.advance(days=15)
    browser = login(client)
    _html, token = quote(browser, shop.price)
    answer = browser.post(plan(shop.price), {"quote": token})
    assert answer.status_code == 402
    for html in (answer.content.decode(), browser.get(ACCOUNT).content.decode()):
        assert "Your plan has not changed: the payment of $60.00" in html
        assert f'href="{shop.standin.url}/i/in_' in html
    assert price_of(client) == shop.basic_price


@pytest.mark.parametrize("token", ["", "forged", "1" * 5000])
def test_without_a_quote_of_ours_the_amounts_are_shown_again(
    shop: Shop, client: Client, login: Login, token: str
) -> None:
    shop.join(client, shop.basic_price)
    data = {"quote": token, "amount": "1", "price": "price_free"}
    answer = login(client).post(plan(shop.price), data)
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "not up to date" in html
    assert 'name="quote"' in html
    assert price_of(client) == shop.basic_price


def test_prices_that_are_not_offered_are_404(shop: Shop, client: Client, login: Login) -> None:
    shop.join(client)
    browser = login(client)
    withdrawn = shop.coached.prices.get(interval="year")
    Price.objects.filter(pk=withdrawn.pk).update(is_active=False)
    for price in (uuid.uuid4(), shop.price.uuid, withdrawn.uuid):
        path = reverse("asyncpt_memberships:plan", args=[price])
        assert browser.get(path).status_code == 404
        assert browser.post(path, {"quote": "x"}).status_code == 404


def test_what_cannot_be_changed_is_explained(
    shop: Shop, client: Client, cast: Cast, login: Login
) -> None:
    assert "no membership whose plan" in login(cast.lapsed).get(PLANS).content.decode()
    shop.join(client)
    operations.pause_membership(client=client, weeks=2)
    browser = login(client)
    html = browser.get(PLANS).content.decode()
    assert "Please resume it first" in html
    assert plan(shop.basic_price) not in html
    answer = browser.get(plan(shop.basic_price))
    assert answer.status_code == 409
    assert "Please resume it first" in answer.content.decode()


def test_somebody_who_leaves_is_offered_the_next_cheaper_plan(
    shop: Shop, client: Client, login: Login
) -> None:
    shop.join(client)
    html = login(client).get(LEAVE).content.decode()
    assert plan(shop.basic_price) in html
    assert "Change to Library" in html


@pytest.mark.parametrize("at", ["quote", "change", "keep"])
def test_stripe_out_of_reach_changes_nothing(
    shop: Shop, client: Client, login: Login, at: str
) -> None:
    shop.join(client, shop.basic_price)
    browser = login(client)
    _html, token = quote(browser, shop.price)
    shop.standin.engine.faults.set({"rate_limit": 50})
    if at == "quote":
        answer = browser.get(plan(shop.price))
    elif at == "change":
        answer = browser.post(plan(shop.price), {"quote": token})
    else:
        answer = browser.post(KEEP)
    assert answer.status_code == 503
    assert "cannot reach the payment service" in answer.content.decode()
    assert price_of(client) == shop.basic_price


def test_only_members_come_here(shop: Shop, client: Client, cast: Cast, login: Login) -> None:
    shop.join(client)
    for path, method in ((PLANS, "get"), (KEEP, "post"), (plan(shop.basic_price), "post")):
        visitor = getattr(Browser(), method)(path)
        assert visitor["Location"].startswith("/accounts/login/")
        for person in (cast.therapist, cast.manager, cast.editor):
            assert getattr(login(person), method)(path).status_code == 404
    token = quote(login(client), shop.basic_price)[1]
    answer = login(cast.stranger).post(plan(shop.basic_price), {"quote": token})
    assert answer.status_code == 409
    assert price_of(client) == shop.price


def test_ten_plans_cost_no_more_queries_than_two(shop: Shop, client: Client, login: Login) -> None:
    shop.join(client)
    browser = login(client)
    browser.get(PLANS)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            browser.get(PLANS)
        counts.append(len(queries))
        for number in range(8):
            operations.create_tier(
                clinic=shop.clinic, name=f"Plan {number}", prices={"month": 1000 + number}
            )
        for price in Price.objects.filter(stripe_price_id=""):
            Price.objects.filter(pk=price.pk).update(stripe_price_id=f"price_{price.pk}")
    assert counts[0] == counts[1] <= 12


def test_a_full_plan_is_no_plan_to_change_to_but_for_who_was_asked(
    shop: Shop, client: Client, login: Login
) -> None:
    shop.join(client)
    group = operations.create_tier(
        clinic=shop.clinic, name="Group", prices={"month": 3900}, seats_on_sale=1
    )
    operations.sync_tiers(clinic=shop.clinic)
    price = group.prices.get()
    browser = login(client)
    assert plan(price) in browser.get(PLANS).content.decode()
    assert plan(price) in browser.get(LEAVE).content.decode()
    holder = shop.join(factories.make_client(shop.clinic), price)
    for page in (PLANS, LEAVE):
        assert plan(price) not in browser.get(page).content.decode()
    assert browser.get(plan(price)).status_code == 404

    operations.join_wait_list(client=client, tier=group)
    shop.stripe.v1.subscriptions.cancel(holder.stripe_subscription_id)
    shop.deliver()
    assert operations.invite_waiting() == 1
    assert quote(browser, price)[0]
    other = factories.make_client(shop.clinic)
    operations.grant_membership(client=other, tier=group, reason="By phone")
    assert plan(price) in browser.get(PLANS).content.decode(), "the place is kept"
