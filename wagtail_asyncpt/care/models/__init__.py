"""What was prescribed, done and answered."""

from wagtail_asyncpt.care.models.answers import Review, ReviewStatus, Verdict, VideoComment
from wagtail_asyncpt.care.models.form_checks import Clip, FormCheck, FormCheckStatus, Upload
from wagtail_asyncpt.care.models.logs import ExerciseLog, SessionLog, SetLog
from wagtail_asyncpt.care.models.prescription import (
    Change,
    ChangeKind,
    PrescribedExercise,
    Session,
    WeekVersion,
)
from wagtail_asyncpt.care.models.weeks import (
    Cohort,
    Enrolment,
    EnrolmentStatus,
    Week,
    WeekStatus,
)

__all__ = [
    "Change",
    "ChangeKind",
    "Clip",
    "Cohort",
    "Enrolment",
    "EnrolmentStatus",
    "ExerciseLog",
    "FormCheck",
    "FormCheckStatus",
    "PrescribedExercise",
    "Review",
    "ReviewStatus",
    "Session",
    "SessionLog",
    "SetLog",
    "Upload",
    "Verdict",
    "VideoComment",
    "Week",
    "WeekStatus",
    "WeekVersion",
]
