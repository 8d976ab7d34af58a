"""What a file says about one exercise, before anything is written."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from wagtail_asyncpt.library.models import CueKind

#: Cells of a dose, as ``programs.dose.Dose`` names them.
DOSE_CELLS = [
    "sets", "reps", "reps_max", "hold_seconds", "distance_m", "load_value", "load_unit",
    "load_note", "effort_kind", "effort", "tempo", "rest_seconds", "side",
]  # fmt: skip
CUE_MAX = 300

#: Makes a stored dose of cells; raises ``ValidationError`` with what is wrong.
DoseReader = Callable[[Mapping[str, str]], dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Record:
    """One exercise of a file.

    ``key`` names it for the next run. ``values`` are fields of ``Exercise`` by name, and ``cues``
    as [kind, text] pairs and ``tags`` as sorted words; fields that the file does not know are left
    out. ``by_slug`` lets it find an exercise that was not imported, by its slug; with
    ``skip_taken`` a slug that is taken keeps the record out.
    """

    key: str
    line: int
    slug: str
    values: dict[str, Any] = field(default_factory=dict)
    by_slug: bool = False
    skip_taken: bool = False

    @property
    def name(self) -> str:
        """The exercise's name."""
        return str(self.values["name"])


@dataclass(frozen=True, kw_only=True)
class Problem:
    """A row that cannot be read, and why."""

    line: int
    name: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """One line of a report: an exercise, and what was done or why not."""

    line: int
    name: str
    words: str = ""


def cues(kind: str, texts: Iterable[str]) -> list[list[str]]:
    """Cues of one kind; a text that is too long for one becomes several, at its sentences."""
    return [[str(kind), part] for text in texts for part in _parts(" ".join(text.split()))]


def cue_lists(by_kind: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Cues of every kind, in the order of the kinds."""
    return [cue for kind in CueKind.values for cue in cues(kind, by_kind.get(kind, []))]


def tag_list(words: Iterable[str]) -> list[str]:
    """Tags without doubles, sorted."""
    return sorted({" ".join(word.split())[:100] for word in words if word.strip()})


def _parts(text: str) -> list[str]:
    if len(text) <= CUE_MAX:
        return [text] if text else []
    cut = max(
        (match.end() for match in re.finditer(r"[.!?;](?=\s)|,(?=\s)", text[:CUE_MAX])),
        default=0,
    )
    cut = cut or text.rfind(" ", 0, CUE_MAX)
    if cut <= 0:
        cut = CUE_MAX
    return [text[:cut].strip(), *_parts(text[cut:].strip())]
