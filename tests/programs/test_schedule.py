"""The dates of a session inside its week."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_asyncpt.programs.schedule import rule_for, session_dates

CODES = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"]
starts = st.dates(min_value=dt.date(2020, 1, 1), max_value=dt.date(2035, 12, 31))
chosen = st.lists(st.sampled_from(CODES), unique=True)


@given(weekdays=chosen, starts_on=starts)
def test_dates_are_the_chosen_weekdays_of_the_seven_days(
    weekdays: list[str], starts_on: dt.date
) -> None:
    week = [starts_on + dt.timedelta(days=n) for n in range(7)]
    expected = [day for day in week if CODES[day.weekday()] in weekdays]
    assert session_dates(weekdays=weekdays, starts_on=starts_on) == expected


def test_a_week_may_start_on_any_day() -> None:
    thursday = dt.date(2026, 11, 5)
    assert session_dates(weekdays=["MO", "TH"], starts_on=thursday) == [
        dt.date(2026, 11, 5),
        dt.date(2026, 11, 9),
    ]


def test_the_change_to_winter_time_moves_no_day() -> None:
    # In New York clocks went back on Sunday, 1 November 2026.
    assert session_dates(weekdays=["SU", "MO"], starts_on=dt.date(2026, 10, 31)) == [
        dt.date(2026, 11, 1),
        dt.date(2026, 11, 2),
    ]


@given(weekdays=chosen.filter(bool), interval=st.integers(1, 4), starts_on=starts)
def test_a_rule_repeats_every_so_many_weeks(
    weekdays: list[str], interval: int, starts_on: dt.date
) -> None:
    monday = starts_on - dt.timedelta(days=starts_on.weekday())
    start = dt.datetime.combine(monday, dt.time())
    found = rule_for(weekdays, interval).between(
        start, start + dt.timedelta(days=8 * 7 - 1), dtstart=start, inc=True
    )
    expected = [
        start + dt.timedelta(days=n)
        for n in range(8 * 7)
        if (n // 7) % interval == 0 and CODES[n % 7] in weekdays
    ]
    assert found == expected


def test_the_stored_rule_has_no_start() -> None:
    import recurrence

    text = recurrence.serialize(rule_for(["MO", "WE"], 2))
    assert text == "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE"


@pytest.mark.parametrize(("weekdays", "interval"), [([], 1), (["MO"], 0), (["XX"], 1)])
def test_a_rule_that_means_nothing_is_refused(weekdays: list[str], interval: int) -> None:
    with pytest.raises(ValueError, match=r"weekday"):
        rule_for(weekdays, interval)
