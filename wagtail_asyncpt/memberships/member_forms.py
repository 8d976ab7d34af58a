"""The forms in which members change their own membership."""

import uuid
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from wagtail_asyncpt.conf import settings as asyncpt_settings
from wagtail_asyncpt.memberships.models import CancelReason

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


class KeyForm(forms.Form):
    """A hidden key, made with the page: what is sent twice is done once."""

    key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)


class LeaveForm(KeyForm):
    """Why somebody leaves."""

    reason = forms.TypedChoiceField(
        label=_("Why do you leave?"),
        choices=CancelReason.choices,
        coerce=CancelReason,
        widget=forms.RadioSelect,
        error_messages={"required": _("Please choose what comes closest.")},
    )
    comment = forms.CharField(
        label=_("Anything you would like to tell us?"),
        required=False,
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
