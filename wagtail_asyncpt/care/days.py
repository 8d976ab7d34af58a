"""The sessions of a week as plain data: read from stored blocks, compared, carried over."""

import copy
import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.programs.dose import Dose

RawDays = list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class CheckRequest:
    """A form check asked for in a line."""

    camera_view: str
    set_number: int
    due_day: int | None
    question: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """One exercise line; ``exercise_id`` is ``None`` while a draft names no exercise."""

    uid: uuid.UUID
    exercise_id: int | None
    section: str
    dose: Dose
    note: str
    check: CheckRequest | None

    @property
    def lineage(self) -> uuid.UUID:
        """The id that stays from week to week: drafts carry the block's id over."""
        return self.uid


@dataclass(frozen=True, kw_only=True)
class PlannedDay:
    """One session block."""

    uid: uuid.UUID
    title: str
    notes: str
    times_per_week: int
    weekdays: list[str]
    lines: list[Line] = field(default_factory=list)


def as_raw(days: Any) -> RawDays:
    """A StreamValue (or raw list) as JSON-ready raw blocks with their ids."""
    prepared = days if isinstance(days, list) else days.get_prep_value()
    return json.loads(json.dumps(prepared, cls=DjangoJSONEncoder))


def read_days(raw: RawDays) -> list[PlannedDay]:
    """Typed sessions of raw blocks; tolerates what a draft leaves empty."""
    return [_read_session(block) for block in raw if block.get("type") == "session"]


def all_lines(days: Iterable[PlannedDay]) -> list[Line]:
    """The lines of all sessions, in order."""
    return [line for day in days for line in day.lines]


def _read_session(block: dict[str, Any]) -> PlannedDay:
    value = block["value"]
    return PlannedDay(
        uid=uuid.UUID(block["id"]),
        title=value.get("title") or "",
        notes=value.get("notes") or "",
        times_per_week=value.get("times_per_week") or 1,
        weekdays=list(value.get("weekdays") or []),
        lines=[_read_line(item) for item in value.get("exercises") or []],
    )


def _read_line(item: dict[str, Any]) -> Line:
    value = item["value"]
    return Line(
        uid=uuid.UUID(item["id"]),
        exercise_id=value.get("exercise"),
        section=value.get("section") or "main",
        dose=Dose.from_dict(value.get("dose")),
        note=value.get("note") or "",
        check=_read_check(value.get("form_check") or {}),
    )


def _read_check(value: dict[str, Any]) -> CheckRequest | None:
    if not value.get("camera_view"):
        return None
    return CheckRequest(
        camera_view=value["camera_view"],
        set_number=value.get("set_number") or 1,
        due_day=int(value["due_day"]) if value.get("due_day") else None,
        question=value.get("question") or "",
    )


def require_complete(days: list[PlannedDay], known_exercises: set[int]) -> None:
    """Refuse to publish what a client could not follow."""
    if not all_lines(days):
        raise DomainError(_("Add at least one session with an exercise."), field="days")
    for day in days:
        if not day.title:
            raise DomainError(_("Give every session a title."), field="days")
        for number, line in enumerate(day.lines, start=1):
            if line.exercise_id not in known_exercises:
                raise DomainError(
                    _("Line %(number)d of “%(session)s” has no exercise.")
                    % {"number": number, "session": day.title},
                    field="days",
                )
    uids = [line.uid for line in all_lines(days)] + [day.uid for day in days]
    if len(uids) != len(set(uids)):
        raise DomainError(_("A line appears twice; delete one and add it again."), field="days")


def _raw_lines(raw: RawDays) -> Iterator[dict[str, Any]]:
    for block in raw:
        yield from block["value"].get("exercises") or []


def carry_lineage(raw: RawDays, earlier: RawDays) -> RawDays:
    """``raw`` with the line ids of ``earlier`` where the exercise is the same.

    So a chart of an exercise goes on when the next week comes from the program page.
    """
    raw = copy.deepcopy(raw)
    known: dict[int, list[str]] = {}
    for item in _raw_lines(earlier):
        known.setdefault(item["value"].get("exercise"), []).append(item["id"])
    kept = {item["id"] for item in _raw_lines(raw)}
    for item in _raw_lines(raw):
        ids = known.get(item["value"].get("exercise"))
        while ids:
            candidate = ids.pop(0)
            if candidate == item["id"]:
                break
            if candidate not in kept:
                item["id"] = candidate
                break
    return raw


def without_checks(raw: RawDays) -> RawDays:
    """``raw`` without form check requests: each week asks anew."""
    raw = copy.deepcopy(raw)
    for item in _raw_lines(raw):
        item["value"]["form_check"] = {}
    return raw
