"""The exercise library's models."""

from wagtail_asyncpt.library.models.exercise import (
    Cue,
    Exercise,
    ExerciseQuerySet,
    TaggedExercise,
)
from wagtail_asyncpt.library.models.ladder import Ladder, LadderStep
from wagtail_asyncpt.library.models.video import ExerciseVideo
from wagtail_asyncpt.library.models.words import (
    CueKind,
    Equipment,
    Pattern,
    Position,
    Region,
    Visibility,
)

__all__ = [
    "Cue",
    "CueKind",
    "Equipment",
    "Exercise",
    "ExerciseQuerySet",
    "ExerciseVideo",
    "Ladder",
    "LadderStep",
    "Pattern",
    "Position",
    "Region",
    "TaggedExercise",
    "Visibility",
]
