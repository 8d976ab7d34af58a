"""What the client logs. A replayed key returns the stored row; nothing is lost or doubled."""

import hashlib
import uuid
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from wagtail_asyncpt.care import signals
from wagtail_asyncpt.care.models import (
    ExerciseLog,
    PrescribedExercise,
    Session,
    SessionLog,
    SetLog,
    Week,
)
from wagtail_asyncpt.care.models.answers import ReviewReason
from wagtail_asyncpt.care.models.logs import ClientLog
from wagtail_asyncpt.care.models.weeks import OVER
from wagtail_asyncpt.care.operations.base import open_review, require_owner
from wagtail_asyncpt.conf import settings as asyncpt_settings
from wagtail_asyncpt.core import clock
from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.people.models import Client

Log = TypeVar("Log", bound=ClientLog)


def _week_of(session: Session) -> Week:
    return Week.objects.select_related("enrolment__client__clinic").get(pk=session.week_id)


@transaction.atomic
def start_session(*, client: Client, session: Session, occurrence: int) -> SessionLog:
    """Start the ``occurrence``-th time (1, 2, …) of ``session``; started before: the same row.

    Nothing is started in a program that has ended; what was started can be logged to its end.
    """
    week = _week_of(session)
    require_owner(client, week.enrolment.client_id)
    if week.current_version_id is None or not 1 <= occurrence <= session.times:
        raise DomainError(_("This session is not planned that often this week."))
    if week.enrolment.status in OVER and not session.logs.filter(occurrence=occurrence).exists():
        raise DomainError(_("Your program has ended. Your weeks stay here for you to read."))
    log, _created = SessionLog.objects.get_or_create(
        session=session,
        occurrence=occurrence,
        defaults={
            "clinic_id": client.clinic_id,
            "client": client,
            "week_version_id": week.current_version_id,
            "started_at": clock.now(),
        },
    )
    return log


@transaction.atomic
def skip_session(
    *, client: Client, session: Session, occurrence: int, reason: str = ""
) -> SessionLog:
    """Note that a session was left out. Whatever was logged in it stays."""
    started = start_session(client=client, session=session, occurrence=occurrence)
    # Another tab may be finishing it this moment: what is written there must not be undone.
    log = SessionLog.objects.select_for_update(of=("self",)).get(pk=started.pk)
    if log.finished_at is None:
        log.skipped_reason = reason.strip()[:300] or _("No reason given")
        _finish(log)
    return log


@transaction.atomic
def finish_session(
    *,
    client: Client,
    session_log: SessionLog,
    effort: int | None = None,
    comment: str = "",
    answers: Mapping[str, str] | None = None,
) -> SessionLog:
    """End a session with its effort (0-10) and a comment; finished before: only these change.

    ``answers`` are those to the session's questions, by the question's uid.
    The week's last session puts the week in the therapist's queue, and so does a comment.
    """
    require_owner(client, session_log.client_id)
    log = SessionLog.objects.select_for_update(of=("self",)).get(pk=session_log.pk)
    log.effort, log.skipped_reason = effort, ""
    if answers is not None:
        log.answers = _answered(log, answers)
    has_new_comment = bool(comment.strip()) and comment.strip() != log.comment
    log.comment = comment.strip()
    _finish(log)
    if has_new_comment:
        digest = hashlib.sha256(log.comment.encode()).hexdigest()[:16]
        _commented(client, log, f"session-comment-{log.pk}-{digest}", _week_of(log.session))
    return log


def _answered(log: SessionLog, answers: Mapping[str, str]) -> list[dict[str, str]]:
    """The answers with their questions: what was asked stays, whatever is asked later."""
    questions = log.session.questions
    asked_now = {asked["uid"] for asked in questions}
    kept = [answer for answer in log.answers if answer["uid"] not in asked_now]
    return kept + [
        {"uid": asked["uid"], "question": asked["text"], "answer": answers[asked["uid"]].strip()}
        for asked in questions
        if answers.get(asked["uid"], "").strip()
    ]


def _finish(log: SessionLog) -> None:
    log.finished_at = log.finished_at or clock.now()
    log.save(update_fields=["finished_at", "effort", "comment", "skipped_reason", "answers"])
    signals.session_logged.send(
        SessionLog, instance=log, client=log.client, therapist=None, key=f"session-{log.pk}"
    )
    week = _week_of(log.session)
    if _is_done(week):
        open_review(week=week, reason=ReviewReason.WEEK_DONE)


