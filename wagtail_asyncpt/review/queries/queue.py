"""The queue: whose weeks wait, since when and why."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from wagtail_asyncpt.care.models import (
    Clip,
    ExerciseLog,
    FormCheck,
    FormCheckStatus,
    Review,
    ReviewStatus,
    SessionLog,
)
from wagtail_asyncpt.care.models.answers import ReviewReason
from wagtail_asyncpt.core import clock
from wagtail_asyncpt.library.media import VideoStatus
from wagtail_asyncpt.people.models import Therapist
from wagtail_asyncpt.review.words import due_in_words, pain_in_words, pain_level

PAGE_SIZE = 25
TABS = ("mine", "all", "answered")


@dataclass
class Waiting:
    """One week of the queue with what makes it urgent; ``review`` comes from ``explained()``."""

    review: Any
    now: datetime

    @property
    def is_overdue(self) -> bool:
        """Whether the promised answer is late."""
        return self.review.status == ReviewStatus.WAITING and self.review.due_at <= self.now

    @property
    def is_soon(self) -> bool:
        """Whether the answer is due within the next 12 hours."""
        return not self.is_overdue and self.review.due_at <= self.now + timedelta(hours=12)

    @property
    def due(self) -> str:
        """The due time in words."""
        return due_in_words(self.review.due_at, self.now)

    @property
    def poster(self) -> uuid.UUID | None:
        """The newest clip that can be watched."""
        clip: uuid.UUID | None = self.review.clip_uuid
        return clip

    @property
    def clips(self) -> int:
        """How many clips wait for a verdict."""
        return self.review.clip_count or 0

    @property
    def pain(self) -> int | None:
        """The worst pain of the week, 0-10."""
        pain: int | None = self.review.pain
        return pain

    @property
    def pain_exercise(self) -> str:
        """The exercise of the worst pain."""
        return self.review.pain_exercise or ""

    @property
    def pain_words(self) -> str:
        """The worst pain of the week in words, when it is more than mild."""
        is_told = self.pain_level in ("moderate", "severe") or self._waits_for(ReviewReason.PAIN)
        return pain_in_words(self.pain) if is_told else ""

    @property
    def pain_level(self) -> str:
        """The worst pain's level, for its color."""
        return pain_level(self.pain)

    @property
    def is_week_done(self) -> bool:
        """Whether the client finished the week."""
        return self._waits_for(ReviewReason.WEEK_DONE)

    @property
    def comment(self) -> str:
        """The newest comment of the client: on an exercise, else on a session."""
        return self.review.exercise_comment or self.review.session_comment or ""

    def _waits_for(self, reason: ReviewReason) -> bool:
        return reason.value in self.review.reasons


@dataclass(frozen=True)
class Counts:
    """How many reviews wait: for the therapist, for all the therapist may see, late, today."""

    mine: int
    all: int
    overdue: int
    due_today: int


def counts(therapist: Therapist) -> Counts:
    """The numbers of the menu, the tabs and the dashboard, in one query."""
    now = clock.now()
    midnight = now.astimezone(_zone(therapist)).replace(hour=0, minute=0, second=0, microsecond=0)
    found = (
        Review.objects.in_caseload(therapist)
        .filter(status=ReviewStatus.WAITING)
        .aggregate(
            mine=Count("pk", filter=Q(therapist=therapist)),
            all=Count("pk"),
            overdue=Count("pk", filter=Q(due_at__lte=now)),
            due_today=Count(
                "pk", filter=Q(due_at__gt=now, due_at__lt=midnight + timedelta(days=1))
            ),
        )
    )
    return Counts(**found)


def _zone(therapist: Therapist) -> ZoneInfo:
    return ZoneInfo(therapist.clinic.time_zone)


class _CountedPaginator(Paginator):
    """A paginator whose number of rows is known already, or counted when it is not."""

    def __init__(self, rows: QuerySet[Review], size: int, known: int | None) -> None:
        super().__init__(rows, size)
        if known is not None:
            self.count = known


def queue_page(therapist: Therapist, tab: str, numbers: Counts, page: str | int = 1) -> Page:
    """One page of a tab (``mine``, ``all`` or ``answered``) as ``Waiting`` rows."""
    known = {"mine": numbers.mine, "all": numbers.all}.get(tab)
    rows = _CountedPaginator(_tab(therapist, tab), PAGE_SIZE, known).get_page(page)
    rows.object_list = _waiting(rows.object_list)
    return rows


def next_waiting(therapist: Therapist, limit: int = 3) -> list[Waiting]:
    """The most urgent reviews that the therapist may see."""
    return _waiting(_tab(therapist, "all")[:limit])


def waiting(review: Review) -> Waiting:
    """What makes one review, found for the therapist, urgent."""
    return _waiting(explained(Review.objects.filter(pk=review.pk)))[0]


def _waiting(reviews: Iterable[Review]) -> list[Waiting]:
    now = clock.now()
    return [Waiting(review, now) for review in reviews]


def _tab(therapist: Therapist, tab: str) -> QuerySet[Review]:
    reviews = explained(Review.objects.in_caseload(therapist)).select_related(
        "client", "therapist", "week__enrolment"
    )
    if tab == "answered":
        return reviews.filter(status=ReviewStatus.ANSWERED).order_by("-answered_at", "-pk")
    open_reviews = reviews.filter(status=ReviewStatus.WAITING).order_by("due_at", "pk")
    return open_reviews.filter(therapist=therapist) if tab == "mine" else open_reviews


def explained(reviews: QuerySet[Review]) -> QuerySet[Review]:
    """``reviews`` with the clips, worst pain and newest comments of their weeks, in one query."""
    week = OuterRef("week")
    clips = Clip.objects.filter(form_check__week=week, status=VideoStatus.READY)
    logs = ExerciseLog.objects.filter(prescribed__week=week, is_current=True)
    pains = logs.filter(pain__isnull=False).order_by("-pain", "-logged_at")
    comments = logs.exclude(comment="").order_by("-logged_at", "-pk")
    sessions = SessionLog.objects.filter(session__week=week).exclude(comment="")
    checks = FormCheck.objects.filter(week=week, status=FormCheckStatus.READY).order_by()
    return reviews.annotate(
        clip_uuid=Subquery(clips.exclude(poster="").order_by("-created_at").values("uuid")[:1]),
        clip_count=Subquery(checks.values("week").annotate(n=Count("pk")).values("n")),
        pain=Subquery(pains.values("pain")[:1]),
        pain_exercise=Subquery(pains.values("prescribed__exercise__name")[:1]),
        exercise_comment=Subquery(comments.values("comment")[:1]),
        session_comment=Subquery(sessions.order_by("-started_at").values("comment")[:1]),
    )
