"""The blocks that program weeks and clients' weeks share."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.datastructures import MultiValueDict
from django.utils.translation import override

from tests import factories
from wagtail_asyncpt.library.models import Exercise
from wagtail_asyncpt.programs.blocks import (
    DoseBlock,
    DoseBlockAdapter,
    ExerciseBlock,
    SessionBlock,
    SessionContentBlock,
)

pytestmark = pytest.mark.django_db


def dose(**values: Any) -> Any:
    return DoseBlock().to_python({"sets": 3, "reps": 8, **values})


def errors_of(block: Any, value: Any) -> dict[str, Any]:
    with pytest.raises(ValidationError) as raised:
        block.clean(value)
    return dict(raised.value.block_errors)


@pytest.mark.parametrize(
    ("values", "field", "words"),
    [
        ({"sets": 0, "reps": 0}, "sets", "greater than or equal to 1"),
        ({"sets": 3, "reps": None}, "reps", "Give repetitions, a hold or a distance"),
        ({"reps": 8, "reps_max": 5}, "reps_max", "below the lower end"),
        ({"reps": None, "reps_max": 5}, "reps", "lower end of the range"),
        ({"tempo": "slowly"}, "tempo", "tempo like 3-1-1"),
        ({"tempo": "3-1"}, "tempo", "tempo like 3-1-1"),
        ({"load_value": "20"}, "load_unit", "counted in"),
        ({"effort": "11"}, "effort", "less than or equal to 10"),
        ({"rest_seconds": 2}, "rest_seconds", "greater than or equal to 5"),
    ],
)
def test_a_wrong_dose_is_told_at_its_field(values: dict[str, Any], field: str, words: str) -> None:
    found = errors_of(DoseBlock(), dose(**values))
    assert words in str(found[field])


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"reps": None, "hold_seconds": 30},
        {"reps": None, "distance_m": 400},
        {"tempo": "3-1-1-0"},
        {"tempo": "2-0-X"},
        {"load_value": "20", "load_unit": "kg"},
        {"reps_max": 8},
    ],
)
def test_a_right_dose_passes(values: dict[str, Any]) -> None:
    assert DoseBlock().clean(dose(**values))["sets"] == 3


def test_a_draft_may_be_incomplete_and_not_wrong() -> None:
    block = DoseBlock()
    assert block.clean_deferred(dose(reps=None))["sets"] == 3
    with pytest.raises(ValidationError):
        block.clean_deferred(dose(reps=8, reps_max=5))


def line(exercise: Exercise, **values: Any) -> Any:
    return ExerciseBlock().to_python({**factories.line(exercise)["value"], **values})


def test_a_video_of_a_set_that_is_not_done_is_refused() -> None:
    exercise = factories.make_exercise("Squat")
    check = {"camera_view": "side", "set_number": 4}
    found = errors_of(ExerciseBlock(), line(exercise, form_check=check))
    inner = found["form_check"].block_errors["set_number"]
    assert "only 3 sets" in str(inner)
    check["set_number"] = 3
    assert ExerciseBlock().clean(line(exercise, form_check=check))


def test_a_line_without_an_exercise_is_refused() -> None:
    exercise = factories.make_exercise("Squat")
    value = line(exercise)
    value["exercise"] = None
    assert "required" in str(errors_of(ExerciseBlock(), value)["exercise"])


@pytest.mark.parametrize(
    ("when", "words"),
    [
        ({"times_per_week": 3}, "3 times this week"),
        ({"times_per_week": 1}, "once this week"),
        ({"times_per_week": None, "weekdays": ["TH", "MO"]}, "Monday, Thursday"),
    ],
)
def test_a_session_says_when_it_is(when: dict[str, Any], words: str) -> None:
    value = SessionBlock().to_python(factories.session(**when)["value"])
    assert value.when == words
    assert SessionBlock().clean(value)


def test_a_session_on_no_day_is_refused() -> None:
    value = SessionBlock().to_python(factories.session(times_per_week=None)["value"])
    assert "Say how often" in str(errors_of(SessionBlock(), value)["times_per_week"])


def test_readers_see_only_published_exercises() -> None:
    shown, hidden = factories.make_exercise("Squat"), factories.make_exercise("Secret")
    Exercise.objects.filter(pk=hidden.pk).update(live=False)
    gone = factories.make_exercise("Gone")
    raw = factories.session(*[factories.line(one) for one in (shown, hidden, gone)])
    gone.delete()
    value = SessionBlock().to_python(raw["value"])
    assert [entry["exercise"].name for entry in value.lines] == ["Squat"]
    assert value.lines[0].dose_words == "3 × 8 @ RPE 7"


def posted(exercises: list[Any]) -> MultiValueDict[str, str]:
    """What the browser sends for a list of exercise lines."""
    data = {"list-count": str(len(exercises))}
    for n, exercise in enumerate(exercises):
        prefix = f"list-{n}"
        data |= {f"{prefix}-type": "exercise"}
        data |= {f"{prefix}-deleted": "", f"{prefix}-order": str(n), f"{prefix}-id": f"id-{n}"}
        data |= {f"{prefix}-value-exercise": str(exercise), f"{prefix}-value-section": "main"}
        data |= {f"{prefix}-value-dose-sets": "3", f"{prefix}-value-dose-reps": "8"}
    return MultiValueDict({key: [value] for key, value in data.items()})


def post_and_clean(exercises: list[Any]) -> tuple[Any, int]:
    block = SessionContentBlock()
    with CaptureQueriesContext(connection) as queries:
        value = block.clean(block.value_from_datadict(posted(exercises), {}, "list"))
    return value, len(queries)


def test_saving_an_editor_costs_the_same_for_3_and_30_lines() -> None:
    exercises = [factories.make_exercise() for _n in range(30)]
    value, many = post_and_clean([exercise.pk for exercise in exercises])
    assert [entry.value["exercise"] for entry in value] == exercises
    _value, few = post_and_clean([exercise.pk for exercise in exercises[:3]])
    assert few == many == 2


@pytest.mark.parametrize("wrong", ["", "0", "abc", "999999"])
def test_a_posted_exercise_that_does_not_exist_is_refused(wrong: str) -> None:
    exercise = factories.make_exercise()
    with pytest.raises(ValidationError) as raised:
        post_and_clean([exercise.pk, wrong])
    assert list(raised.value.block_errors) == [1]


def test_a_chosen_exercise_may_come_twice() -> None:
    exercise = factories.make_exercise()
    value, _queries = post_and_clean([exercise.pk, exercise.pk])
    assert [entry.value["exercise"].pk for entry in value] == [exercise.pk, exercise.pk]


def test_the_label_of_a_closed_dose_has_its_words_in_the_editors_language() -> None:
    _name, _children, meta = DoseBlockAdapter().js_args(DoseBlock())
    assert meta["doseWords"]["sides"] == {
        "each": "each side",
        "left": "left",
        "right": "right",
    }
    assert meta["doseWords"]["rest"] == "rest %(n)s s"
    with override("de"):
        DoseBlockAdapter().js_args(DoseBlock())
    assert "wagtail_asyncpt/programs/dose-block.js" in str(DoseBlockAdapter().media)
