"""Enrolling, drafting and publishing weeks."""

import copy
import datetime as dt
from typing import Any

import pytest

from tests import factories as make
from tests.conftest import Cast, MovableClock
from wagtail_asyncpt.care import operations as care
from wagtail_asyncpt.care.days import as_raw
from wagtail_asyncpt.care.models import (
    Change,
    ChangeKind,
    Enrolment,
    FormCheck,
    PrescribedExercise,
    SetLog,
    Week,
    WeekVersion,
)
from wagtail_asyncpt.care.models.base import ImmutableError
from wagtail_asyncpt.care.queries import proposed_changes
from wagtail_asyncpt.core.errors import Conflict, DomainError, NotAllowed
from wagtail_asyncpt.people.models import AuditEntry, Letter

MONDAY = dt.date(2026, 11, 2)


@pytest.fixture
def squat(db: None) -> Any:
    return make.make_exercise("Box squat")


@pytest.fixture
def week(cast: Cast, squat: Any) -> Week:
    """Week 1 of the owner, published, with one squat and a form check on it."""
    check = {"camera_view": "side", "set_number": 2, "due_day": "4", "question": "Knees?"}
    days = [make.session(make.line(squat, check=check))]
    return make.make_published_week(cast.owner, cast.therapist, days, MONDAY)


def edit(week: Week, therapist: Any, change: Any) -> Week:
    """Save the week's draft after ``change`` was applied to its raw sessions."""
    raw = copy.deepcopy(as_raw(week.days))
    change(raw)
    return care.save_draft(
        therapist=therapist, week=week, days=raw, focus=week.focus, base_version=week.draft_version
    )


def set_dose(**dose: Any) -> Any:
    def change(raw: Any) -> None:
        raw[0]["value"]["exercises"][0]["value"]["dose"].update(dose)

    return change


def test_week_one_is_copied_from_the_program_page(week: Week, squat: Any) -> None:
    page = week.enrolment.program.get_children().first().specific
    assert [block["id"] for block in as_raw(week.days)] == [
        block["id"] for block in as_raw(page.days)
    ]
    assert week.prescribed.get().exercise == squat


def test_publishing_compiles_rows_and_asks_for_the_form_check(week: Week, cast: Cast) -> None:
    row = week.prescribed.get()
    assert row.prescribed_dose.in_words() == "3 × 8 @ RPE 7"
    assert (row.session.times, row.session.dates) == (3, [])
    check = FormCheck.objects.get()
    assert (check.prescribed, check.client, check.due_on) == (row, cast.owner, dt.date(2026, 11, 5))
    assert (check.camera_view, check.set_number, check.question) == ("side", 2, "Knees?")


def test_publishing_mails_the_client_once(week: Week, cast: Cast) -> None:
    letter = Letter.objects.get()
    assert letter.to == cast.owner.user.email
    assert str(week.uuid) in letter.text
    assert letter.subject == "Your week 1 is ready"


def test_weekdays_become_dates(cast: Cast, squat: Any) -> None:
    days = [make.session(make.line(squat), weekdays=["MO", "TH"], times_per_week=None)]
    week = make.make_published_week(cast.owner, cast.therapist, days, dt.date(2026, 11, 4))
    session = week.sessions.get()
    assert session.dates == ["2026-11-05", "2026-11-09"]
    assert session.times == 2


def test_a_stranger_to_the_caseload_may_do_nothing(week: Week, cast: Cast) -> None:
    versions = WeekVersion.objects.count()
    for action in (
        lambda: care.publish_week(therapist=cast.colleague, week=week, reasons={}),
        lambda: care.draft_next_week(therapist=cast.colleague, week=week),
        lambda: edit(week, cast.colleague, set_dose(sets=9)),
        lambda: care.enrol(
            therapist=cast.colleague, client=cast.owner, program=None, starts_on=MONDAY
        ),
    ):
        with pytest.raises(NotAllowed):
            action()
    assert WeekVersion.objects.count() == versions
    assert Week.objects.get().draft_version == 0
    assert edit(week, cast.manager, set_dose(sets=4)).draft_version == 1


