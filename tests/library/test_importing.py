"""Importing: files of every format, second runs, hand edits and broken rows."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from tests import factories
from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.library.importing import (
    Options,
    Problem,
    Record,
    Report,
    import_exercises,
    merging,
    read_file,
)
from wagtail_asyncpt.library.importing.csv_file import neutral
from wagtail_asyncpt.library.importing.records import CUE_MAX, cues
from wagtail_asyncpt.library.models import Exercise
from wagtail_asyncpt.programs.exercises import dose_from_cells

pytestmark = pytest.mark.django_db

SITUP = {
    "id": "Sit-Up",
    "name": "Sit-Up",
    "force": "pull",
    "level": "beginner",
    "mechanic": "compound",
    "equipment": "body only",
    "primaryMuscles": ["abdominals"],
    "secondaryMuscles": ["lower back"],
    "instructions": ["Lie down.", "Sit up."],
    "category": "strength",
    "images": [],
}
PRESS = {
    **SITUP,
    "id": "Press",
    "name": "Press",
    "force": "push",
    "equipment": "kettlebells",
    "primaryMuscles": ["shoulders"],
}
CSV = """name,regions,equipment,do,avoid,sets,reps,reps_max,tags,licence
Wall squat,knee|hip,wall,Slide down.|Press up.,Knees falling in.,3,8,10,"Running, Knee",CC0
Row,Upper back,long_band,Pull.,,2,12,,,
"""


def read(content: Any, kind: str = "free-exercise-db") -> list[Record | Problem]:
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    return read_file(raw, kind, dose_from_cells)


def run(content: Any, kind: str = "free-exercise-db", **options: Any) -> Report:
    return import_exercises(items=read(content, kind), options=Options(**options))


def counts(report: Report) -> tuple[int, int, int, int]:
    return (
        len(report.created),
        len(report.updated),
        len(report.unchanged),
        len(report.skipped),
    )


def test_free_exercise_db_becomes_exercises_with_source_and_licence() -> None:
    assert counts(run([SITUP, PRESS])) == (2, 0, 0, 0)
    exercise = Exercise.objects.get(name="Sit-Up")
    assert exercise.live and exercise.visibility == "nothing"
    assert (exercise.regions, exercise.equipment) == (["lower_back", "core"], ["none"])
    assert exercise.pattern == "trunk"
    assert [str(cue) for cue in exercise.cues.all()] == ["Do: Lie down.", "Do: Sit up."]
    assert set(exercise.tags.names()) == {"strength", "beginner", "abdominals"}
    assert (exercise.source, exercise.licence) == ("free-exercise-db: Sit-Up", "Unlicense")
    assert Exercise.objects.get(name="Press").pattern == "push"


def test_a_second_run_changes_nothing_and_an_edit_survives_the_third() -> None:
    run([SITUP, PRESS])
    assert counts(run([SITUP, PRESS])) == (0, 0, 2, 0)
    exercise = Exercise.objects.get(name="Sit-Up")
    exercise.name, exercise.summary = "Curl up", "In my words."
    exercise.save()
    assert counts(run([SITUP, PRESS])) == (0, 0, 2, 0)
    exercise.refresh_from_db()
    assert (exercise.name, exercise.summary) == ("Curl up", "In my words.")
    assert Exercise.objects.count() == 2


def test_a_changed_file_updates_what_was_not_edited_and_says_what_was_kept() -> None:
    run([SITUP])
    exercise = Exercise.objects.get()
    exercise.name = "Curl up"
    exercise.save()
    newer = {**SITUP, "name": "Sit-up, bent knees", "instructions": ["Curl up."]}
    report = run([newer])
    assert counts(report) == (0, 1, 0, 0)
    assert report.updated[0].words == "cues (edited here, so kept: name)"
    exercise = Exercise.objects.get()
    assert exercise.name == "Curl up"
    assert [cue.text for cue in exercise.cues.all()] == ["Curl up."]
    assert exercise.latest_revision.as_object().cues.get().text == "Curl up."
    assert counts(run([newer])) == (0, 0, 1, 0)


def test_with_overwrite_the_file_wins() -> None:
    run([SITUP])
    Exercise.objects.update(name="Curl up")
    assert counts(run([SITUP], overwrite=True)) == (0, 1, 0, 0)
    assert Exercise.objects.get().name == "Sit-Up"


def test_a_dry_run_says_the_same_and_writes_nothing() -> None:
    assert counts(run([SITUP, PRESS], dry_run=True)) == (2, 0, 0, 0)
    assert not Exercise.objects.exists()
    run([SITUP])
    before = Exercise.objects.values().get()
    assert counts(run([{**SITUP, "name": "Other"}], dry_run=True)) == (0, 1, 0, 0)
    assert Exercise.objects.values().get() == before


def test_drafts_stay_drafts() -> None:
    run([SITUP], draft=True, visibility="teaser")
    exercise = Exercise.objects.get()
    assert (exercise.live, exercise.visibility) == (False, "teaser")
    assert counts(run([{**SITUP, "equipment": "bands"}])) == (0, 1, 0, 0)
    exercise = Exercise.objects.get()
    assert not exercise.live
    assert exercise.get_latest_revision_as_object().equipment == ["long_band"]


@pytest.mark.parametrize(
    ("fields", "why"),
    [({"locked": True}, "locked"), ({"has_unpublished_changes": True}, "not published yet")],
)
def test_what_somebody_works_on_is_left_alone(fields: dict[str, Any], why: str) -> None:
    run([SITUP])
    Exercise.objects.update(**fields)
    report = run([{**SITUP, "name": "Other"}])
    assert counts(report) == (0, 0, 0, 1)
    assert why in report.skipped[0].words
    assert Exercise.objects.get().name == "Sit-Up"


def test_a_broken_row_in_the_middle_stops_nothing() -> None:
    report = run([SITUP, {"id": "x"}, {**PRESS, "primaryMuscles": 7}, "text", PRESS, SITUP])
    assert counts(report) == (2, 0, 0, 4)
    assert [(line.line, line.words) for line in report.skipped] == [
        (2, "It has no name."),
        (3, "A field has another shape than usual."),
        (4, "It has no name."),
        (6, "It is the same exercise as line 1."),
    ]


def test_a_name_that_is_too_long_is_told() -> None:
    report = run([{**SITUP, "name": "x" * 201}])
    assert counts(report) == (0, 0, 0, 1)
    assert report.skipped[0].words.startswith("name: ")


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"name": "Sit\0up"}, "cannot be stored"),
        ({"name": "Sit\ud800up"}, "cannot be stored"),
        ({"id": "Sit\udfffup"}, "cannot be stored"),
        ({"id": "\0"}, "cannot be stored"),
        ({"instructions": ["Lie down.\0"]}, "cannot be stored"),
        ({"category": "\ud83d"}, "cannot be stored"),
        ({"id": "x" * 300}, "longer than 250 characters"),
        ({"instructions": ["Sit up. " * 50_000]}, "more than 200 cues"),
        ({"instructions": ["x" * 400_000]}, "more than 200 cues"),
        ({"name": "\ud800" * 201}, "cannot be stored"),
    ],
)
def test_a_row_that_no_database_holds_is_told_and_the_rest_is_imported(
    change: dict[str, Any], why: str, capsys: Any, tmp_path: Path
) -> None:
    path = tmp_path / "exercises.json"
    path.write_text(json.dumps([SITUP, {**PRESS, "id": "Middle", **change}, PRESS]))
    call_command("asyncpt_import_exercises", str(path), "--format", "free-exercise-db")
    said = capsys.readouterr().out
    assert "2 created, 0 updated, 0 unchanged, 1 skipped." in said
    assert why in said.split("\n")[0]
    assert said.startswith("skipped (line 2) ")
    assert len(said) < 300
    assert set(Exercise.objects.values_list("name", flat=True)) == {"Sit-Up", "Press"}


def test_a_long_cue_becomes_several() -> None:
    sentence = "Sit up slowly and breathe out. "
    run([{**SITUP, "instructions": [sentence * 1_500]}])
    parts = [cue.text for cue in Exercise.objects.get().cues.all()]
    assert len(parts) == 167
    assert " ".join(parts) == (sentence * 1_500).strip()


def test_what_the_database_refuses_is_told_and_the_rest_is_imported(monkeypatch: Any) -> None:
    """Somebody took an address between our look and our write."""
    monkeypatch.setattr(merging, "BATCH", 1)

    def taken(done: int, total: int) -> None:
        if done == 1:
            Exercise.objects.filter(name="Sit-Up").update(slug="press")

    items = read([SITUP, PRESS, {**SITUP, "id": "Row", "name": "Row"}])
    report = import_exercises(items=items, progress=taken)
    assert counts(report) == (2, 0, 0, 1)
    assert (report.skipped[0].line, report.skipped[0].name) == (2, "Press")
    assert "could not store it" in report.skipped[0].words
    assert set(Exercise.objects.values_list("name", flat=True)) == {"Sit-Up", "Row"}


def test_two_exercises_of_one_name_get_two_addresses() -> None:
    factories.make_exercise("Mine")
    Exercise.objects.update(slug="sit-up")
    run([SITUP])
    assert set(Exercise.objects.values_list("slug", flat=True)) == {"sit-up", "sit-up-2"}


def test_queries_for_unchanged_rows_do_not_grow(django_assert_num_queries: Any) -> None:
    many = [{**SITUP, "id": f"S{n}", "name": f"Sit-Up {n}"} for n in range(30)]
    run(many)
    with django_assert_num_queries(8):
        run(many[:3])
    with django_assert_num_queries(8):
        run(many)


def test_wger_is_read_in_english_with_its_licence() -> None:
    entry = {
        "id": 9,
        "uuid": "u-9",
        "category": {"id": 1, "name": "Legs"},
        "muscles": [{"name": "Quadriceps femoris", "name_en": "Quads"}],
        "muscles_secondary": [{"name": "Gluteus maximus", "name_en": "Glutes"}],
        "equipment": [{"id": 1, "name": "Barbell"}],
        "license": {"short_name": "CC-BY-SA 4"},
        "license_author": "wger.de",
        "translations": [
            {"name": "Kniebeuge", "language": 1, "description": "", "aliases": []},
            {
                "name": "Squat",
                "language": 2,
                "description": "<ol><li>Stand &amp; breathe.</li><li>Sit back.</li></ol>",
                "aliases": [{"alias": "Back squat"}],
                "license_author": "Ana",
            },
        ],
    }
    report = run({"count": 3, "results": [entry, {"translations": []}, {"id": 1}]}, "wger")
    assert counts(report) == (1, 0, 0, 2)
    exercise = Exercise.objects.get()
    assert (exercise.name, exercise.other_names) == ("Squat", "Back squat")
    assert [cue.text for cue in exercise.cues.all()] == ["Stand & breathe.", "Sit back."]
    assert (exercise.regions, exercise.equipment) == (["hip", "knee"], ["barbell"])
    assert (exercise.licence, exercise.author) == ("CC-BY-SA 4", "Ana")
    assert counts(run({"results": [entry]}, "wger")) == (0, 0, 1, 0)


def test_csv_is_read() -> None:
    assert counts(run(CSV.encode(), "csv")) == (2, 0, 0, 0)
    exercise = Exercise.objects.get(slug="wall-squat")
    assert (exercise.regions, exercise.equipment) == (["hip", "knee"], ["wall"])
    assert [str(cue) for cue in exercise.cues.all()] == [
        "Do: Slide down.",
        "Do: Press up.",
        "Avoid: Knees falling in.",
    ]
    assert exercise.default_dose == {"sets": 3, "reps": 8, "reps_max": 10}
    assert set(exercise.tags.names()) == {"Running", "Knee"}
    assert Exercise.objects.get(name="Row").regions == ["upper_back"]
    assert counts(run(CSV.encode(), "csv")) == (0, 0, 2, 0)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "latin-1", "utf-16"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_of_any_usual_kind_is_read(encoding: str, delimiter: str) -> None:
    lines = ["name;position", "Übung für Männer;standing", ";", "Zweite;"]
    run("\r\n".join(lines).replace(";", delimiter).encode(encoding), "csv")
    assert set(Exercise.objects.values_list("name", "position")) == {
        ("Übung für Männer", "standing"),
        ("Zweite", ""),
    }


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("Bad;knie;3;8;", "regions: there is no “knie”"),
        ("Bad;knee;0;8;", "greater than or equal to 1"),
        ("Bad;knee;3;8;5", "upper end is below"),
        ("Bad;knee;3;8;10;more;cells", "more cells"),
        (";knee;3;8;10", "no name"),
    ],
)
def test_a_wrong_cell_is_told_with_its_line(row: str, why: str) -> None:
    text = f"name;regions;sets;reps;reps_max\nGood;knee;3;8;10\n{row}\nLast;;;;"
    report = run(text.encode(), "csv")
    assert counts(report) == (2, 0, 0, 1)
    assert report.skipped[0].line == 3
    assert why in report.skipped[0].words
    assert set(Exercise.objects.values_list("name", flat=True)) == {"Good", "Last"}


@pytest.mark.parametrize(
    ("row", "line", "why"),
    [
        ('"Bad;knee', 3, "quotation mark"),
        ('"Bad" one;knee', 3, "quotation mark"),
        (f"Bad;{'x' * 140_000}", 3, "too long"),
        ("B\0ad;knee", 3, "cannot be stored"),
        (f"Bad;;{'b' * 300}", 3, "longer than 250 characters"),
        ('"Ba\nd;knee\nGood 2;hip', 3, "quotation mark"),
        ('"Bad" and\nworse";knee;', 3, "quotation mark"),
    ],
)
def test_a_row_that_cannot_be_read_swallows_no_other(row: str, line: int, why: str) -> None:
    text = f'name;regions;slug\n"Good";"knee";\n{row}\nLast;"hip";\nVery last;"hip";\n'
    report = run(text.encode("latin-1"), "csv")
    assert report.skipped[0].line == line
    assert why in report.skipped[0].words
    names = set(Exercise.objects.values_list("name", flat=True))
    assert {"Good", "Last", "Very last"} <= names
    assert not {one for one in names if one.startswith(("Bad", "worse"))}


def test_an_unknown_column_is_told() -> None:
    report = run(b"name,colour\nSquat,red\n", "csv")
    assert [line.name for line in report.skipped] == ["colour"]
    assert len(report.created) == 1


def test_csv_fills_what_an_own_exercise_leaves_empty_and_keeps_the_rest() -> None:
    own = factories.make_exercise("Row")
    Exercise.objects.filter(pk=own.pk).update(slug="row", summary="Mine.")
    report = run(b"slug,name,summary,position\nrow,Row,Theirs.,sitting\n", "csv")
    assert report.updated[0].words == "position (edited here, so kept: summary)"
    own.refresh_from_db()
    assert (own.summary, own.position) == ("Mine.", "sitting")


@pytest.mark.parametrize(
    ("content", "kind", "why"),
    [
        (b"", "csv", "empty"),
        (b"a,b\n1,2", "csv", "name the columns"),
        (b"PK\x03\x04\0\0", "csv", "not a CSV"),
        (b"{", "wger", "not JSON"),
        (b"{}", "wger", "exerciseinfo"),
        (b"{}", "free-exercise-db", "not a list"),
        (b"[" * 100_000, "wger", "not JSON"),
    ],
)
def test_another_file_is_refused_as_a_whole(content: bytes, kind: str, why: str) -> None:
    with pytest.raises(DomainError, match=why):
        read(content, kind)


@given(st.text(max_size=900))
def test_long_cues_are_divided_and_nothing_is_lost(text: str) -> None:
    parts = [part for _kind, part in cues("do", [text])]
    assert all(0 < len(part) <= CUE_MAX for part in parts)
    assert "".join("".join(parts).split()) == "".join(text.split())


def test_the_command_reports_and_a_dry_run_writes_nothing(tmp_path: Path, capsys: Any) -> None:
    path = tmp_path / "exercises.json"
    path.write_text(json.dumps([SITUP, {"id": "x"}, PRESS]))
    arguments = ["asyncpt_import_exercises", str(path), "--format", "free-exercise-db"]
    call_command(*arguments, "--dry-run")
    assert "2 created, 0 updated, 0 unchanged, 1 skipped." in capsys.readouterr().out
    assert not Exercise.objects.exists()
    call_command(*arguments)
    said = capsys.readouterr().out
    assert "skipped (line 2) : It has no name." in said
    assert Exercise.objects.count() == 2
    call_command(*arguments)
    assert "0 created, 0 updated, 2 unchanged, 1 skipped." in capsys.readouterr().out


def test_the_command_says_what_is_wrong_with_the_file(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        call_command("asyncpt_import_exercises", str(tmp_path / "no"), "--format", "csv")
    path = tmp_path / "x.json"
    path.write_text("{")
    with pytest.raises(CommandError, match="not JSON"):
        call_command("asyncpt_import_exercises", str(path), "--format", "wger")


def test_formulas_are_neutralized() -> None:
    for text in ("=1+1", "+1", "-1", "@SUM(A1)", "\t=1"):
        assert neutral(text) == f"'{text}"
    assert neutral("3 × 8") == "3 × 8"
