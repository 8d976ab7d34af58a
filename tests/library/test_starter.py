"""The starter library: sound data, loaded once, and never over a clinic's edits."""

from typing import Any

import pytest
from django.core.management import call_command

from tests import factories
from wagtail_asyncpt.library.importing import Options, Record
from wagtail_asyncpt.library.importing.starter import (
    StarterReport,
    load_starter_library,
    starter_records,
)
from wagtail_asyncpt.library.ladders import ladder_of
from wagtail_asyncpt.library.models import (
    CueKind,
    Equipment,
    Exercise,
    Ladder,
    Pattern,
    Position,
    Region,
)
from wagtail_asyncpt.programs.blocks import DoseBlock
from wagtail_asyncpt.programs.dose import Dose
from wagtail_asyncpt.programs.exercises import stored_dose

RECORDS = starter_records(stored_dose)


def load(**options: Any) -> StarterReport:
    return load_starter_library(dose=stored_dose, options=Options(**options))


def test_there_are_about_a_hundred_of_every_region_and_pattern() -> None:
    assert len(RECORDS) >= 80
    assert len({record.key for record in RECORDS}) == len(RECORDS)
    assert len({record.name for record in RECORDS}) == len(RECORDS)
    for region in Region.values:
        assert sum(region in record.values["regions"] for record in RECORDS) >= 5, region
    assert {record.values["pattern"] for record in RECORDS} == set(Pattern.values)


@pytest.mark.parametrize("record", RECORDS, ids=lambda record: record.slug)
def test_each_exercise_says_what_a_client_needs(record: Record) -> None:
    values = record.values
    assert {kind for kind, _text in values["cues"]} == set(CueKind.values)
    assert all(0 < len(text) <= 200 for _kind, text in values["cues"])
    assert values["summary"] and values["stop_rules"]
    assert values["position"] in Position.values
    assert values["regions"] and values["equipment"]
    assert set(values["equipment"]) <= set(Equipment.values)
    assert values["licence"] == "CC BY 4.0"
    DoseBlock().clean(DoseBlock().to_python(values["default_dose"]))
    assert Dose.from_dict(values["default_dose"]).in_words()


@pytest.fixture
def loaded(db: None) -> StarterReport:
    return load(visibility="teaser")


def test_it_is_loaded_with_its_ladders(loaded: StarterReport) -> None:
    assert len(loaded.exercises.created) == Exercise.objects.count() == len(RECORDS)
    assert loaded.exercises.skipped == loaded.ladders.skipped == []
    view = ladder_of(Exercise.objects.get(slug="sit-to-stand"))
    assert view is not None
    assert [one.slug for one in view.easier] == ["mini-squat"]
    assert [one.slug for one in view.harder] == ["bodyweight-squat", "goblet-squat"]
    assert set(Exercise.objects.values_list("visibility", "live")) == {("teaser", True)}


def test_a_second_run_changes_nothing_and_edits_stay(loaded: StarterReport) -> None:
    squat = Exercise.objects.get(slug="goblet-squat")
    squat.summary = "As we do it here."
    squat.cues = []
    squat.save()
    Ladder.objects.filter(import_key="starter:squat").update(name="Squats")
    Ladder.objects.get(import_key="starter:calf").steps.first().delete()
    again = load()
    assert again.exercises.words == (f"0 created, 0 updated, {len(RECORDS)} unchanged, 0 skipped.")
    assert again.ladders.created == []
    squat.refresh_from_db()
    assert (squat.summary, squat.cues.count()) == ("As we do it here.", 0)
    assert Ladder.objects.filter(name="Squats").exists()
    assert Ladder.objects.get(import_key="starter:calf").steps.count() == 3


@pytest.mark.django_db
def test_an_own_exercise_of_the_same_address_keeps_ours_out() -> None:
    own = factories.make_exercise("Our goblet squat")
    Exercise.objects.filter(pk=own.pk).update(slug="goblet-squat")
    report = load()
    assert [line.name for line in report.exercises.skipped] == ["Goblet squat"]
    own.refresh_from_db()
    assert (own.name, own.import_key) == ("Our goblet squat", "")


@pytest.mark.django_db
def test_a_dry_run_writes_nothing(capsys: Any) -> None:
    call_command("asyncpt_load_starter_library", "--dry-run")
    said = capsys.readouterr().out
    assert f"Exercises: {len(RECORDS)} created" in said
    assert "Dry run" in said
    assert not Exercise.objects.exists() and not Ladder.objects.exists()


@pytest.mark.django_db
def test_the_command_says_what_was_loaded(capsys: Any) -> None:
    call_command("asyncpt_load_starter_library", "--draft", "--visibility", "everything")
    assert f"Exercises: {len(RECORDS)} created" in capsys.readouterr().out
    assert set(Exercise.objects.values_list("visibility", "live")) == {("everything", False)}
