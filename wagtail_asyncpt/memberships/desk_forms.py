"""Forms of what staff do to a membership: each with its reason, and a key that names it."""

import datetime as dt
import uuid
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateInput

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.core.money import exponent, format_money, from_decimal, to_decimal
from wagtail_asyncpt.memberships.models import Price, RefundEffect, Tier
from wagtail_asyncpt.people.models import Client, Clinic


class OrderForm(forms.Form):
    """A reason, and the hidden key that makes sending twice the same as once."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("Kept with your name. The client does not see it."),
        error_messages={"required": _("Write the reason, so that others can understand it.")},
    )

    field_order = ["key", "amount", "effect", "days", "when", "price", "client", "tier", "ends_on"]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["initial"] = {"key": uuid.uuid4(), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)


class ExtendForm(OrderForm):
    """Some free days."""

    days = forms.IntegerField(label=_("Free days"), min_value=1, max_value=366, initial=30)


class CancelForm(OrderForm):
    """When it ends."""

    when = forms.ChoiceField(
        label=_("It ends"),
        choices=[
            ("later", _("with the period that was paid for")),
            ("now", _("now; no money goes back")),
        ],
        initial="later",
        widget=forms.RadioSelect,
    )


class MoveForm(OrderForm):
    """Another price of the clinic; ``quote`` is what was shown of it, when it was."""

    quote = forms.CharField(widget=forms.HiddenInput, required=False)
    price: forms.ModelChoiceField = forms.ModelChoiceField(
        label=_("New plan"), queryset=None, widget=forms.RadioSelect, empty_label=None
    )

    def __init__(self, *args: Any, prices: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["price"].queryset = prices  # type: ignore[attr-defined]
        self.fields["price"].label_from_instance = _price_words  # type: ignore[attr-defined]


def _price_words(price: Price) -> str:
    amount = format_money(price.amount, price.currency)
    return f"{price.tier.name}: {amount} / {price.get_interval_display()}"


class RefundForm(OrderForm):
    """How much goes back, and what becomes of access and visits."""

    amount = forms.DecimalField(label=_("Amount"), min_value=Decimal(0))
    effect = forms.ChoiceField(
        label=_("What was paid for"),
        choices=RefundEffect,
        initial=RefundEffect.VISITS,
        widget=forms.RadioSelect,
    )

    def __init__(self, *args: Any, left: int, currency: str, **kwargs: Any) -> None:
        self.currency = currency
        kwargs["initial"] = {"amount": to_decimal(left, currency), **kwargs.get("initial", {})}
        super().__init__(*args, **kwargs)
        field = self.fields["amount"]
        field.help_text = _("At most %(amount)s.") % {"amount": format_money(left, currency)}
        field.widget.attrs["step"] = str(Decimal(1).scaleb(-exponent(currency)))

    def clean_amount(self) -> int:
        """The amount in minor units."""
        try:
            return from_decimal(self.cleaned_data["amount"], self.currency)
        except DomainError as error:
            raise forms.ValidationError(str(error)) from error


class GiveForm(OrderForm):
    """A complimentary membership for a client of the clinic."""

    client: forms.ModelChoiceField = forms.ModelChoiceField(label=_("Client"), queryset=None)
    tier: forms.ModelChoiceField = forms.ModelChoiceField(label=_("Plan"), queryset=None)
    ends_on = forms.DateField(
        label=_("Last day"),
        required=False,
        widget=AdminDateInput,
        help_text=_("Leave empty for a membership without an end."),
    )

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clinic = clinic
        clients = Client.objects.filter(clinic=clinic, user__isnull=False).select_related("user")
        self.fields["client"].queryset = clients  # type: ignore[attr-defined]
        self.fields["tier"].queryset = Tier.objects.filter(clinic=clinic)  # type: ignore[attr-defined]

    def clean_ends_on(self) -> dt.date | None:
        """A day that has a day after it."""
        day: dt.date | None = self.cleaned_data["ends_on"]
        if day == dt.date.max:
            raise forms.ValidationError(_("Choose an earlier day."))
        return day

    @property
    def ends_at(self) -> dt.datetime | None:
        """The end of the last day where the clinic is; after ``is_valid()``."""
        day = self.cleaned_data["ends_on"]
        if day is None:
            return None
        zone = ZoneInfo(self.clinic.time_zone)
        return dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min, zone)
