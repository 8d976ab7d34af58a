"""Publishing a week: freeze a version, compile its rows, record each change with its reason."""

import datetime as dt
import uuid
from collections import defaultdict
from collections.abc import Mapping

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from wagtail_asyncpt.care import signals
from wagtail_asyncpt.care.days import (
    PlannedDay,
    RawDays,
    all_lines,
    as_raw,
    read_days,
    require_complete,
)
from wagtail_asyncpt.care.models import (
    Change,
    ExerciseLog,
    FormCheck,
    FormCheckStatus,
    PrescribedExercise,
    Session,
    Week,
    WeekStatus,
    WeekVersion,
)
from wagtail_asyncpt.care.operations.base import require_caseload, require_running
from wagtail_asyncpt.care.queries.changes import ProposedChange, proposed_changes
from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.library.models import Exercise
from wagtail_asyncpt.people.models import Therapist
from wagtail_asyncpt.people.operations import record_audit, write_letter


class MissingReasons(DomainError):
    """Changes without a reason; ``keys`` are theirs (``ProposedChange.key``)."""

    def __init__(self, keys: list[str]) -> None:
        super().__init__(_("Give a reason for each change; the client reads it."), field="reasons")
        self.keys = keys


@transaction.atomic
def publish_week(
    *, therapist: Therapist, week: Week, reasons: Mapping[str, str], message: str = ""
) -> WeekVersion:
    """Publish the draft of ``week`` as its next version, and mail the client.

    ``reasons`` has a reason for each proposed change, by its key. Raises ``MissingReasons``,
    or ``DomainError`` for a draft that a client could not follow.
    """
    week = (
        Week.objects.select_for_update(of=("self",))
        .select_related(
            "enrolment__client__clinic__site",
            "enrolment__client__user",
            "current_version",
            "previous__current_version",
        )
        .get(pk=week.pk)
    )
    client = week.enrolment.client
    require_caseload(therapist, client)
    require_running(week.enrolment)
    raw = as_raw(week.days)
    days = sessions_of(week, read_days(raw))
    require_complete(days, _known_exercises(days))
    changes = proposed_changes(week)
    _require_reasons(changes, reasons)
    version = _freeze(week, therapist, raw, message)
    _record_changes(version, changes, reasons)
    _compile(week, days)
    _request_form_checks(week, days, therapist)
    record_audit(actor=therapist.user, client=client, action="week.publish", subject=version)
    _mail(week, version)
    signals.week_published.send(
        WeekVersion,
        instance=version,
        client=client,
        therapist=therapist,
        key=f"week-published-{version.pk}",
    )
    return version


def sessions_of(week: Week, days: list[PlannedDay]) -> list[PlannedDay]:
    """The sessions that fall into ``week``: a rule such as "every 2 weeks" leaves weeks out."""
    return [day for day in days if not day.rule or day.dates(week.starts_on, week.anchor)]


def _known_exercises(days: list[PlannedDay]) -> set[int]:
    wanted = {line.exercise_id for line in all_lines(days)}
    return set(Exercise.objects.filter(pk__in=wanted - {None}).values_list("pk", flat=True))


def _require_reasons(changes: list[ProposedChange], reasons: Mapping[str, str]) -> None:
    missing = [change.key for change in changes if not reasons.get(change.key, "").strip()]
    if missing:
        raise MissingReasons(missing)


def _freeze(week: Week, therapist: Therapist, raw: RawDays, message: str) -> WeekVersion:
    version = WeekVersion.objects.create(
        clinic_id=week.clinic_id,
        week=week,
        number=(week.current_version.number if week.current_version else 0) + 1,
        days=raw,
        focus=week.focus,
        message=message,
        published_by=therapist,
    )
    week.status = WeekStatus.PUBLISHED
    week.current_version = version
    week.message = message
    week.save(update_fields=["status", "current_version", "message"])
    return version


def _record_changes(
    version: WeekVersion, changes: list[ProposedChange], reasons: Mapping[str, str]
) -> None:
    evidence = _evidence(version.week, {change.lineage for change in changes})
    Change.objects.bulk_create(
        Change(
            clinic_id=version.clinic_id,
            version=version,
            lineage=change.lineage,
            kind=change.kind,
            exercise_before=change.exercise_before,
            exercise_after=change.exercise_after,
            before=change.dose_before.to_dict(),
            after=change.dose_after.to_dict(),
            note_before=change.note_before,
            note_after=change.note_after,
            reason=reasons[change.key].strip()[:500],
            evidence=evidence.get(change.lineage, {}),
            author=version.published_by,
        )
        for change in changes
    )


