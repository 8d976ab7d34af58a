"""The entitlement clock: how long somebody was entitled, and when a wait is over. No database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

Period = tuple[datetime, datetime]

DAY = timedelta(days=1)


@dataclass(frozen=True)
class EntitledClock:
    """When somebody was and is entitled, and the time zone in which they read dates."""

    periods: tuple[Period, ...]
    time_zone: str = "UTC"


@dataclass(frozen=True)
class Opening:
    """Whether a wait is over.

    ``on`` is the day on which it will be, if the membership goes on; without one the clock stands
    still and ``days_left`` more days are to come.
    """

    is_open: bool
    on: date | None = None
    days_left: int = 0


def merged(periods: Iterable[Period]) -> list[Period]:
    """The same time in periods that neither touch nor overlap, in order."""
    found: list[Period] = []
    for start, end in sorted(periods):
        if end <= start:
            continue
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(end, found[-1][1]))
        else:
            found.append((start, end))
    return found


def without(given: Iterable[Period], taken: Iterable[Period]) -> list[Period]:
    """The time of ``given`` that is not in ``taken``."""
    left = merged(given)
    for start, end in merged(taken):
        left = [
            part
            for begins, ends in left
            for part in ((begins, min(ends, start)), (max(begins, end), ends))
            if part[0] < part[1]
        ]
    return left


def entitled_time(periods: Iterable[Period], at: datetime) -> timedelta:
    """How long the periods lasted until ``at``; where they overlap, time counts once."""
    return sum((min(end, at) - start for start, end in merged(periods) if start < at), timedelta())


def opening(clock: EntitledClock, days: int, at: datetime) -> Opening:
    """When ``days`` entitled days are over: from the morning of the day that completes them."""
    left = days * DAY - entitled_time(clock.periods, at)
    if not any(start <= at < end for start, end in clock.periods):
        return Opening(is_open=left <= timedelta(), days_left=max(0, ceil(left / DAY)))
    zone = ZoneInfo(clock.time_zone)
    on = (at + left).astimezone(zone).date()
    today = at.astimezone(zone).date()
    return Opening(is_open=on <= today, on=on, days_left=max(0, (on - today).days))
