"""The shape of an exercise, and short ways to write its dose.

Words for regions, positions, patterns and doses are those of the exercise library. Loads are in
pounds, holds and rests in seconds, tempo is seconds down-hold-up.
"""

from typing import Any, NamedTuple

Dose = dict[str, Any]

DEFAULT_STOP = "Stop if pain climbs above 4 out of 10 or stays higher than usual the next morning."


class Exercise(NamedTuple):
    """One exercise as plain data; ``regions`` and ``equipment`` name the main one first."""

    slug: str
    name: str
    other_names: str
    summary: str
    cues: list[tuple[str, str]]
    stop_rules: str
    regions: list[str]
    position: str
    pattern: str
    equipment: str
    dose: Dose
    clip: str
    view: str = "side"


def reps(sets: int, low: int, high: int | None = None, **more: Any) -> Dose:
    """A dose counted in repetitions."""
    return {"sets": sets, "reps": low, **({"reps_max": high} if high else {}), **more}


def hold(sets: int, seconds: int, **more: Any) -> Dose:
    """A dose counted in seconds of holding."""
    return {"sets": sets, "reps": 1, "hold_seconds": seconds, **more}


def rpe(value: float) -> Dose:
    """How hard it should feel, 0 to 10."""
    return {"effort_kind": "rpe", "effort": value}


BODYWEIGHT: Dose = {"load_unit": "bodyweight"}


def band(note: str) -> Dose:
    """A loop band, named by how heavy it is."""
    return {"load_unit": "band", "load_note": note}


def pounds(value: float) -> Dose:
    """A dumbbell or kettlebell."""
    return {"load_unit": "lb", "load_value": value}
