"""The client's plan: the published week, its sessions, and what was done."""

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db.models import Prefetch, Q, QuerySet
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_asyncpt.care.models import (
    Change,
    Clip,
    ExerciseLog,
    PrescribedExercise,
    Session,
    SessionLog,
    SetLog,
    Week,
    WeekVersion,
)
from wagtail_asyncpt.care.models.weeks import RUNNING
from wagtail_asyncpt.people.models import Client
from wagtail_asyncpt.programs.languages import translations_of
from wagtail_asyncpt.programs.schedule import DAYS_IN_WEEK


@dataclass(kw_only=True)
class PlannedOccurrence:
    """One time that a session is planned; ``date`` is ``None`` when it floats in the week.

    ``sets`` holds the current set logs by (prescribed id, set number), ``notes`` the exercise logs
    by prescribed id.
    """

    number: int
    date: dt.date | None
    log: SessionLog | None = None
    sets: dict[tuple[int, int], SetLog] = field(default_factory=dict)
    notes: dict[int, ExerciseLog] = field(default_factory=dict)

    @property
    def is_started(self) -> bool:
        """Whether the client opened it."""
        return self.log is not None

    @property
    def is_finished(self) -> bool:
        """Whether it was done or left out."""
        return self.log is not None and self.log.finished_at is not None

    @property
    def is_skipped(self) -> bool:
        """Whether it was left out."""
        return self.is_finished and self.log is not None and bool(self.log.skipped_reason)


@dataclass(kw_only=True)
class PlannedSession:
    """A session of the week with its times and its lines."""

    session: Session
    occurrences: list[PlannedOccurrence]
    lines: list[PrescribedExercise] = field(default_factory=list)

    @property
    def when(self) -> str:
        """On which days, or how often: "Mon, Thu", "every day, 2 times a day"."""
        dates = [one.date for one in self.occurrences if one.date is not None]
        days = sorted(set(dates))
        if not days:
            times = self.session.times
            words = ngettext(
                "once this week, on any day", "%(n)d times this week, on any days", times
            )
            return words % {"n": times}
        is_daily = len(days) == DAYS_IN_WEEK
        told = _("every day") if is_daily else ", ".join(date_format(day, "D") for day in days)
        a_day = len(dates) // len(days)
        if a_day < 2:
            return told
        return f"{told}, {ngettext('%(n)d time a day', '%(n)d times a day', a_day) % {'n': a_day}}"


@dataclass(kw_only=True)
class WeekPlan:
    """A published week as the client has it."""

    week: Week
    version: WeekVersion
    sessions: list[PlannedSession]
    changes: list[Change] = field(default_factory=list)

    @property
    def occurrences(self) -> list[tuple[PlannedSession, PlannedOccurrence]]:
        """Every planned time of the week: dated ones by date, then floating ones in order."""
        pairs = [(planned, one) for planned in self.sessions for one in planned.occurrences]
        return sorted(
            pairs,
            key=lambda pair: (
                pair[1].date or self.week.ends_on,
                pair[1].number,
                pair[0].session.position,
            ),
        )

    @property
    def is_done(self) -> bool:
        """Whether every planned time is finished."""
        return all(one.is_finished for _planned, one in self.occurrences)


def published_weeks(client: Client) -> QuerySet[Week]:
    """The client's published weeks, the newest first."""
    return (
        Week.objects.published()
        .filter(enrolment__client=client)
        .select_related("enrolment__therapist", "current_version__published_by")
        .order_by("-starts_on", "-number")
    )


def current_week(client: Client, on: dt.date) -> Week | None:
    """The published week of ``on``: the newest that has begun, else the first to come.

    A running program goes before one that has ended.
    """
    weeks = published_weeks(client)
    running = weeks.filter(enrolment__status__in=RUNNING)
    return (
        running.filter(starts_on__lte=on).first()
        or running.order_by("starts_on", "number").first()
        or weeks.first()
    )


