"""The starter library: exercises for physical therapy that come with this package."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from wagtail_asyncpt.library.importing.merging import Options, Report, import_exercises
from wagtail_asyncpt.library.importing.records import Line, Record, tag_list
from wagtail_asyncpt.library.ladders import write_ladder
from wagtail_asyncpt.library.models import Equipment, Exercise, Ladder, LadderStep, Region

AREAS = [
    "neck", "shoulder", "upper_back", "elbow_wrist", "back", "hip", "knee", "ankle_foot",
    "balance", "breathing",
]  # fmt: skip
AUTHOR = "wagtail-asyncpt contributors"
SOURCE = "wagtail-asyncpt starter library"
LICENCE = "CC BY 4.0"
_TEXTS = [
    "name", "other_names", "summary", "position", "pattern", "equipment_note", "stop_rules",
    "contraindications",
]  # fmt: skip

#: Writes a dose as the editor stores it.
DoseWriter = Callable[[dict[str, Any]], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class StarterReport:
    """What was done with the exercises, and with the ladders."""

    exercises: Report
    ladders: Report


def starter_records(dose: DoseWriter) -> list[Record]:
    """Every exercise of the starter library."""
    return [
        _record(number, entry, dose)
        for area in AREAS
        for number, entry in enumerate(_toml(area)["exercise"], start=1)
    ]


def load_starter_library(
    *, dose: DoseWriter, options: Options | None = None, user: Any = None
) -> StarterReport:
    """Put the starter library into the clinic's; a second run changes nothing.

    What the clinic edited stays, ladders that exist are left as they are, and an exercise of the
    clinic's own with the same address keeps ours out.
    """
    options = options or Options()
    report = import_exercises(items=starter_records(dose), options=options, user=user)
    return StarterReport(exercises=report, ladders=_ladders(dry_run=options.dry_run))


def _toml(name: str) -> dict[str, Any]:
    folder = resources.files("wagtail_asyncpt.library") / "starter"
    return tomllib.loads((folder / f"{name}.toml").read_text(encoding="utf-8"))


def _record(number: int, entry: dict[str, Any], dose: DoseWriter) -> Record:
    values: dict[str, Any] = {name: entry.get(name, "") for name in _TEXTS}
    values |= {
        "regions": [value for value in Region.values if value in entry["regions"]],
        "equipment": [value for value in Equipment.values if value in entry["equipment"]],
        "tags": tag_list(entry.get("tags", [])),
        "cues": entry["cues"],
        "default_dose": dose(entry["dose"]),
        "author": AUTHOR,
        "source": SOURCE,
        "licence": LICENCE,
    }
    slug = entry["slug"]
    return Record(key=f"starter:{slug}", line=number, slug=slug, values=values, skip_taken=True)


def _ladders(*, dry_run: bool) -> Report:
    report = Report()
    known = set(Ladder.objects.exclude(import_key="").values_list("import_key", flat=True))
    for number, entry in enumerate(_toml("ladders")["ladder"], start=1):
        line = Line(line=number, name=entry["name"])
        key = f"starter:{entry['slug']}"
        if key in known:
            report.unchanged.append(line)
        elif dry_run:
            report.created.append(line)
        else:
            _ladder(report, line, key, entry)
    return report


@transaction.atomic
def _ladder(report: Report, line: Line, key: str, entry: dict[str, Any]) -> None:
    keys = [f"starter:{slug}" for slug in entry["steps"]]
    free = Exercise.objects.exclude(pk__in=LadderStep.objects.values("exercise"))
    found = {one.import_key: one for one in free.filter(import_key__in=keys)}
    steps = [found[one] for one in keys if one in found]
    if len(steps) < 2:
        why = _("Its exercises are not here, or stand on another ladder.")
        report.skipped.append(Line(line=line.line, name=line.name, words=why))
        return
    ladder = Ladder(name=entry["name"], note=entry["note"], import_key=key)
    write_ladder(ladder=ladder, exercises=steps)
    report.created.append(line)
