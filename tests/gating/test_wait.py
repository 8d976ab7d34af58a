"""Pages that open some time after a membership began."""

import datetime as dt
from typing import Any

import pytest
from django.test import Client as Browser
from wagtail.models import ModelLogEntry, PageLogEntry, Site

from tests import factories
from tests.gating.conftest import add_page, add_post, is_full, is_teaser, restrict
from tests.gating.test_looks import looks
from tests.gating.test_page import paying, queries_of
from wagtail_asyncpt.gating.models import Wait
from wagtail_asyncpt.gating.operations import set_wait
from wagtail_asyncpt.gating.queries import gates_among, gates_by_path, page_gates
from wagtail_asyncpt.memberships.drip import stopped
from wagtail_asyncpt.memberships.models import AccessKind, AccessPeriod
from wagtail_asyncpt.people.models import Client, Clinic

DAY = dt.timedelta(days=1)


@pytest.fixture
def page(home: Any, tiers: Any) -> Any:
    page = add_page(home, "Later")
    restrict(page, tiers.basic.group)
    Wait.objects.create(page=page, count=3)
    return page


def give(
    client: Any, start: dt.datetime, days: float, tier: Any = None, kind: str = AccessKind.PAID
) -> None:
    membership = client.memberships.latest("pk")
    AccessPeriod.objects.create(
        clinic=client.clinic,
        client=client,
        membership=membership,
        tier=tier or membership.tier,
        kind=kind,
        key=f"key-{AccessPeriod.objects.count()}",
        starts_at=start,
        ends_at=start + days * DAY,
    )


@pytest.fixture
def joined(clinic: Any, tiers: Any, clock: Any) -> Any:
    """A client who joined on Monday at 09:00 and paid for 30 days."""
    client = paying(clinic, tiers.basic)
    give(client, clock.moment, 30)
    return client


def test_a_member_waits_and_is_told_until_when(
    page: Any, joined: Any, clock: Any, login: Any
) -> None:
    browser = login(joined)
    response = browser.get(page.url)
    assert is_teaser(response)
    words = response.content.decode()
    assert "Not open yet" in words
    assert "It opens on Thursday, Nov. 5, 2026." in words
    assert "Join" not in words and "bought online" not in words
    clock.set(dt.datetime(2026, 11, 5, 4, 59, tzinfo=dt.UTC))  # 23:59 on Wednesday at the clinic
    assert is_teaser(browser.get(page.url))
    clock.move(minutes=1)
    assert is_full(browser.get(page.url))


def test_a_pause_stops_the_clock_and_a_return_goes_on(
    page: Any, joined: Any, clock: Any, login: Any
) -> None:
    start = clock.moment
    give(joined, start + DAY, 14, kind=AccessKind.PAUSED)
    browser = login(joined)
    clock.set(start + 15 * DAY + dt.timedelta(hours=1))
    assert is_teaser(browser.get(page.url))
    clock.set(start + 17 * DAY)
    assert is_full(browser.get(page.url))


def test_coming_back_neither_restarts_nor_skips(
    page: Any, clinic: Any, tiers: Any, clock: Any, login: Any
) -> None:
    client = paying(clinic, tiers.basic, status="canceled", ends_at=clock.moment - 60 * DAY)
    give(client, clock.moment - 62 * DAY, 2)
    factories.make_membership(client, tiers.basic, source="stripe")
    give(client, clock.moment, 30)
    browser = login(client)
    assert is_teaser(browser.get(page.url))
    clock.move(days=1)
    assert is_full(browser.get(page.url))


def test_days_of_a_tier_that_does_not_open_the_page_do_not_count(
    page: Any, joined: Any, tiers: Any, clock: Any, login: Any
) -> None:
    AccessPeriod.objects.all()._raw_delete("default")
    give(joined, clock.moment - 20 * DAY, 20, tiers.other)
    give(joined, clock.moment, 30)
    assert is_teaser(login(joined).get(page.url))
    give(joined, clock.moment - 20 * DAY, 20, tiers.premium)  # includes basic
    assert is_full(login(joined).get(page.url))


