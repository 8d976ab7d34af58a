"""Who sees a gated page, and what the others see."""

import datetime as dt
import json
import re
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import GroupPagePermission, PageViewRestriction

from tests import factories
from tests.gating.conftest import BODY, TITLE, add_page, add_post, is_full, is_teaser, restrict

Make = Any


def paying(clinic: Any, tier: Any, **membership: Any) -> Any:
    client = factories.make_client(clinic)
    factories.make_membership(client, tier, **membership)
    return client


@pytest.fixture
def page(home: Any, tiers: Any) -> Any:
    page = add_page(home, search_description="What it is about.")
    restrict(page, tiers.basic.group)
    return page


def test_a_visitor_sees_a_teaser(page: Any) -> None:
    response = Browser().get(page.url)
    assert is_teaser(response)
    text = response.content.decode()
    assert TITLE in text
    assert "What it is about." in text
    assert "/accounts/login/?next=%2F" in text
    assert "Cookie" in response["Vary"]
    assert "no-store" in response["Cache-Control"]


def test_the_page_is_open_once_its_restriction_is_gone(page: Any) -> None:
    page.view_restrictions.all().delete()
    assert is_full(Browser().get(page.url))


def test_a_client_without_a_membership_sees_a_teaser_and_no_login(
    page: Any, clinic: Any, login: Make
) -> None:
    response = login(factories.make_client(clinic)).get(page.url)
    assert is_teaser(response)
    assert b"Already a member?" not in response.content


def test_a_member_sees_the_page_at_the_first_visit_and_gets_the_group(
    page: Any, member: Any, tiers: Any, login: Make
) -> None:
    assert not member.user.groups.exists()
    response = login(member).get(page.url)
    assert is_full(response)
    assert list(member.user.groups.all()) == [tiers.basic.group]
    for word in ("private", "no-store"):
        assert word in response["Cache-Control"]


def test_another_tier_does_not_open_it_and_one_that_includes_it_does(
    page: Any, clinic: Any, tiers: Any, login: Make
) -> None:
    assert is_teaser(login(paying(clinic, tiers.other)).get(page.url))
    premium = paying(clinic, tiers.premium)
    assert is_full(login(premium).get(page.url))
    assert set(premium.user.groups.all()) == {tiers.basic.group, tiers.premium.group}


def test_a_lapsed_member_who_is_still_in_the_group_is_taken_out(
    page: Any, lapsed: Any, login: Make
) -> None:
    assert lapsed.user.groups.count() == 1
    response = login(lapsed).get(page.url)
    assert is_teaser(response)
    assert "ended on" in response.content.decode()
    assert lapsed.user.groups.count() == 0


def test_a_head_request_heals_and_leaks_nothing(page: Any, lapsed: Any, login: Make) -> None:
    response = login(lapsed).head(page.url)
    assert response.content == b""
    assert lapsed.user.groups.count() == 0


@pytest.mark.parametrize(("days", "opens"), [(6, True), (8, False)])
def test_a_failed_payment_keeps_the_page_open_for_the_grace(
    page: Any, clinic: Any, tiers: Any, clock: Any, login: Make, days: int, opens: bool
) -> None:
    client = paying(clinic, tiers.basic, status="past_due", past_due_since=clock.moment)
    clock.move(days=days)
    response = login(client).get(page.url)
    assert is_full(response) is opens
    assert is_teaser(response) is not opens
    if not opens:
        assert "did not go through" in response.content.decode()


def test_a_superuser_sees_the_page(page: Any, login: Make) -> None:
    assert is_full(login(factories.make_user(is_staff=True, is_superuser=True)).get(page.url))


def test_staff_see_the_pages_that_they_may_edit_and_no_others(
    page: Any, cast: Any, home: Any, tiers: Any, login: Make
) -> None:
    assert is_full(login(cast.editor).get(page.url))
    response = login(cast.editor).get(page.url)
    assert "no-store" in response["Cache-Control"]
    GroupPagePermission.objects.filter(group__name="Editors").delete()
    assert is_teaser(login(cast.editor).get(page.url))


