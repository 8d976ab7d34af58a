"""Programs with the clients of a caseload on them; groups; whom one may enroll."""

import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q, QuerySet

from wagtail_asyncpt.care.models import Cohort, Enrolment, EnrolmentStatus
from wagtail_asyncpt.people.models import Client, Role, Therapist
from wagtail_asyncpt.programs.queries import program_indexes, program_pages
from wagtail_asyncpt.review.queries.clients import unassigned


@dataclass(frozen=True)
class ProgramRow:
    """A program of the clinic, and how many of the therapist's clients are on it now."""

    page: Any
    client_count: int


def program_rows(therapist: Therapist) -> list[ProgramRow]:
    """The clinic's programs, in the order of the site."""
    counts = dict(
        Enrolment.objects.in_caseload(therapist)
        .filter(status=EnrolmentStatus.ACTIVE)
        .order_by()
        .values_list("program")
        .annotate(Count("pk"))
    )
    return [
        ProgramRow(page, counts.get(page.pk, 0)) for page in program_pages(therapist.clinic.site)
    ]


def places_for_programs(therapist: Therapist) -> list[Any]:
    """The program lists of the clinic's site below which the therapist may write a program."""
    user = therapist.user
    return [
        page
        for page in program_indexes(therapist.clinic.site)
        if page.permissions_for_user(user).can_add_subpage()
    ]


def program_page(therapist: Therapist, page_id: int) -> Any | None:
    """A live program of the therapist's clinic."""
    pages = program_pages(therapist.clinic.site)
    return next((page for page in pages if page.pk == page_id), None)


def cohorts_of(therapist: Therapist) -> QuerySet[Cohort]:
    """The groups that the therapist leads, the newest first, each with ``client_count``."""
    return (
        Cohort.objects.led_by(therapist)
        .select_related("therapist")
        .annotate(client_count=Count("enrolments"))
    )


def cohort_of(therapist: Therapist, cohort_uuid: uuid.UUID) -> Cohort | None:
    """One of the groups that the therapist leads."""
    return (
        Cohort.objects.led_by(therapist)
        .select_related("therapist", "program")
        .filter(uuid=cohort_uuid)
        .first()
    )


def cohort_members(therapist: Therapist, cohort: Cohort) -> list[Enrolment]:
    """The members whom the therapist may see, by name, each with its weeks."""
    return list(
        Enrolment.objects.in_caseload(therapist)
        .filter(cohort=cohort)
        .select_related("client")
        .prefetch_related("weeks__current_version")
        .order_by("client__name", "pk")
    )


def enrollable_clients(therapist: Therapist) -> QuerySet[Client]:
    """Clients without a running program: of the caseload, or whom nobody has taken on, by name."""
    mine = Client.objects.in_caseload(therapist).filter(user__is_active=True)
    allowed = Q(pk__in=mine.values("pk")) | Q(pk__in=unassigned(therapist.clinic).values("pk"))
    busy = Enrolment.objects.filter(status=EnrolmentStatus.ACTIVE).values("client")
    return Client.objects.filter(allowed).exclude(pk__in=busy).order_by("name", "pk")


def leaders_for(therapist: Therapist) -> QuerySet[Therapist]:
    """Who may lead a group that ``therapist`` makes: oneself; for a manager any colleague."""
    active = Therapist.objects.active().filter(clinic_id=therapist.clinic_id)
    return active if therapist.role == Role.MANAGER else active.filter(pk=therapist.pk)