def week_plan(
    client: Client, week: Week, *, with_lines: bool = True, with_logs: bool = True
) -> WeekPlan:
    """The plan of a published ``week`` of ``client``, in a constant number of queries.

    ``with_lines=False`` leaves out lines and changes, ``with_logs=False`` the sets and notes;
    session logs are always there.
    """
    if week.current_version is None:
        raise ValueError("Only a published week has a plan")
    sessions = [
        PlannedSession(session=session, occurrences=_occurrences(session))
        for session in week.sessions.prefetch_related("logs").order_by("position")
        if not session.is_retired or session.logs.all()
    ]
    plan = WeekPlan(week=week, version=week.current_version, sessions=sessions)
    if with_lines:
        _add_lines(plan)
        plan.changes = list(
            plan.version.changes.select_related("exercise_before", "exercise_after", "author")
        )
    if with_logs:
        _add_logs(plan)
    return plan


def _occurrences(session: Session) -> list[PlannedOccurrence]:
    logs = {log.occurrence: log for log in session.logs.all()}
    dates = [dt.date.fromisoformat(text) for text in session.dates]
    last = max([session.times, *logs]) if not session.is_retired else max(logs)
    numbers = range(1, last + 1) if not session.is_retired else sorted(logs)
    return [
        PlannedOccurrence(
            number=number,
            date=dates[number - 1] if number <= len(dates) else None,
            log=logs.get(number),
        )
        for number in numbers
    ]


def _add_lines(plan: WeekPlan) -> None:
    lines = (
        PrescribedExercise.objects.filter(week=plan.week)
        .filter(Q(is_retired=False) | Q(set_logs__isnull=False) | Q(exercise_logs__isnull=False))
        .distinct()
        .select_related("exercise__video", "form_check")
        .prefetch_related(
            "exercise__cues",
            Prefetch("form_check__clips", Clip.objects.order_by("-created_at", "-pk")),
        )
        .order_by("position")
    )
    _show_in_readers_language(lines)
    by_session: dict[int, list[PrescribedExercise]] = {}
    for line in lines:
        by_session.setdefault(line.session_id, []).append(line)
    for planned in plan.sessions:
        planned.lines = by_session.get(planned.session.pk, [])


def _show_in_readers_language(lines: Iterable[PrescribedExercise]) -> None:
    """Let each line show its exercise's translation; the row keeps what was prescribed."""
    translated = translations_of(line.exercise for line in lines)
    exercise = PrescribedExercise._meta.get_field("exercise")
    for line in lines:
        if line.exercise_id in translated:
            exercise.set_cached_value(line, translated[line.exercise_id])


def _add_logs(plan: WeekPlan) -> None:
    by_log = {
        one.log.pk: one for planned in plan.sessions for one in planned.occurrences if one.log
    }
    for row in SetLog.objects.filter(session_log__in=by_log, is_current=True):
        by_log[row.session_log_id].sets[(row.prescribed_id, row.set_number)] = row
    for note in ExerciseLog.objects.filter(session_log__in=by_log, is_current=True):
        by_log[note.session_log_id].notes[note.prescribed_id] = note


def last_sets(
    client: Client, lineages: Iterable[uuid.UUID], *, before: SessionLog
) -> dict[uuid.UUID, dict[int, SetLog]]:
    """What the client did the last time, by lineage and set number: one query.

    Looks at the sessions of the twelve weeks before ``before``.
    """
    began = before.started_at
    rows = (
        SetLog.objects.filter(
            client=client,
            prescribed__lineage__in=list(lineages),
            is_current=True,
            is_done=True,
            session_log__started_at__range=(began - dt.timedelta(weeks=12), began),
        )
        .exclude(session_log=before)
        .select_related("prescribed", "session_log")
        .order_by("-session_log__started_at", "-session_log_id", "set_number")
    )
    latest: dict[uuid.UUID, int] = {}
    found: dict[uuid.UUID, dict[int, SetLog]] = {}
    for row in rows:
        lineage = row.prescribed.lineage
        if latest.setdefault(lineage, row.session_log_id) == row.session_log_id:
            found.setdefault(lineage, {})[row.set_number] = row
    return found
