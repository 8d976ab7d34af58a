"""An exercise as a row of a spreadsheet, which the CSV import reads again."""

from typing import Any

from wagtail_asyncpt.library.importing.csv_file import COLUMNS, MANY_OF, neutral
from wagtail_asyncpt.library.importing.records import DOSE_CELLS
from wagtail_asyncpt.library.models import CueKind, Exercise

EXPORTED = [*COLUMNS, "live"]


def row_of(exercise: Exercise) -> dict[str, str]:
    """The cells of an exercise by column; none that a spreadsheet would run as a formula."""
    cues: dict[str, list[str]] = {kind: [] for kind in CueKind.values}
    for cue in exercise.cues.all():
        cues[cue.kind].append(cue.text)
    cells: dict[str, Any] = {
        **{name: ", ".join(getattr(exercise, name)) for name in MANY_OF},
        **{kind: "\n".join(texts) for kind, texts in cues.items()},
        **{name: exercise.default_dose.get(name, "") for name in DOSE_CELLS},
        "tags": ", ".join(sorted(item.tag.name for item in exercise.tagged_items.all())),
        "live": "yes" if exercise.live else "no",
    }
    return {
        column: neutral(str(cells[column] if column in cells else getattr(exercise, column)))
        for column in EXPORTED
    }
