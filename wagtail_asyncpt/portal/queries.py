"""Reads of the portal: every one begins at the client who asks."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.db.models import Prefetch, Q, QuerySet

from wagtail_asyncpt.care.models import (
    Clip,
    Enrolment,
    EnrolmentStatus,
    FormCheck,
    FormCheckStatus,
    PrescribedExercise,
    Review,
    ReviewStatus,
    SessionLog,
    SetLog,
    Week,
)
from wagtail_asyncpt.care.models.weeks import OVER
from wagtail_asyncpt.care.queries import (
    PlannedOccurrence,
    PlannedSession,
    WeekPlan,
    current_week,
    last_sets,
    published_weeks,
    week_plan,
)
from wagtail_asyncpt.care.queries.parts import Part, extras_of, parts_of
from wagtail_asyncpt.library.media import VideoStatus
from wagtail_asyncpt.memberships.queries import ProgramAccess, program_access
from wagtail_asyncpt.people.models import Client
from wagtail_asyncpt.portal.cards import (
    Card,
    SetRow,
    cue_groups,
    make_numbers,
    open_check,
    set_in_words,
)
from wagtail_asyncpt.portal.schedule import Slot, next_slot, slots_of
from wagtail_asyncpt.programs.dose import Dose


class Situation(StrEnum):
    """What Today is about."""

    CLOSED = "closed"
    NO_PROGRAM = "no_program"
    NO_WEEK = "no_week"
    FINISHED = "finished"
    AHEAD = "ahead"
    WAITING = "waiting"
    ALL_DONE = "all_done"
    READY = "ready"


@dataclass(frozen=True)
class Today:
    """What a client sees first."""

    situation: Situation
    access: ProgramAccess
    unread: Sequence[Review]
    enrolment: Enrolment | None = None
    week: Week | None = None
    slots: Sequence[Slot] = ()
    next: Slot | None = None
    checks: Sequence[FormCheck] = ()

    @property
    def others(self) -> list[Slot]:
        """The planned times beside the next one."""
        if self.situation != Situation.READY:
            return list(self.slots)
        return [slot for slot in self.slots if slot is not self.next]

    @property
    def done_count(self) -> int:
        """Planned times that are over."""
        return sum(slot.occurrence.is_finished for slot in self.slots)


def today_of(client: Client, on: dt.date) -> Today:
    """What ``client`` sees on the day ``on``, in a constant number of queries."""
    access = program_access(client)
    unread = unread_reviews(client)
    week = current_week(client, on)
    if week is None or week.enrolment.status != EnrolmentStatus.ACTIVE:
        newest = _newest_enrolment(client)
        if week is None or (newest and newest.status == EnrolmentStatus.ACTIVE):
            return Today(_without_week(access, newest), access, unread, newest)
    slots = slots_of(week_plan(client, week, with_lines=False, with_logs=False))
    following = next_slot(slots)
    return Today(
        situation=_situation(access, week, on, following),
        access=access,
        unread=unread,
        enrolment=week.enrolment,
        week=week,
        slots=slots,
        next=following,
        checks=list(wanted_form_checks(client, week)),
    )


def _newest_enrolment(client: Client) -> Enrolment | None:
    """The running program, else the one that was begun last."""
    enrolments = Enrolment.objects.filter(client=client)
    return enrolments.filter(status=EnrolmentStatus.ACTIVE).first() or enrolments.first()


def _without_week(access: ProgramAccess, enrolment: Enrolment | None) -> Situation:
    if not access.is_open:
        return Situation.CLOSED
    if enrolment is None:
        return Situation.NO_PROGRAM
    return Situation.NO_WEEK if enrolment.status == EnrolmentStatus.ACTIVE else Situation.FINISHED


def _situation(access: ProgramAccess, week: Week, on: dt.date, following: Slot | None) -> Situation:
    if not access.is_open:
        return Situation.CLOSED
    if week.enrolment.status != EnrolmentStatus.ACTIVE:
        return Situation.FINISHED
    if on > week.ends_on:
        return Situation.WAITING
    if on < week.starts_on:
        return Situation.AHEAD
    return Situation.READY if following else Situation.ALL_DONE


def wanted_form_checks(client: Client, week: Week) -> QuerySet[FormCheck]:
    """The form checks of ``week`` that wait for a clip of ``client``, the most urgent first."""
    return (
        FormCheck.objects.filter(
            client=client,
            week=week,
            week__enrolment__status=EnrolmentStatus.ACTIVE,
            status=FormCheckStatus.REQUESTED,
        )
        .select_related("prescribed__exercise", "requested_by")
        .order_by("due_on", "pk")
    )


@dataclass(frozen=True)
class Bound:
    """A form that came back with errors: for which set or exercise, and what was typed."""

    prescribed_id: uuid.UUID | None
    set_number: int | None
    typed: Mapping[str, Any]
    errors: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class SessionPage:
    """One planned time of a session, ready to be logged."""

    plan: WeekPlan
    planned: PlannedSession
    occurrence: PlannedOccurrence
    parts: Sequence[Part] = field(default_factory=list)

    @property
    def log(self) -> SessionLog | None:
        """The log, once the session is started."""
        return self.occurrence.log

    @property
    def cards(self) -> list[Card]:
        """All exercises in order."""
        return [entry.card for part in self.parts for entry in part.entries if entry.card]

    @property
    def set_count(self) -> int:
        """Sets that are planned."""
        return sum(len(card.rows) for card in self.cards)

    @property
    def done_count(self) -> int:
        """Sets that are done."""
        return sum(card.done_count for card in self.cards)

    @property
    def has_ended(self) -> bool:
        """Whether the program is over, so that nothing is started any more."""
        return self.plan.week.enrolment.status in OVER

    @property
    def slots(self) -> list[Slot]:
        """All planned times of the week."""
        return [Slot(planned.session, one, ()) for planned, one in self.plan.occurrences]

    @property
    def following(self) -> Slot | None:
        """What comes after this session."""
        return next_slot(slot for slot in self.slots if slot.occurrence is not self.occurrence)


def week_of(client: Client, week: uuid.UUID) -> Week | None:
    """The published week called ``week``, if it is the client's."""
    return published_weeks(client).filter(uuid=week).first()