def test_of_gates_above_one_another_each_is_waited_for(
    page: Any, joined: Any, tiers: Any, clock: Any, login: Any
) -> None:
    below = add_page(page, "Below")
    restrict(below, tiers.premium.group)
    joined.memberships.update(tier=tiers.premium)  # includes basic; changed today
    AccessPeriod.objects.all()._raw_delete("default")
    give(joined, clock.moment - 20 * DAY, 20, tiers.basic)
    give(joined, clock.moment, 30, tiers.premium)
    browser = login(joined)
    assert is_full(browser.get(page.url))
    assert is_teaser(browser.get(below.url))
    clock.move(days=3)
    assert is_full(browser.get(below.url))


def test_in_the_grace_the_clock_stands_still_and_no_day_is_promised(
    page: Any, clinic: Any, tiers: Any, clock: Any, login: Any
) -> None:
    client = paying(clinic, tiers.basic, status="past_due", past_due_since=clock.moment - DAY)
    give(client, clock.moment - 2 * DAY, 1)
    words = login(client).get(page.url).content.decode()
    assert "opens after 2 more days of membership" in words


def test_a_complimentary_membership_counts_from_its_beginning(
    page: Any, clinic: Any, tiers: Any, clock: Any, login: Any
) -> None:
    client = paying(clinic, tiers.premium)
    browser = login(client)
    assert is_teaser(browser.get(page.url))
    clock.move(days=3)
    assert is_full(browser.get(page.url))


def test_a_membership_whose_payment_we_have_not_heard_of_opens_nothing_early(
    page: Any, clinic: Any, tiers: Any, clock: Any, login: Any
) -> None:
    client = paying(clinic, tiers.basic, source="stripe")
    browser = login(client)
    assert is_teaser(browser.get(page.url))
    give(client, clock.moment - DAY, 30)
    clock.move(days=2)
    assert is_full(browser.get(page.url))


def test_others_see_the_offer_and_staff_the_page(
    page: Any, lapsed: Any, cast: Any, login: Any
) -> None:
    assert b"sign in if you are one" in Browser().get(page.url).content
    assert b"ended on" in login(lapsed).get(page.url).content
    assert is_full(login(cast.editor).get(page.url))
    links = looks(login(cast.editor).get(page.url))
    today = login(cast.editor).get(links["Basic, joined today"])
    assert is_teaser(today)
    assert b"opens on" in today.content
    assert is_full(login(cast.editor).get(links["Basic"]))


def test_pages_below_wait_as_well_and_the_longest_wait_counts(
    page: Any, joined: Any, clock: Any, login: Any
) -> None:
    below = add_page(page, "Below")
    Wait.objects.create(page=below, count=1, unit="weeks")
    child = add_page(below, "Child")
    assert page_gates(child).wait == 7
    browser = login(joined)
    clock.move(days=6)
    assert is_full(browser.get(page.url))
    assert is_teaser(browser.get(child.url))
    clock.move(days=1)
    assert is_full(browser.get(child.url))


def test_a_wait_without_a_gate_closes_nothing(page: Any) -> None:
    page.view_restrictions.all().delete()
    assert is_full(Browser().get(page.url))
    assert Browser().get(f"/api/v2/pages/{page.pk}/").status_code == 200


def test_no_api_shows_a_page_that_waits_and_below_it_none(
    blog: Any, joined: Any, tiers: Any, clock: Any, login: Any
) -> None:
    post = add_post(blog)
    restrict(blog, tiers.basic.group)
    browser = login(joined)
    assert browser.get(f"/api/v2/pages/{post.pk}/").status_code == 200
    Wait.objects.create(page=blog, count=3)
    assert browser.get(f"/api/v2/pages/{post.pk}/").status_code == 404
    assert post.title not in browser.get("/api/v2/pages/?limit=50").content.decode()


def test_copies_aliases_and_moved_pages_wait_too(page: Any, home: Any, joined: Any) -> None:
    from wagtail_asyncpt.gating import projection

    child = add_page(page, "Child")
    alias = child.create_alias(parent=home, update_slug="alias")
    assert page_gates(alias).wait == 3
    in_lists = gates_among(alias, gates_by_path())
    assert (in_lists.wait, in_lists.source) == (3, "")
    copy = page.copy(recursive=True, update_attrs={"slug": "copy", "title": "Copy"}, to=home)
    projection.repair_copy(source=page, copy=copy)
    assert page_gates(copy).wait == 3
    child.move(home, pos="last-child")
    child.refresh_from_db()
    assert page_gates(child).wait == 3
    assert page_gates(home).wait == 0


