"""What sessions of every kind become for the client: rows, pages, answers."""

import datetime as dt
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import factories as make
from tests.conftest import Cast
from wagtail_asyncpt.care import operations as care
from wagtail_asyncpt.care.models import SessionLog
from wagtail_asyncpt.core.errors import DomainError

pytestmark = pytest.mark.django_db

MONDAY = dt.date(2026, 11, 2)


def item(block: str, **value: Any) -> dict[str, Any]:
    return {"type": block, "id": str(uuid.uuid4()), "value": value}


def group(*lines: dict[str, Any], **value: Any) -> dict[str, Any]:
    inner = [{**line, "type": "item"} for line in lines]
    return item("group", **{"kind": "superset", "rounds": 3, **value}, exercises=inner)


def publish(cast: Cast, *sessions: dict[str, Any], starts_on: dt.date = MONDAY) -> Any:
    return make.make_published_week(cast.owner, cast.therapist, list(sessions), starts_on)


def whole_session(**when: Any) -> dict[str, Any]:
    """One of everything."""
    squat, row, press = (make.make_exercise(name) for name in ("Squat", "Row", "Press"))
    targets = [{"type": "item", "id": "1", "value": {"reps": 12, "load_value": "20"}}]
    return make.session(
        item("note", text="Breathe out on the way up"),
        make.line(squat, load_value="30", load_unit="kg", targets=targets),
        group(make.line(row, sets=None), make.line(press, sets=None), rest_seconds=60),
        item("education", title="Why slowly", text="<p>Tendons like <b>time</b>.</p>"),
        item("question", text="How were the stairs?"),
        **when,
    )


def test_everything_compiles_to_rows_in_order(cast: Cast) -> None:
    week = publish(cast, whole_session())
    rows = list(week.prescribed.all())
    assert [(row.exercise.name, row.position) for row in rows] == [
        ("Squat", 1),
        ("Row", 2),
        ("Press", 3),
    ]
    words = rows[0].prescribed_dose.in_words()
    assert words == "3 sets: 12, 20 kg / 8, 30 kg / 8, 30 kg @ RPE 7"
    assert rows[0].in_group is None
    assert rows[1].in_group == rows[2].in_group
    assert rows[1].prescribed_dose.sets == 3
    session = week.sessions.get()
    assert [(one["kind"], one["position"]) for one in session.extras] == [
        ("note", 0),
        ("education", 4),
        ("question", 5),
    ]


def test_the_client_reads_groups_notes_and_each_sets_own_numbers(
    cast: Cast, login: Callable[[Any], Browser]
) -> None:
    week = publish(cast, whole_session())
    session = week.sessions.get()
    care.start_session(client=cast.owner, session=session, occurrence=1)
    browser = login(cast.owner)
    page = browser.get(reverse("asyncpt_portal:session", args=[session.uuid, 1]))
    body = page.content.decode()
    for words in (
        "Superset: 3 rounds, one exercise after the other, rest 60 s after each round",
        "Breathe out on the way up",
        "Tendons like <b>time</b>.",
        "How were the stairs?",
    ):
        assert words in body
        assert words in browser.get(reverse("asyncpt_portal:plan")).content.decode()
    assert body.count("Superset") == 1
    card = page.context["page"].cards[0]
    assert [row.numbers[1].value for row in card.rows] == ["12", "8", "8"]
    assert [row.numbers[0].value for row in card.rows] == ["44", "66", "66"]


def test_questions_are_answered_at_the_end_and_the_therapist_reads_them(
    cast: Cast, login: Callable[[Any], Browser]
) -> None:
    week = publish(cast, whole_session(times_per_week=1))
    session = week.sessions.get()
    care.start_session(client=cast.owner, session=session, occurrence=1)
    asked = session.questions[0]["uid"]
    finish = reverse("asyncpt_portal:finish", args=[session.uuid, 1])
    browser = login(cast.owner)
    assert "How were the stairs?" in browser.get(finish).content.decode()
    too_long = {"effort": "7", f"answer-{asked}": "x" * 1001}
    assert browser.post(finish, too_long).status_code == 400
    answer = browser.post(finish, {"effort": "7", f"answer-{asked}": " Two at a time "})
    assert answer.status_code == 302
    log = SessionLog.objects.get()
    assert log.answers == [
        {"uid": asked, "question": "How were the stairs?", "answer": "Two at a time"}
    ]
    assert "Two at a time" in browser.get(finish).content.decode()
    review = week.reviews.get()
    page = login(cast.therapist).get(reverse("asyncpt_review:review", args=[review.uuid]))
    assert "Two at a time" in page.content.decode()


