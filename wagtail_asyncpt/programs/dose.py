"""Dose: how much of an exercise, how heavy, how hard; and the same in words."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

KG_PER_LB = Decimal("0.45359237")  # exact, international yard and pound agreement of 1959


class LoadUnit(models.TextChoices):
    """What a load is counted in."""

    KG = "kg", gettext_lazy("kg")
    LB = "lb", gettext_lazy("lb")
    BAND = "band", gettext_lazy("band")
    BODYWEIGHT = "bodyweight", gettext_lazy("bodyweight")
    PERCENT = "percent", gettext_lazy("% of max")


class EffortKind(models.TextChoices):
    """How effort is told: exertion 0-10 (RPE) or repetitions in reserve (RIR)."""

    RPE = "rpe", gettext_lazy("RPE (0–10)")
    RIR = "rir", gettext_lazy("reps in reserve")


class Side(models.TextChoices):
    """Which side does the work."""

    BOTH = "both", gettext_lazy("both together")
    EACH = "each", gettext_lazy("each side")
    LEFT = "left", gettext_lazy("left")
    RIGHT = "right", gettext_lazy("right")


def convert_load(value: Decimal, source: str, target: str) -> Decimal:
    """``value`` of ``source`` (kg or lb) in ``target``, to half a unit; other units are kept."""
    if source == target or {source, target} != {LoadUnit.KG, LoadUnit.LB}:
        return value
    exact = value * KG_PER_LB if target == LoadUnit.KG else value / KG_PER_LB
    return (exact * 2).quantize(Decimal(1), ROUND_HALF_UP) / 2


def plain(value: Decimal | float | int) -> str:
    """A number without trailing zeros: 8, 7.5."""
    text = f"{Decimal(str(value)):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _known(cls: Any, values: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of ``cls`` that ``values`` fill in, decimals as such."""
    known = {f.name: values.get(f.name) for f in fields(cls)}
    for name in ("load_value", "effort"):
        if known[name] not in (None, ""):
            known[name] = Decimal(str(known[name]))
    return {key: value for key, value in known.items() if value not in (None, "")}


def _json_ready(values: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: str(value) if isinstance(value, Decimal) else value
        for key, value in values.items()
        if value not in (None, "")
    }


