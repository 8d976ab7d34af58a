"""Three-way merge of sessions: what changed in a program, into a draft that was adjusted since.

What the therapist changed for the client stays; the rest follows the program. Sessions and lines
are known by their ids; a dose, a form check or the days of a session are taken as a whole, never
half from either side.
"""

import copy
from collections.abc import Iterable
from typing import Any

from wagtail_asyncpt.care.days import RawDays
from wagtail_asyncpt.programs.dose import Dose

#: What a block writes where nothing was chosen: an older draft may have the key or not.
DEFAULTS = {
    "section": "main",
    "kind": "superset",
    "effort_kind": "rpe",
    "side": "both",
    "set_number": 1,
    "times_per_week": 1,
    "times_per_day": 1,
}
WHOLE = {"dose", "form_check"}
#: What together says on which days a session is: chosen days stand against a number or a rule.
WHEN = ("times_per_week", "weekdays", "rule")
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
        plain = {key: inner for key, inner in plain.items() if inner not in EMPTY}
        if "weekdays" in plain or "rule" in plain:
            plain.pop("times_per_week", None)  # not used beside days
        if "dose" in plain:
            plain["dose"] = Dose.from_dict(plain["dose"])  # 7 and "7.0" are one number
        return plain
    if isinstance(value, list):
        return [_plain(inner) for inner in value]
    return value


def _merge(key: str, base: Any, mine: Any, theirs: Any) -> Any:
    if same({key: mine}, {key: base}):
        return theirs
    if same({key: theirs}, {key: base}) or key in WHOLE:
        return mine
    if all(_is_items(value) for value in (base, mine, theirs)):
        return _merge_items(base, mine, theirs)
    if all(isinstance(value, dict) for value in (base, mine, theirs)):
        return _merge_fields(base, mine, theirs)
    return mine


def _is_items(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(one, dict) and "id" in one for one in value)


def _merge_fields(base: Any, mine: Any, theirs: Any) -> dict[str, Any]:
    days = theirs if same(_when(mine), _when(base)) else mine
    names = [*mine, *(name for name in theirs if name not in mine)]
    return {
        name: days[name]
        if name in WHEN
        else _merge(name, base.get(name), mine.get(name), theirs.get(name))
        for name in names
        if name not in WHEN or name in days
    }


def _when(value: dict[str, Any]) -> dict[str, Any]:
    return {name: value.get(name) for name in WHEN}


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
