"""Wagtail's reference index knows what an editor may look for, and no row that a client causes."""

from django.apps import apps
from wagtail.models import ReferenceIndex

#: Whose use Wagtail shows before something is deleted.
SHOWN = {
    "Therapist", "Client", "Coverage", "Cohort", "Enrolment", "Week",
    "Exercise", "Ladder",
    "Tier", "Price", "Package", "Coupon", "Membership", "Purchase", "Gift", "Seat",
    "OfferPage", "ProgramIndexPage", "ProgramPage", "ProgramWeekPage", "ExerciseIndexPage",
}  # fmt: skip


def test_logs_ledgers_and_audit_rows_cost_no_entry_in_the_index() -> None:
    ours = (
        model
        for model in apps.get_models()
        if model._meta.app_label in ("wagtail_asyncpt", "wagtail_asyncpt_pages")
    )
    assert {one.__name__ for one in ours if ReferenceIndex.model_is_indexable(one)} == SHOWN
