"""The forms in which members change their own membership."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from wagtail_asyncpt.conf import settings as asyncpt_settings

_WEEKS = (1, 2, 3, 4, 6, 8, 12)


class PauseForm(forms.Form):
    """For how many weeks."""

    weeks = forms.TypedChoiceField(
        label=_("How long?"),
        coerce=int,
        initial=2,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose how long.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        most = asyncpt_settings.PAUSE_MAX_WEEKS
        self.fields["weeks"].choices = [  # type: ignore[attr-defined]
            (count, ngettext("%(count)d week", "%(count)d weeks", count) % {"count": count})
            for count in sorted({*_WEEKS, most})
            if count <= most
        ]