def _is_done(week: Week) -> bool:
    planned = sum(week.sessions.filter(is_retired=False).values_list("times", flat=True))
    done = SessionLog.objects.filter(
        session__week=week, session__is_retired=False, finished_at__isnull=False
    ).count()
    return done >= planned


def _commented(client: Client, row: Any, key: str, week: Week) -> None:
    signals.client_commented.send(type(row), instance=row, client=client, therapist=None, key=key)
    open_review(week=week, reason=ReviewReason.COMMENT)


def log_set(
    *,
    client: Client,
    session_log: SessionLog,
    prescribed: PrescribedExercise,
    key: uuid.UUID,
    set_number: int,
    reps: int | None = None,
    hold_seconds: int | None = None,
    load: Decimal | None = None,
    load_unit: str = "",
    effort: Decimal | None = None,
    is_done: bool = True,
) -> tuple[SetLog, bool]:
    """Store one set; returns the row and whether it is new.

    The same ``key`` returns the stored row. Another key for the same set is a correction: it
    replaces the earlier row, which stays. ``load`` is in ``load_unit``; ``effort`` is 0-10.
    ``is_done=False`` takes a set back that was ticked by mistake.
    """
    require_owner(client, session_log.client_id)
    _require_same_session(session_log, prescribed)
    if not 1 <= set_number <= 50:
        raise DomainError(_("There is no such set."), field="set_number")
    row = SetLog(
        **_common(client, session_log, prescribed, key),
        set_number=set_number,
        reps=reps,
        hold_seconds=hold_seconds,
        load=load,
        load_unit=load_unit,
        effort=effort,
        is_done=is_done,
    )
    return _store(row, Q(set_number=set_number))


def log_exercise(
    *,
    client: Client,
    session_log: SessionLog,
    prescribed: PrescribedExercise,
    key: uuid.UUID,
    pain: int | None = None,
    comment: str = "",
    skipped_reason: str = "",
    substitute: str = "",
) -> tuple[ExerciseLog, bool]:
    """Store what the client tells of an exercise; a later telling replaces the earlier one.

    A comment, or pain of at least ``PAIN_ALERT``, puts the week in the therapist's queue.
    """
    require_owner(client, session_log.client_id)
    _require_same_session(session_log, prescribed)
    row = ExerciseLog(
        **_common(client, session_log, prescribed, key),
        pain=pain,
        comment=comment.strip(),
        skipped_reason=skipped_reason.strip()[:300],
        substitute=substitute.strip()[:200],
    )
    return _store(row, Q(), _tell_therapist)


def _tell_therapist(row: ExerciseLog) -> None:
    is_alert = row.pain is not None and row.pain >= asyncpt_settings.PAIN_ALERT
    if not (is_alert or row.comment):
        return
    week = _week_of(row.session_log.session)
    if is_alert:
        signals.pain_reported.send(
            ExerciseLog, instance=row, client=row.client, therapist=None, key=f"pain-{row.key}"
        )
        open_review(week=week, reason=ReviewReason.PAIN)
    if row.comment:
        _commented(row.client, row, f"comment-{row.key}", week)


def _require_same_session(session_log: SessionLog, prescribed: PrescribedExercise) -> None:
    if prescribed.session_id != session_log.session_id:
        raise DomainError(_("This exercise belongs to another session."))


def _common(
    client: Client, session_log: SessionLog, prescribed: PrescribedExercise, key: uuid.UUID
) -> dict[str, Any]:
    return {
        "key": key,
        "clinic_id": client.clinic_id,
        "client": client,
        "session_log": session_log,
        "prescribed": prescribed,
        "week_version_id": session_log.week_version_id,
        "logged_at": clock.now(),
    }


def _store(row: Log, place: Q, effect: Callable[[Log], None] | None = None) -> tuple[Log, bool]:
    """Insert ``row`` in its place. Two requests at once: the loser reads what the winner wrote."""
    try:
        return _store_once(row, place, effect)
    except IntegrityError:
        row.pk, row._state.adding = None, True
        return _store_once(row, place, effect)


def _store_once(row: Log, place: Q, effect: Callable[[Log], None] | None) -> tuple[Log, bool]:
    in_place = place & Q(session_log=row.session_log, prescribed=row.prescribed, is_current=True)
    found = list(type(row)._default_manager.filter(Q(client=row.client, key=row.key) | in_place))
    for stored in found:
        if stored.key == row.key:
            return stored, False
    with transaction.atomic():
        for earlier in found:
            type(row)._default_manager.filter(pk=earlier.pk).update(is_current=False)
            row.replaces = earlier
        row.save(force_insert=True)
        if effect:
            effect(row)
    return row, True
