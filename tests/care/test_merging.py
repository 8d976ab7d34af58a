"""A program's newer text comes into a draft; what was adjusted for the client stays."""

import copy
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from wagtail_asyncpt.care.merging import merge_days, same


def line(key: str, exercise: int = 1, note: str = "", **dose: Any) -> dict[str, Any]:
    value = {"exercise": exercise, "note": note, "dose": {"sets": 3, "reps": 8, **dose}}
    return {"type": "exercise", "id": key, "value": value}


def week(*lines: dict[str, Any], title: str = "Strength", key: str = "s1") -> dict[str, Any]:
    return {"type": "session", "id": key, "value": {"title": title, "exercises": list(lines)}}


def ids(days: list[Any]) -> list[str]:
    return [item["id"] for day in days for item in day["value"]["exercises"]]


keys = st.sampled_from("abcdef")
lines = st.builds(
    line, keys, st.integers(1, 3), st.sampled_from(["", "Slowly"]), sets=st.integers(1, 4)
)
sessions = st.lists(lines, max_size=5, unique_by=lambda item: item["id"])
weeks = st.builds(lambda found: [week(*found)], sessions)


@settings(max_examples=60)
@given(base=weeks, theirs=weeks)
def test_an_untouched_draft_becomes_the_newest_text(base: Any, theirs: Any) -> None:
    assert merge_days(base=base, mine=copy.deepcopy(base), theirs=theirs) == theirs


@settings(max_examples=60)
@given(base=weeks, mine=weeks)
def test_an_unchanged_program_changes_nothing(base: Any, mine: Any) -> None:
    assert merge_days(base=base, mine=mine, theirs=copy.deepcopy(base)) == mine


@settings(max_examples=60)
@given(base=weeks, mine=weeks, theirs=weeks)
def test_a_merge_is_stable_and_never_doubles_a_line(base: Any, mine: Any, theirs: Any) -> None:
    merged = merge_days(base=base, mine=mine, theirs=theirs)
    assert len(ids(merged)) == len(set(ids(merged)))
    assert set(ids(merged)) <= set(ids(mine)) | set(ids(theirs))
    assert same(merge_days(base=theirs, mine=merged, theirs=theirs), merged)


def test_what_the_therapist_adjusted_stays_and_the_rest_follows() -> None:
    base = [week(line("a"), line("b"), line("c"))]
    mine = [week(line("a", sets=2), line("b"), line("x", 9), title="Legs")]
    theirs = [week(line("a", sets=5), line("b", reps=12), line("c", reps=12), line("d"))]
    [merged] = merge_days(base=base, mine=mine, theirs=theirs)
    doses = {i["id"]: i["value"]["dose"] for i in merged["value"]["exercises"]}
    assert merged["value"]["title"] == "Legs"
    assert list(doses) == ["a", "b", "x", "d"]
    assert (doses["a"]["sets"], doses["b"]["reps"]) == (2, 12)


def test_a_line_that_the_program_drops_stays_only_where_it_was_adjusted() -> None:
    base = [week(line("a"), line("b"))]
    mine = [week(line("a", reps=5), line("b"))]
    assert ids(merge_days(base=base, mine=mine, theirs=[week()])) == ["a"]


def test_a_dose_is_never_half_of_either_side() -> None:
    base = [week(line("a", reps_max=12))]
    mine = [week(line("a", reps=10, reps_max=12))]
    theirs = [week(line("a", reps=5, reps_max=8))]
    [merged] = merge_days(base=base, mine=mine, theirs=theirs)
    assert merged["value"]["exercises"][0]["value"]["dose"]["reps_max"] == 12


def test_a_note_and_a_dose_of_one_line_are_merged_apart() -> None:
    base, theirs = [week(line("a"))], [week(line("a", note="Slowly"))]
    [merged] = merge_days(base=base, mine=[week(line("a", sets=2))], theirs=theirs)
    value = merged["value"]["exercises"][0]["value"]
    assert (value["note"], value["dose"]["sets"]) == ("Slowly", 2)


