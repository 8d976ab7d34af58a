"""Forms of the room."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wagtail_asyncpt.gating.models import WaitUnit

#: Three years of days: longer is a slip of the hand.
LONGEST = 1095


class WaitForm(forms.Form):
    """When a gated page opens, counted from the beginning of a membership."""

    count = forms.IntegerField(
        label=_("Opens after"),
        required=False,
        min_value=0,
        max_value=LONGEST,
        help_text=_("Leave empty to open the page as soon as a membership begins."),
    )
    unit = forms.ChoiceField(
        label=_("Counted in"),
        choices=WaitUnit.choices,
        help_text=_("A program week is seven days of membership. A pause stops the count."),
    )

    def clean_count(self) -> int:
        """Nothing is 0."""
        value: Any = self.cleaned_data["count"]
        return value or 0
