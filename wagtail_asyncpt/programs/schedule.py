"""On which dates of a week a session falls.

The rule is stored without a start (django-recurrence turns one into UTC, which moves weekdays);
the start is a column of its own, and dates are computed with naive midnights.
"""

import datetime
from collections.abc import Iterable

import recurrence
from recurrence import Recurrence, Rule

DAYS_IN_WEEK = 7


def rule_for(weekdays: Iterable[str], interval: int = 1) -> Recurrence:
    """The rule "every ``interval`` weeks on these ``weekdays``" (MO, TU, …), without a start.

    Raises ``ValueError`` for an unknown weekday, none at all, or an interval below 1.
    """
    days = list(dict.fromkeys(weekdays))
    if not days or interval < 1:
        raise ValueError("A rule needs a weekday and an interval of at least 1.")
    rule = Rule(recurrence.WEEKLY, interval=interval, byday=[_weekday(day) for day in days])
    return Recurrence(rrules=[rule], include_dtstart=False)


def session_dates(*, weekdays: list[str], starts_on: datetime.date) -> list[datetime.date]:
    """The dates of the seven days from ``starts_on`` (any weekday) that are ``weekdays``, sorted.

    Without weekdays a session floats in its week and has no dates.
    """
    if not weekdays:
        return []
    start = datetime.datetime.combine(starts_on, datetime.time())
    end = start + datetime.timedelta(days=DAYS_IN_WEEK - 1)
    found = rule_for(weekdays).between(start, end, dtstart=start, inc=True)
    return [moment.date() for moment in found]


def _weekday(code: str) -> recurrence.Weekday:
    try:
        return recurrence.to_weekday(code)
    except (ValueError, KeyError) as error:
        raise ValueError(f"{code!r} is not a weekday such as MO.") from error
