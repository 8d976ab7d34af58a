"""The clinic's exercises, written for this project, as plain data."""

from .hip import HIP
from .knee import KNEE
from .shape import Dose, Exercise, hold, reps
from .trunk import TRUNK

EXERCISES: list[Exercise] = [*KNEE, *HIP, *TRUNK]
BY_SLUG = {exercise.slug: exercise for exercise in EXERCISES}

__all__ = ["BY_SLUG", "EXERCISES", "Dose", "Exercise", "hold", "reps"]
