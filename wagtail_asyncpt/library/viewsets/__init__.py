"""The library in the Wagtail admin; exercises themselves are edited by ``programs.viewsets``."""

from wagtail_asyncpt.library.viewsets.exercises import (
    ExerciseChooserViewSet,
    ExerciseCopyView,
    ExerciseCreateView,
    ExerciseEditView,
    ExerciseIndexView,
    ExerciseStatusColumn,
    ExerciseUnpublishView,
)
from wagtail_asyncpt.library.viewsets.ladders import LadderViewSet
from wagtail_asyncpt.library.viewsets.videos import (
    ExerciseVideoChooserViewSet,
    ExerciseVideoViewSet,
    PosterColumn,
)

__all__ = [
    "ExerciseChooserViewSet",
    "ExerciseCopyView",
    "ExerciseCreateView",
    "ExerciseEditView",
    "ExerciseIndexView",
    "ExerciseStatusColumn",
    "ExerciseUnpublishView",
    "ExerciseVideoChooserViewSet",
    "ExerciseVideoViewSet",
    "LadderViewSet",
    "PosterColumn",
]
