"""The forms in which somebody gives something, and in which somebody uses a gift."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wagtail_asyncpt.memberships.offers import PresentOffer
from wagtail_asyncpt.memberships.operations.gifts import Present, Receiver


class GiftForm(forms.Form):
    """What is given, to whom, with which words. ``presents`` are the choices, by their keys."""

    what = forms.ChoiceField(label=_("What you give"), widget=forms.RadioSelect)
    recipient_email = forms.EmailField(
        max_length=254,
        label=_("Email of the receiver"),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
        help_text=_("We send the gift there as soon as it is paid."),
    )
    recipient_name = forms.CharField(
        label=_("Name of the receiver"), max_length=100, required=False
    )
    message = forms.CharField(
        label=_("A few words"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, presents: Mapping[str, PresentOffer], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.presents = presents
        self.fields["what"].choices = [  # type: ignore[attr-defined]
            (key, f"{offer.name}: {offer.amount}") for key, offer in presents.items()
        ]

    @property
    def groups(self) -> list[tuple[str, list[tuple[Any, PresentOffer]]]]:
        """The choices with their radio buttons, by plan; packages come together under no name."""
        pairs = zip(self["what"].subwidgets, self.presents.values(), strict=True)
        return [(name, list(rows)) for name, rows in groupby(pairs, lambda pair: pair[1].group)]

    @property
    def present(self) -> Present:
        """What was chosen, from our own list; after ``is_valid()``."""
        offer = self.presents[self.cleaned_data["what"]]
        return Present(price=offer.price, months=offer.months, package=offer.package)

    @property
    def receiver(self) -> Receiver:
        """Whom it is for; after ``is_valid()``."""
        data = self.cleaned_data
        return Receiver(
            email=data["recipient_email"], name=data["recipient_name"], message=data["message"]
        )


class CodeForm(forms.Form):
    """The code of a gift."""

    code = forms.CharField(
        label=_("Your code"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
        error_messages={"required": _("Type the code from your mail.")},
    )
