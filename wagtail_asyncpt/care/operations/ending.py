"""The end of a program, and its undoing. Weeks, logs and drafts stay as they are."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from wagtail_asyncpt.care import signals
from wagtail_asyncpt.care.models import Enrolment, EnrolmentStatus
from wagtail_asyncpt.care.models.weeks import OVER
from wagtail_asyncpt.care.operations.base import require_caseload
from wagtail_asyncpt.care.operations.resting import move_weeks
from wagtail_asyncpt.core import clock
from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.people.models import AuditEntry, Client, Therapist
from wagtail_asyncpt.people.operations import record_audit, write_letter


@transaction.atomic
def end_enrolment(
    *,
    therapist: Therapist,
    enrolment: Enrolment,
    completed: bool,
    reason: str,
    ended_on: dt.date | None = None,
    message: str = "",
) -> Enrolment:
    """End a program: ``completed`` when it reached its goal, else it just stops. Mails the client.

    ``reason`` is for the clinic, ``message`` for the client. Published weeks can be read on and
    answered, sessions are not started any more, and drafts wait unseen in case the end is undone.
    """
    enrolment = _locked(enrolment)
    client = enrolment.client
    require_caseload(therapist, client)
    if enrolment.status in OVER:
        raise DomainError(_("This program has ended already."))
    if not reason.strip():
        raise DomainError(_("Give a reason; only the clinic reads it."), field="reason")
    enrolment.ended_on = _last_day(enrolment, ended_on)
    enrolment.status = EnrolmentStatus.COMPLETED if completed else EnrolmentStatus.ENDED
    enrolment.ended_by, enrolment.end_reason = therapist, reason.strip()[:500]
    enrolment.end_message = message.strip()
    enrolment.save(update_fields=["status", "ended_on", "ended_by", "end_reason", "end_message"])
    entry = record_audit(
        actor=therapist.user, client=client, action="enrolment.end", subject=enrolment
    )
    _tell(enrolment, therapist, entry, "program_ended", signals.enrolment_ended)
    return enrolment


@transaction.atomic
def reopen_enrolment(*, therapist: Therapist, enrolment: Enrolment) -> Enrolment:
    """Undo the end of a program: weeks that were not over go on where they stopped.

    Mails the client. Raises ``DomainError`` where it has not ended, or the client is in another
    program meanwhile.
    """
    enrolment = _locked(enrolment)
    client = enrolment.client
    require_caseload(therapist, client)
    if enrolment.status not in OVER:
        raise DomainError(_("This program is running."))
    if client.enrolments.filter(status=EnrolmentStatus.ACTIVE).exists():
        raise DomainError(_("This client is in another program; end it first."))
    enrolment.status = EnrolmentStatus.ACTIVE
    enrolment.ended_on = enrolment.ended_by = None
    enrolment.end_reason = enrolment.end_message = ""
    enrolment.save(update_fields=["status", "ended_on", "ended_by", "end_reason", "end_message"])
    ended = AuditEntry.objects.filter(
        client=client, action="enrolment.end", object_id=str(enrolment.pk)
    ).first()
    if ended is not None:  # by the moment of the end, since its day may be an earlier one
        move_weeks(client=client, paused_at=ended.at, resumed_at=clock.now())
    entry = record_audit(
        actor=therapist.user, client=client, action="enrolment.reopen", subject=enrolment
    )
    _tell(enrolment, therapist, entry, "program_goes_on", signals.enrolment_reopened)
    return enrolment


def _locked(enrolment: Enrolment) -> Enrolment:
    """The row, read after its client is locked: ending and enrolling wait for each other."""
    Client.objects.select_for_update(of=("self",)).get(pk=enrolment.client_id)
    return (
        Enrolment.objects.select_for_update(of=("self",))
        .select_related("client__clinic__site", "client__user")
        .get(pk=enrolment.pk)
    )


def _last_day(enrolment: Enrolment, day: dt.date | None) -> dt.date:
    today = clock.today(enrolment.client.time_zone)
    last = day or today
    if last > today:
        raise DomainError(_("Choose today or an earlier day."), field="ended_on")
    if last < min(enrolment.starts_on, today):
        raise DomainError(_("The program had not begun on that day."), field="ended_on")
    return last


def _tell(
    enrolment: Enrolment, therapist: Therapist, entry: AuditEntry, template: str, signal: Any
) -> None:
    client = enrolment.client
    key = f"{entry.action.replace('.', '-')}-{entry.pk}"
    write_letter(
        clinic=client.clinic,
        key=key,
        user=client.user,
        template=f"wagtail_asyncpt/care/mail/{template}",
        context={
            "client": client,
            "enrolment": enrolment,
            "therapist": therapist,
            "path": reverse("asyncpt_portal:today"),
        },
    )
    signal.send(Enrolment, instance=enrolment, client=client, therapist=therapist, key=key)
