"""The clock that every operation reads, so that tests and the demo can move time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, tzinfo
from zoneinfo import ZoneInfo

from django.utils import timezone

_source: Callable[[], datetime] = timezone.now


def now() -> datetime:
    """The current moment, aware, in UTC."""
    return _source()


def today(zone: tzinfo | str | None = None) -> date:
    """The current date in ``zone`` (a name or tzinfo; by default Django's current zone)."""
    if isinstance(zone, str):
        zone = ZoneInfo(zone)
    return timezone.localtime(now(), zone).date()


@contextmanager
def use(source: Callable[[], datetime]) -> Iterator[None]:
    """Read the time from ``source`` inside the block (tests, the seed command)."""
    global _source
    before, _source = _source, source
    try:
        yield
    finally:
        _source = before