def test_a_second_enrolment_is_refused(week: Week, cast: Cast) -> None:
    with pytest.raises(DomainError, match="in a program already"):
        care.enrol(therapist=cast.therapist, client=cast.owner, program=None, starts_on=MONDAY)
    assert Enrolment.objects.count() == 1


def test_an_old_draft_does_not_overwrite_a_newer_one(week: Week, cast: Cast) -> None:
    edit(week, cast.therapist, set_dose(sets=4))
    with pytest.raises(Conflict):
        edit(week, cast.therapist, set_dose(sets=5))  # week still says version 0
    week.refresh_from_db()
    assert as_raw(week.days)[0]["value"]["exercises"][0]["value"]["dose"]["sets"] == 4


def test_a_published_week_never_changes(week: Week, cast: Cast) -> None:
    version = week.current_version
    edit(week, cast.therapist, set_dose(sets=5))
    assert week.prescribed.get().prescribed_dose.sets == 3
    for write in (version.save, version.delete, lambda: WeekVersion.objects.update(number=9)):
        with pytest.raises(ImmutableError):
            write()
    assert version.days[0]["value"]["exercises"][0]["value"]["dose"]["sets"] == 3


def test_a_new_version_needs_a_reason_for_each_change(week: Week, cast: Cast) -> None:
    week = edit(week, cast.therapist, set_dose(sets=4))
    [change] = proposed_changes(Week.objects.get(pk=week.pk))
    assert (change.kind, change.dose_before.sets, change.dose_after.sets) == ("dose", 3, 4)
    with pytest.raises(care.MissingReasons) as refusal:
        care.publish_week(therapist=cast.therapist, week=week, reasons={change.key: "  "})
    assert refusal.value.keys == [change.key]
    assert week.versions.count() == 1
    care.publish_week(therapist=cast.therapist, week=week, reasons={change.key: "Felt easy"})
    assert Change.objects.get().reason == "Felt easy"
    assert week.versions.count() == 2
    assert week.versions.first().days != week.versions.last().days
    assert week.prescribed.get().prescribed_dose.sets == 4


def test_the_next_week_keeps_lineage_and_asks_for_no_old_videos(week: Week, cast: Cast) -> None:
    draft = care.draft_next_week(therapist=cast.therapist, week=week)
    assert care.draft_next_week(therapist=cast.therapist, week=week) == draft
    assert (draft.number, draft.starts_on) == (2, dt.date(2026, 11, 9))
    assert proposed_changes(draft) == []
    care.publish_week(therapist=cast.therapist, week=draft, reasons={})
    lineages = PrescribedExercise.objects.values_list("lineage", flat=True)
    assert len(lineages) == 2
    assert len(set(lineages)) == 1
    assert FormCheck.objects.count() == 1


def test_a_swap_keeps_the_lineage(week: Week, cast: Cast) -> None:
    lunge = make.make_exercise("Lunge")
    draft = care.draft_next_week(therapist=cast.therapist, week=week)

    def swap(raw: Any) -> None:
        raw[0]["value"]["exercises"][0]["value"]["exercise"] = lunge.pk

    draft = edit(draft, cast.therapist, swap)
    [change] = proposed_changes(Week.objects.get(pk=draft.pk))
    assert change.kind == ChangeKind.SWAPPED
    care.publish_week(therapist=cast.therapist, week=draft, reasons={change.key: "Knee pain"})
    rows = PrescribedExercise.objects.order_by("week__number")
    assert rows[0].lineage == rows[1].lineage
    assert [row.exercise.name for row in rows] == ["Box squat", "Lunge"]


def test_a_change_keeps_what_its_reason_rests_on(week: Week, cast: Cast) -> None:
    row = week.prescribed.get()
    log = care.start_session(client=cast.owner, session=row.session, occurrence=1)
    note, _created = care.log_exercise(
        client=cast.owner, session_log=log, prescribed=row, key=row.uuid, pain=4
    )
    draft = care.draft_next_week(therapist=cast.therapist, week=week)
    draft = edit(draft, cast.therapist, set_dose(sets=2))
    [change] = proposed_changes(Week.objects.get(pk=draft.pk))
    care.publish_week(therapist=cast.therapist, week=draft, reasons={change.key: "Pain 4"})
    assert Change.objects.get().evidence == {"exercise_logs": [str(note.key)]}