def session_page(
    client: Client, session: uuid.UUID, number: int, bound: Bound | None = None
) -> SessionPage | None:
    """The ``number``-th time of ``session``, if it is the client's and planned or logged."""
    week = published_weeks(client).filter(sessions__uuid=session).first()
    if week is None:
        return None
    plan = week_plan(client, week)
    for planned in plan.sessions:
        for occurrence in planned.occurrences:
            if planned.session.uuid == session and occurrence.number == number:
                parts = _parts(client, planned, occurrence, bound)
                return SessionPage(plan, planned, occurrence, parts)
    return None


def _parts(
    client: Client, planned: PlannedSession, occurrence: PlannedOccurrence, bound: Bound | None
) -> list[Part]:
    logged = {prescribed_id for prescribed_id, _number in occurrence.sets} | set(occurrence.notes)
    lines = [line for line in planned.lines if not line.is_retired or line.pk in logged]
    earlier: dict[uuid.UUID, dict[int, SetLog]] = {}
    if occurrence.log is not None:
        earlier = last_sets(client, [line.lineage for line in lines], before=occurrence.log)
    cards = [
        _card(client, line, occurrence, earlier.get(line.lineage, {}), bound) for line in lines
    ]
    return parts_of(cards, extras_of([planned.session])[planned.session.pk])


def _card(
    client: Client,
    line: PrescribedExercise,
    occurrence: PlannedOccurrence,
    earlier: Mapping[int, SetLog],
    bound: Bound | None,
) -> Card:
    mine = bound if bound is not None and bound.prescribed_id == line.uuid else None
    about_exercise = mine if mine is not None and mine.set_number is None else None
    dose = line.prescribed_dose
    logged = [number for pk, number in occurrence.sets if pk == line.pk]
    rows = [
        _row(
            dose.of_set(number),
            number,
            client.weight_unit,
            occurrence.sets.get((line.pk, number)),
            earlier.get(number),
            mine if mine is not None and mine.set_number == number else None,
        )
        for number in range(1, max([dose.set_count, *logged]) + 1)
    ]
    return Card(
        line=line,
        words=dose.in_words(client.weight_unit),
        rows=rows,
        key=uuid.uuid4(),
        log=occurrence.notes.get(line.pk),
        check=open_check(line),
        cue_groups=cue_groups(line),
        errors=about_exercise.errors if about_exercise else {},
        typed=about_exercise.typed if about_exercise else {},
    )


