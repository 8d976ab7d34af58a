"""Sessions: when they are, groups, and what stands between the exercises."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from tests import factories
from tests.programs.test_blocks import errors_of
from wagtail_asyncpt.library.models import Exercise
from wagtail_asyncpt.programs.blocks import (
    DoseBlock,
    EducationBlock,
    GroupBlock,
    RuleBlock,
    SessionBlock,
)
from wagtail_asyncpt.programs.dose import Dose
from wagtail_asyncpt.programs.groups import Group
from wagtail_asyncpt.programs.rules import RuleField, RuleWidget, read_rule
from wagtail_asyncpt.programs.schedule import rule_dates

pytestmark = pytest.mark.django_db

EVERY_OTHER_DAY = "RRULE:FREQ=DAILY;INTERVAL=2"


def session(*items: Any, **when: Any) -> Any:
    return SessionBlock().to_python(factories.session(*items, **when)["value"])


def item(block: str, **value: Any) -> dict[str, Any]:
    return {"type": block, "id": str(uuid.uuid4()), "value": value}


@pytest.fixture
def squat(db: None) -> Exercise:
    return factories.make_exercise("Squat")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("RRULE:FREQ=DAILY;INTERVAL=0", "interval is at least 1"),
        ("RRULE:FREQ=DAILY;INTERVAL=-1", "interval is at least 1"),
        ("RRULE:FREQ=SECONDLY", "counts days, weeks or months"),
        ("RRULE:FREQ=MINUTELY", "counts days, weeks or months"),
        ("RRULE:FREQ=DAILY;BYHOUR=8,20", "counts days, weeks or months"),
        ("RRULE:FREQ=DAILY;BYSECOND=0", "counts days, weeks or months"),
        ("RRULE:FREQ=DAILY;UNTIL=20261231T000000Z", "no last day"),
        ("every two days", "not a rule"),
        ("RRULE:", "not a rule"),
        ("RRULE:FREQ=OFTEN", "not a rule"),
        ("RRULE:INTERVAL=2", "not a rule"),
        (f"{EVERY_OTHER_DAY}\n{EVERY_OTHER_DAY}", "one rule"),
        (f"{EVERY_OTHER_DAY}\nEXRULE:FREQ=DAILY", "one rule"),
    ],
)
def test_a_rule_that_cannot_be_followed_is_refused_in_words(text: str, words: str) -> None:
    with pytest.raises(ValidationError, match=words):
        RuleField(required=False).clean(text)
    assert words in str(errors_of(SessionBlock(), session(rule=text))["rule"])


def test_a_rule_is_kept_as_its_text_without_a_start() -> None:
    block = RuleBlock(required=False)
    assert block.clean("FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE") == (
        "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE"
    )
    assert block.clean("") == ""
    assert block.get_default() == ""
    assert "DTSTART" not in block.clean("DTSTART:20261102T080000Z\nRRULE:FREQ=DAILY")


def test_the_widget_needs_no_jquery() -> None:
    media = str(RuleWidget().media)
    assert "rule-widget.js" in media
    assert "jquery" not in media.lower()
    html = RuleWidget().render("rule", read_rule(EVERY_OTHER_DAY), {"id": "id_rule"})
    assert f'value="{EVERY_OTHER_DAY}"' in html
    assert 'data-controller="asyncpt-rule"' in html


def test_a_rule_goes_on_from_week_to_week() -> None:
    monday = dt.date(2026, 11, 2)
    first = rule_dates(rule=EVERY_OTHER_DAY, starts_on=monday, anchor=monday)
    second = rule_dates(
        rule=EVERY_OTHER_DAY, starts_on=monday + dt.timedelta(days=7), anchor=monday
    )
    assert [day.day for day in first] == [2, 4, 6, 8]
    assert [day.day for day in second] == [10, 12, 14]


def test_a_rule_that_hits_no_day_ends() -> None:
    never = "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=31"
    monday = dt.date(2026, 11, 2)
    assert rule_dates(rule=never, starts_on=monday, anchor=monday) == []


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ({"times_per_week": 7, "times_per_day": 2}, "every day, 2 times a day"),
        ({"weekdays": ["MO"], "times_per_day": 3}, "Monday, 3 times a day"),
        ({"rule": EVERY_OTHER_DAY}, "every 2 days"),
    ],
)
def test_a_session_says_its_days_and_times(when: dict[str, Any], words: str) -> None:
    assert session(**when).when == words


def test_days_and_a_rule_contradict_each_other(squat: Exercise) -> None:
    value = session(factories.line(squat), weekdays=["MO"], rule=EVERY_OTHER_DAY)
    assert "not both" in str(errors_of(SessionBlock(), value)["rule"])


TARGETS = [{"reps": 12, "load_value": "20"}, {"reps": 10, "load_value": "25"}]


def test_sets_that_differ_are_told_one_by_one() -> None:
    dose = Dose.from_dict(
        {"sets": 3, "reps": 8, "load_value": "30", "load_unit": "kg", "targets": TARGETS}
    )
    assert dose.in_words() == "3 sets: 12, 20 kg / 10, 25 kg / 8, 30 kg"
    assert dose.in_words("lb").startswith("3 sets: 12, 44 lb")
    assert [dose.of_set(n).reps for n in (1, 2, 3)] == [12, 10, 8]
    assert Dose.from_dict(dose.to_dict()) == dose


def test_a_set_of_its_own_takes_no_range_over() -> None:
    dose = Dose.from_dict({"sets": 2, "reps": 8, "reps_max": 12, "targets": [{"reps": 15}]})
    assert dose.in_words() == "2 sets: 15 / 8–12"


def test_efforts_of_single_sets_are_told_with_them() -> None:
    rows = [{"effort": "6"}, {"effort": "8"}]
    dose = Dose.from_dict({"reps": 8, "effort_kind": "rpe", "effort": "7", "targets": rows})
    assert dose.in_words() == "2 sets: 8 @ RPE 6 / 8 @ RPE 8"


def test_more_rows_than_sets_and_loads_without_a_unit_are_refused() -> None:
    rows = [{"type": "item", "id": str(n), "value": row} for n, row in enumerate(TARGETS)]
    value = DoseBlock().to_python({"sets": 1, "reps": 8, "targets": rows})
    found = errors_of(DoseBlock(), value)
    assert "more rows" in str(found["sets"])
    assert "counted in" in str(found["load_unit"])
    fine = DoseBlock().to_python({"sets": 2, "load_unit": "kg", "targets": rows})
    assert Dose.from_dict(DoseBlock().clean(fine)).in_words() == "2 sets: 12, 20 kg / 10, 25 kg"


@pytest.mark.parametrize(
    ("value", "field", "words"),
    [
        ({"kind": "superset", "rounds": None}, "rounds", "how many rounds"),
        ({"kind": "superset", "rounds": 3}, "exercises", "at least two"),
        ({"kind": "amrap", "rounds": 3, "minutes": None}, "minutes", "how many minutes"),
        ({"kind": "emom", "minutes": 0}, "minutes", "greater than or equal to 1"),
    ],
)
def test_a_group_that_says_too_little_is_refused(
    squat: Exercise, value: dict[str, Any], field: str, words: str
) -> None:
    inner = [{**factories.line(squat), "type": "item"}]
    group = GroupBlock().to_python({**value, "exercises": inner})
    found = errors_of(GroupBlock(), group)
    assert words in str(getattr(found[field], "non_block_errors", found[field]))


def test_a_group_gives_its_rounds_to_lines_without_sets(squat: Exercise) -> None:
    inner = [{**factories.line(squat, sets=None), "type": "item"} for _n in range(2)]
    value = session(item("group", kind="circuit", rounds=4, rest_seconds=60, exercises=inner))
    assert value["exercises"][0].value.words == (
        "Circuit: 4 rounds, one exercise after the other, rest 60 s after each round"
    )
    assert [line.dose_words for line in value.lines] == ["4 × 8 @ RPE 7"] * 2
    assert SessionBlock().clean(value)


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("emom", "Every minute: start the next exercise on the minute, for 10 minutes"),
        ("amrap", "Finisher · As many rounds as you can: one after the other, for 10 minutes"),
    ],
)
def test_a_timed_group_has_minutes_and_no_rounds(kind: str, words: str) -> None:
    title = "Finisher" if kind == "amrap" else ""
    group = Group.from_block(
        "uid", {"kind": kind, "minutes": 10, "rounds": 3, "title": title, "rest_seconds": 60}
    )
    assert group.in_words() == words
    assert group.rounds is None
    assert Group.from_dict(group.to_dict()) == group


def test_what_stands_between_exercises_goes_with_the_next_one(squat: Exercise) -> None:
    warm, main = factories.line(squat), factories.line(squat)
    warm["value"]["section"] = "warm_up"
    value = session(
        item("note", text="Slowly"), warm, item("note", text="Now heavier"), main,
        item("question", text="How was it?"),
    )  # fmt: skip
    told = [
        (title, [entry.value.get("text") or "line" for entry in entries])
        for title, entries in value.parts
    ]
    assert told == [
        ("Warm-up", ["Slowly", "line"]),
        ("Main part", ["Now heavier", "line", "How was it?"]),
    ]


def test_a_reading_without_content_is_refused() -> None:
    value = EducationBlock().to_python({"title": "Why tendons like load"})
    assert "Add a text" in str(errors_of(EducationBlock(), value)["text"])
    value = EducationBlock().to_python({"title": "Why", "text": "<p>They adapt.</p>"})
    assert EducationBlock().clean(value)
