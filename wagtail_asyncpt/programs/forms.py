"""The exercise's form, with its usual dose in the fields of a prescription."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.blocks.base import BlockField
from wagtail.models import Locale

from wagtail_asyncpt.library.models import Exercise
from wagtail_asyncpt.programs.blocks import DoseBlock
from wagtail_asyncpt.programs.dose import Dose


class ExerciseForm(WagtailAdminModelForm):
    """Edits an exercise; the usual dose is stored as ``Dose.to_dict()``."""

    default_dose = BlockField(
        block=DoseBlock(may_be_empty=True),
        label=gettext_lazy("Usual dose"),
        help_text=gettext_lazy("What a new line of this exercise starts from. May be left empty."),
        required=False,
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        block = self.fields["default_dose"].block
        self.initial["default_dose"] = block.to_python(self.initial.get("default_dose") or {})

    def clean_default_dose(self) -> dict[str, Any]:
        """The dose as JSON; a form that says nothing is no dose."""
        dose = Dose.from_dict(self.cleaned_data["default_dose"])
        return dose.to_dict() if dose.in_words() else {}

    def clean_slug(self) -> str:
        """Refuse a slug that another exercise of this language has."""
        slug: str = self.cleaned_data["slug"]
        locale_id = self.instance.locale_id or Locale.get_default().pk
        others = Exercise.objects.filter(slug=slug, locale_id=locale_id)
        if others.exclude(pk=self.instance.pk).exists():
            raise ValidationError(_("Another exercise has this slug. Please choose another."))
        return slug