def _row(
    dose: Dose,
    number: int,
    unit: str,
    log: SetLog | None,
    last: SetLog | None,
    bound: Bound | None,
) -> SetRow:
    typed: Mapping[str, Any] = bound.typed if bound else {}
    errors: Mapping[str, Sequence[str]] = bound.errors if bound else {}
    numbers = make_numbers(dose, unit, log, last, typed, errors)
    shown = {one.name for one in numbers}
    others = [text for name, texts in errors.items() if name not in shown for text in texts]
    return SetRow(
        number=number,
        key=uuid.uuid4(),
        last=set_in_words(last, unit) if last else "",
        numbers=numbers,
        load_unit=unit,
        log=log,
        error=" ".join(others),
    )


def log_target(
    client: Client, session_log: uuid.UUID, prescribed: uuid.UUID
) -> tuple[SessionLog, PrescribedExercise] | None:
    """The started session and the line that a log names, if both are the client's."""
    log = (
        SessionLog.objects.filter(uuid=session_log, client=client).select_related("session").first()
    )
    if log is None:
        return None
    line = PrescribedExercise.objects.filter(uuid=prescribed, session=log.session_id).first()
    return None if line is None else (log, line)


def form_check_of(client: Client, form_check: uuid.UUID) -> FormCheck | None:
    """The form check called ``form_check`` with its clips, the newest first."""
    return _checks().filter(client=client, uuid=form_check).first()


def _checks() -> QuerySet[FormCheck]:
    clips = Clip.objects.order_by("-created_at", "-pk").prefetch_related("comments")
    return FormCheck.objects.select_related(
        "prescribed__exercise", "requested_by", "answered_by", "week", "prescribed__session"
    ).prefetch_related(Prefetch("clips", clips))


def latest_clip(check: FormCheck) -> Clip | None:
    """The newest clip, in whatever state it is."""
    return next(iter(check.clips.all()), None)


def shown_clip(check: FormCheck) -> Clip | None:
    """The newest clip that plays."""
    return next((clip for clip in check.clips.all() if clip.status == VideoStatus.READY), None)


def unread_reviews(client: Client) -> list[Review]:
    """Answers that the client has not acknowledged, the newest first."""
    return list(_answered(client).filter(acknowledged_at=None))


def unread_count(client: Client) -> int:
    """How many answers the client has not acknowledged."""
    return Review.objects.filter(
        client=client, status=ReviewStatus.ANSWERED, acknowledged_at=None
    ).count()


def _answered(client: Client) -> QuerySet[Review]:
    return (
        Review.objects.filter(client=client, status=ReviewStatus.ANSWERED)
        .select_related("week", "answered_by")
        .order_by("-answered_at", "-pk")
    )


@dataclass(frozen=True)
class Answers:
    """All answers: to weeks, and to clips whose week is not answered yet."""

    reviews: Sequence[Review]
    checks: Sequence[FormCheck]


def answers_of(client: Client) -> Answers:
    """The client's answers, the newest first."""
    reviews = list(_answered(client))
    answered_weeks = {review.week_id for review in reviews}
    checks = (
        FormCheck.objects.filter(client=client, status=FormCheckStatus.ANSWERED)
        .exclude(week__in=answered_weeks)
        .select_related("prescribed__exercise", "answered_by")
        .order_by("-answered_at")
    )
    return Answers(reviews, list(checks))


@dataclass(frozen=True)
class Answer:
    """One answer with the clips it is about, and the week that follows from it."""

    review: Review
    checks: Sequence[FormCheck]
    next_week: Week | None


def answer_of(client: Client, review: uuid.UUID) -> Answer | None:
    """The answer called ``review``, if it is the client's."""
    found = _answered(client).filter(uuid=review).first()
    if found is None:
        return None
    checks = _checks().filter(week=found.week_id, status=FormCheckStatus.ANSWERED)
    following = (
        published_weeks(client)
        .filter(Q(previous=found.week_id))
        .prefetch_related("current_version__changes")
        .first()
    )
    return Answer(found, list(checks), following)
