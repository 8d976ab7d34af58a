"""The JSON of a wger server's ``/api/v2/exerciseinfo/`` (license per exercise, mostly CC BY-SA)."""

import re
from html import unescape
from typing import Any

from django.utils.html import strip_tags
from django.utils.text import slugify
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.library.importing.muscles import equipment_of, regions_of
from wagtail_asyncpt.library.importing.records import Problem, Record, cues, tag_list
from wagtail_asyncpt.library.models import CueKind

#: Numbers of wger's languages that sites are likely to want; English is the fallback.
_LANGUAGES = {"de": 1, "en": 2, "es": 4, "it": 13, "fr": 12, "nl": 6, "pt": 7, "ru": 5}
_ENGLISH = 2
_BREAKS = re.compile(r"</(?:li|p|div|h\d)>|<br\s*/?>|<li[^>]*>", re.IGNORECASE)


def read(data: Any) -> list[Record | Problem]:
    """The records of the file. Raises ``DomainError`` where it is another file."""
    entries = data.get("results") if isinstance(data, dict) else data
    if not isinstance(entries, list):
        raise DomainError(_("The file is not an answer of exerciseinfo."), field="file")
    return [_record(number, entry) for number, entry in enumerate(entries, start=1)]


def _record(number: int, entry: Any) -> Record | Problem:
    name = ""
    try:
        text = _translation(entry)
        name = str(text.get("name") or "").strip()
        if not name:
            return Problem(line=number, name="", reason=_("It has no name in any language."))
        key = str(entry.get("uuid") or entry["id"])
        values = {
            "name": name,
            "other_names": ", ".join(one["alias"] for one in text.get("aliases") or [])[:300],
            "regions": regions_of(
                muscle.get("name_en") or muscle["name"]
                for field in ("muscles", "muscles_secondary")
                for muscle in entry.get(field) or []
            ),
            "equipment": equipment_of(one["name"] for one in entry.get("equipment") or []),
            "tags": tag_list([(entry.get("category") or {}).get("name") or ""]),
            "cues": cues(CueKind.DO, _paragraphs(str(text.get("description") or ""))),
            "source": f"wger: {key}",
            "licence": _licence(text) or _licence(entry),
            "author": str(text.get("license_author") or entry.get("license_author") or "")[:200],
        }
    except (TypeError, ValueError, AttributeError, KeyError, IndexError):
        return Problem(line=number, name=name, reason=_("A field has another shape than usual."))
    return Record(key=f"wger:{key}", line=number, slug=slugify(name), values=values)


def _translation(entry: dict[str, Any]) -> dict[str, Any]:
    """The words in the reader's language, else in English, else in any."""
    texts = entry.get("translations")
    if texts is None:
        return entry  # servers before 2025 answer in one language
    wanted = _LANGUAGES.get((get_language() or "en").split("-")[0], _ENGLISH)
    by_language = {text["language"]: text for text in reversed(texts)}
    found: dict[str, Any] = by_language.get(wanted) or by_language.get(_ENGLISH) or texts[0]
    return found


def _licence(entry: dict[str, Any]) -> str:
    licence = entry.get("license")
    return str(licence.get("short_name") or "")[:100] if isinstance(licence, dict) else ""


def _paragraphs(html: str) -> list[str]:
    texts = (unescape(strip_tags(part)).strip() for part in _BREAKS.split(html))
    return [text for text in texts if text]
