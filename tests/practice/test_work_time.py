"""Seconds of work: counted once, whatever the tabs say."""

import datetime as dt
import itertools
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.conftest import START, Cast, MovableClock
from wagtail_asyncpt.practice.models import WorkTime
from wagtail_asyncpt.practice.operations import record_work


def total() -> int:
    return sum(row.seconds for row in WorkTime.objects.all())


def test_one_tab_adds_up(cast: Cast, clock: MovableClock) -> None:
    for _beat in range(4):
        clock.move(seconds=15)
        record_work(therapist=cast.therapist, client=cast.owner, seconds=15)
    row = WorkTime.objects.get()
    assert (row.seconds, row.started_at) == (60, START)


def test_two_tabs_count_once(cast: Cast, clock: MovableClock) -> None:
    for _beat in range(4):
        clock.move(seconds=15)
        for client in (cast.owner, cast.lapsed):
            record_work(therapist=cast.therapist, client=client, seconds=15)
    assert total() == 60


def test_an_idle_gap_is_not_counted(cast: Cast, clock: MovableClock) -> None:
    clock.move(seconds=15)
    record_work(therapist=cast.therapist, client=cast.owner, seconds=15)
    clock.move(minutes=20)
    record_work(therapist=cast.therapist, client=cast.owner, seconds=10)
    assert total() == 25


def test_a_report_cannot_claim_an_hour(cast: Cast, clock: MovableClock) -> None:
    record_work(therapist=cast.therapist, client=cast.owner, seconds=3600)
    assert total() == 60


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=25)
@given(
    beats=st.lists(st.tuples(st.integers(0, 90), st.integers(-5, 90), st.booleans()), max_size=12)
)
def test_intervals_never_overlap_and_never_exceed_the_wall_clock(
    cast: Cast, clock: MovableClock, beats: list[tuple[int, int, bool]]
) -> None:
    WorkTime.objects.all().delete()
    clock.set(START)
    for wait, seconds, is_owner in beats:
        clock.move(seconds=wait)
        client = cast.owner if is_owner else cast.lapsed
        record_work(therapist=cast.therapist, client=client, seconds=seconds)
    rows = list(WorkTime.objects.order_by("started_at", "ended_at"))
    for earlier, later in itertools.pairwise(rows):
        assert earlier.ended_at <= later.started_at
    elapsed = (clock.moment - START).total_seconds()
    assert total() <= elapsed + 60  # the first report may reach back before the start


@pytest.fixture
def beat() -> Callable[..., Any]:
    def post(browser: Browser, body: Any) -> Any:
        return browser.post(
            reverse("asyncpt_practice:beat"), json.dumps(body), content_type="application/json"
        )

    return post


def test_only_the_caseload_is_worked_for(
    cast: Cast, login: Callable[[Any], Browser], beat: Callable[..., Any]
) -> None:
    body = {"client": str(cast.owner.uuid), "seconds": 15}
    for person in (cast.colleague, cast.owner, cast.stranger, cast.editor):
        assert beat(login(person), body).status_code in (302, 404)
    assert beat(Browser(), body).status_code == 302
    assert total() == 0
    assert beat(login(cast.therapist), body).json() == {"counted": True}
    assert total() == 15


@pytest.mark.parametrize(
    "body", [{}, [], {"client": "x", "seconds": 1}, {"client": None, "seconds": "many"}, "x", 3]
)
def test_a_broken_report_is_answered_plainly(
    cast: Cast, login: Callable[[Any], Browser], beat: Callable[..., Any], body: Any
) -> None:
    assert beat(login(cast.therapist), body).status_code == 400
    assert total() == 0


def test_a_day_is_not_confused_with_seconds(cast: Cast, clock: MovableClock) -> None:
    clock.move(days=1)
    row = record_work(therapist=cast.therapist, client=cast.owner, seconds=30)
    assert row is not None
    assert row.ended_at - row.started_at == dt.timedelta(seconds=30)
