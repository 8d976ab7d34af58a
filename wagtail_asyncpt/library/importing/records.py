"""What a file says about one exercise, before anything is written."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from wagtail_asyncpt.library.models import CueKind

#: Cells of a dose, as ``programs.dose.Dose`` names them.
DOSE_CELLS = [
    "sets", "reps", "reps_max", "hold_seconds", "distance_m", "load_value", "load_unit",
    "load_note", "effort_kind", "effort", "tempo", "rest_seconds", "side",
]  # fmt: skip
CUE_MAX = 300
#: Where a text that is too long for one cue may be divided.
_ENDS = re.compile(r"[.!?;,](?=\s)")
#: What no database column holds: NUL, and half of a surrogate pair. JSON files can write both.
_UNSOUND = re.compile(r"[\x00\ud800-\udfff]")

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


def readable(text: str) -> str:
    """``text`` as it can be stored, printed and sent: a mark stands for what cannot."""
    return _UNSOUND.sub("\ufffd", text)


def is_unsound(value: Any) -> bool:
    """Whether a text anywhere in ``value`` holds a character that cannot be stored."""
    if isinstance(value, str):
        return _UNSOUND.search(value) is not None
    if isinstance(value, Mapping):
        return any(is_unsound(part) for pair in value.items() for part in pair)
    return isinstance(value, list | tuple) and any(is_unsound(part) for part in value)


def cues(kind: str, texts: Iterable[str]) -> list[list[str]]:
    """Cues of one kind; a text that is too long for one becomes several, at its sentences."""
    return [[str(kind), part] for text in texts for part in _parts(" ".join(text.split()))]


def cue_lists(by_kind: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Cues of every kind, in the order of the kinds."""
    return [cue for kind in CueKind.values for cue in cues(kind, by_kind.get(kind, []))]


def tag_list(words: Iterable[str]) -> list[str]:
    """Tags without doubles, sorted."""
    return sorted({" ".join(word.split())[:100] for word in words if word.strip()})


def _parts(text: str) -> Iterator[str]:
    while len(text) > CUE_MAX:
        cut = max((match.end() for match in _ENDS.finditer(text, 0, CUE_MAX)), default=0)
        cut = cut or text.rfind(" ", 0, CUE_MAX)
        if cut <= 0:
            cut = CUE_MAX
        yield text[:cut].strip()
        text = text[cut:].strip()
    if text:
        yield text
