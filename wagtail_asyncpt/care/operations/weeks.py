"""Enrolling a client, and drafting the client's weeks."""

import datetime as dt
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from wagtail_asyncpt.care import signals
from wagtail_asyncpt.care.days import without_checks
from wagtail_asyncpt.care.models import Cohort, Enrolment, EnrolmentStatus, Week, WeekStatus
from wagtail_asyncpt.care.operations.base import require_caseload, require_running
from wagtail_asyncpt.care.queries.templates import Template, template_of
from wagtail_asyncpt.core.errors import Conflict, DomainError, NotAllowed
from wagtail_asyncpt.memberships.queries import paused_days
from wagtail_asyncpt.people.languages import language_of
from wagtail_asyncpt.people.models import Client, Therapist
from wagtail_asyncpt.people.operations import record_audit
from wagtail_asyncpt.programs.languages import pages_in


@transaction.atomic
def enrol(
    *,
    therapist: Therapist,
    client: Client,
    program: Any | None,
    starts_on: dt.date,
    goals: str = "",
    actor: Any = None,
    cohort: Cohort | None = None,
) -> Enrolment:
    """Put ``client`` on ``program`` (a page) with ``therapist``; week 1 is drafted from it.

    A client without a primary therapist is taken on by ``therapist``. ``actor`` is the user who
    enrols, where it is not the therapist: a manager may enrol for a colleague.
    Raises ``DomainError`` when the client is in a program already, ``NotAllowed`` when the client
    is somebody else's.
    """
    client = Client.objects.select_for_update(of=("self",)).get(pk=client.pk)
    if client.clinic_id != therapist.clinic_id:
        raise NotAllowed(_("This client is not in your caseload."))
    if client.primary_therapist_id is None:
        client.primary_therapist = therapist
        client.save(update_fields=["primary_therapist"])
    require_caseload(therapist, client)
    if client.enrolments.filter(status=EnrolmentStatus.ACTIVE).exists():
        raise DomainError(_("This client is in a program already; end it first."))
    language = language_of(client)
    enrolment = Enrolment.objects.create(
        clinic_id=client.clinic_id,
        client=client,
        therapist=therapist,
        program_id=program.pk if program else None,
        program_title=pages_in([program], language)[0].title if program else _("Own program"),
        program_revision=program.live_revision_id if program else None,
        starts_on=starts_on,
        goals=goals,
        cohort=cohort,
    )
    template = template_of(program, 1, language=language)
    Week.objects.create(
        clinic_id=client.clinic_id,
        enrolment=enrolment,
        number=1,
        starts_on=starts_on,
        focus=template.focus if template else "",
        days=template.days if template else [],
        **taken_over(template),
    )
    record_audit(
        actor=actor or therapist.user, client=client, action="enrolment.create", subject=enrolment
    )
    signals.enrolled.send(
        Enrolment,
        instance=enrolment,
        client=client,
        therapist=therapist,
        key=f"enrolled-{enrolment.pk}",
    )
    return enrolment


def taken_over(template: Template | None) -> dict[str, Any]:
    """The fields of a week that remember what it took over from the program, and when."""
    return {
        "template": template.to_dict() if template else None,
        "template_revision": template.revision if template else None,
    }


@transaction.atomic
def draft_next_week(*, therapist: Therapist, week: Week, from_program: bool = False) -> Week:
    """The draft of the week after ``week``: made once, from this week or from the program page.

    Lines keep their lineage. Form check requests are not carried over. Days on which the client's
    membership was paused in between do not count.
    """
    week = (
        Week.objects.select_for_update(of=("self",))
        .select_related("enrolment__client", "enrolment__program", "current_version")
        .get(pk=week.pk)
    )
    client = week.enrolment.client
    require_caseload(therapist, client)
    require_running(week.enrolment)
    if week.status != WeekStatus.PUBLISHED or week.current_version is None:
        raise DomainError(_("Publish week %(number)d first.") % {"number": week.number})
    existing = Week.objects.filter(enrolment=week.enrolment, number=week.number + 1).first()
    if existing is not None:
        return existing
    had = week.current_version.days
    template = template_of(week.enrolment.program, week.number + 1, had, language_of(client))
    days = template.days if from_program and template else without_checks(had)
    draft = Week.objects.create(
        clinic_id=week.clinic_id,
        enrolment=week.enrolment,
        number=week.number + 1,
        starts_on=week.starts_on + dt.timedelta(days=7 + paused_days(client, week.ends_on)),
        previous=week,
        focus=(template.focus if template else "") or week.focus,
        days=days,
        **taken_over(template),
    )
    record_audit(actor=therapist.user, client=client, action="week.draft", subject=draft)
    return draft


@transaction.atomic
def save_draft(
    *, therapist: Therapist, week: Week, days: Any, focus: str, base_version: int
) -> Week:
    """Store the draft's sessions. Raises ``Conflict`` when somebody saved after ``base_version``.

    A published week keeps what the client sees until it is published again.
    """
    week = (
        Week.objects.select_for_update(of=("self",))
        .select_related("enrolment__client")
        .get(pk=week.pk)
    )
    require_caseload(therapist, week.enrolment.client)
    if week.draft_version != base_version:
        raise Conflict(_("This week was saved in another window. Reload to see the newest text."))
    week.days = days
    week.focus = focus
    week.draft_version += 1
    week.save(update_fields=["days", "focus", "draft_version"])
    record_audit(
        actor=therapist.user, client=week.enrolment.client, action="week.save", subject=week
    )
    return week