@pytest.mark.parametrize(
    ("when", "times", "days"),
    [
        ({"times_per_week": 3, "times_per_day": 2}, 6, []),
        ({"times_per_week": 7, "times_per_day": 2}, 14, [d for d in range(2, 9) for _ in (1, 2)]),
        ({"weekdays": ["MO", "FR"], "times_per_day": 2}, 4, [2, 2, 6, 6]),
        ({"weekdays": ["MO", "FR"], "times_per_week": 7, "times_per_day": 2}, 4, [2, 2, 6, 6]),
        ({"rule": "RRULE:FREQ=DAILY;INTERVAL=3"}, 3, [2, 5, 8]),
    ],
)
def test_days_and_times_are_computed_when_published(
    cast: Cast, when: dict[str, Any], times: int, days: list[int]
) -> None:
    session = publish(cast, whole_session(**when)).sessions.get()
    assert session.times == times
    assert [dt.date.fromisoformat(day).day for day in session.dates] == days


def test_a_rule_counts_from_the_programs_first_day_and_may_leave_a_week_out(cast: Cast) -> None:
    fortnight = "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=WE"
    always = whole_session()
    week = publish(cast, always, {**whole_session(rule=fortnight), "id": str(uuid.uuid4())})
    assert week.sessions.filter(is_retired=False).count() == 2
    second = care.draft_next_week(therapist=cast.therapist, week=week)
    care.publish_week(therapist=cast.therapist, week=second, reasons={})
    assert second.sessions.count() == 1
    third = care.draft_next_week(therapist=cast.therapist, week=second)
    care.publish_week(therapist=cast.therapist, week=third, reasons={})
    assert [s.dates for s in third.sessions.order_by("position")] == [[], ["2026-11-18"]]


def test_a_week_without_any_day_is_not_published(cast: Cast) -> None:
    never = whole_session(rule="RRULE:FREQ=MONTHLY;BYMONTHDAY=25")
    with pytest.raises(DomainError, match="at least one session"):
        publish(cast, never)


def test_a_session_costs_the_same_with_few_and_many_extras(
    cast: Cast, login: Callable[[Any], Browser]
) -> None:
    few = whole_session()
    many = whole_session()
    squat = make.make_exercise("Squat")
    many["value"]["exercises"] += [
        part
        for n in range(6)
        for part in (item("note", text=f"Note {n}"), group(*[make.line(squat)] * 2))
    ]
    for line in many["value"]["exercises"][-12:]:
        for inner in line["value"].get("exercises", []):
            inner["id"] = str(uuid.uuid4())
    week = publish(cast, few, many)
    browser = login(cast.owner)
    costs = []
    for session in week.sessions.order_by("position"):
        care.start_session(client=cast.owner, session=session, occurrence=1)
        address = reverse("asyncpt_portal:session", args=[session.uuid, 1])
        browser.get(address)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(address).status_code == 200
        costs.append(len(queries))
    assert costs[0] == costs[1]


def test_an_answer_stays_when_its_question_is_no_longer_asked(cast: Cast) -> None:
    session = publish(cast, whole_session()).sessions.get()
    log = care.start_session(client=cast.owner, session=session, occurrence=1)
    uid = session.questions[0]["uid"]
    care.finish_session(client=cast.owner, session_log=log, answers={uid: "Easier"})
    type(session).objects.filter(pk=session.pk).update(extras=[])

    log = care.finish_session(client=cast.owner, session_log=log, answers={}, comment="Good")

    assert [(one["question"], one["answer"]) for one in log.answers] == [
        ("How were the stairs?", "Easier")
    ]
