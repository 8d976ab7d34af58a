"""An exercise of a session as the client logs it: one card with one row for each set."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from wagtail_asyncpt.care.models import (
    ExerciseLog,
    FormCheck,
    FormCheckStatus,
    PrescribedExercise,
    SetLog,
)
from wagtail_asyncpt.library.models import CueKind
from wagtail_asyncpt.programs.dose import Dose, EffortKind, LoadUnit, convert_load, plain

#: The smallest plates that a gym has, by unit.
LOAD_STEPS = {LoadUnit.KG: "2.5", LoadUnit.LB: "5"}
TYPED_LOADS = (LoadUnit.KG, LoadUnit.LB, LoadUnit.PERCENT)


def is_done(log: SetLog | None) -> bool:
    """Whether a set is logged, and was not taken back."""
    return log is not None and log.is_done


def set_in_words(log: SetLog, unit: str = "") -> str:
    """What was done, short: ``20 lb × 8``; loads in ``unit`` (kg or lb) where given."""
    parts = []
    if log.load is not None:
        shown = unit if unit and log.load_unit in (LoadUnit.KG, LoadUnit.LB) else log.load_unit
        parts.append(f"{plain(convert_load(log.load, log.load_unit, shown))} {shown}".strip())
    if log.reps:
        parts.append(str(log.reps) if parts else _("%(n)d reps") % {"n": log.reps})
    if log.hold_seconds:
        parts.append(_("%(n)d s") % {"n": log.hold_seconds})
    return " × ".join(parts)


@dataclass(frozen=True)
class Number:
    """One number that a client types for a set."""

    name: str
    label: str
    short: str
    value: str
    step: str
    mode: str = "numeric"
    error: str = ""


@dataclass(frozen=True)
class SetRow:
    """One set: its numbers, filled in with what was done, typed, planned or done last time."""

    number: int
    key: uuid.UUID
    last: str
    numbers: Sequence[Number]
    load_unit: str
    log: SetLog | None = None
    error: str = ""

    @property
    def is_done(self) -> bool:
        """Whether the set is done."""
        return is_done(self.log)

    @property
    def errors(self) -> str:
        """All that is wrong with what was typed, in one line."""
        texts = [f"{one.label}: {one.error}" for one in self.numbers if one.error]
        return " ".join([*texts, self.error]).strip()


@dataclass(frozen=True)
class Card:
    """One prescribed exercise with everything that the client needs to do and log it."""

    line: PrescribedExercise
    words: str
    rows: Sequence[SetRow]
    key: uuid.UUID
    log: ExerciseLog | None
    check: FormCheck | None
    cue_groups: Sequence[tuple[str, str, list[str]]]
    errors: Mapping[str, Any] = field(default_factory=dict)
    typed: Mapping[str, Any] = field(default_factory=dict)

    @property
    def dose(self) -> Dose:
        """The dose, typed."""
        return self.line.prescribed_dose

    @property
    def done_count(self) -> int:
        """Sets that are done."""
        return sum(row.is_done for row in self.rows)

    @property
    def pain(self) -> str:
        """The pain to show as chosen: typed, else logged."""
        if self.typed:
            return str(self.typed.get("pain", ""))
        return "" if self.log is None or self.log.pain is None else str(self.log.pain)

    def _text(self, name: str) -> str:
        if self.typed:
            return str(self.typed.get(name, ""))
        return getattr(self.log, name) if self.log else ""

    @property
    def comment(self) -> str:
        """The comment to show."""
        return self._text("comment")

    @property
    def skipped_reason(self) -> str:
        """Why the exercise was left out."""
        return self._text("skipped_reason")

    @property
    def substitute(self) -> str:
        """What was done instead."""
        return self._text("substitute")


CUE_WORDS = {
    CueKind.SET_UP: gettext_lazy("Set up"),
    CueKind.DO: gettext_lazy("Do"),
    CueKind.FEEL: gettext_lazy("You should feel"),
    CueKind.AVOID: gettext_lazy("Avoid"),
}


def cue_groups(line: PrescribedExercise) -> list[tuple[str, str, list[str]]]:
    """The exercise's cues by kind, as (kind, heading, texts)."""
    cues = list(line.exercise.cues.all())
    groups = (
        (kind.value, str(heading), [cue.text for cue in cues if cue.kind == kind])
        for kind, heading in CUE_WORDS.items()
    )
    return [group for group in groups if group[2]]


def number_names(dose: Dose) -> list[str]:
    """Which numbers a set of this dose has, in the order of the row."""
    names = []
    if dose.load_unit in TYPED_LOADS or (dose.load_value is not None and not dose.load_unit):
        names.append("load")
    if dose.hold_seconds:
        names.append("hold_seconds")
    if dose.reps_max or (dose.reps and (dose.reps > 1 or not dose.hold_seconds)):
        names.append("reps")
    if dose.effort is not None and len(names) < 3:
        names.append("effort")
    return names


def _planned(name: str, dose: Dose, unit: str, last: SetLog | None) -> Any:
    if name == "load":
        if dose.load_value is not None and dose.load_unit != LoadUnit.PERCENT:
            return convert_load(dose.load_value, dose.load_unit or LoadUnit.KG, unit)
        if last is not None and last.load is not None:
            return convert_load(last.load, last.load_unit, unit)
        return None
    if name == "reps":
        return dose.reps or dose.reps_max
    return getattr(dose, name)


def _shown(value: Any) -> str:
    if value is None:
        return ""
    return plain(value) if isinstance(value, Decimal | float | int) else str(value)


def make_numbers(
    dose: Dose,
    unit: str,
    log: SetLog | None,
    last: SetLog | None,
    typed: Mapping[str, Any],
    errors: Mapping[str, Sequence[str]],
) -> list[Number]:
    """The numbers of one row; what was ``typed`` wins over the log, the log over the plan."""
    is_reserve = dose.effort_kind == EffortKind.RIR
    words = {
        "load": (_("Load in %(unit)s") % {"unit": unit}, unit),
        "reps": (_("Reps"), _("reps")),
        "hold_seconds": (_("Seconds"), _("seconds")),
        "effort": (
            (_("Reps in reserve"), _("in reserve")) if is_reserve else (_("Effort"), _("effort"))
        ),
    }
    numbers = []
    for name in number_names(dose):
        stored = getattr(log, name) if log and is_done(log) else None
        if name == "load" and stored is not None and log is not None:
            stored = convert_load(stored, log.load_unit, unit)
        value = stored if stored is not None else _planned(name, dose, unit, last)
        numbers.append(
            Number(
                name=name,
                label=words[name][0],
                short=words[name][1],
                value=str(typed.get(name, "")) if typed else _shown(value),
                step={"load": LOAD_STEPS.get(LoadUnit(unit), "5"), "hold_seconds": "5"}.get(
                    name, "1"
                ),
                mode="decimal" if name in ("load", "effort") else "numeric",
                error=" ".join(errors.get(name, ())),
            )
        )
    return numbers


def open_check(line: PrescribedExercise) -> FormCheck | None:
    """The form check of a line that the client is still concerned with."""
    check = getattr(line, "form_check", None)
    return None if check is None or check.status == FormCheckStatus.WITHDRAWN else check