@pytest.mark.parametrize("more", [0, 20])
def test_a_page_that_waited_costs_a_member_at_most_two_queries_more(
    page: Any, home: Any, joined: Any, clock: Any, clinic: Any, tiers: Any, login: Any, more: int
) -> None:
    for number in range(more):
        tiers.premium.includes.add(factories.make_tier(clinic, f"Extra {number}"))
        give(joined, clock.moment - (number + 2) * 30 * DAY, 30)
    clock.move(days=5)
    open_page = add_page(home, "Open")
    browser = login(joined)
    for one in (page, open_page):
        browser.get(one.url)
    # The gate itself costs an open page one query.
    assert queries_of(browser, page.url) <= queries_of(browser, open_page.url) + 1


# ------------------------------------------------------------------------------- other grounds


@pytest.fixture
def week(tiers: Any, clock: Any, cast: Any) -> Any:
    program = factories.make_program()
    week = program.get_children().first().specific
    restrict(week, tiers.other.group)
    return week


def enrol(client: Any, therapist: Any, week: Any, starts_on: dt.date) -> Any:
    from wagtail_asyncpt.care import operations as care

    return care.enrol(
        therapist=therapist,
        client=client,
        program=week.get_parent(),
        starts_on=starts_on,
        goals="Run",
    )


def opens(browser: Browser, page: Any) -> bool:
    response = browser.get(page.url)
    return response.status_code == 200 and b"asyncpt-teaser" not in response.content


def test_being_enrolled_opens_the_weeks_of_that_program_alone(
    week: Any, cast: Any, clinic: Any, tiers: Any, clock: Any, login: Any, home: Any
) -> None:
    client = factories.make_client(clinic, "En Rolled", cast.therapist)
    assert not opens(login(client), week)
    enrolment = enrol(client, cast.therapist, week, clock.moment.date())
    assert opens(login(client), week)
    assert client.user.groups.count() == 0
    other = factories.make_program("Other").get_children().first().specific
    restrict(other, tiers.other.group)
    page = add_page(home, "Not a program")
    restrict(page, tiers.other.group)
    for closed in (other, page):
        assert not opens(login(client), closed)
    enrolment.status, enrolment.end_reason = "ended", "Moved away"
    enrolment.ended_on = clock.moment.date()
    enrolment.save()
    assert not opens(login(client), week)


def test_an_enrolment_does_not_outlast_a_membership(
    week: Any, cast: Any, clock: Any, login: Any
) -> None:
    enrol(cast.owner, cast.therapist, week, clock.moment.date())
    assert opens(login(cast.owner), week)
    cast.owner.memberships.update(status="canceled", ends_at=clock.moment - DAY)
    assert not opens(login(cast.owner), week)


def test_a_week_opens_so_many_program_weeks_after_the_enrolment_began(
    week: Any, cast: Any, clinic: Any, clock: Any, login: Any
) -> None:
    Wait.objects.create(page=week, count=1, unit="weeks")
    client = factories.make_client(clinic, "En Rolled", cast.therapist)
    enrol(client, cast.therapist, week, clock.moment.date())
    assert not opens(login(client), week)
    clock.move(days=7)
    assert opens(login(client), week)


def test_the_clock_of_an_enrolment_stops_with_a_pause_and_between_two_memberships(
    week: Any, cast: Any, clinic: Any, tiers: Any, clock: Any, login: Any
) -> None:
    Wait.objects.create(page=week, count=2, unit="weeks")
    start = clock.moment
    ended = {"status": "canceled", "ends_at": start + 10 * DAY}
    on_time, paused, returned = (
        factories.make_client(clinic, name, cast.therapist) for name in ("On", "Paused", "Back")
    )
    for client, values in ((on_time, {}), (paused, {}), (returned, ended)):
        factories.make_membership(client, tiers.basic, **values)
        enrol(client, cast.therapist, week, start.date())
        give(client, start, 10 if client is returned else 40)
    give(paused, start + 4 * DAY, 5, kind=AccessKind.PAUSED)
    # Who came back after five days of absence, and whose new time was given at once.
    factories.make_membership(returned, tiers.basic)
    give(returned, start + 15 * DAY, 30)
    for days, openers in ((13, []), (15, ["On"]), (18, ["On"]), (20, ["On", "Paused", "Back"])):
        clock.set(start + days * DAY)
        people = {"On": on_time, "Paused": paused, "Back": returned}
        assert [name for name, one in people.items() if opens(login(one), week)] == openers, days


