"""The pages on which a member pauses and goes on."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from tests.conftest import Cast
from tests.memberships.conftest import Shop
from tests.memberships.test_sync_operation import use_failing_card
from wagtail_asyncpt.memberships.models import Membership
from wagtail_asyncpt.people.models import Client

Login = Callable[[Any], Browser]
ACCOUNT = reverse("asyncpt_memberships:account")
PAUSE = reverse("asyncpt_memberships:pause")
RESUME = reverse("asyncpt_memberships:resume")


def status_of(client: Client) -> str:
    return Membership.objects.get(client=client).status


def test_a_member_pauses_and_goes_on(shop: Shop, client: Client, login: Login) -> None:
    shop.join(client)
    browser = login(client)
    assert PAUSE in browser.get(ACCOUNT).content.decode()
    html = browser.get(PAUSE).content.decode()
    assert "What happens" in html
    assert 'value="12"' in html

    answer = browser.post(PAUSE, {"weeks": "3"})
    assert (answer.status_code, answer["Location"]) == (303, ACCOUNT)
    html = browser.get(ACCOUNT).content.decode()
    assert "paused until Nov. 23, 2026" in html
    assert "Next payment" not in html
    assert RESUME in html
    assert PAUSE not in html

    shop.advance(days=2)
    html = browser.get(RESUME).content.decode()
    assert "$149.00 a month" in html
    assert "$0.00" in html
    assert "on Nov. 23, 2026" in html
    assert browser.post(RESUME)["Location"] == ACCOUNT
    assert status_of(client) == "active"
    assert browser.get(RESUME)["Location"] == ACCOUNT, "nothing to resume"


def test_a_wrong_length_is_said_beside_the_field(shop: Shop, client: Client, login: Login) -> None:
    shop.join(client)
    for weeks in ("", "0", "99", "two"):
        answer = login(client).post(PAUSE, {"weeks": weeks})
        assert answer.status_code == 422
        assert "asyncpt-error" in answer.content.decode()
    assert status_of(client) == "active"


def test_a_clinic_with_its_own_limit(
    shop: Shop, client: Client, login: Login, settings: Any
) -> None:
    settings.WAGTAIL_ASYNCPT = {**settings.WAGTAIL_ASYNCPT, "PAUSE_MAX_WEEKS": 5}
    shop.join(client)
    html = login(client).get(PAUSE).content.decode()
    assert 'value="5"' in html
    assert 'value="6"' not in html


def test_what_cannot_be_paused_is_explained_instead(
    shop: Shop, cast: Cast, client: Client, login: Login
) -> None:
    html = login(client).get(PAUSE).content.decode()
    assert "no membership that could be paused" in html
    assert "<form" not in html.split("<main")[1]
    assert login(client).post(PAUSE, {"weeks": "2"}).status_code == 409
    assert login(cast.lapsed).post(RESUME).status_code == 409


def test_a_refused_card_is_said_with_the_way_to_pay(
    shop: Shop, client: Client, login: Login
) -> None:
    membership = shop.join(client)
    use_failing_card(shop, membership)
    browser = login(client)
    shop.advance(days=10)
    browser.post(PAUSE, {"weeks": "2"})
    shop.advance(days=2)
    answer = browser.post(RESUME)
    assert answer.status_code == 402
    html = answer.content.decode()
    assert "still paused" in html
    assert f'href="{shop.standin.url}/i/in_' in html
    assert status_of(client) == "paused"


@pytest.mark.parametrize("path", [PAUSE, RESUME])
def test_stripe_out_of_reach_changes_nothing(
    shop: Shop, client: Client, login: Login, path: str
) -> None:
    shop.join(client)
    browser = login(client)
    if path == RESUME:
        browser.post(PAUSE, {"weeks": "2"})
    before = status_of(client)
    shop.standin.engine.faults.set({"rate_limit": 50})
    answer = browser.post(path, {"weeks": "2"})
    assert answer.status_code == 503
    assert "cannot reach the payment service" in answer.content.decode()
    assert status_of(client) == before


@pytest.mark.parametrize("path", [PAUSE, RESUME])
def test_only_members_come_here(shop: Shop, cast: Cast, login: Login, path: str) -> None:
    assert Browser().post(path)["Location"].startswith("/accounts/login/")
    for person in (cast.therapist, cast.manager, cast.editor):
        assert login(person).get(path).status_code == 404
        assert login(person).post(path, {"weeks": "2"}).status_code == 404


def test_a_stranger_changes_only_what_is_theirs(
    shop: Shop, client: Client, cast: Cast, login: Login
) -> None:
    shop.join(client)
    mine = {"client": str(client.uuid), "membership": str(client.memberships.get().uuid)}
    assert login(cast.stranger).post(PAUSE, {"weeks": "2", **mine}).status_code == 409
    assert status_of(client) == "active"
