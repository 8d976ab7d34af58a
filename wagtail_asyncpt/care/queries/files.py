"""A review's file: all that a therapist reads to answer a week."""

import uuid
from dataclasses import dataclass

from django.db.models import Prefetch

from wagtail_asyncpt.care.models import Clip, FormCheck, FormCheckStatus, Review, VideoComment, Week
from wagtail_asyncpt.care.queries.plan import WeekPlan, week_plan
from wagtail_asyncpt.people.models import Client, Therapist


@dataclass(kw_only=True)
class ReviewFile:
    """One client's week on one screen. Each form check has ``clips`` with their ``comments``."""

    review: Review
    client: Client
    week: Week
    plan: WeekPlan
    form_checks: list[FormCheck]
    next_week: Week | None


def form_checks_of(week: Week) -> list[FormCheck]:
    """The week's form checks with exercise, clips (newest first) and comments: 4 queries."""
    return list(
        week.form_checks.exclude(status=FormCheckStatus.WITHDRAWN)
        .select_related("prescribed__exercise__video", "prescribed__session", "answered_by")
        .prefetch_related(
            "prescribed__exercise__cues",
            Prefetch("clips", Clip.objects.order_by("-created_at", "-pk")),
            Prefetch("clips__comments", VideoComment.objects.select_related("author")),
        )
    )


def review_file(therapist: Therapist, review_uuid: uuid.UUID) -> ReviewFile | None:
    """The file of a review in ``therapist``'s caseload, in a constant number of queries."""
    review = (
        Review.objects.in_caseload(therapist)
        .filter(uuid=review_uuid)
        .select_related(
            "client__user",
            "client__clinic",
            "week__enrolment__therapist",
            "week__current_version__published_by",
            "answered_by",
        )
        .first()
    )
    if review is None:
        return None
    week = review.week
    return ReviewFile(
        review=review,
        client=review.client,
        week=week,
        plan=week_plan(review.client, week),
        form_checks=form_checks_of(week),
        next_week=Week.objects.filter(enrolment_id=week.enrolment_id, number=week.number + 1)
        .select_related("current_version")
        .first(),
    )
