"""The form in which staff write a package."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.core.money import from_decimal, to_decimal
from wagtail_asyncpt.memberships import operations
from wagtail_asyncpt.memberships.models import Package, Tier
from wagtail_asyncpt.people.models import Clinic

_FIELDS = (
    "name",
    "summary",
    "features",
    "visits",
    "visits_expire_after_days",
    "tier",
    "weeks",
    "is_public",
    "is_listed",
    "is_highlighted",
    "sort_order",
)


class PackageForm(forms.ModelForm):
    """A package of ``clinic``; its price in the clinic's currency."""

    price = forms.DecimalField(label=_("price"), min_value=0)

    class Meta:
        model = Package
        fields = _FIELDS

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clinic = clinic
        self.fields["tier"].queryset = Tier.objects.filter(clinic=clinic)  # type: ignore[attr-defined]
        self.fields["price"].help_text = _(
            "In %(currency)s, paid once. Who has bought it keeps what they bought."
        ) % {"currency": clinic.currency.upper()}
        if self.instance.pk:
            amount = to_decimal(self.instance.amount, self.instance.currency)
            self.initial.setdefault("price", amount)

    def clean(self) -> dict[str, Any]:
        """Turn the price into minor units and check what the package holds, beside each field."""
        data = super().clean() or {}
        if data.get("price") is not None:
            try:
                data["price"] = operations.check_amount(
                    from_decimal(data["price"], self.clinic.currency), self.clinic.currency
                )
            except DomainError as error:
                self.add_error("price", str(error))
        if not self.errors:
            try:
                operations.check_contents(data)
            except DomainError as error:
                self.add_error(error.field, str(error))
        return data

    def _post_clean(self) -> None:
        # The database's constraints say the same as check_contents, in worse words.
        self._validate_constraints = False
        super()._post_clean()  # type: ignore[misc]

    def save(self, commit: bool = True) -> Package:
        """Write the package by the room's operation."""
        values = {name: self.cleaned_data[name] for name in _FIELDS}
        self.instance = operations.save_package(
            clinic=self.clinic,
            package=self.instance if self.instance.pk else None,
            values={**values, "amount": self.cleaned_data["price"]},
        )
        return self.instance
