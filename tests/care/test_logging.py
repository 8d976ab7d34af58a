"""What a client logs is stored once, corrected openly, and told to the therapist."""

import threading
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from tests import factories as make
from tests.conftest import Cast
from wagtail_asyncpt.care import operations as care
from wagtail_asyncpt.care.models import ExerciseLog, PrescribedExercise, Review, SessionLog, SetLog
from wagtail_asyncpt.core.errors import DomainError, NotAllowed
from wagtail_asyncpt.practice.models import TouchPoint


@pytest.fixture
def row(cast: Cast) -> PrescribedExercise:
    return make.make_published_week(cast.owner, cast.therapist).prescribed.get()


@pytest.fixture
def log(row: PrescribedExercise, cast: Cast) -> SessionLog:
    return care.start_session(client=cast.owner, session=row.session, occurrence=1)


def log_set(cast: Cast, log: SessionLog, row: Any, **values: Any) -> tuple[SetLog, bool]:
    values = {"key": uuid.uuid4(), "set_number": 1, "reps": 8, **values}
    return care.log_set(client=cast.owner, session_log=log, prescribed=row, **values)


def test_starting_twice_is_starting_once(row: Any, log: SessionLog, cast: Cast) -> None:
    again = care.start_session(client=cast.owner, session=row.session, occurrence=1)
    assert again == log
    assert SessionLog.objects.count() == 1


def test_a_session_is_not_done_more_often_than_planned(row: Any, cast: Cast) -> None:
    with pytest.raises(DomainError):
        care.start_session(client=cast.owner, session=row.session, occurrence=4)
    assert not SessionLog.objects.exists()


def test_a_replayed_set_returns_the_stored_row(cast: Cast, log: SessionLog, row: Any) -> None:
    key = uuid.uuid4()
    first, created = log_set(cast, log, row, key=key, load=Decimal("20"), load_unit="kg")
    again, created_again = log_set(cast, log, row, key=key, reps=99)
    assert (created, created_again) == (True, False)
    assert again == first
    assert SetLog.objects.get().reps == 8


def test_a_second_entry_for_the_same_set_is_a_correction(
    cast: Cast, log: SessionLog, row: Any
) -> None:
    first, _created = log_set(cast, log, row, reps=8)
    second, _created = log_set(cast, log, row, reps=7)
    assert second.replaces == first
    assert list(SetLog.objects.values_list("reps", "is_current").order_by("pk")) == [
        (8, False),
        (7, True),
    ]


def test_a_stranger_can_log_nothing(cast: Cast, log: SessionLog, row: Any) -> None:
    with pytest.raises(NotAllowed):
        care.start_session(client=cast.stranger, session=row.session, occurrence=2)
    with pytest.raises(NotAllowed):
        care.log_set(
            client=cast.stranger, session_log=log, prescribed=row, key=uuid.uuid4(), set_number=1
        )
    with pytest.raises(NotAllowed):
        care.finish_session(client=cast.stranger, session_log=log)
    assert not SetLog.objects.exists()
    assert SessionLog.objects.count() == 1
    log_set(cast, log, row)
    assert SetLog.objects.count() == 1


def test_the_key_of_another_client_is_no_way_to_their_row(
    cast: Cast, log: SessionLog, row: Any
) -> None:
    mine, _created = log_set(cast, log, row)
    other = make.make_published_week(cast.stranger, cast.colleague).prescribed.get()
    session_log = care.start_session(client=cast.stranger, session=other.session, occurrence=1)
    theirs, created = care.log_set(
        client=cast.stranger,
        session_log=session_log,
        prescribed=other,
        key=mine.key,
        set_number=1,
        reps=3,
    )
    assert created
    assert theirs != mine


def test_an_exercise_of_another_session_is_refused(cast: Cast, log: SessionLog) -> None:
    other = make.make_published_week(cast.stranger, cast.colleague).prescribed.get()
    with pytest.raises(DomainError):
        log_set(cast, log, other)
    assert not SetLog.objects.exists()


def test_strong_pain_puts_the_week_in_the_queue_at_once(
    cast: Cast, log: SessionLog, row: Any
) -> None:
    def tell(pain: int) -> None:
        care.log_exercise(
            client=cast.owner, session_log=log, prescribed=row, key=uuid.uuid4(), pain=pain
        )

    tell(5)
    assert not Review.objects.exists()
    tell(6)
    review = Review.objects.get()
    assert (review.reasons, review.therapist) == (["pain"], cast.therapist)
    assert (review.due_at - review.entered_at).total_seconds() == 48 * 3600
    tell(8)
    assert Review.objects.count() == 1
    assert list(ExerciseLog.objects.values_list("pain", "is_current").order_by("pk")) == [
        (5, False),
        (6, False),
        (8, True),
    ]
    assert TouchPoint.objects.filter(kind="pain_alert").count() == 2


def test_a_comment_is_told_and_counted_once(cast: Cast, log: SessionLog, row: Any) -> None:
    key = uuid.uuid4()
    for _time in range(2):
        care.log_exercise(
            client=cast.owner, session_log=log, prescribed=row, key=key, comment="Knee clicks"
        )
    assert Review.objects.get().reasons == ["comment"]
    assert TouchPoint.objects.filter(kind="comment").count() == 1


def test_the_last_session_of_the_week_puts_it_in_the_queue(cast: Cast, row: Any) -> None:
    for occurrence in (1, 2):
        log = care.start_session(client=cast.owner, session=row.session, occurrence=occurrence)
        care.finish_session(client=cast.owner, session_log=log, effort=6)
    assert not Review.objects.exists()
    care.skip_session(client=cast.owner, session=row.session, occurrence=3, reason="Travel")
    assert Review.objects.get().reasons == ["week_done"]
    assert SessionLog.objects.get(occurrence=3).skipped_reason == "Travel"


def test_finishing_twice_counts_once(cast: Cast, log: SessionLog) -> None:
    for effort in (6, 7):
        care.finish_session(client=cast.owner, session_log=log, effort=effort)
    assert SessionLog.objects.get().effort == 7
    assert TouchPoint.objects.filter(kind="session_logged").count() == 1


def test_weeks_that_ended_enter_the_queue_once(cast: Cast, row: Any, clock: Any) -> None:
    start = row.week.starts_on
    assert (
        care.close_finished_weeks(clinic=cast.owner.clinic, on=start + make.dt.timedelta(days=6))
        == 0
    )
    assert (
        care.close_finished_weeks(clinic=cast.owner.clinic, on=start + make.dt.timedelta(days=7))
        == 1
    )
    assert (
        care.close_finished_weeks(clinic=cast.owner.clinic, on=start + make.dt.timedelta(days=8))
        == 0
    )
    assert Review.objects.get().week == row.week


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_twenty_parallel_posts_of_one_set_store_one_row(
    cast: Cast, log: SessionLog, row: Any
) -> None:
    key = uuid.uuid4()
    results: list[Any] = []

    def post() -> None:
        try:
            results.append(log_set(cast, log, row, key=key)[0].pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=post) for _number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 20
    assert len(set(results)) == 1
    assert SetLog.objects.count() == 1
