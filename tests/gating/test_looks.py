"""Staff see for whom a page is, and look at it as somebody else."""

import html
import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client as Browser
from wagtail.models import GroupPagePermission

from tests import factories
from tests.gating.conftest import BODY, add_page, is_full, is_teaser, restrict
from wagtail_asyncpt.gating.looks import MAX_AGE


@pytest.fixture
def page(home: Any, tiers: Any) -> Any:
    page = add_page(home, "A page")
    restrict(page, tiers.basic.group, tiers.other.group)
    return page


def looks(response: Any) -> dict[str, str]:
    """The addresses of the bar's links by their labels."""
    words = response.content.decode()
    found = re.findall(r'<a href="([^"]*asyncpt_as=[^"]*)"[^>]*>([^<]*)</a>', words)
    return {label: html.unescape(url) for url, label in found}


def test_staff_see_for_whom_the_page_is_and_nobody_else_does(
    page: Any, cast: Any, member: Any, login: Any
) -> None:
    superuser = factories.make_user(is_superuser=True)
    for person in (cast.editor, superuser):
        words = login(person).get(page.url).content.decode()
        assert "Members only: Basic, Strength" in words
        assert words.index("<body") < words.index("asyncpt-bar") < words.index("<main")
        assert words.index("skip-link") < words.index("asyncpt-bar")  # which stays the first link
    for browser in (Browser(), login(member), login(cast.therapist)):
        assert b"asyncpt-bar" not in browser.get(page.url).content
    page.view_restrictions.all().delete()
    assert b"asyncpt-bar" not in login(cast.editor).get(page.url).content


def test_an_editor_who_is_a_member_too_sees_the_bar(
    page: Any, cast: Any, tiers: Any, clinic: Any, login: Any
) -> None:
    from wagtail_asyncpt.people.models import Client

    client = Client.objects.create(
        clinic=clinic, user=cast.editor, name="Eddie", time_zone=clinic.time_zone
    )
    factories.make_membership(client, tiers.basic)
    response = login(cast.editor).get(page.url)
    assert is_full(response)
    assert b"asyncpt-bar" in response.content


def test_they_look_as_each_case_and_each_tier(page: Any, cast: Any, tiers: Any, login: Any) -> None:
    browser = login(cast.editor)
    links = looks(browser.get(page.url))
    assert list(links)[:5] == [
        "Visitor",
        "No membership",
        "Membership ended",
        "Payment failed",
        "Paused",
    ]
    words = {
        "Visitor": "sign in if you are one",
        "No membership": "Choose a plan",
        "Membership ended": "ended on",
        "Payment failed": "did not go through",
        "Paused": "is paused",
    }
    for label, expected in words.items():
        response = browser.get(links[label])
        assert is_teaser(response)
        text = response.content.decode()
        assert expected in text
        assert "asyncpt-bar--looking" in text
        assert "no-store" in response["Cache-Control"]
    for label in ("Basic", "Premium", "Strength"):
        assert is_full(browser.get(links[label]))
    extra = factories.make_tier(tiers.basic.clinic, "Extra")
    assert is_teaser(browser.get(looks(browser.get(page.url))["Extra"]))
    assert extra.group not in cast.editor.groups.all()


def test_as_a_visitor_the_site_shows_nobody_signed_in(page: Any, cast: Any, login: Any) -> None:
    browser = login(cast.editor)
    visitor = looks(browser.get(page.url))["Visitor"]
    assert not browser.get(visitor).wsgi_request.user.is_authenticated
    assert is_full(browser.get(page.url))  # and they are still signed in


def test_a_look_is_for_its_person_its_page_reading_and_an_hour(
    page: Any, cast: Any, member: Any, home: Any, login: Any, tiers: Any, monkeypatch: Any
) -> None:
    editor = login(cast.editor)
    links = looks(editor.get(page.url))
    basic, query = links["Basic"], links["Basic"].partition("?")[2]
    for browser in (
        Browser(),
        login(cast.therapist),
        login(factories.make_client(cast.owner.clinic)),
    ):
        assert is_teaser(browser.get(basic))
    other = add_page(home, "Elsewhere")
    restrict(other, tiers.premium.group)
    assert is_full(editor.get(f"{other.url}?{query}"))  # their own view
    assert b"asyncpt-bar--looking" not in editor.get(f"{other.url}?{query}").content
    forged = links["Visitor"].replace("asyncpt_as=", "asyncpt_as=x")
    assert is_full(editor.get(forged))
    assert is_full(editor.post(links["Visitor"]))
    GroupPagePermission.objects.filter(group__name="Editors").delete()
    response = editor.get(basic)
    assert is_teaser(response)
    assert b"asyncpt-bar" not in response.content


def test_a_look_ends_after_an_hour(page: Any, cast: Any, login: Any, monkeypatch: Any) -> None:
    import time

    browser = login(cast.editor)
    visitor = looks(browser.get(page.url))["Visitor"]
    assert is_teaser(browser.get(visitor))
    later = time.time() + MAX_AGE + 60
    monkeypatch.setattr("django.core.signing.time.time", lambda: later)
    assert is_full(browser.get(visitor))


def test_a_therapist_with_the_right_to_edit_pages_may_look(
    page: Any, cast: Any, home: Any, login: Any
) -> None:
    from django.contrib.auth.models import Group

    group = Group.objects.create(name="Writers")
    GroupPagePermission.objects.create(
        group=group, page=home, permission=Permission.objects.get(codename="change_page")
    )
    cast.therapist.user.groups.add(group)
    browser = login(cast.therapist)
    assert BODY in browser.get(page.url).content.decode()
    assert is_teaser(browser.get(looks(browser.get(page.url))["Visitor"]))


def test_parts_are_looked_at_the_same_way(blog: Any, cast: Any, tiers: Any, login: Any) -> None:
    from tests.gating.test_parts import ABOVE, INSIDE, add_post, part, seen, text

    post = add_post(blog)
    post.body = [text(ABOVE), part("members_only", tiers.basic.group, content=[text(INSIDE)])]
    post.save_revision().publish()
    browser = login(cast.editor)
    links = looks(browser.get(post.url))
    assert seen(browser.get(post.url)) == {ABOVE, INSIDE}
    assert seen(browser.get(links["Visitor"])) == {ABOVE}
    assert seen(browser.get(links["Premium"])) == {ABOVE, INSIDE}
    assert seen(browser.get(links["Strength"])) == {ABOVE}


def test_search_engines_leave_teasers_out_where_the_clinic_says_so(
    page: Any, settings: Any
) -> None:
    assert "X-Robots-Tag" not in Browser().get(page.url)
    settings.WAGTAIL_ASYNCPT = {**settings.WAGTAIL_ASYNCPT, "TEASER_NOINDEX": True}
    assert Browser().get(page.url)["X-Robots-Tag"] == "noindex"
