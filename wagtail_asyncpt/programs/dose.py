"""Dose: how much of an exercise, how heavy, how hard; and the same in words."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
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


@dataclass(frozen=True, kw_only=True)
class Dose:
    """One exercise's dose. Times in seconds, distance in meters, loads in ``load_unit``."""

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

    @classmethod
    def from_dict(cls, values: Mapping[str, Any] | None) -> "Dose":
        """A dose from stored JSON or from a block's value; unknown keys are left out."""
        values = values or {}
        known: dict[str, Any] = {f.name: values.get(f.name) for f in fields(cls)}
        for name in ("load_value", "effort"):
            if known[name] not in (None, ""):
                known[name] = Decimal(str(known[name]))
        return cls(**{k: v for k, v in known.items() if v not in (None, "")})

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values, empty ones left out; decimals as strings."""
        return {
            key: str(value) if isinstance(value, Decimal) else value
            for key, value in asdict(self).items()
            if value not in (None, "")
        }

    @property
    def set_count(self) -> int:
        """Sets to log; a dose without sets is done once."""
        return self.sets or 1

    def in_words(self, unit: str = "") -> str:
        """The dose as a client reads it, loads in ``unit`` (kg or lb) where given.

        For example ``3 × 8 each side @ RPE 7, tempo 3-1-1, rest 90 s``.
        """
        parts = [self._amount()]
        load, effort = self._load(unit), self._effort()
        if load:
            parts.append(load)
        if effort:
            parts[-1] = f"{parts[-1]} {effort}".strip()
        if self.tempo:
            parts.append(_("tempo %(tempo)s") % {"tempo": self.tempo})
        if self.rest_seconds:
            parts.append(_("rest %(seconds)d s") % {"seconds": self.rest_seconds})
        return ", ".join(part for part in parts if part)

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