def _evidence(week: Week, lineages: set[uuid.UUID]) -> dict[uuid.UUID, dict[str, list[str]]]:
    """What is known of the changed lines in this week and the one before: two queries."""
    lines = {
        "prescribed__week__in": [week.pk, week.previous_id],
        "prescribed__lineage__in": lineages,
    }
    notes = ExerciseLog.objects.filter(**lines, is_current=True)
    checks = FormCheck.objects.filter(**lines, status=FormCheckStatus.ANSWERED)
    found: dict[uuid.UUID, dict[str, list[str]]] = defaultdict(dict)
    for lineage, key in notes.values_list("prescribed__lineage", "key"):
        found[lineage].setdefault("exercise_logs", []).append(str(key))
    for lineage, key in checks.values_list("prescribed__lineage", "uuid"):
        found[lineage].setdefault("form_checks", []).append(str(key))
    return found


def _compile(week: Week, days: list[PlannedDay]) -> None:
    """Bring the week's rows in line with ``days``; what is gone is retired, never deleted."""
    sessions = {row.uid: row for row in week.sessions.all()}
    for position, day in enumerate(days):
        row = sessions.get(day.uid) or Session(clinic_id=week.clinic_id, week=week, uid=day.uid)
        dates = day.dates(week.starts_on, week.anchor)
        row.position, row.title, row.notes = position, day.title, day.notes
        row.times = len(dates) or day.times
        row.dates = [date.isoformat() for date in dates]
        row.extras = day.extras
        row.is_retired = False
        row.save()
        sessions[day.uid] = row
    _retire(sessions, {day.uid for day in days})
    _compile_lines(week, days, sessions)


def _compile_lines(week: Week, days: list[PlannedDay], sessions: Mapping) -> None:
    rows = {row.uid: row for row in week.prescribed.all()}
    new: list[PrescribedExercise] = []
    kept: list[PrescribedExercise] = []
    for day in days:
        for line in day.lines:
            row = rows.get(line.uid)
            (kept if row else new).append(
                row := row or PrescribedExercise(clinic_id=week.clinic_id, week=week, uid=line.uid)
            )
            row.session = sessions[day.uid]
            row.lineage, row.section, row.position = line.lineage, line.section, line.position
            row.group = line.group.to_dict() if line.group else {}
            row.exercise_id = line.exercise_id  # type: ignore[assignment]
            row.dose, row.note, row.is_retired = line.dose.to_dict(), line.note, False
    PrescribedExercise.objects.bulk_create(new)
    PrescribedExercise.objects.bulk_update(
        kept,
        [
            "session",
            "lineage",
            "section",
            "position",
            "group",
            "exercise",
            "dose",
            "note",
            "is_retired",
        ],
    )
    _retire(rows, {line.uid for line in all_lines(days)})


def _retire(rows: Mapping, present: set) -> None:
    for uid, row in rows.items():
        if uid not in present and not row.is_retired:
            row.is_retired = True
            row.save(update_fields=["is_retired"])


def _request_form_checks(week: Week, days: list[PlannedDay], therapist: Therapist) -> None:
    """Ask for the videos of the published lines; withdraw what is no longer asked for."""
    wanted = {line.uid: line.check for line in all_lines(days) if line.check}
    existing = {check.prescribed.uid: check for check in _form_checks(week)}
    rows = {row.uid: row for row in week.prescribed.filter(uid__in=wanted)}
    for uid, request in wanted.items():
        check = existing.get(uid) or FormCheck(
            clinic_id=week.clinic_id,
            client=week.enrolment.client,
            week=week,
            prescribed=rows[uid],
            requested_by=therapist,
        )
        if check.status not in (FormCheckStatus.REQUESTED, FormCheckStatus.WITHDRAWN):
            continue
        check.status = FormCheckStatus.REQUESTED
        check.set_number = request.set_number
        check.camera_view = request.camera_view
        check.question = request.question
        check.due_on = week.starts_on + dt.timedelta(days=(request.due_day or 7) - 1)
        check.save()
    for uid, check in existing.items():
        if uid not in wanted and check.status == FormCheckStatus.REQUESTED:
            check.status = FormCheckStatus.WITHDRAWN
            check.save(update_fields=["status"])


def _form_checks(week: Week) -> list[FormCheck]:
    return list(week.form_checks.select_related("prescribed"))


def _mail(week: Week, version: WeekVersion) -> None:
    client = week.enrolment.client
    write_letter(
        clinic=client.clinic,
        key=f"week-version-{version.pk}",
        user=client.user,
        template="wagtail_asyncpt/care/mail/week_published",
        context={
            "client": client,
            "week": week,
            "version": version,
            "path": reverse("asyncpt_portal:week", args=[week.uuid]),
        },
    )