def test_a_therapist_who_edits_no_pages_sees_a_teaser(page: Any, cast: Any, login: Make) -> None:
    assert is_teaser(login(cast.therapist).get(page.url))


def test_a_child_of_a_gated_page_is_gated(page: Any, member: Any, login: Make) -> None:
    child = add_page(page, "Child")
    assert is_teaser(Browser().get(child.url))
    assert is_full(login(member).get(child.url))


def test_a_page_behind_two_gates_needs_both(
    home: Any, clinic: Any, tiers: Any, login: Make
) -> None:
    parent = add_page(home, "Parent")
    restrict(parent, tiers.basic.group)
    child = add_page(parent)
    restrict(child, tiers.other.group)
    both = factories.make_tier(clinic, "Everything")
    both.includes.add(tiers.basic, tiers.other)
    assert is_full(login(paying(clinic, both)).get(child.url))
    for half in (tiers.basic, tiers.other):
        response = login(paying(clinic, half)).get(child.url)
        assert is_teaser(response)
    text = Browser().get(child.url).content.decode()
    assert "Join Everything" in text
    assert "Join Basic" not in text


def test_any_group_of_one_restriction_opens_the_page_also_one_that_is_no_tier(
    home: Any, member: Any, tiers: Any, login: Make
) -> None:
    page = add_page(home)
    guests = Group.objects.create(name="Guests")
    restrict(page, tiers.basic.group, guests)
    guest = factories.make_user("Gus Est")
    assert is_teaser(login(guest).get(page.url))
    guest.groups.add(guests)
    assert is_full(login(guest).get(page.url))
    assert is_full(login(member).get(page.url))


def test_a_hand_made_entry_in_the_tiers_group_opens_nothing(
    page: Any, tiers: Any, login: Make
) -> None:
    user = factories.make_user()
    user.groups.add(tiers.basic.group)
    assert is_teaser(login(user).get(page.url))
    assert not user.groups.exists()


def test_pages_that_other_groups_close_are_left_to_core(
    home: Any, member: Any, login: Make
) -> None:
    page = add_page(home)
    staff = Group.objects.create(name="Team")
    restrict(page, staff)
    response = login(member).get(page.url)
    assert response.status_code == 302
    assert "/login/" in response["Location"]
    member.user.groups.add(staff)
    assert is_full(login(member).get(page.url))


def test_a_shared_password_stays_with_core_after_the_gate(
    home: Any, tiers: Any, member: Any, login: Make
) -> None:
    page = add_page(home)
    restrict(page, tiers.basic.group)
    PageViewRestriction.objects.create(
        page=page, restriction_type=PageViewRestriction.PASSWORD, password="open sesame"
    )
    assert is_teaser(Browser().get(page.url))
    response = login(member).get(page.url)
    assert BODY not in response.content.decode()
    assert b'type="password"' in response.content


def test_an_ungated_page_is_served_as_before(home: Any) -> None:
    response = Browser().get(add_page(home).url)
    assert is_full(response)
    assert "no-store" not in response.get("Cache-Control", "")


def test_a_page_type_with_restrictions_of_its_own_is_asked(
    page: Any, member: Any, home: Any, login: Make, monkeypatch: Any
) -> None:
    team = Group.objects.create(name="Team")
    extra = restrict(add_page(home, "Elsewhere"), team)
    inherited = type(page).get_view_restrictions

    def with_extra(self: Any) -> Any:
        found = inherited(self)
        return found | PageViewRestriction.objects.filter(pk=extra.pk) if self == page else found

    monkeypatch.setattr(type(page), "get_view_restrictions", with_extra)
    assert login(member).get(page.url).status_code == 302
    member.user.groups.add(team)
    assert is_full(login(member).get(page.url))


