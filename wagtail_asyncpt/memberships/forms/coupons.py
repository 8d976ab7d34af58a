"""The form in which staff write a coupon."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateTimeInput

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.core.money import from_decimal, to_decimal
from wagtail_asyncpt.memberships import operations
from wagtail_asyncpt.memberships.models import Coupon
from wagtail_asyncpt.people.models import Clinic

_FIELDS = (
    "code",
    "percent_off",
    "duration",
    "duration_months",
    "max_redemptions",
    "expires_at",
    "first_time_only",
    "is_active",
)


class CouponForm(forms.ModelForm):
    """A coupon of ``clinic``. Once it exists it is only opened and closed."""

    off = forms.DecimalField(
        label=_("amount off"), required=False, min_value=0, help_text=_("Instead of a percentage.")
    )

    class Meta:
        model = Coupon
        fields = _FIELDS
        widgets = {"expires_at": AdminDateTimeInput}

    def __init__(self, *args: Any, clinic: Clinic, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.clinic = clinic
        for name in ("duration_months", "max_redemptions"):  # the model's clean is not run
            validators = Coupon._meta.get_field(name).validators  # type: ignore[union-attr]
            self.fields[name].validators.extend(validators)
        self.fields["code"].help_text = _("What clients type when they pay. Letters and digits.")
        if self.instance.pk:
            if self.instance.amount_off is not None:
                self.initial["off"] = to_decimal(self.instance.amount_off, self.instance.currency)
            for name in (*_FIELDS, "off"):
                self.fields[name].disabled = name != "is_active"

    def clean_code(self) -> str:
        """Stripe takes letters and digits."""
        code: str = self.cleaned_data["code"].strip().upper()
        if not code.isascii() or not code.replace("-", "").isalnum():
            raise forms.ValidationError(_("Use the letters A to Z, digits and hyphens."))
        return code

    def clean_off(self) -> int | None:
        """The amount in minor units."""
        amount = self.cleaned_data["off"]
        if amount is None:
            return None
        try:
            return from_decimal(amount, self.clinic.currency)
        except DomainError as error:
            raise forms.ValidationError(str(error)) from error

    def clean(self) -> dict[str, Any]:
        """Ask the operation's rules, and say beside its field which one is broken."""
        data = super().clean() or {}
        if not self.errors:
            try:
                operations.check_coupon(
                    clinic=self.clinic, coupon=self._known, values=self._values(data)
                )
            except DomainError as error:
                self.add_error(error.field if error.field in self.fields else None, str(error))
        return data

    @property
    def _known(self) -> Coupon | None:
        return self.instance if self.instance.pk else None

    def _values(self, data: dict[str, Any]) -> dict[str, Any]:
        return {**{name: data[name] for name in _FIELDS}, "amount_off": data["off"]}

    def _post_clean(self) -> None:
        """The operation's rules say more than the model's, in better words."""

    def save(self, commit: bool = True) -> Coupon:
        """Write the coupon by the room's operation."""
        self.instance = operations.save_coupon(
            clinic=self.clinic, coupon=self._known, values=self._values(self.cleaned_data)
        )
        return self.instance
