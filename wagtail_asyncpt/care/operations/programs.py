"""One program, many clients: starting together, and bringing a newer text into drafts."""

import datetime as dt
import uuid
from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from wagtail_asyncpt.care.models import Cohort, Enrolment, EnrolmentStatus, Week, WeekStatus
from wagtail_asyncpt.care.operations.weeks import enrol, taken_over
from wagtail_asyncpt.care.queries.templates import update_of, weeks_by_language
from wagtail_asyncpt.core.errors import Conflict, DomainError, NotAllowed
from wagtail_asyncpt.people.languages import language_of
from wagtail_asyncpt.people.models import Client, Role, Therapist
from wagtail_asyncpt.people.operations import record_audit


@transaction.atomic
def enrol_many(
    *,
    therapist: Therapist,
    clients: Sequence[Client],
    program: Any,
    starts_on: dt.date,
    goals: str = "",
    cohort_name: str = "",
    actor: Any = None,
) -> list[Enrolment]:
    """Put several clients on ``program``, all or none; with a name they are a cohort.

    Raises ``DomainError`` with the client's name where one cannot be enrolled.
    """
    if not clients:
        raise DomainError(_("Choose at least one client."), field="clients")
    cohort = None
    if cohort_name:
        cohort = _cohort(therapist, program, starts_on, cohort_name)
    return [
        _enrol_one(
            client=client,
            therapist=therapist,
            program=program,
            starts_on=starts_on,
            goals=goals,
            actor=actor,
            cohort=cohort,
        )
        for client in clients
    ]


@transaction.atomic
def join_cohort(
    *, therapist: Therapist, cohort: Cohort, clients: Sequence[Client]
) -> list[Enrolment]:
    """Add clients to a cohort: its program, its therapist, its start date.

    ``therapist`` leads it or manages the clinic; else ``NotAllowed``.
    """
    cohort = Cohort.objects.select_for_update(of=("self",)).get(pk=cohort.pk)
    leads = therapist.pk == cohort.therapist_id or therapist.role == Role.MANAGER
    if cohort.clinic_id != therapist.clinic_id or not leads:
        raise NotAllowed(_("This group is not yours."))
    if cohort.program is None:
        raise DomainError(_("The group’s program is not there any more."))
    if not clients:
        raise DomainError(_("Choose at least one client."), field="clients")
    return [
        _enrol_one(
            client=client,
            therapist=cohort.therapist,
            program=cohort.program,
            starts_on=cohort.starts_on,
            actor=therapist.user,
            cohort=cohort,
        )
        for client in clients
    ]


def _cohort(therapist: Therapist, program: Any, starts_on: dt.date, name: str) -> Cohort:
    if Cohort.objects.filter(clinic_id=therapist.clinic_id, name=name).exists():
        raise DomainError(_("Another group has this name."), field="cohort_name")
    return Cohort.objects.create(
        clinic_id=therapist.clinic_id,
        name=name,
        therapist=therapist,
        program_id=program.pk,
        program_title=program.title,
        starts_on=starts_on,
    )


def _enrol_one(*, client: Client, **values: Any) -> Enrolment:
    try:
        return enrol(client=client, **values)
    except DomainError as error:
        if isinstance(error, NotAllowed) and client.clinic_id != values["therapist"].clinic_id:
            raise
        message = _("%(client)s: %(reason)s") % {"client": client, "reason": error}
        raise DomainError(message, field="clients") from error


@transaction.atomic
def push_program(
    *, therapist: Therapist, program: Any, versions: Mapping[uuid.UUID, int]
) -> list[Week]:
    """Bring the program's newest text into chosen drafts; all or none.

    ``versions`` has the draft version that the therapist looked at, by week. What was adjusted for
    a client stays. Published weeks are refused: they never change. Raises ``NotAllowed`` for a week
    outside the caseload, ``Conflict`` for a draft that was saved meanwhile.
    """
    if not versions:
        raise DomainError(_("Choose at least one client."), field="weeks")
    weeks = list(
        Week.objects.in_caseload(therapist)
        .select_for_update(of=("self",))
        .filter(
            uuid__in=versions,
            enrolment__program=program,
            enrolment__status=EnrolmentStatus.ACTIVE,
        )
        .select_related("enrolment__client", "current_version")
        .order_by("pk")
    )
    if len(weeks) != len(versions):
        raise NotAllowed(_("This week is not in your caseload."))
    pages = weeks_by_language(program, [week.enrolment.client for week in weeks])
    for week in weeks:
        newest = pages[language_of(week.enrolment.client)]
        _push(therapist, week, newest, versions[week.uuid])
    enrolments = {week.enrolment_id for week in weeks}
    Enrolment.objects.filter(pk__in=enrolments).update(program_revision=program.live_revision_id)
    return weeks


def _push(therapist: Therapist, week: Week, pages: list[Any], seen: int) -> None:
    client = week.enrolment.client
    if week.status != WeekStatus.DRAFT:
        raise DomainError(
            _("%(client)s: week %(number)d is published and stays as it is.")
            % {"client": client, "number": week.number}
        )
    if week.draft_version != seen:
        raise Conflict(
            _("%(client)s: the draft was saved meanwhile. Look at the differences again.")
            % {"client": client}
        )
    update = update_of(week.enrolment, week, pages)
    if not update.is_pushable:
        return
    values = {"days": update.days, "focus": update.focus, **taken_over(update.template)}
    for name, value in values.items():
        setattr(week, name, value)
    week.draft_version += 1
    week.save(update_fields=["draft_version", *values])
    record_audit(actor=therapist.user, client=client, action="week.push", subject=week)
