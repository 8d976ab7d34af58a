"""One program, many clients: enrolling together, and pushing a newer text to drafts."""

import copy
import datetime as dt
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests import factories as make
from tests.conftest import Cast
from wagtail_asyncpt.care import operations as care
from wagtail_asyncpt.care.days import as_raw
from wagtail_asyncpt.care.models import Cohort, Enrolment, Week
from wagtail_asyncpt.care.queries.templates import program_updates
from wagtail_asyncpt.core.errors import Conflict, DomainError, NotAllowed
from wagtail_asyncpt.pages.models import ProgramWeekPage
from wagtail_asyncpt.people.models import AuditEntry, Client, Clinic

pytestmark = pytest.mark.django_db

MONDAY = dt.date(2026, 11, 2)


@pytest.fixture
def program(db: None) -> Any:
    """Two weeks: a squat each, and a row in week 1."""
    squat, row = make.make_exercise("Squat"), make.make_exercise("Row")
    first = [make.session(make.line(squat), make.line(row))]
    return make.make_program(weeks=[first, copy.deepcopy(first)])


def pages(program: Any) -> list[ProgramWeekPage]:
    return list(ProgramWeekPage.objects.child_of(program).order_by("path"))


def rewrite(page: ProgramWeekPage, reps: int = 12, focus: str = "Deeper") -> None:
    """Publish a newer text of a week: other repetitions in line 1, another focus."""
    raw = as_raw(page.days)
    raw[0]["value"]["exercises"][0]["value"]["dose"]["reps"] = reps
    page.days, page.focus = raw, focus
    page.save_revision().publish()


def enrolled(cast: Cast, client: Client, program: Any) -> Week:
    therapist = client.primary_therapist or cast.therapist
    enrolment = care.enrol(therapist=therapist, client=client, program=program, starts_on=MONDAY)
    return enrolment.weeks.get()


def push(therapist: Any, program: Any, *weeks: Week) -> list[Week]:
    versions = {week.uuid: week.draft_version for week in weeks}
    return care.push_program(therapist=therapist, program=program, versions=versions)


def first_dose(week: Week) -> dict[str, Any]:
    week.refresh_from_db()
    return as_raw(week.days)[0]["value"]["exercises"][0]["value"]["dose"]


def test_a_week_remembers_the_text_and_the_revision_it_came_from(cast: Cast, program: Any) -> None:
    page = pages(program)[0]
    rewrite(page, reps=10)
    week = enrolled(cast, cast.owner, program)
    assert week.template == {"days": as_raw(page.days), "focus": "Deeper"}
    page.refresh_from_db()
    assert week.template_revision == page.live_revision_id


def test_the_differences_are_shown_before_anything_changes(cast: Cast, program: Any) -> None:
    week = enrolled(cast, cast.owner, program)
    [update] = program_updates(cast.therapist, program)
    assert not update.is_older
    rewrite(pages(program)[0])
    [update] = program_updates(cast.therapist, program)
    assert update.is_pushable
    assert update.focus == "Deeper"
    [change] = update.changes
    assert (change.dose_before.reps, change.dose_after.reps) == (8, 12)
    assert first_dose(week)["reps"] == 8


def test_a_push_takes_the_newest_text_and_keeps_what_was_adjusted(cast: Cast, program: Any) -> None:
    week = enrolled(cast, cast.owner, program)
    raw = as_raw(week.days)
    raw[0]["value"]["exercises"][1]["value"]["dose"]["sets"] = 1
    week = care.save_draft(
        therapist=cast.therapist, week=week, days=raw, focus=week.focus, base_version=0
    )
    rewrite(pages(program)[0])
    program.save_revision().publish()
    program.refresh_from_db()
    push(cast.therapist, program, week)
    assert first_dose(week)["reps"] == 12
    assert as_raw(week.days)[0]["value"]["exercises"][1]["value"]["dose"]["sets"] == 1
    assert (week.focus, week.draft_version) == ("Deeper", 2)
    assert week.template["focus"] == "Deeper"
    assert Enrolment.objects.get().program_revision == program.live_revision_id
    assert AuditEntry.objects.filter(action="week.push", client=cast.owner).count() == 1
    [update] = program_updates(cast.therapist, program)
    assert not update.is_older


def test_a_published_week_never_changes(cast: Cast, program: Any) -> None:
    week = enrolled(cast, cast.owner, program)
    care.publish_week(therapist=cast.therapist, week=week, reasons={})
    week.refresh_from_db()
    rewrite(pages(program)[0])
    [update] = program_updates(cast.therapist, program)
    assert update.is_older
    assert not update.is_pushable
    with pytest.raises(DomainError, match="stays as it is"):
        push(cast.therapist, program, week)
    assert first_dose(week)["reps"] == 8
    assert week.prescribed.first().prescribed_dose.reps == 8


def test_a_drafted_second_week_follows_the_programs_second_week(cast: Cast, program: Any) -> None:
    week = enrolled(cast, cast.owner, program)
    care.publish_week(therapist=cast.therapist, week=week, reasons={})
    week.refresh_from_db()
    second = care.draft_next_week(therapist=cast.therapist, week=week)
    rewrite(pages(program)[0], reps=20)
    [update] = program_updates(cast.therapist, program)
    assert not update.is_older
    rewrite(pages(program)[1], reps=15)
    [update] = program_updates(cast.therapist, program)
    assert update.week == second
    push(cast.therapist, program, second)
    assert first_dose(second)["reps"] == 15