def test_sessions_come_and_go_with_the_program() -> None:
    base = [week(line("a")), week(line("b"), key="s2")]
    theirs = [week(line("a")), week(line("c"), key="s3")]
    merged = merge_days(base=base, mine=copy.deepcopy(base), theirs=theirs)
    assert [day["id"] for day in merged] == ["s1", "s3"]


def test_what_an_editor_fills_in_by_itself_is_no_change() -> None:
    bare = line("a")
    full = copy.deepcopy(bare)
    full["value"] |= {"section": "main", "form_check": {"camera_view": "", "set_number": 1}}
    full["value"]["dose"] |= {"side": "both", "tempo": "", "targets": [], "load_value": None}
    assert same(bare, full)
    theirs = [week(line("a", reps=12))]
    [merged] = merge_days(base=[week(bare)], mine=[week(full)], theirs=theirs)
    assert merged["value"]["exercises"][0]["value"]["dose"]["reps"] == 12


def planned(**when: Any) -> list[Any]:
    """A week of one session on certain days."""
    [block] = [week(line("a"))]
    return [{**block, "value": {**block["value"], **when}}]


RULE = "RRULE:FREQ=DAILY;INTERVAL=2"
EVERYTHING_THAT_SAYS_WHEN = [
    {"times_per_week": 3, "weekdays": [], "rule": ""},
    {"times_per_week": 2, "weekdays": []},
    {"times_per_week": 3, "weekdays": ["MO", "TH"], "rule": ""},
    {"times_per_week": None, "weekdays": ["TU"]},
    {"times_per_week": 3, "weekdays": [], "rule": RULE},
    {"times_per_week": None, "rule": RULE},
    {},
]
whens = st.sampled_from(EVERYTHING_THAT_SAYS_WHEN)


@given(base=whens, mine=whens, theirs=whens)
def test_the_days_of_a_session_are_taken_from_one_side_whole(
    base: Any, mine: Any, theirs: Any
) -> None:
    merged = merge_days(base=planned(**base), mine=planned(**mine), theirs=planned(**theirs))
    [value] = [day["value"] for day in merged]
    found = {name: value[name] for name in ("times_per_week", "weekdays", "rule") if name in value}
    assert not (found.get("weekdays") and found.get("rule"))
    if same(planned(**mine), planned(**base)):
        assert found == theirs
    else:
        assert found == mine


def test_days_that_the_program_changed_come_even_where_the_editor_filled_in_numbers() -> None:
    """A draft that was saved once has the numbers that its blocks begin with."""
    base = planned(weekdays=["MO"])
    mine = planned(weekdays=["MO"], times_per_week=3, times_per_day=1, rule="")
    theirs = planned(weekdays=["TU", "TH"], times_per_day=2)
    [merged] = merge_days(base=base, mine=mine, theirs=theirs)
    assert merged["value"]["weekdays"] == ["TU", "TH"]
    assert merged["value"]["times_per_day"] == 2
    assert "rule" not in merged["value"]


def test_a_rule_in_the_program_does_not_join_the_days_that_the_therapist_chose() -> None:
    base, theirs = planned(times_per_week=3), planned(times_per_week=3, rule=RULE)
    mine = planned(times_per_week=3, weekdays=["MO", "FR"], notes="At home")
    [merged] = merge_days(base=base, mine=mine, theirs=theirs)
    assert merged["value"]["weekdays"] == ["MO", "FR"]
    assert "rule" not in merged["value"]
    assert merged["value"]["notes"] == "At home"


def test_a_number_written_in_two_ways_is_one_number() -> None:
    base, mine = [week(line("a", effort="7"))], [week(line("a", effort="7.0"))]
    theirs = [week(line("a", effort="8"))]
    [merged] = merge_days(base=base, mine=mine, theirs=theirs)
    assert merged["value"]["exercises"][0]["value"]["dose"]["effort"] == "8"
