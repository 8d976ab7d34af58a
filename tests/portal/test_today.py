"""Today: what a client sees first, in every situation, in a constant number of queries."""

import datetime as dt
from typing import Any

import pytest
from django.urls import reverse

from tests import factories as make
from tests.conftest import Cast
from tests.portal.conftest import log_everything, make_history
from wagtail_asyncpt.care import operations as care
from wagtail_asyncpt.care.models import Review, SessionLog, Week
from wagtail_asyncpt.memberships.models import Membership
from wagtail_asyncpt.people.models import Client

TODAY = "/care/"


def text(response: Any) -> str:
    """The page with runs of white space made one."""
    return " ".join(response.content.decode().split())


def test_the_next_session_is_one_tap_away(cast: Cast, week: Week, login: Any) -> None:
    page = text(login(cast.owner).get(TODAY))
    assert "Good morning, Olive" in page
    assert "2 exercises" in page
    assert reverse("asyncpt_portal:start", args=[week.sessions.get().uuid, 1]) in page
    assert "Welcome!" in page
    assert "0 of 2 sessions this week" in page


def test_a_started_session_goes_on(cast: Cast, started: SessionLog, login: Any) -> None:
    page = text(login(cast.owner).get(TODAY))
    assert "In progress" in page and "Go on" in page
    address = reverse("asyncpt_portal:start", args=[started.session.uuid, 1])
    assert address not in page


def test_a_form_check_is_asked_with_its_due_day(cast: Cast, week: Week, login: Any) -> None:
    page = text(login(cast.owner).get(TODAY))
    assert "Videos asked for" in page
    assert "From the side · by Friday, Nov 6" in page
    assert reverse("asyncpt_portal:form_check", args=[week.form_checks.get().uuid]) in page


def test_an_unread_answer_has_a_badge_until_it_is_read(
    cast: Cast, started: SessionLog, login: Any
) -> None:
    care.finish_session(client=cast.owner, session_log=started, comment="Knee was fine")
    review = care.answer_review(
        therapist=cast.therapist, review=Review.objects.get(), summary="Well done."
    )
    browser = login(cast.owner)
    assert "Thea Ray answered you" in text(browser.get(TODAY))
    browser.post(reverse("asyncpt_portal:answer_read", args=[review.uuid]))
    assert "answered you" not in text(browser.get(TODAY))


def test_without_a_program_a_client_is_welcomed(cast: Cast, login: Any) -> None:
    assert "A therapist sets up your program" in text(login(cast.owner).get(TODAY))


def test_an_unpublished_week_is_being_written(cast: Cast, login: Any) -> None:
    care.enrol(
        therapist=cast.therapist,
        client=cast.owner,
        program=make.make_program(),
        starts_on=dt.date(2026, 11, 2),
    )
    page = text(login(cast.owner).get(TODAY))
    assert "Your therapist is writing your week" in page
    assert "Strength" not in page


def test_after_its_last_day_a_week_makes_room(
    cast: Cast, week: Week, clock: Any, login: Any
) -> None:
    clock.move(days=7)
    page = text(login(cast.owner).get(TODAY))
    assert "Your therapist is writing your week" in page
    assert "Last week" in page and "Legs" in page


def test_a_week_that_begins_later_says_when(cast: Cast, login: Any) -> None:
    make.make_published_week(cast.owner, cast.therapist, starts_on=dt.date(2026, 11, 9))
    assert "You start on Monday, November 9" in text(login(cast.owner).get(TODAY))


def test_all_sessions_done_is_said(cast: Cast, week: Week, login: Any) -> None:
    for occurrence in (1, 2):
        log = care.start_session(
            client=cast.owner, session=week.sessions.get(), occurrence=occurrence
        )
        care.finish_session(client=cast.owner, session_log=log)
    page = text(login(cast.owner).get(TODAY))
    assert "That was the week" in page and "2 of 2 sessions" in page


def test_a_finished_program_looks_back(cast: Cast, week: Week, login: Any) -> None:
    care.end_enrolment(
        therapist=cast.therapist, enrolment=week.enrolment, completed=True, reason="Goals reached"
    )
    page = text(login(cast.owner).get(TODAY))
    assert "You finished your program" in page
    assert "start/" not in page


def test_a_closed_membership_keeps_the_history(cast: Cast, week: Week, login: Any) -> None:
    log_everything(cast.owner, week)
    Membership.objects.filter(client=cast.owner).update(
        status="canceled", ends_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    )
    page = text(login(cast.owner).get(TODAY))
    assert "Your program is resting" in page
    assert reverse("asyncpt_memberships:account") in page
    assert "Legs" in page
    assert reverse("asyncpt_portal:start", args=[week.sessions.get().uuid, 2]) not in page


def test_a_stranger_sees_nothing_of_the_owner(cast: Cast, week: Week, login: Any) -> None:
    page = text(login(cast.stranger).get(TODAY))
    assert "Good morning, Stan" in page
    assert "Legs" not in page and "Olive" not in page


def test_a_visitor_is_sent_to_sign_in_and_back(client: Any, clinic: Any) -> None:
    response = client.get(TODAY)
    assert response.status_code == 302
    assert response["Location"].endswith("?next=/care/")


def test_somebody_who_is_no_client_is_told_what_to_do(cast: Cast, login: Any) -> None:
    for person in (cast.therapist, cast.editor):
        response = login(person).get(TODAY)
        assert response.status_code == 404
        assert "this account has no membership" in text(response)


def test_times_are_in_the_clients_zone(cast: Cast, week: Week, login: Any) -> None:
    Client.objects.filter(pk=cast.owner.pk).update(time_zone="Asia/Tokyo")
    assert "Good evening, Olive" in text(login(cast.owner).get(TODAY))


def test_a_broken_time_zone_does_not_lock_a_client_out(cast: Cast, week: Week, login: Any) -> None:
    Client.objects.filter(pk=cast.owner.pk).update(time_zone="Mars/Base")
    assert login(cast.owner).get(TODAY).status_code == 200


@pytest.mark.parametrize(("lines", "weeks"), [(3, 1), (30, 1), (3, 12)])
def test_today_costs_at_most_12_queries(
    cast: Cast, count_queries: Any, lines: int, weeks: int
) -> None:
    make_history(cast.owner, cast.therapist, lines, weeks)
    queries = count_queries(lambda browser: browser.get(TODAY), cast.owner)
    assert len(queries) <= 12, "\n".join(queries)


def test_today_costs_the_same_at_every_size(cast: Cast, count_queries: Any) -> None:
    make_history(cast.owner, cast.therapist, lines=3, weeks=1)
    make_history(cast.stranger, cast.colleague, lines=30, weeks=12)
    counts = {
        len(count_queries(lambda browser: browser.get(TODAY), person))
        for person in (cast.owner, cast.stranger)
    }
    assert len(counts) == 1