def test_a_push_outside_the_caseload_changes_nothing_at_all(cast: Cast, program: Any) -> None:
    mine = enrolled(cast, cast.owner, program)
    theirs = enrolled(cast, cast.stranger, program)
    rewrite(pages(program)[0])
    with pytest.raises(NotAllowed):
        push(cast.therapist, program, mine, theirs)
    assert (first_dose(mine)["reps"], first_dose(theirs)["reps"]) == (8, 8)
    assert [u.enrolment.client for u in program_updates(cast.therapist, program)] == [cast.owner]
    push(cast.manager, program, mine, theirs)
    assert (first_dose(mine)["reps"], first_dose(theirs)["reps"]) == (12, 12)


def test_a_draft_that_was_saved_meanwhile_stops_the_whole_push(cast: Cast, program: Any) -> None:
    first = enrolled(cast, cast.owner, program)
    second = enrolled(cast, cast.lapsed, program)
    rewrite(pages(program)[0])
    versions = {first.uuid: first.draft_version, second.uuid: second.draft_version + 1}
    with pytest.raises(Conflict, match="Lara Lapsed"):
        care.push_program(therapist=cast.therapist, program=program, versions=versions)
    assert first_dose(first)["reps"] == 8


def test_a_week_of_another_program_and_an_empty_choice_are_refused(
    cast: Cast, program: Any
) -> None:
    week = enrolled(cast, cast.owner, program)
    other = make.make_program("Other")
    with pytest.raises(NotAllowed):
        push(cast.therapist, other, week)
    with pytest.raises(DomainError, match="at least one"):
        push(cast.therapist, program)


def test_updates_cost_the_same_for_2_and_12_clients(
    cast: Cast, clinic: Clinic, program: Any
) -> None:
    costs = []
    for count in (2, 10):
        for n in range(count):
            client = make.make_client(clinic, f"Client {count} {n}", cast.therapist)
            enrolled(cast, client, program)
        rewrite(pages(program)[0], reps=count + 1)
        program_updates(cast.therapist, program)
        with CaptureQueriesContext(connection) as queries:
            updates = program_updates(cast.therapist, program)
        assert all(update.changes for update in updates)
        costs.append(len(queries))
    assert costs[0] == costs[1]


def enrol_together(cast: Cast, program: Any, *clients: Client, **more: Any) -> list[Enrolment]:
    return care.enrol_many(
        therapist=cast.therapist, clients=clients, program=program, starts_on=MONDAY, **more
    )


def test_several_clients_start_in_one_step_as_a_cohort(
    cast: Cast, clinic: Clinic, program: Any
) -> None:
    newcomer = make.make_client(clinic, "Nina New")
    enrolments = enrol_together(
        cast, program, cast.owner, newcomer, cohort_name="November knees", goals="Run"
    )
    cohort = Cohort.objects.get()
    assert [e.cohort for e in enrolments] == [cohort, cohort]
    assert (cohort.program.pk, cohort.starts_on) == (program.pk, MONDAY)
    assert Week.objects.filter(number=1, starts_on=MONDAY).count() == 2
    newcomer.refresh_from_db()
    assert newcomer.primary_therapist == cast.therapist
    late = make.make_client(clinic, "Late Comer", cast.therapist)
    [joined] = care.join_cohort(therapist=cast.therapist, cohort=cohort, clients=[late])
    assert (joined.program.pk, joined.starts_on, joined.cohort) == (program.pk, MONDAY, cohort)


@pytest.mark.parametrize("problem", ["stranger", "enrolled", "nobody", "name"])
def test_all_or_nobody_is_enrolled(cast: Cast, program: Any, problem: str) -> None:
    people, more = [cast.owner], {}
    if problem == "stranger":
        people.append(cast.stranger)
    elif problem == "enrolled":
        enrolled(cast, cast.lapsed, program)
        people.append(cast.lapsed)
    elif problem == "name":
        enrol_together(cast, program, cast.lapsed, cohort_name="Knees")
        more = {"cohort_name": "Knees"}
    else:
        people = []
    with pytest.raises(DomainError):
        enrol_together(cast, program, *people, **more)
    assert not Enrolment.objects.filter(client=cast.owner).exists()


def test_only_its_therapist_or_a_manager_adds_to_a_cohort(
    cast: Cast, clinic: Clinic, program: Any
) -> None:
    enrol_together(cast, program, cast.owner, cohort_name="Knees")
    cohort = Cohort.objects.get()
    newcomer = make.make_client(clinic, "Nina New")
    with pytest.raises(NotAllowed):
        care.join_cohort(therapist=cast.colleague, cohort=cohort, clients=[newcomer])
    assert list(Cohort.objects.led_by(cast.colleague)) == []
    assert list(Cohort.objects.led_by(cast.manager)) == [cohort]
    [joined] = care.join_cohort(therapist=cast.manager, cohort=cohort, clients=[newcomer])
    assert joined.therapist == cast.therapist