def test_a_pause_at_another_clinic_stops_no_clock_here(
    week: Any, cast: Any, clinic: Any, tiers: Any, clock: Any, login: Any
) -> None:
    start = clock.moment
    here = factories.make_client(clinic, "Two Clinics", cast.therapist)
    enrol(here, cast.therapist, week, start.date())
    home = Site.objects.get(is_default_site=True).root_page
    elsewhere = Clinic.for_site(Site.objects.create(hostname="other.example", root_page=home))
    there = Client.objects.create(clinic=elsewhere, user=here.user, name="Two Clinics")
    factories.make_membership(there, factories.make_tier(elsewhere, "Elsewhere"))
    give(there, start, 40)
    give(there, start + 4 * DAY, 20, kind=AccessKind.PAUSED)
    assert stopped(there) == [(start + 4 * DAY, start + 24 * DAY)]
    assert stopped(here) == []


# --------------------------------------------------------------------------------- the admin


def test_an_editor_sets_changes_and_takes_away_the_wait(home: Any, tiers: Any, login: Any) -> None:
    page = add_page(home, "A page")
    restrict(page, tiers.basic.group)
    browser = login(factories.make_user(is_superuser=True, is_staff=True))
    url = f"/admin/gating/pages/{page.pk}/opening-time/"
    edit = browser.get(f"/admin/pages/{page.pk}/edit/").content.decode()
    assert url in edit
    assert "for members: Basic." in browser.get(url).content.decode()
    response = browser.post(url, {"count": "2", "unit": "weeks"}, follow=True)
    assert "opens some time after" in response.content.decode()
    assert page_gates(page).wait == 14
    assert 'value="2"' in browser.get(url).content.decode()
    browser.post(url, {"count": "", "unit": "weeks"})
    assert not Wait.objects.exists()
    assert PageLogEntry.objects.filter(action="wagtail_asyncpt.wait").count() == 2
    assert (
        "Opening time changed" in browser.get(f"/admin/pages/{page.pk}/history/").content.decode()
    )
    assert not ModelLogEntry.objects.filter(action="wagtail_asyncpt.wait").exists()


@pytest.mark.parametrize("wrong", [{"count": "-1"}, {"count": "9999"}, {"unit": "years"}])
def test_a_wrong_wait_is_told_next_to_the_field_and_kept(
    page: Any, login: Any, wrong: dict[str, str]
) -> None:
    browser = login(factories.make_user(is_superuser=True, is_staff=True))
    values = {"count": "5", "unit": "days", **wrong}
    response = browser.post(f"/admin/gating/pages/{page.pk}/opening-time/", values)
    assert response.status_code == 200
    words = response.content.decode()
    assert "error-message" in words
    if "count" in wrong:
        assert f'value="{wrong["count"]}"' in words
    assert Wait.objects.get().days == 3


def test_the_form_says_when_a_wait_has_no_effect_and_what_is_inherited(
    home: Any, page: Any, login: Any
) -> None:
    browser = login(factories.make_user(is_superuser=True, is_staff=True))
    child, other = add_page(page, "Child"), add_page(home, "Open")
    words = browser.get(f"/admin/gating/pages/{other.pk}/opening-time/").content.decode()
    assert "has no effect" in words
    words = browser.get(f"/admin/gating/pages/{child.pk}/opening-time/").content.decode()
    assert "opens after 3 days" in words


def test_only_who_may_set_the_privacy_may_set_the_wait(page: Any, cast: Any, login: Any) -> None:
    url = f"/admin/gating/pages/{page.pk}/opening-time/"
    for person in (cast.editor, cast.therapist, cast.owner):
        browser = login(person)
        assert browser.post(url, {"count": "9", "unit": "days"}).status_code in {302, 403}
    assert Browser().post(url, {"count": "9", "unit": "days"}).status_code == 302
    assert Wait.objects.get().count == 3
    superuser = login(factories.make_user(is_superuser=True, is_staff=True))
    assert superuser.get(url.replace(str(page.pk), "999999")).status_code == 404


def test_the_operation_writes_one_row(page: Any, cast: Any) -> None:
    set_wait(page=page, user=cast.editor, count=5, unit="days")
    set_wait(page=page, user=cast.editor, count=6, unit="days")
    assert [wait.days for wait in Wait.objects.all()] == [6]
    assert str(Wait.objects.get()) == "Later: 6 days"
