"""A session: read, started, finished, left out; closed memberships; strangers."""

import datetime as dt
import uuid
from typing import Any

import pytest

from tests import factories as make
from tests.conftest import Cast
from tests.portal.conftest import make_history
from wagtail_asyncpt.care import operations as care
from wagtail_asyncpt.care.models import PrescribedExercise, Review, SessionLog, Week
from wagtail_asyncpt.memberships.models import Membership
from wagtail_asyncpt.people.models import Client


def address(week: Week, occurrence: int = 1, part: str = "") -> str:
    """The page of the week's first session."""
    session = week.sessions.first()
    assert session is not None
    return f"/care/sessions/{session.uuid}/{occurrence}/{part}"


def text(response: Any) -> str:
    """The page with runs of white space made one."""
    return " ".join(response.content.decode().split())


def close_membership(client: Client) -> None:
    """End the client's membership."""
    Membership.objects.filter(client=client).update(
        status="canceled", ends_at=dt.datetime(2026, 11, 1, tzinfo=dt.UTC)
    )


def test_a_session_shows_everything_before_it_starts(cast: Cast, week: Week, login: Any) -> None:
    page = text(login(cast.owner).get(address(week)))
    for words in (
        "Legs", "1 of 2", "Main part", "Goblet squat", "3 × 8, 20 lb @ RPE 7, rest 90 s",
        "Sit back.", "Avoid", "Knees in.", "2 × 30 s hold @ RPE 7",
        "Film set 2 from the side, by Friday",
    ):  # fmt: skip
        assert words in page
    assert "data-set" not in page


def test_start_leads_to_the_set_tables_and_twice_is_once(
    cast: Cast, week: Week, login: Any
) -> None:
    browser = login(cast.owner)
    for _time in range(2):
        response = browser.post(address(week, part="start/"))
        assert response["Location"] == address(week)
    assert SessionLog.objects.count() == 1
    assert browser.get(address(week)).content.count(b"data-set ") == 5


def test_a_closed_membership_starts_nothing_and_finishes_what_was_started(
    cast: Cast, week: Week, started: SessionLog, login: Any
) -> None:
    close_membership(cast.owner)
    browser = login(cast.owner)
    refused = browser.post(address(week, 2, "start/"), follow=True)
    assert refused.redirect_chain[-1][0] == "/care/"
    assert not SessionLog.objects.filter(occurrence=2).exists()
    assert "start/" not in text(browser.get(address(week, 2)))
    assert browser.post(address(week, 1, "finish/"), {"effort": "5"}).status_code == 302
    started.refresh_from_db()
    assert started.finished_at is not None


def test_last_time_and_units_are_the_clients(
    cast: Cast, week: Week, squat: PrescribedExercise, started: SessionLog, login: Any, clock: Any
) -> None:
    care.log_set(
        client=cast.owner, session_log=started, prescribed=squat, key=uuid.uuid4(),
        set_number=1, reps=9, load=20, load_unit="lb",
    )  # fmt: skip
    clock.move(days=2)
    care.start_session(client=cast.owner, session=started.session, occurrence=2)
    browser = login(cast.owner)
    assert "last time </span>20 lb × 9" in text(browser.get(address(week, 2)))
    Client.objects.filter(pk=cast.owner.pk).update(weight_unit="kg")
    page = text(browser.get(address(week, 2)))
    assert "last time </span>9 kg × 9" in page
    assert "3 × 8, 9 kg @ RPE 7" in page
    assert 'name="load" value="9"' in page


def test_what_was_logged_is_shown_in_its_row(
    cast: Cast, week: Week, squat: PrescribedExercise, started: SessionLog, login: Any
) -> None:
    care.log_set(
        client=cast.owner, session_log=started, prescribed=squat, key=uuid.uuid4(),
        set_number=2, reps=6, load=25, load_unit="lb",
    )  # fmt: skip
    page = text(login(cast.owner).get(address(week)))
    row = page.split('name="set_number" value="2"')[1].split("</form>")[0]
    assert 'name="reps" value="6"' in row and 'name="load" value="25"' in row
    assert "Set 2 was not done" in row
    assert page.count('data-done="true"') == 1


def test_finish_tells_what_was_done_and_what_comes_next(
    cast: Cast, week: Week, squat: PrescribedExercise, started: SessionLog, login: Any
) -> None:
    care.log_set(
        client=cast.owner, session_log=started, prescribed=squat, key=uuid.uuid4(),
        set_number=1, reps=8,
    )  # fmt: skip
    browser = login(cast.owner)
    assert "1 of 5 sets of Legs" in text(browser.get(address(week, part="finish/")))
    sent = {"effort": "6", "comment": "Felt strong"}
    done = browser.post(address(week, part="finish/"), sent, follow=True)
    assert "Well done" in text(done)
    assert address(week, 2) in text(done)
    started.refresh_from_db()
    assert (started.effort, started.comment) == (6, "Felt strong")
    assert Review.objects.get().reasons == ["comment"]


