"""The form in which staff name a price that exists at Stripe."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wagtail_asyncpt.memberships.models import Tier
from wagtail_asyncpt.people.models import Clinic


class AdoptForm(forms.Form):
    """A plan of ``clinic``, and the price that it is to be sold at."""

    tier: forms.ModelChoiceField = forms.ModelChoiceField(label=_("Plan"), queryset=None)
    price = forms.CharField(
        label=_("Price at Stripe"), max_length=100, help_text=_("Its id, which begins with price_.")
    )

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tier"].queryset = Tier.objects.filter(clinic=clinic)  # type: ignore[attr-defined]
