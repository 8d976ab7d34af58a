"""Writes of the room: prescribe, log, send, answer."""

from wagtail_asyncpt.care.operations.answers import (
    acknowledge_review,
    add_video_comment,
    answer_form_check,
    answer_review,
    delete_video_comment,
)
from wagtail_asyncpt.care.operations.base import open_review
from wagtail_asyncpt.care.operations.closing import close_finished_weeks
from wagtail_asyncpt.care.operations.ending import end_enrolment, reopen_enrolment
from wagtail_asyncpt.care.operations.logging import (
    finish_session,
    log_exercise,
    log_set,
    skip_session,
    start_session,
)
from wagtail_asyncpt.care.operations.programs import enrol_many, join_cohort, push_program
from wagtail_asyncpt.care.operations.publishing import MissingReasons, publish_week
from wagtail_asyncpt.care.operations.uploads import (
    append_to_upload,
    cancel_upload,
    create_upload,
    process_clip,
    sweep_uploads,
)
from wagtail_asyncpt.care.operations.weeks import (
    draft_next_week,
    enrol,
    save_draft,
)

__all__ = [
    "MissingReasons",
    "acknowledge_review",
    "add_video_comment",
    "answer_form_check",
    "answer_review",
    "append_to_upload",
    "cancel_upload",
    "close_finished_weeks",
    "create_upload",
    "delete_video_comment",
    "draft_next_week",
    "end_enrolment",
    "enrol",
    "enrol_many",
    "finish_session",
    "join_cohort",
    "log_exercise",
    "log_set",
    "open_review",
    "process_clip",
    "publish_week",
    "push_program",
    "reopen_enrolment",
    "save_draft",
    "skip_session",
    "start_session",
    "sweep_uploads",
]
