"""A few free member pages a month, counted without knowing whom."""

from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.core import signing
from django.test import Client as Browser

from tests import factories
from tests.gating.conftest import BODY, add_page, add_post, is_full, is_teaser, restrict
from wagtail_asyncpt.gating.metering import COOKIE
from wagtail_asyncpt.gating.models import Wait


@pytest.fixture
def posts(blog: Any, tiers: Any, clock: Any) -> list[Any]:
    found = [add_post(blog, f"Post {number}") for number in range(3)]
    for post in found:
        restrict(post, tiers.basic.group)
    return found


@pytest.fixture
def two_free(settings: Any) -> None:
    settings.WAGTAIL_ASYNCPT = {**settings.WAGTAIL_ASYNCPT, "METERED_PAGES": {"blog.BlogPage": 2}}


def test_nothing_is_free_unless_the_clinic_says_so(posts: Any) -> None:
    response = Browser().get(posts[0].url)
    assert is_teaser(response)
    assert COOKIE not in response.cookies


def test_a_visitor_reads_so_many_a_month_and_those_again(
    posts: Any, two_free: None, clock: Any
) -> None:
    visitor = Browser()
    first = visitor.get(posts[0].url)
    assert is_full(first)
    assert "number 1 of 2" in first.content.decode()
    assert "no-store" in first["Cache-Control"]
    assert is_full(visitor.get(posts[1].url))
    assert is_teaser(visitor.get(posts[2].url))
    assert is_full(visitor.get(posts[0].url))
    clock.move(days=30)  # the next month
    assert is_full(visitor.get(posts[2].url))


def test_the_cookie_holds_pages_and_nothing_about_the_person(posts: Any, two_free: None) -> None:
    response = Browser().get(posts[0].url)
    cookie = response.cookies[COOKIE]
    assert signing.loads(cookie.value, salt="wagtail_asyncpt.read") == [
        "2026-11",
        {"blog.BlogPage": [posts[0].pk]},
    ]
    assert cookie["httponly"] and cookie["samesite"] == "Lax"


def test_a_forged_cookie_counts_as_none(posts: Any, two_free: None) -> None:
    visitor = Browser()
    for post in posts[:2]:
        visitor.get(post.url)
    assert is_teaser(visitor.get(posts[2].url))
    for value in ("x", "", signing.dumps(["2026-11", {}], salt="another")):
        visitor.cookies[COOKIE] = value
        assert is_full(visitor.get(posts[0].url))


def test_only_named_types_and_people_who_might_join(
    posts: Any, two_free: None, home: Any, tiers: Any, lapsed: Any, clinic: Any, login: Any
) -> None:
    page = add_page(home, "A page")
    restrict(page, tiers.basic.group)
    assert is_teaser(Browser().get(page.url))
    assert is_full(login(factories.make_client(clinic)).get(posts[0].url))
    assert is_teaser(login(lapsed).get(posts[0].url))
    assert is_teaser(Browser().get(posts[1].url)) is False
    Wait.objects.create(page=posts[1], count=5)
    assert is_teaser(Browser().get(posts[1].url))


def test_a_members_reading_is_not_counted(
    posts: Any, two_free: None, member: Any, login: Any
) -> None:
    response = login(member).get(posts[0].url)
    assert is_full(response)
    assert COOKIE not in response.cookies


def test_a_free_page_opens_no_restriction_that_is_no_plans(
    posts: Any, blog: Any, two_free: None, clinic: Any, tiers: Any, login: Any
) -> None:
    team = Group.objects.create(name="Research team")
    restrict(blog, team)
    reader = login(factories.make_client(clinic))
    for browser in (Browser(), reader):
        response = browser.get(posts[0].url)
        assert response.status_code == 302  # Wagtail's own answer: sign in as one of the team
        assert BODY not in response.content.decode()
        assert COOKIE not in response.cookies
    reader_of_team = factories.make_client(clinic)
    reader_of_team.user.groups.add(team)
    assert is_full(login(reader_of_team).get(posts[0].url))
