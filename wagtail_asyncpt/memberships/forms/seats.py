"""The form in which a member invites somebody to a seat."""

from django import forms
from django.utils.translation import gettext_lazy as _


class SeatForm(forms.Form):
    """Whom to invite."""

    email = forms.EmailField(
        max_length=254,
        label=_("Email of the person"),
        help_text=_(
            "We mail an invitation. They have their own account, and you see nothing of their "
            "training."
        ),
    )
