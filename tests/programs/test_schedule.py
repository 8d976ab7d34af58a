"""The dates of a session inside its week."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from wagtail_asyncpt.programs.schedule import rule_dates, rule_for, session_dates

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


def week_dates(rule: str, anchor: dt.date, number: int) -> list[dt.date]:
    """The dates of the ``number``-th week of a program whose first day is ``anchor``."""
    starts_on = anchor + dt.timedelta(weeks=number - 1)
    return rule_dates(rule=rule, starts_on=starts_on, anchor=anchor)


@given(days=st.integers(1, 10), anchor=starts, number=st.integers(1, 12))
def test_every_so_many_days_counts_from_the_programs_first_day(
    days: int, anchor: dt.date, number: int
) -> None:
    first = 7 * (number - 1)
    expected = [anchor + dt.timedelta(days=n) for n in range(first, first + 7) if not n % days]
    assert week_dates(f"RRULE:FREQ=DAILY;INTERVAL={days}", anchor, number) == expected


@given(
    weekdays=chosen.filter(bool),
    interval=st.integers(1, 4),
    anchor=starts,
    number=st.integers(1, 12),
)
def test_every_so_many_weeks_counts_the_programs_weeks_whatever_day_they_begin_on(
    weekdays: list[str], interval: int, anchor: dt.date, number: int
) -> None:
    rule = f"RRULE:FREQ=WEEKLY;INTERVAL={interval};BYDAY={','.join(weekdays)}"
    starts_on = anchor + dt.timedelta(weeks=number - 1)
    falls_in = (number - 1) % interval == 0
    expected = session_dates(weekdays=weekdays, starts_on=starts_on) if falls_in else []
    assert week_dates(rule, anchor, number) == expected


@given(
    rule=st.sampled_from(
        ["DAILY;INTERVAL=2", "DAILY;INTERVAL=3", "WEEKLY;INTERVAL=2", "WEEKLY;INTERVAL=2;BYDAY=MO"]
    ),
    anchor=starts,
    number=st.integers(1, 12),
    rest=st.integers(1, 90),
)
def test_a_pause_moves_a_rule_without_losing_its_count(
    rule: str, anchor: dt.date, number: int, rest: int
) -> None:
    before = week_dates(f"RRULE:FREQ={rule}", anchor, number)
    moved = week_dates(f"RRULE:FREQ={rule}", anchor + dt.timedelta(days=rest), number)
    assert len(before) == len(moved)
    if "BYDAY" not in rule:
        assert moved == [day + dt.timedelta(days=rest) for day in before]


def test_a_model_fields_rule_has_dates_too() -> None:
    monday = dt.date(2026, 11, 2)
    rule = rule_for(["MO", "TH"])
    found = rule_dates(rule=rule, starts_on=monday, anchor=monday)
    assert found == [monday, monday + dt.timedelta(days=3)]
    assert rule_dates(rule=None, starts_on=monday, anchor=monday) == []
