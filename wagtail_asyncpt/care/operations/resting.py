"""The program's clock after a pause: weeks that were not over continue where they stopped."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.db import transaction

from wagtail_asyncpt.care.days import read_days
from wagtail_asyncpt.care.models import (
    EnrolmentStatus,
    FormCheck,
    FormCheckStatus,
    Review,
    Session,
    Week,
)
from wagtail_asyncpt.people.models import Client


@transaction.atomic
def move_weeks(*, client: Client, paused_at: dt.datetime, resumed_at: dt.datetime) -> int:
    """Move the weeks that the pause interrupted, or that were to come; returns the days.

    Chosen weekdays stay those weekdays; a rule such as "every 2 days" goes on counting where it
    stopped. What was done keeps the moment at which it was done.
    """
    zone = ZoneInfo(client.time_zone)
    first, last = paused_at.astimezone(zone).date(), resumed_at.astimezone(zone).date()
    by = last - first
    if not by:
        return 0
    weeks = (
        Week.objects.select_for_update(of=("self",))
        .select_related("current_version")
        .filter(
            enrolment__client=client,
            enrolment__status=EnrolmentStatus.ACTIVE,
            starts_on__gt=first - dt.timedelta(days=7),
        )
        # We may hear of a pause late: what was trained and answered since stays where it was.
        .exclude(pk__in=Review.objects.filter(answered_at__gt=resumed_at).values("week"))
    )
    for week in weeks:
        week.starts_on += by
        week.save(update_fields=["starts_on"])
        _move_sessions(week, by)
        _move_form_checks(week, by)
    return by.days


def _move_sessions(week: Week, by: dt.timedelta) -> None:
    if week.current_version is None:
        return
    planned = {day.uid: day for day in read_days(week.current_version.days)}
    sessions = [one for one in week.sessions.filter(is_retired=False) if one.dates]
    for session in sessions:
        dates = planned[session.uid].dates(week.starts_on, week.anchor)
        if len(dates) != session.times:  # "every month" may miss the days of the moved week
            dates = [dt.date.fromisoformat(text) + by for text in session.dates]
        session.dates = [day.isoformat() for day in dates]
    Session.objects.bulk_update(sessions, ["dates"])


def _move_form_checks(week: Week, by: dt.timedelta) -> None:
    checks = FormCheck.objects.filter(week=week, status=FormCheckStatus.REQUESTED)
    for check in checks:
        check.due_on += by
    FormCheck.objects.bulk_update(checks, ["due_on"])
