"""The caseload: who is where in which program, and who waits to be taken on."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import DateTimeField, F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from wagtail_asyncpt.care.models import (
    Change,
    Enrolment,
    EnrolmentStatus,
    Review,
    ReviewStatus,
    SessionLog,
    Week,
    WeekStatus,
)
from wagtail_asyncpt.core import clock
from wagtail_asyncpt.memberships.balances import visits_left
from wagtail_asyncpt.memberships.models import Membership, MembershipStatus
from wagtail_asyncpt.people.models import Client, Clinic, Role, Therapist
from wagtail_asyncpt.review.queries.evidence import changes_of
from wagtail_asyncpt.review.words import membership_in_words

PAGE_SIZE = 50
#: Memberships that never came to be say nothing about a client.
UNBOUGHT = (
    MembershipStatus.PENDING,
    MembershipStatus.ABANDONED,
    MembershipStatus.INCOMPLETE_EXPIRED,
)


@dataclass
class CaseloadRow:
    """One client of the list. ``week_number`` is the newest week that the client can see."""

    client: Client
    enrolment: Enrolment | None
    week_number: int | None
    membership: str
    last_active_at: datetime | None
    review_uuid: uuid.UUID | None


@dataclass
class ClientFile:
    """What the client's page shows."""

    client: Client
    membership: str
    enrolments: list[Enrolment]
    reviews: list[Review]
    last_active_at: datetime | None
    visits_left: int
    changes: Sequence[Change]

    @property
    def active(self) -> Enrolment | None:
        """The running enrolment."""
        return next((e for e in self.enrolments if e.status == EnrolmentStatus.ACTIVE), None)


def caseload_page(therapist: Therapist, search: str, number: str | int = 1) -> Page:
    """One page of the therapist's clients as ``CaseloadRow``, by name."""
    clients = Client.objects.in_caseload(therapist).select_related("primary_therapist")
    if search:
        clients = clients.filter(Q(name__icontains=search) | Q(user__email__icontains=search))
    page = Paginator(_with_state(clients).order_by("name", "pk"), PAGE_SIZE).get_page(number)
    page.object_list = _rows(list(page.object_list))  # type: ignore[assignment]
    return page


def clients_to_take_on(clinic: Clinic) -> list[CaseloadRow]:
    """Clients of the clinic without a primary therapist, the longest waiting first.

    Every therapist of the clinic sees them, at most 50; enrolling one takes the client on.
    """
    clients = unassigned(clinic).order_by("created_at", "pk")[:PAGE_SIZE]
    return _rows(list(_with_state(clients)))


def unassigned(clinic: Clinic) -> QuerySet[Client]:
    """Clients of the clinic without a primary therapist."""
    return Client.objects.filter(clinic=clinic, primary_therapist=None, user__is_active=True)


def enrollable_client(therapist: Therapist, client_uuid: uuid.UUID) -> Client | None:
    """A client of the caseload, or one of the clinic whom nobody has taken on."""
    client = Client.objects.select_related("clinic", "user", "primary_therapist").filter(
        uuid=client_uuid
    )
    return (
        client.filter(pk__in=Client.objects.in_caseload(therapist).values("pk")).first()
        or client.filter(pk__in=unassigned(therapist.clinic).values("pk")).first()
    )


def client_file(therapist: Therapist, client_uuid: uuid.UUID) -> ClientFile | None:
    """The client's page; ``None`` outside the caseload."""
    client = (
        _with_state(Client.objects.in_caseload(therapist))
        .select_related("clinic", "user", "primary_therapist")
        .filter(uuid=client_uuid)
        .first()
    )
    if client is None:
        return None
    row = _rows([client])[0]
    return ClientFile(
        client=client,
        membership=row.membership,
        enrolments=list(
            client.enrolments.select_related("therapist", "ended_by").prefetch_related(
                "weeks__current_version"
            )
        ),
        reviews=list(
            client.reviews.select_related("week", "answered_by").order_by("-entered_at")[:20]
        ),
        last_active_at=row.last_active_at,
        visits_left=visits_left(client),
        changes=changes_of(client),
    )


def therapists_for(therapist: Therapist, client: Client) -> QuerySet[Therapist]:
    """Whom ``therapist`` may put in charge: oneself; for a manager everybody who sees the client.

    A client whom nobody has taken on may go to every therapist of the clinic.
    """
    active = Therapist.objects.active().filter(clinic_id=therapist.clinic_id)
    if therapist.role != Role.MANAGER:
        return active.filter(pk=therapist.pk)
    if client.primary_therapist_id is None:
        return active
    return active.filter(
        Q(pk=client.primary_therapist_id)
        | Q(role=Role.MANAGER)
        | Q(pk__in=client.coverages.values("therapist"))
    )


def _with_state(clients: QuerySet[Client]) -> QuerySet[Client]:
    last = (
        SessionLog.objects.filter(client=OuterRef("pk"))
        .order_by()
        .values("client")
        .annotate(last=Max(Coalesce("finished_at", "started_at")))
        .values("last")
    )
    weeks = Week.objects.filter(
        enrolment__client=OuterRef("pk"),
        enrolment__status=EnrolmentStatus.ACTIVE,
        status=WeekStatus.PUBLISHED,
    ).order_by("-number")
    waiting = Review.objects.filter(client=OuterRef("pk"), status=ReviewStatus.WAITING)
    return clients.annotate(
        last_active_at=Subquery(last, output_field=DateTimeField()),
        week_number=Subquery(weeks.values("number")[:1]),
        review_uuid=Subquery(waiting.order_by("due_at").values("uuid")[:1]),
    )


def _rows(clients: list[Any]) -> list[CaseloadRow]:
    memberships = _newest_memberships(clients)
    enrolments = {
        enrolment.client_id: enrolment
        for enrolment in Enrolment.objects.filter(client__in=clients, status=EnrolmentStatus.ACTIVE)
    }
    now = clock.now()
    return [
        CaseloadRow(
            client=client,
            enrolment=enrolments.get(client.pk),
            week_number=client.week_number,
            membership=membership_in_words(memberships.get(client.pk), now),
            last_active_at=client.last_active_at,
            review_uuid=client.review_uuid,
        )
        for client in clients
    ]


def _newest_memberships(clients: list[Client]) -> dict[int, Membership]:
    bought = (
        Membership.objects.filter(client__in=clients)
        .exclude(status__in=UNBOUGHT)
        .select_related("tier")
        .order_by(F("created_at").asc(), "pk")
    )
    return {membership.client_id: membership for membership in bought}
