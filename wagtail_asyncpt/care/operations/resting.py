"""The program's clock after a pause: weeks that were not over continue where they stopped."""

import datetime as dt
from zoneinfo import ZoneInfo

from django.db import transaction

from wagtail_asyncpt.care.models import (
    EnrolmentStatus,
    FormCheck,
    FormCheckStatus,
    Session,
    Week,
)
from wagtail_asyncpt.people.models import Client


@transaction.atomic
def move_weeks(*, client: Client, paused_at: dt.datetime, resumed_at: dt.datetime) -> int:
    """Move the weeks that the pause interrupted, or that were to come; returns the days.

    Sessions keep their weekdays: their dates are found again in the moved week. What was done
    keeps the moment at which it was done.
    """
    zone = ZoneInfo(client.time_zone)
    first, last = paused_at.astimezone(zone).date(), resumed_at.astimezone(zone).date()
    by = last - first
    if not by:
        return 0
    weeks = Week.objects.select_for_update(of=("self",)).filter(
        enrolment__client=client,
        enrolment__status=EnrolmentStatus.ACTIVE,
        starts_on__gt=first - dt.timedelta(days=7),
    )
    for week in weeks:
        week.starts_on += by
        week.save(update_fields=["starts_on"])
        _move_sessions(week)
        _move_form_checks(week, by)
    return by.days


def _move_sessions(week: Week) -> None:
    sessions = [session for session in week.sessions.all() if session.dates]
    for session in sessions:
        days = (dt.date.fromisoformat(text).weekday() for text in session.dates)
        offsets = sorted((day - week.starts_on.weekday()) % 7 for day in days)
        session.dates = [(week.starts_on + dt.timedelta(days=o)).isoformat() for o in offsets]
    Session.objects.bulk_update(sessions, ["dates"])


def _move_form_checks(week: Week, by: dt.timedelta) -> None:
    checks = FormCheck.objects.filter(week=week, status=FormCheckStatus.REQUESTED)
    for check in checks:
        check.due_on += by
    FormCheck.objects.bulk_update(checks, ["due_on"])