def test_other_methods_leak_nothing(page: Any, member: Any, login: Make) -> None:
    visitor = Browser()
    post = visitor.post(page.url)
    assert post.status_code == 403
    assert BODY not in post.content.decode()
    options = visitor.options(page.url)
    assert (options.status_code, options.content) == (200, b"")
    assert is_full(login(member).post(page.url))


def test_no_site_template_is_given_the_page(page: Any) -> None:
    response = Browser().get(page.url)
    assert "denial" in response.context
    assert "page" not in response.context
    assert "self" not in response.context


def test_the_structured_data_says_that_it_is_not_free(home: Any, tiers: Any) -> None:
    page = add_page(home, "</script><b>Bold</b>")
    restrict(page, tiers.basic.group)
    text = Browser().get(page.url).content.decode()
    (block,) = re.findall(r'<script type="application/ld\+json">(.*?)</script>', text)
    data = json.loads(block)
    assert data["isAccessibleForFree"] is False
    assert data["name"] == "</script><b>Bold</b>"
    assert data["url"] == f"http://testserver{page.url}"


def test_the_teaser_takes_the_public_summary_and_never_the_introduction(
    blog: Any, home: Any, tiers: Any
) -> None:
    post, page = add_post(blog), add_page(home, intro="canary-intro")
    for gated in (post, page):
        restrict(gated, tiers.basic.group)
    assert b"Public words about the article." in Browser().get(post.url).content
    assert b"canary-intro" not in Browser().get(page.url).content


def test_the_teaser_shows_the_picture_unless_its_collection_is_private(
    blog: Any, tiers: Any
) -> None:
    from wagtail.models import Collection, CollectionViewRestriction

    image = get_image_model().objects.create(title="Squat", file=get_test_image_file())
    post = add_post(blog, image=image)
    restrict(post, tiers.basic.group)
    assert b"asyncpt-teaser__picture" in Browser().get(post.url).content
    CollectionViewRestriction.objects.create(
        collection=Collection.get_first_root_node(), restriction_type="login"
    )
    response = Browser().get(post.url)
    assert is_teaser(response)
    assert b"asyncpt-teaser__picture" not in response.content


def test_the_offers_lead_to_the_price(page: Any, tiers: Any) -> None:
    response = Browser().get(page.url)
    for tier in (tiers.basic, tiers.premium):
        price = tier.prices.get()
        assert f"/join/{price.uuid}/" in response.content.decode()
    assert str(tiers.other.prices.get().uuid) not in response.content.decode()


def test_the_cheapest_offer_that_opens_it_comes_first(page: Any, clinic: Any, tiers: Any) -> None:
    from wagtail_asyncpt.memberships.models import Price

    tiers.basic.prices.update(amount=15000)
    yearly = factories.make_tier(clinic, "Yearly", 60000)  # 50.00 a month
    yearly.includes.add(tiers.basic)
    Price.objects.filter(tier=yearly).update(interval="year")
    denial = Browser().get(page.url).context["denial"]
    assert [offer.title for offer in denial.offers] == ["Yearly", "Premium", "Basic"]


def test_a_site_without_a_base_template_gets_ours(page: Any, settings: Any) -> None:
    settings.WAGTAIL_ASYNCPT = {**settings.WAGTAIL_ASYNCPT, "BASE_TEMPLATE": "none/such.html"}
    response = Browser().get(page.url)
    assert is_teaser(response)
    assert b"gating/bare.css" in response.content
    assert b"gating/teaser.css" in response.content


def test_grounds_of_a_sites_own_decide_over_their_groups(
    home: Any, ground: Any, member: Any, tiers: Any, login: Make
) -> None:
    group = Group.objects.create(name="Course")
    ground.groups = {group.pk}
    page = add_page(home)
    restrict(page, group, tiers.other.group)
    response = login(member).get(page.url)
    assert is_teaser(response)
    assert f"/buy/{group.pk}/" in response.content.decode()
    assert ground.asked == [{group.pk}]
    ground.entitled = {member.user.pk: {group.pk}}
    assert is_full(login(member).get(page.url))
    assert set(member.user.groups.all()) == {group, tiers.basic.group}


