"""Exercises that are done together: supersets, circuits, EMOM and AMRAP."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext


class GroupKind(models.TextChoices):
    """How the exercises of a group follow each other."""

    SUPERSET = "superset", gettext_lazy("Superset")
    CIRCUIT = "circuit", gettext_lazy("Circuit")
    EMOM = "emom", gettext_lazy("Every minute on the minute (EMOM)")
    AMRAP = "amrap", gettext_lazy("As many rounds as possible (AMRAP)")

    @property
    def is_timed(self) -> bool:
        """Whether the clock ends it, and not a number of rounds."""
        return self in (GroupKind.EMOM, GroupKind.AMRAP)


@dataclass(frozen=True, kw_only=True)
class Group:
    """One group of a session; ``uid`` is the id of its block."""

    uid: str
    kind: str
    title: str = ""
    rounds: int | None = None
    minutes: int | None = None
    rest_seconds: int | None = None

    @classmethod
    def from_dict(cls, values: Mapping[str, Any] | None) -> "Group | None":
        """A group from stored JSON; ``None`` for a line that stands alone."""
        if not values:
            return None
        return cls(**{f.name: values[f.name] for f in fields(cls) if f.name in values})

    @classmethod
    def from_block(cls, uid: str, value: Mapping[str, Any]) -> "Group":
        """A group from a block's value, with the numbers that its kind has."""
        kind = GroupKind(value.get("kind") or GroupKind.SUPERSET)
        return cls(
            uid=uid,
            kind=kind.value,
            title=value.get("title") or "",
            rounds=None if kind.is_timed else value.get("rounds"),
            minutes=value.get("minutes") if kind.is_timed else None,
            rest_seconds=None if kind.is_timed else value.get("rest_seconds"),
        )

    def to_dict(self) -> dict[str, Any]:
        """JSON-ready values, empty ones left out."""
        return {key: value for key, value in asdict(self).items() if value not in (None, "")}

    def in_words(self) -> str:
        """What the client does: ``Superset: 3 rounds without a break, then rest 60 s``."""
        told = f"{self._name()}: {self._how()}" if self._how() else self._name()
        return f"{self.title} · {told}" if self.title else told

    def _name(self) -> str:
        return {
            GroupKind.SUPERSET: _("Superset"),
            GroupKind.CIRCUIT: _("Circuit"),
            GroupKind.EMOM: _("Every minute"),
            GroupKind.AMRAP: _("As many rounds as you can"),
        }[GroupKind(self.kind)]

    def _how(self) -> str:
        if GroupKind(self.kind).is_timed:
            count = self.minutes or 0
            words = {"n": count}
            if self.kind == GroupKind.EMOM:
                told = ngettext(
                    "start the next exercise on the minute, for %(n)d minute",
                    "start the next exercise on the minute, for %(n)d minutes",
                    count,
                )
            else:
                told = ngettext("one after the other, for %(n)d minute",
                                "one after the other, for %(n)d minutes", count)  # fmt: skip
            return told % words if count else ""
        parts = []
        if self.rounds:
            rounds = ngettext(
                "%(n)d round, one exercise after the other",
                "%(n)d rounds, one exercise after the other",
                self.rounds,
            )
            parts.append(rounds % {"n": self.rounds})
        if self.rest_seconds:
            parts.append(_("rest %(n)d s after each round") % {"n": self.rest_seconds})
        return ", ".join(parts)
