"""The stand-in's clock, and calendar arithmetic on Unix timestamps."""

from __future__ import annotations

import time
from calendar import monthrange
from datetime import UTC, datetime, timedelta

DAY = 86_400
HOUR = 3_600


class Clock:
    """Whole seconds since the epoch; follows the wall clock plus an offset, or stands still.

    A frozen clock (tests) moves only by ``move_to``. Time never goes back.
    """

    def __init__(self, frozen_at: int | None = None) -> None:
        self._frozen = frozen_at
        self.offset = 0

    @property
    def frozen(self) -> bool:
        return self._frozen is not None

    def now(self) -> int:
        return self._frozen if self._frozen is not None else int(time.time()) + self.offset

    def move_to(self, timestamp: int) -> None:
        timestamp = max(timestamp, self.now())
        if self._frozen is not None:
            self._frozen = timestamp
        else:
            self.offset = timestamp - int(time.time())


def add_interval(timestamp: int, interval: str, count: int) -> int:
    """``count`` days, weeks, months or years later; the 31st becomes the last day of the month."""
    start = datetime.fromtimestamp(timestamp, UTC)
    if interval in ("day", "week"):
        days = count * (7 if interval == "week" else 1)
        return int((start + timedelta(days=days)).timestamp())
    months = start.year * 12 + start.month - 1 + count * (12 if interval == "year" else 1)
    year, month = divmod(months, 12)
    day = min(start.day, monthrange(year, month + 1)[1])
    return int(start.replace(year=year, month=month + 1, day=day).timestamp())


def next_boundary(anchor: int, interval: str, count: int, after: int) -> int:
    """First period end after ``after``, counted from the anchor: Jan 31 → Feb 28 → Mar 31."""
    steps = 1
    while (end := add_interval(anchor, interval, count * steps)) <= after:
        steps += 1
    return end
