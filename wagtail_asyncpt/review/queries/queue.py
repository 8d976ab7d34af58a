"""The queue: whose weeks wait, since when and why."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.core.paginator import Page, Paginator
from django.db.models import Count, Q, QuerySet

from wagtail_asyncpt.care.models import (
    Clip,
    ExerciseLog,
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
    """One week of the queue with what makes it urgent. ``clips`` are ready and unanswered."""

    review: Review
    now: datetime
    clips: list[Clip] = field(default_factory=list)
    pain: int | None = None
    pain_exercise: str = ""
    comments: list[str] = field(default_factory=list)

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
    def poster(self) -> Clip | None:
        """The newest clip that has a picture."""
        return next((clip for clip in self.clips if clip.poster), None)

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
        """The newest comment of the client."""
        return self.comments[0] if self.comments else ""

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


def queue_page(therapist: Therapist, tab: str, number: str | int = 1) -> Page:
    """One page of a tab (``mine``, ``all`` or ``answered``) as ``Waiting`` rows."""
    page = Paginator(_tab(therapist, tab), PAGE_SIZE).get_page(number)
    page.object_list = explained(list(page.object_list))
    return page


def next_waiting(therapist: Therapist, limit: int = 3) -> list[Waiting]:
    """The most urgent reviews that the therapist may see."""
    return explained(list(_tab(therapist, "all")[:limit]))


def _tab(therapist: Therapist, tab: str) -> QuerySet[Review]:
    reviews = Review.objects.in_caseload(therapist).select_related(
        "client", "therapist", "week__enrolment"
    )
    if tab == "answered":
        return reviews.filter(status=ReviewStatus.ANSWERED).order_by("-answered_at", "-pk")
    waiting = reviews.filter(status=ReviewStatus.WAITING).order_by("due_at", "pk")
    return waiting.filter(therapist=therapist) if tab == "mine" else waiting


def explained(reviews: list[Review]) -> list[Waiting]:
    """``reviews`` with the clips, pain and comments of their weeks, in three queries."""
    now = clock.now()
    rows = [Waiting(review, now) for review in reviews]
    by_week: dict[int, list[Waiting]] = defaultdict(list)
    for row in rows:
        by_week[row.review.week_id].append(row)
    _add_clips(by_week)
    _add_exercise_logs(by_week)
    _add_session_comments(by_week)
    return rows


def _add_clips(by_week: dict[int, list[Waiting]]) -> None:
    clips = Clip.objects.filter(
        form_check__week__in=by_week,
        form_check__status__in=[FormCheckStatus.READY, FormCheckStatus.ANSWERED],
        status=VideoStatus.READY,
    ).select_related("form_check")
    seen: set[int] = set()
    for clip in clips:
        if clip.form_check_id in seen:  # an earlier take
            continue
        seen.add(clip.form_check_id)
        for row in by_week[clip.form_check.week_id]:
            if (
                row.review.status == ReviewStatus.ANSWERED
                or clip.form_check.status == FormCheckStatus.READY
            ):
                row.clips.append(clip)


def _add_exercise_logs(by_week: dict[int, list[Waiting]]) -> None:
    logs = (
        ExerciseLog.objects.filter(prescribed__week__in=by_week, is_current=True)
        .filter(Q(pain__gte=1) | ~Q(comment=""))
        .select_related("prescribed__exercise")
        .order_by("-logged_at", "-pk")
    )
    for log in logs:
        for row in by_week[log.prescribed.week_id]:
            if log.pain is not None and (row.pain is None or log.pain > row.pain):
                row.pain, row.pain_exercise = log.pain, log.prescribed.exercise.name
            if log.comment:
                row.comments.append(log.comment)


def _add_session_comments(by_week: dict[int, list[Waiting]]) -> None:
    logs = (
        SessionLog.objects.filter(session__week__in=by_week)
        .exclude(comment="")
        .select_related("session")
        .order_by("-started_at")
    )
    for log in logs:
        for row in by_week[log.session.week_id]:
            row.comments.append(log.comment)
