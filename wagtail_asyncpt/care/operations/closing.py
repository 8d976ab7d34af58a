"""Weeks that came to their end without every session being done."""

import datetime as dt

from wagtail_asyncpt.care.models import EnrolmentStatus, Review, Week, WeekStatus
from wagtail_asyncpt.care.models.answers import ReviewReason
from wagtail_asyncpt.care.operations.base import open_review
from wagtail_asyncpt.memberships.queries import paused_clients
from wagtail_asyncpt.people.models import Clinic


def close_finished_weeks(*, clinic: Clinic, on: dt.date) -> int:
    """Put each week of ``clinic`` that ended before ``on`` in its queue, once; returns how many.

    A missed session is nobody's fault: the week is answered with what is there. A paused client's
    week waits.
    """
    ended = (
        Week.objects.filter(
            clinic=clinic,
            status=WeekStatus.PUBLISHED,
            starts_on__lte=on - dt.timedelta(days=7),
            enrolment__status=EnrolmentStatus.ACTIVE,
            enrolment__client__user__isnull=False,
        )
        .exclude(enrolment__client__in=paused_clients(clinic))
        .exclude(pk__in=Review.objects.values("week_id"))
        .select_related("enrolment__client__clinic")
    )
    count = 0
    for week in ended:
        open_review(week=week, reason=ReviewReason.WEEK_DONE)
        count += 1
    return count
