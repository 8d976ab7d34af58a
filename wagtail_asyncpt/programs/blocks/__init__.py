"""The blocks that program weeks and clients' weeks share."""

from wagtail_asyncpt.programs.blocks.dose import DoseBlock, DoseBlockAdapter, SetTargetBlock
from wagtail_asyncpt.programs.blocks.exercises import (
    CAMERA_VIEWS,
    PLAN_DAYS,
    SECTIONS,
    ExerciseBlock,
    ExerciseChooserBlock,
    ExerciseListBlock,
    ExerciseValue,
    FormCheckBlock,
    GroupBlock,
    GroupValue,
)
from wagtail_asyncpt.programs.blocks.extras import EducationBlock, NoteBlock, QuestionBlock
from wagtail_asyncpt.programs.blocks.sessions import (
    WEEKDAYS,
    RuleBlock,
    SessionBlock,
    SessionContentBlock,
    SessionValue,
    session_blocks,
)

__all__ = [
    "CAMERA_VIEWS",
    "PLAN_DAYS",
    "SECTIONS",
    "WEEKDAYS",
    "DoseBlock",
    "DoseBlockAdapter",
    "EducationBlock",
    "ExerciseBlock",
    "ExerciseChooserBlock",
    "ExerciseListBlock",
    "ExerciseValue",
    "FormCheckBlock",
    "GroupBlock",
    "GroupValue",
    "NoteBlock",
    "QuestionBlock",
    "RuleBlock",
    "SessionBlock",
    "SessionContentBlock",
    "SessionValue",
    "SetTargetBlock",
    "session_blocks",
]