def queries_of(browser: Browser, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        browser.get(url)
    return len(captured)


@pytest.mark.parametrize("more_tiers", [0, 30])
def test_a_member_pays_no_more_queries_for_a_gated_page_than_for_an_open_one(
    page: Any, home: Any, member: Any, clinic: Any, tiers: Any, login: Make, more_tiers: int
) -> None:
    for number in range(more_tiers):
        extra = factories.make_tier(clinic, f"Extra {number}")
        tiers.premium.includes.add(extra)
        restrict(page, tiers.basic.group, extra.group)
    open_page = add_page(home, "Open")
    browser = login(member)
    for url in (page.url, open_page.url):
        browser.get(url)  # heals, and warms the caches of sites and content types
    assert queries_of(browser, page.url) < queries_of(browser, open_page.url)


@pytest.mark.parametrize("more_tiers", [0, 30])
def test_a_teaser_costs_no_more_queries_than_the_page_would(
    page: Any,
    home: Any,
    blog: Any,
    lapsed: Any,
    clinic: Any,
    tiers: Any,
    clock: Any,
    login: Make,
    more_tiers: int,
) -> None:
    for number in range(more_tiers):
        tiers.premium.includes.add(factories.make_tier(clinic, f"Extra {number}"))
    image = get_image_model().objects.create(title="Squat", file=get_test_image_file())
    open_post, gated_post = (
        add_post(blog, title, image=image) for title in ("Open post", "Gated post")
    )
    restrict(gated_post, tiers.basic.group)
    pairs = [(add_page(home, "Open"), page), (open_post, gated_post)]
    over = clock.moment - dt.timedelta(days=9)
    people = {
        "lapsed": lapsed,
        "newcomer": factories.make_client(clinic, "Nell Newcomer"),
        "other tier": paying(clinic, tiers.other),
        "after grace": paying(clinic, tiers.basic, status="past_due", past_due_since=over),
        "paused": paying(clinic, tiers.basic, status="paused"),
        "package ended": factories.make_package_holder(clinic, tiers.basic, ended=True),
    }
    dearer = []
    for name, person in people.items():
        browser = login(person)
        for open_page, gated in pairs:
            browser.get(open_page.url)
            assert is_teaser(browser.get(gated.url)), name
            costs = queries_of(browser, gated.url), queries_of(browser, open_page.url)
            if costs[0] > costs[1]:
                dearer.append((name, gated.title, *costs))
    assert dearer == []


def test_the_gate_costs_an_open_page_one_query(
    home: Any, member: Any, login: Make, monkeypatch: Any
) -> None:
    from wagtail import hooks

    from wagtail_asyncpt.gating.hooks import gate_page, restore_page

    page, browser = add_page(home), login(member)
    browser.get(page.url)
    with_gate = queries_of(browser, page.url)
    found = hooks.get_hooks

    def without_ours(name: str) -> Any:
        return [fn for fn in found(name) if fn not in (gate_page, restore_page)]

    monkeypatch.setattr(hooks, "get_hooks", without_ours)
    assert queries_of(browser, page.url) == with_gate - 1


@pytest.mark.parametrize("more_tiers", [0, 30])
def test_a_teaser_costs_the_same_whatever_the_number_of_tiers(
    page: Any, clinic: Any, tiers: Any, login: Make, more_tiers: int
) -> None:
    for number in range(more_tiers):
        extra = factories.make_tier(clinic, f"Extra {number}")
        extra.includes.add(tiers.basic)
    browser = login(factories.make_client(clinic))
    browser.get(page.url)
    assert queries_of(browser, page.url) <= 22


def test_a_grant_ends_at_its_moment(
    page: Any, clinic: Any, tiers: Any, clock: Any, login: Make
) -> None:
    client = paying(clinic, tiers.basic, ends_at=clock.moment + dt.timedelta(hours=1))
    assert is_full(login(client).get(page.url))
    clock.move(hours=2)
    assert is_teaser(login(client).get(page.url))
