"""The sessions of a week as plain data: read from stored blocks, compared, carried over."""

import copy
import datetime as dt
import json
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.programs.blocks import SECTIONS, WEEKDAYS
from wagtail_asyncpt.programs.dose import Dose
from wagtail_asyncpt.programs.groups import Group
from wagtail_asyncpt.programs.schedule import rule_dates, session_dates

RawDays = list[dict[str, Any]]

_WITHOUT_WORDS = {
    "question": gettext_lazy("A question of “%(session)s” is empty: write it or delete it."),
    "note": gettext_lazy("A note of “%(session)s” is empty: write it or delete it."),
    "education": gettext_lazy("Something to read in “%(session)s” is empty: write or delete it."),
}


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
    position: int = 0
    group: Group | None = None

    @property
    def lineage(self) -> uuid.UUID:
        """The id that stays from week to week: drafts carry the block's id over."""
        return self.uid


@dataclass(frozen=True, kw_only=True)
class PlannedDay:
    """One session block. ``extras`` are its notes, readings and questions, JSON-ready."""

    uid: uuid.UUID
    title: str
    notes: str
    times_per_week: int
    times_per_day: int
    weekdays: list[str]
    rule: str
    lines: list[Line] = field(default_factory=list)
    extras: list[dict[str, Any]] = field(default_factory=list)

    def dates(self, starts_on: dt.date, anchor: dt.date) -> list[dt.date]:
        """The dates in the week from ``starts_on``, as often as it is done on each of them.

        A rule is counted from ``anchor``. A session that floats in the week has no dates.
        """
        if self.rule:
            days = rule_dates(rule=self.rule, starts_on=starts_on, anchor=anchor)
        else:
            days = session_dates(weekdays=self._weekdays, starts_on=starts_on)
        return [day for day in days for _time in range(self.times_per_day)]

    @property
    def _weekdays(self) -> list[str]:
        """The chosen days; several times on every day is on all of them."""
        is_daily = self.times_per_week == len(WEEKDAYS) and self.times_per_day > 1
        if is_daily and not self.weekdays:
            return [code for code, _name in WEEKDAYS]
        return self.weekdays

    @property
    def times(self) -> int:
        """How often it is done in a week in which it floats."""
        return self.times_per_week * self.times_per_day


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
    items = value.get("exercises") or []
    lines, extras = _read_items(items)
    return PlannedDay(
        uid=uuid.UUID(block["id"]),
        title=value.get("title") or "",
        notes=value.get("notes") or "",
        times_per_week=value.get("times_per_week") or 1,
        times_per_day=value.get("times_per_day") or 1,
        weekdays=list(value.get("weekdays") or []),
        rule=value.get("rule") or "",
        lines=lines,
        extras=extras,
    )


def _read_items(items: list[dict[str, Any]]) -> tuple[list[Line], list[dict[str, Any]]]:
    """The lines and the extras of a session; one counter gives them their places."""
    lines: list[Line] = []
    extras: list[dict[str, Any]] = []
    for item in items:
        place = len(lines) + len(extras)
        if item["type"] == "exercise":
            lines.append(_read_line(item, place))
        elif item["type"] == "group":
            group = Group.from_block(item["id"], item["value"])
            section = item["value"].get("section") or "main"
            for number, inner in enumerate(item["value"].get("exercises") or []):
                lines.append(_read_line(inner, place + number, group, section))
        else:
            extras.append(_read_extra(item, place))
    return lines, [_placed(extra, lines) for extra in extras]


def _read_extra(item: dict[str, Any], place: int) -> dict[str, Any]:
    told = {key: value for key, value in item["value"].items() if value}
    return {**told, "kind": item["type"], "uid": item["id"], "position": place}


def _placed(extra: dict[str, Any], lines: list[Line]) -> dict[str, Any]:
    """An extra with its part of the session: that of the next line, at the end of the last."""
    after = [line for line in lines if line.position > extra["position"]]
    nearest = [*after[:1], *lines[-1:]]
    return {**extra, "section": nearest[0].section if nearest else SECTIONS[1][0]}


def _read_line(
    item: dict[str, Any], place: int, group: Group | None = None, section: str = ""
) -> Line:
    value = item["value"]
    return Line(
        uid=uuid.UUID(item["id"]),
        exercise_id=value.get("exercise"),
        section=section or value.get("section") or "main",
        dose=Dose.from_dict(value.get("dose")).in_rounds(group.rounds if group else None),
        note=value.get("note") or "",
        check=_read_check(value.get("form_check") or {}),
        position=place,
        group=group,
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
        for extra in day.extras:
            if not (extra.get("text") or extra.get("title")):
                message = _WITHOUT_WORDS[extra["kind"]] % {"session": day.title}
                raise DomainError(message, field="days")
    uids = [line.uid for line in all_lines(days)] + [day.uid for day in days]
    if len(uids) != len(set(uids)):
        raise DomainError(_("A line appears twice; delete one and add it again."), field="days")


def raw_lines(raw: RawDays) -> Iterator[dict[str, Any]]:
    """The raw items of all exercise lines, those of groups included, in order."""
    for block in raw:
        for item in block["value"].get("exercises") or []:
            if item["type"] == "group":
                yield from item["value"].get("exercises") or []
            elif item["type"] == "exercise":
                yield item


def carry_lineage(raw: RawDays, earlier: RawDays) -> RawDays:
    """``raw`` with the line ids of ``earlier`` where the exercise is the same.

    So a chart of an exercise goes on when the next week comes from the program page.
    """
    raw = copy.deepcopy(raw)
    known: dict[int, list[str]] = {}
    for item in raw_lines(earlier):
        known.setdefault(item["value"].get("exercise"), []).append(item["id"])
    kept = {item["id"] for item in raw_lines(raw)}
    for item in raw_lines(raw):
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
    for item in raw_lines(raw):
        item["value"]["form_check"] = {}
    return raw
