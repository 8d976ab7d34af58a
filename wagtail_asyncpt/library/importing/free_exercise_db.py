"""The JSON of github.com/yuhonas/free-exercise-db (Unlicense)."""

from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.library.importing.muscles import equipment_of, regions_of
from wagtail_asyncpt.library.importing.records import Problem, Record, cues, tag_list
from wagtail_asyncpt.library.models import CueKind, Pattern

_PUSHES = {"chest", "shoulders", "triceps"}
_PULLS = {"lats", "middle back", "biceps", "traps"}


def read(data: Any) -> list[Record | Problem]:
    """The records of the file. Raises ``DomainError`` where it is another file."""
    if not isinstance(data, list):
        raise DomainError(_("The file is not a list of exercises."), field="file")
    return [_record(number, entry) for number, entry in enumerate(data, start=1)]


def _record(number: int, entry: Any) -> Record | Problem:
    name = entry.get("name") if isinstance(entry, dict) else None
    if not isinstance(name, str) or not name.strip():
        return Problem(line=number, name="", reason=_("It has no name."))
    try:
        key = str(entry.get("id") or slugify(name))
        muscles = _words(entry, "primaryMuscles")
        equipment = entry.get("equipment")
        values = {
            "name": name.strip(),
            "regions": regions_of([*muscles, *_words(entry, "secondaryMuscles")]),
            "pattern": _pattern(entry, muscles),
            "equipment": equipment_of([equipment] if equipment else []),
            "tags": tag_list(
                word
                for word in (entry.get("category"), entry.get("level"), *muscles)
                if isinstance(word, str)
            ),
            "cues": cues(CueKind.DO, _words(entry, "instructions")),
            "source": f"free-exercise-db: {key}",
            "licence": "Unlicense",
            "author": "free-exercise-db contributors",
        }
    except (TypeError, ValueError, AttributeError):
        return Problem(line=number, name=name, reason=_("A field has another shape than usual."))
    return Record(key=f"free-exercise-db:{key}", line=number, slug=slugify(name), values=values)


def _words(entry: dict[str, Any], field: str) -> list[str]:
    words = entry.get(field) or []
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        raise TypeError(field)
    return words


def _pattern(entry: dict[str, Any], muscles: list[str]) -> str:
    """The pattern where the file is plain about it; nothing where it would be a guess."""
    if entry.get("category") == "stretching":
        return Pattern.MOBILITY.value
    if muscles == ["abdominals"]:
        return Pattern.TRUNK.value
    if entry.get("mechanic") == "isolation":
        return Pattern.ISOLATION.value
    force, worked = entry.get("force"), set(muscles)
    if force == "push" and worked & _PUSHES:
        return Pattern.PUSH.value
    if force == "pull" and worked & _PULLS:
        return Pattern.PULL.value
    return ""
