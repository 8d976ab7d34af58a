"""A client with a published week, and a session of it that is being done."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from tests import factories as make
from tests.conftest import Cast
from wagtail_asyncpt.care import operations as care
from wagtail_asyncpt.care.models import PrescribedExercise, SessionLog, Week
from wagtail_asyncpt.core import clock as real_clock
from wagtail_asyncpt.people.models import Client, Therapist

CHECK = {
    "camera_view": "side",
    "set_number": 2,
    "due_day": "5",
    "question": "Do the heels stay down?",
}


@pytest.fixture
def week(cast: Cast) -> Week:
    """The owner's first week: goblet squats with a form check, and a wall sit."""
    squat = make.line(
        make.make_exercise("Goblet squat", cues=[("do", "Sit back."), ("avoid", "Knees in.")]),
        load_value="20", load_unit="lb", rest_seconds=90, check=CHECK,
    )  # fmt: skip
    hold = make.line(make.make_exercise("Wall sit"), sets=2, reps=None, hold_seconds=30)
    days = [make.session(squat, hold, title="Legs", times_per_week=2)]
    return make.make_published_week(cast.owner, cast.therapist, days)


@pytest.fixture
def started(cast: Cast, week: Week) -> SessionLog:
    """The owner's first session, started."""
    return care.start_session(client=cast.owner, session=week.sessions.get(), occurrence=1)


@pytest.fixture
def squat(week: Week) -> PrescribedExercise:
    """The line with three sets of eight."""
    return week.prescribed.get(exercise__name="Goblet squat")


@pytest.fixture
def hold(week: Week) -> PrescribedExercise:
    """The line that is held for seconds."""
    return week.prescribed.get(exercise__name="Wall sit")


def make_history(client: Client, therapist: Therapist, lines: int, weeks: int) -> Week:
    """``weeks`` published weeks of one session with ``lines`` lines; today is in the last one."""
    days = [make.session(*(make.line(make.make_exercise(), check=CHECK) for _ in range(lines)))]
    today = real_clock.today(client.time_zone)
    begin = today - dt.timedelta(weeks=weeks - 1)
    week = make.make_published_week(client, therapist, days, starts_on=begin)
    for _number in range(1, weeks):
        log_everything(client, week)
        week = care.draft_next_week(therapist=therapist, week=week)
        care.publish_week(therapist=therapist, week=week, reasons={}, message="On we go.")
        week.refresh_from_db()
    return week


def log_everything(client: Client, week: Week) -> None:
    """Do every set of the first session, and finish it."""
    session = week.sessions.first()
    assert session is not None
    log = care.start_session(client=client, session=session, occurrence=1)
    for line in session.prescribed.all():
        care.log_set(
            client=client, session_log=log, prescribed=line, key=uuid.uuid4(), set_number=1, reps=8
        )
    care.finish_session(client=client, session_log=log, effort=6)


@pytest.fixture
def count_queries(
    login: Any, django_assert_num_queries: Any
) -> Callable[[Callable[[Any], Any], Client], list[str]]:
    """``count_queries(ask, client)``: the queries of ``ask(browser)`` but those of transactions."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def counted(ask: Callable[[Any], Any], client: Client) -> list[str]:
        browser = login(client)
        with CaptureQueriesContext(connection) as captured:
            response = ask(browser)
        assert response.status_code == 200, response.content
        words = ("SAVEPOINT", "RELEASE", "BEGIN", "COMMIT", "ROLLBACK")
        return [q["sql"] for q in captured.captured_queries if not q["sql"].startswith(words)]

    return counted
