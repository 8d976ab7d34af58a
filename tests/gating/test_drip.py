"""The entitlement clock: pure arithmetic over periods."""

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from wagtail_asyncpt.gating.drip import (
    DAY,
    EntitledClock,
    Period,
    entitled_time,
    merged,
    opening,
    without,
)

BEGIN = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


def at(hours: int) -> dt.datetime:
    return BEGIN + hours * HOUR


def period(start: int, length: int) -> Period:
    return at(start), at(start + length)


periods = st.lists(st.builds(period, st.integers(0, 300), st.integers(0, 100)), max_size=6)
moments = st.integers(0, 450).map(at)
quick = settings(max_examples=60, deadline=None)


def hours_in(found: list[Period]) -> set[int]:
    """The hours that the periods cover, counted one by one."""
    return {h for start, end in found for h in range(450) if start <= at(h) < end}


@quick
@given(periods, moments)
def test_time_is_the_hours_that_any_period_covers(found: list[Period], now: dt.datetime) -> None:
    covered = {h for h in hours_in(found) if at(h) < now}
    assert entitled_time(found, now) == len(covered) * HOUR


@quick
@given(periods, periods)
def test_what_is_taken_back_is_taken_once(kept: list[Period], taken: list[Period]) -> None:
    assert hours_in(without(kept, taken)) == hours_in(kept) - hours_in(taken)


@quick
@given(periods, st.randoms(use_true_random=False))
def test_order_and_repetition_change_nothing(found: list[Period], random: object) -> None:
    again = [*found, *found]
    random.shuffle(again)  # type: ignore[attr-defined]
    assert merged(again) == merged(found)
    assert all(a[1] < b[0] for a, b in zip(merged(found), merged(found)[1:], strict=False))


@quick
@given(periods, moments, st.integers(1, 20))
def test_what_opens_stays_open_while_the_membership_goes_on(
    found: list[Period], now: dt.datetime, days: int
) -> None:
    running = EntitledClock((*found, (now, now + 60 * DAY)), "America/New_York")
    states = [opening(running, days, now + n * 7 * HOUR).is_open for n in range(100)]
    assert states == sorted(states)
    first = opening(running, days, now)
    assert first.on is not None
    if not first.is_open:
        morning = dt.datetime.combine(first.on, dt.time(), ZoneInfo("America/New_York"))
        assert opening(running, days, morning).is_open
        assert not opening(running, days, morning - HOUR).is_open


@quick
@given(st.integers(1, 30), st.integers(1, 29), st.integers(1, 400), st.integers(1, 20))
def test_a_pause_stops_the_clock_and_a_return_goes_on(
    before: int, into_day: int, gap: int, days: int
) -> None:
    length = before * 24
    unbroken = ((at(0), at(length + 2400)),)
    broken = (
        (at(0), at(length)),
        (at(length + gap), at(length + gap + 2400)),
    )
    now = length + into_day
    assert entitled_time(unbroken, at(now)) == entitled_time(broken, at(now + gap))
    paused = entitled_time(broken, at(length + gap // 2))
    assert paused == entitled_time(broken, at(length)) == before * DAY


def test_it_opens_on_the_morning_of_the_day_that_completes_the_wait() -> None:
    zone = ZoneInfo("America/New_York")
    joined = dt.datetime(2026, 11, 2, 15, tzinfo=zone)  # a Monday
    clock = EntitledClock(((joined, joined + 30 * DAY),), "America/New_York")
    thursday = dt.datetime(2026, 11, 5, tzinfo=zone)
    waiting = opening(clock, 3, thursday - dt.timedelta(seconds=1))
    assert (waiting.is_open, waiting.on, waiting.days_left) == (False, thursday.date(), 1)
    assert opening(clock, 3, thursday).is_open


def test_a_clock_that_stands_still_promises_no_day() -> None:
    clock = EntitledClock(((at(0), at(48)),))
    found = opening(clock, 5, at(400))
    assert (found.is_open, found.on, found.days_left) == (False, None, 3)
    assert opening(clock, 2, at(400)).is_open


@pytest.mark.parametrize("empty", [(), ((at(5), at(5)),)])
def test_nothing_counts_nothing(empty: tuple[Period, ...]) -> None:
    assert entitled_time(empty, at(9)) == dt.timedelta()
    assert not opening(EntitledClock(empty), 1, at(9)).is_open
