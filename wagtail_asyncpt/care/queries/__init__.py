"""Reads of the room."""

from wagtail_asyncpt.care.queries.changes import ProposedChange, baseline, proposed_changes
from wagtail_asyncpt.care.queries.files import ReviewFile, form_checks_of, review_file
from wagtail_asyncpt.care.queries.plan import (
    PlannedOccurrence,
    PlannedSession,
    WeekPlan,
    current_week,
    last_sets,
    published_weeks,
    week_plan,
)

__all__ = [
    "PlannedOccurrence",
    "PlannedSession",
    "ProposedChange",
    "ReviewFile",
    "WeekPlan",
    "baseline",
    "current_week",
    "form_checks_of",
    "last_sets",
    "proposed_changes",
    "published_weeks",
    "review_file",
    "week_plan",
]