@dataclass(frozen=True, kw_only=True)
class SetTarget:
    """What one set has of its own; what is ``None`` follows the dose."""

    reps: int | None = None
    hold_seconds: int | None = None
    load_value: Decimal | None = None
    effort: Decimal | None = None

    @classmethod
    def from_item(cls, item: Mapping[str, Any]) -> "SetTarget":
        """A target from stored JSON, or from a raw item of the block's list."""
        return cls(**_known(cls, item.get("value", item)))

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values, empty ones left out."""
        return _json_ready(asdict(self))


@dataclass(frozen=True, kw_only=True)
class Dose:
    """One exercise's dose. Times in seconds, distance in meters, loads in ``load_unit``.

    ``targets`` are the sets that differ, the first for set 1; sets beyond follow the dose.
    """

    sets: int | None = None
    reps: int | None = None
    reps_max: int | None = None
    hold_seconds: int | None = None
    distance_m: int | None = None
    load_value: Decimal | None = None
    load_unit: str = ""
    load_note: str = ""
    effort_kind: str = ""
    effort: Decimal | None = None
    tempo: str = ""
    rest_seconds: int | None = None
    side: str = Side.BOTH
    targets: tuple[SetTarget, ...] = ()

    @classmethod
    def from_dict(cls, values: Mapping[str, Any] | None) -> "Dose":
        """A dose from stored JSON or from a block's value; unknown keys are left out."""
        known = _known(cls, values or {})
        known["targets"] = tuple(SetTarget.from_item(one) for one in known.pop("targets", ()))
        return cls(**known)

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values, empty ones left out; decimals as strings."""
        values = _json_ready({**asdict(self), "targets": None})
        if self.targets:
            values["targets"] = [target.to_dict() for target in self.targets]
        return values

    @property
    def set_count(self) -> int:
        """Sets to log; a dose without sets is done once."""
        return max(self.sets or 1, len(self.targets))

    def of_set(self, number: int) -> "Dose":
        """The dose of the ``number``-th set, with what that set has of its own."""
        if not 1 <= number <= len(self.targets):
            return replace(self, targets=())
        own = _known(SetTarget, asdict(self.targets[number - 1]))
        if "reps" in own:
            own["reps_max"] = None
        return replace(self, targets=(), **own)

    def in_rounds(self, rounds: int | None) -> "Dose":
        """The dose inside a group: a dose without sets is done once in each round."""
        return replace(self, sets=rounds) if rounds and not self.sets else self

    def in_words(self, unit: str = "") -> str:
        """The dose as a client reads it, loads in ``unit`` (kg or lb) where given.

        For example ``3 × 8 each side @ RPE 7, tempo 3-1-1, rest 90 s``.
        """
        parts = [self._set_by_set(unit)] if self.targets else self._start(unit)
        if effort := self._effort() if not self._has_own_efforts else "":
            parts[-1] = f"{parts[-1]} {effort}".strip()
        if self.tempo:
            parts.append(_("tempo %(tempo)s") % {"tempo": self.tempo})
        if self.rest_seconds:
            parts.append(_("rest %(seconds)d s") % {"seconds": self.rest_seconds})
        return ", ".join(part for part in parts if part)

    def _start(self, unit: str) -> list[str]:
        load = self._load(unit)
        return [self._amount(), *([load] if load else [])]

    @property
    def _has_own_efforts(self) -> bool:
        return any(target.effort is not None for target in self.targets)

    def _set_by_set(self, unit: str) -> str:
        """Each set for itself: ``3 sets: 12, 20 kg / 10, 25 kg / 8, 30 kg``."""
        count = self.set_count
        heading = ngettext("%(n)d set", "%(n)d sets", count) % {"n": count}
        single = (replace(self.of_set(n), sets=None) for n in range(1, count + 1))
        return (
            f"{heading}: {' / '.join(one._one_set(unit, self._has_own_efforts) for one in single)}"
        )

    def _one_set(self, unit: str, with_effort: bool) -> str:
        told = ", ".join(part for part in self._start(unit) if part)
        return f"{told} {self._effort()}".strip() if with_effort else told

    def _amount(self) -> str:
        units = [text for text in (self._reps(), self._hold(), self._distance()) if text]
        amount = " × ".join(units[:2])
        if self.sets:
            alone = ngettext("%(n)d set", "%(n)d sets", self.sets) % {"n": self.sets}
            amount = f"{self.sets} × {amount}" if amount else alone
        if amount and self.side and self.side != Side.BOTH:
            amount = f"{amount} {Side(self.side).label}"
        return amount

    def _reps(self) -> str:
        if self.hold_seconds and self.reps == 1 and not self.reps_max:
            return ""  # a hold done once is told by its seconds
        if self.reps and self.reps_max and self.reps_max != self.reps:
            return f"{self.reps}–{self.reps_max}"
        return str(self.reps or self.reps_max or "")

    def _hold(self) -> str:
        return _("%(n)d s hold") % {"n": self.hold_seconds} if self.hold_seconds else ""

    def _distance(self) -> str:
        return _("%(n)d m") % {"n": self.distance_m} if self.distance_m else ""

    def _load(self, unit: str) -> str:
        if self.load_unit == LoadUnit.BODYWEIGHT:
            return str(_("bodyweight"))
        if self.load_unit == LoadUnit.BAND:
            return _("%(band)s band") % {"band": self.load_note} if self.load_note else _("band")
        if self.load_value is None:
            return self.load_note
        if self.load_unit == LoadUnit.PERCENT:
            return _("%(n)s%% of max") % {"n": plain(self.load_value)}
        shown = unit or self.load_unit or LoadUnit.KG
        value = convert_load(self.load_value, self.load_unit or LoadUnit.KG, shown)
        return f"{plain(value)} {shown}"

    def _effort(self) -> str:
        if self.effort is None:
            return ""
        if self.effort_kind == EffortKind.RIR:
            return _("@ %(n)s in reserve") % {"n": plain(self.effort)}
        return _("@ RPE %(n)s") % {"n": plain(self.effort)}