def test_the_program_page_can_give_the_next_week(cast: Cast, squat: Any) -> None:
    hinge = make.make_exercise("Hinge")
    program = make.make_program(
        weeks=[
            [make.session(make.line(squat))],
            [make.session(make.line(squat, sets=4), make.line(hinge))],
        ]
    )
    enrolment = care.enrol(
        therapist=cast.therapist, client=cast.owner, program=program, starts_on=MONDAY
    )
    week = enrolment.weeks.get()
    care.publish_week(therapist=cast.therapist, week=week, reasons={})
    draft = care.draft_next_week(therapist=cast.therapist, week=week, from_program=True)
    assert [change.kind for change in proposed_changes(draft)] == ["dose", "added"]


def test_removing_a_logged_line_retires_it(week: Week, cast: Cast) -> None:
    row = week.prescribed.get()
    log = care.start_session(client=cast.owner, session=row.session, occurrence=1)
    care.log_set(
        client=cast.owner, session_log=log, prescribed=row, key=row.uuid, set_number=1, reps=8
    )
    other = make.make_exercise("Bridge")
    week = edit(
        week,
        cast.therapist,
        lambda raw: raw[0]["value"].update(exercises=[make.line(other)]),
    )
    reasons = {change.key: "Calmer" for change in proposed_changes(week)}
    care.publish_week(therapist=cast.therapist, week=week, reasons=reasons)
    row.refresh_from_db()
    assert row.is_retired
    assert SetLog.objects.get().prescribed == row
    assert sorted(Change.objects.values_list("kind", flat=True)) == ["added", "removed"]


@pytest.mark.parametrize(
    ("break_it", "words"),
    [
        (lambda raw: raw.clear(), "at least one session"),
        (lambda raw: raw[0]["value"].update(title=""), "a title"),
        (
            lambda raw: raw[0]["value"]["exercises"][0]["value"].update(exercise=None),
            "has no exercise",
        ),
        (
            lambda raw: raw[0]["value"]["exercises"][0]["value"].update(exercise=987654),
            "has no exercise",
        ),
        (
            lambda raw: raw[0]["value"]["exercises"].append(raw[0]["value"]["exercises"][0]),
            "twice",
        ),
    ],
)
def test_a_week_that_nobody_could_follow_is_not_published(
    week: Week, cast: Cast, break_it: Any, words: str
) -> None:
    week = edit(week, cast.therapist, break_it)
    with pytest.raises(DomainError, match=words):
        care.publish_week(therapist=cast.therapist, week=week, reasons={})
    assert week.versions.count() == 1


def test_a_withdrawn_form_check_is_asked_again_when_it_returns(week: Week, cast: Cast) -> None:
    def ask(view: str) -> Any:
        def change(raw: Any) -> None:
            raw[0]["value"]["exercises"][0]["value"]["form_check"]["camera_view"] = view

        return change

    for view, status in (("", "withdrawn"), ("front", "requested")):
        week = edit(week, cast.therapist, ask(view))
        care.publish_week(therapist=cast.therapist, week=week, reasons={})
        assert FormCheck.objects.get().status == status


def test_every_write_of_a_therapist_leaves_an_audit_row(week: Week, cast: Cast) -> None:
    care.draft_next_week(therapist=cast.therapist, week=week)
    actions = set(
        AuditEntry.objects.filter(actor=cast.therapist.user, client=cast.owner).values_list(
            "action", flat=True
        )
    )
    assert {"enrolment.create", "week.publish", "week.draft"} <= actions


def test_publishing_costs_the_same_for_any_number_of_weeks(
    week: Week, cast: Cast, clock: MovableClock, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for _number in range(3):
        week = care.draft_next_week(therapist=cast.therapist, week=week)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            care.publish_week(therapist=cast.therapist, week=week, reasons={})
        counts.append(len(queries))
        week.refresh_from_db()
    assert len(set(counts)) == 1
