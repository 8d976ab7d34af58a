"""The form in which staff write a tier and what it costs."""

from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.core.money import from_decimal, to_decimal
from wagtail_asyncpt.memberships import operations
from wagtail_asyncpt.memberships.models import Interval, Package, Tier
from wagtail_asyncpt.people.models import Clinic

_FIELDS = (
    "name",
    "summary",
    "features",
    "has_program",
    "form_checks_per_week",
    "reply_hours",
    "includes",
    "visits_per_period",
    "visit_rollover",
    "visit_rollover_limit",
    "visits_expire_after_days",
    "trial_days",
    "payment_count",
    "bundle",
    "seats_on_sale",
    "member_seats",
    "is_public",
    "is_listed",
    "is_highlighted",
    "sort_order",
)


class TierForm(forms.ModelForm):
    """A tier of ``clinic`` with one amount for each interval; an empty amount is not sold."""

    price_month = forms.DecimalField(label=_("price each month"), required=False, min_value=0)
    price_quarter = forms.DecimalField(label=_("price every 3 months"), required=False, min_value=0)
    price_year = forms.DecimalField(label=_("price each year"), required=False, min_value=0)

    setup_fee = forms.DecimalField(
        label=_("set-up fee"),
        required=False,
        min_value=0,
        help_text=_("Paid once, with the first payment."),
    )

    class Meta:
        model = Tier
        fields = _FIELDS

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clinic = clinic
        others = Tier.objects.filter(clinic=clinic)
        if self.instance.pk:
            others = others.exclude(pk=self.instance.pk)
            if self.instance.setup_fee:
                fee = to_decimal(self.instance.setup_fee, clinic.currency)
                self.initial.setdefault("setup_fee", fee)
            for price in self.instance.prices.filter(is_active=True):
                amount = to_decimal(price.amount, price.currency)
                self.initial.setdefault(f"price_{price.interval}", amount)
        self.fields["includes"].queryset = others  # type: ignore[attr-defined]
        self.fields["includes"].widget = forms.CheckboxSelectMultiple(
            choices=self.fields["includes"].choices  # type: ignore[attr-defined]
        )
        self.fields["bundle"].queryset = Package.objects.filter(clinic=clinic)  # type: ignore[attr-defined]
        for interval in Interval.values:
            self.fields[f"price_{interval}"].help_text = _(
                "In %(currency)s. Members keep the price that they joined at."
            ) % {"currency": clinic.currency.upper()}

    def clean(self) -> dict[str, Any]:
        """Turn the amounts into minor units, each error beside its field."""
        data = super().clean() or {}
        for name in ("setup_fee", *(f"price_{interval}" for interval in Interval.values)):
            amount: Decimal | None = data.get(name)
            if not amount and (amount is None or name == "setup_fee"):
                continue
            try:
                data[name] = operations.check_amount(
                    from_decimal(amount, self.clinic.currency), self.clinic.currency
                )
            except DomainError as error:
                self.add_error(name, str(error))
        return data

    def save(self, commit: bool = True) -> Tier:
        """Write the tier and its prices by the room's operations."""
        values = {name: self.cleaned_data[name] for name in _FIELDS}
        values["setup_fee"] = self.cleaned_data["setup_fee"] or 0
        prices = {interval: self.cleaned_data[f"price_{interval}"] for interval in Interval.values}
        self.instance = operations.save_tier(
            clinic=self.clinic,
            tier=self.instance if self.instance.pk else None,
            values=values,
            prices=prices,
        )
        return self.instance
