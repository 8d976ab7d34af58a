"""On which dates of a week a session falls.

The rule is stored without a start (django-recurrence turns one into UTC, which moves weekdays);
the start is a column of its own, and dates are computed with naive midnights.
"""

import datetime
from collections.abc import Iterable

import recurrence
from recurrence import Recurrence, Rule

from wagtail_asyncpt.programs.rules import read_rule, rule_text

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
    return _dates(rule_for(weekdays), starts_on, starts_on)


def rule_dates(
    *, rule: str | Recurrence | None, starts_on: datetime.date, anchor: datetime.date
) -> list[datetime.date]:
    """The dates of the seven days from ``starts_on`` that ``rule``, counted from ``anchor``, hits.

    "Every 2 days" goes on from week to week when the anchor is the program's first day. "Every 2
    weeks" counts weeks of the program, on whatever weekday they begin, never those of a calendar.
    """
    text = rule_text(rule)
    if not text:
        return []
    found = read_rule(text)
    if found.rrules[0].freq == recurrence.WEEKLY:
        found.rrules[0].wkst = recurrence.Weekday(anchor.weekday())
    return _dates(found, starts_on, anchor)


def _dates(
    rule: Recurrence, starts_on: datetime.date, anchor: datetime.date
) -> list[datetime.date]:
    start = datetime.datetime.combine(starts_on, datetime.time())
    end = start + datetime.timedelta(days=DAYS_IN_WEEK - 1)
    rule.rrules[0].until = end  # a rule that hits no day would be followed for ever
    first = datetime.datetime.combine(anchor, datetime.time())
    found = rule.between(start, end, dtstart=first, inc=True)
    return sorted({moment.date() for moment in found})


def _weekday(code: str) -> recurrence.Weekday:
    try:
        return recurrence.to_weekday(code)
    except (ValueError, KeyError) as error:
        raise ValueError(f"{code!r} is not a weekday such as MO.") from error
