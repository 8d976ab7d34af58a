"""The therapist's screens; each view refuses everybody else with 404."""

from wagtail_asyncpt.review.views.clients import client, client_language, clients, enrol_client
from wagtail_asyncpt.review.views.clips import add_comment, delete_comment, verdict
from wagtail_asyncpt.review.views.enrolments import end_program, reopen_program
from wagtail_asyncpt.review.views.programs import (
    add_to_cohort,
    cohort,
    enrol_several,
    program,
    programs,
)
from wagtail_asyncpt.review.views.publishing import publish
from wagtail_asyncpt.review.views.queue import queue
from wagtail_asyncpt.review.views.reviews import answer, draft_next, review
from wagtail_asyncpt.review.views.visits import give_visits, note_visit, visits
from wagtail_asyncpt.review.views.weeks import preview_week, print_week, week_editor, week_pdf

__all__ = [
    "add_comment",
    "add_to_cohort",
    "answer",
    "client",
    "client_language",
    "clients",
    "cohort",
    "delete_comment",
    "draft_next",
    "end_program",
    "enrol_client",
    "enrol_several",
    "give_visits",
    "note_visit",
    "preview_week",
    "print_week",
    "program",
    "programs",
    "publish",
    "queue",
    "reopen_program",
    "review",
    "verdict",
    "visits",
    "week_editor",
    "week_pdf",
]