def test_finishing_twice_changes_only_what_was_told(
    cast: Cast, week: Week, started: SessionLog, login: Any, clock: Any
) -> None:
    browser = login(cast.owner)
    browser.post(address(week, part="finish/"), {"effort": "6"})
    first = SessionLog.objects.get().finished_at
    clock.move(hours=1)
    browser.post(address(week, part="finish/"), {"effort": "7"})
    row = SessionLog.objects.get()
    assert (row.effort, row.finished_at) == (7, first)


@pytest.mark.parametrize("effort", ["11", "hard", "-1"])
def test_a_wrong_effort_is_told_and_the_comment_kept(
    cast: Cast, week: Week, started: SessionLog, login: Any, effort: str
) -> None:
    sent = {"effort": effort, "comment": "Knee was warm"}
    response = login(cast.owner).post(address(week, part="finish/"), sent)
    assert response.status_code == 400
    assert 'class="error"' in text(response)
    assert "Knee was warm" in text(response)
    started.refresh_from_db()
    assert started.finished_at is None


def test_finish_before_start_goes_back_to_the_session(cast: Cast, week: Week, login: Any) -> None:
    response = login(cast.owner).get(address(week, part="finish/"))
    assert response["Location"] == address(week)


def test_a_session_is_left_out_without_shame(cast: Cast, week: Week, login: Any) -> None:
    browser = login(cast.owner)
    assert "It happens." in text(browser.get(address(week, part="skip/")))
    sent = {"reason": "tired", "words": "A cold"}
    today = browser.post(address(week, part="skip/"), sent, follow=True)
    assert "Moved on. Your plan goes on as before." in text(today)
    assert "1 of 2 · moved on" in text(today)
    row = SessionLog.objects.get()
    assert row.skipped_reason == "Not feeling well: A cold"
    assert row.finished_at is not None


def test_leaving_out_needs_a_reason(cast: Cast, week: Week, login: Any) -> None:
    sent = {"reason": "", "words": "Just so"}
    response = login(cast.owner).post(address(week, part="skip/"), sent)
    assert response.status_code == 400
    assert "Choose what fits best." in text(response)
    assert 'value="Just so"' in text(response)
    assert not SessionLog.objects.exists()


def test_a_session_that_was_left_out_can_still_be_done(cast: Cast, week: Week, login: Any) -> None:
    browser = login(cast.owner)
    browser.post(address(week, part="skip/"), {"reason": "time"})
    assert "You can still do it" in text(browser.get(address(week)))
    browser.post(address(week, part="finish/"), {"effort": "4"})
    assert SessionLog.objects.get().skipped_reason == ""


@pytest.mark.parametrize("part", ["", "finish/", "skip/", "start/"])
def test_every_page_of_a_session_is_the_owners_alone(
    cast: Cast, week: Week, started: SessionLog, login: Any, part: str
) -> None:
    for person in (cast.stranger, cast.lapsed, cast.therapist, cast.editor):
        browser = login(person)
        for response in (
            browser.post(address(week, part=part), {"effort": "1", "reason": "time"}),
            *([] if part == "start/" else [browser.get(address(week, part=part))]),
        ):
            assert response.status_code in (404, 405)
            assert b"Olive" not in response.content and b"Goblet" not in response.content
    started.refresh_from_db()
    assert started.finished_at is None
    if part != "start/":
        assert login(cast.owner).get(address(week, part=part)).status_code == 200


@pytest.mark.parametrize("occurrence", [0, 3, 99999])
def test_a_time_that_is_not_planned_is_not_found(
    cast: Cast, week: Week, login: Any, occurrence: int
) -> None:
    assert login(cast.owner).get(address(week, occurrence)).status_code == 404
    assert login(cast.owner).post(address(week, occurrence, "start/")).status_code == 404


def test_an_unpublished_week_has_no_sessions_to_open(cast: Cast, week: Week, login: Any) -> None:
    draft = care.draft_next_week(therapist=cast.therapist, week=week)
    browser = login(cast.owner)
    assert browser.get(f"/care/plan/{draft.uuid}/").status_code == 404
    assert browser.get(f"/care/plan/{week.uuid}/").status_code == 200


def test_the_session_costs_the_same_at_every_size(cast: Cast, count_queries: Any) -> None:
    counts = set()
    for client, therapist, lines, weeks in (
        (cast.owner, cast.therapist, 3, 2),
        (cast.stranger, cast.colleague, 30, 12),
    ):
        week = make_history(client, therapist, lines, weeks)
        care.start_session(client=client, session=week.sessions.get(), occurrence=1)
        page = address(week)
        counts.add(len(count_queries(lambda browser, page=page: browser.get(page), client)))
    assert len(counts) == 1


def test_names_are_escaped(cast: Cast, login: Any) -> None:
    exercise = make.make_exercise("<script>x</script>")
    week = make.make_published_week(
        cast.owner, cast.therapist, [make.session(make.line(exercise), title="<b>Legs</b>")]
    )
    page = login(cast.owner).get(address(week)).content.decode()
    assert "<script>x" not in page and "<b>Legs" not in page
    assert "&lt;script&gt;x" in page
