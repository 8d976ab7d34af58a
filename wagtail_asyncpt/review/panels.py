"""The dashboard's panel of waiting reviews."""

from typing import Any

from django.forms import Media
from wagtail.admin.ui.components import Component

from wagtail_asyncpt.people.models import Therapist
from wagtail_asyncpt.review.queries.queue import counts, next_waiting


class ReviewsPanel(Component):
    """How many reviews wait, are overdue or due today, and the next three."""

    name = "asyncpt_reviews"
    template_name = "wagtail_asyncpt/review/includes/panel.html"
    order = 90

    def __init__(self, therapist: Therapist) -> None:
        self.therapist = therapist

    @property
    def media(self) -> Media:
        """The cockpit's stylesheet."""
        return Media(css={"all": ["wagtail_asyncpt/review/review.css"]})

    def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
        """Counts and the most urgent reviews."""
        return {"counts": counts(self.therapist), "rows": next_waiting(self.therapist)}
