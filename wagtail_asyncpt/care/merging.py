"""Three-way merge of sessions: what changed in a program, into a draft that was adjusted since.

What the therapist changed for the client stays; the rest follows the program. Sessions and lines
are known by their ids; a dose or a form check is taken as a whole, never half from either side.
"""

import copy
from collections.abc import Iterable
from typing import Any

from wagtail_asyncpt.care.days import RawDays

#: What a block writes where nothing was chosen: an older draft may have the key or not.
DEFAULTS = {
    "section": "main",
    "effort_kind": "rpe",
    "side": "both",
    "set_number": 1,
    "times_per_day": 1,
}
WHOLE = {"dose", "form_check"}
EMPTY: tuple[Any, ...] = (None, "", [], {})


def merge_days(*, base: RawDays, mine: RawDays, theirs: RawDays) -> RawDays:
    """``mine`` with what changed from ``base`` to ``theirs``."""
    merged: RawDays = copy.deepcopy(_merge_items(base, mine, theirs))
    return merged


def same(one: Any, other: Any) -> bool:
    """Whether two raw values say the same: defaults and empty values do not count."""
    return bool(_plain(one) == _plain(other))


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        plain = {key: _plain(inner) for key, inner in value.items() if DEFAULTS.get(key) != inner}
        return {key: inner for key, inner in plain.items() if inner not in EMPTY}
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value


def _merge(key: str, base: Any, mine: Any, theirs: Any) -> Any:
    if same(mine, base):
        return theirs
    if same(theirs, base) or key in WHOLE:
        return mine
    if all(_is_items(value) for value in (base, mine, theirs)):
        return _merge_items(base, mine, theirs)
    if all(isinstance(value, dict) for value in (base, mine, theirs)):
        return _merge_fields(base, mine, theirs)
    return mine


def _is_items(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) and "id" in one for one in value)


def _merge_fields(base: Any, mine: Any, theirs: Any) -> dict[str, Any]:
    names = [*mine, *(name for name in theirs if name not in mine)]
    return {name: _merge(name, base.get(name), mine.get(name), theirs.get(name)) for name in names}


def _merge_items(base: Any, mine: Any, theirs: Any) -> list[dict[str, Any]]:
    was, have, new = (_by_id(items) for items in (base, mine, theirs))
    merged = []
    for key in _order(base, mine, theirs):
        if key in have and key in new:
            merged.append(_merge_fields(was.get(key, have[key]), have[key], new[key]))
        elif key in have and (key not in was or not same(have[key], was[key])):
            merged.append(have[key])  # the therapist added or adjusted it
        elif key in new and key not in was:
            merged.append(new[key])  # the program added it
    return merged


def _by_id(items: Iterable[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {item["id"]: item for item in items}


def _order(base: Any, mine: Any, theirs: Any) -> list[str]:
    """The draft's order, or the program's where the therapist moved nothing."""
    was, have, new = ([item["id"] for item in items] for items in (base, mine, theirs))
    moved = [key for key in have if key in was] != [key for key in was if key in have]
    first, second = (have, new) if moved else (new, have)
    ordered = list(first)
    for place, key in enumerate(second):
        if key not in ordered:
            before = [one for one in second[:place] if one in ordered]
            ordered.insert(ordered.index(before[-1]) + 1 if before else 0, key)
    return ordered
