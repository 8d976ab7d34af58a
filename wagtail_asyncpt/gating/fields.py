"""A model field: which memberships open something."""

from typing import Any

from django.db import models
from django.forms import CheckboxSelectMultiple, TypedMultipleChoiceField
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from wagtail_asyncpt.gating.queries import gate_group_choices


class GateGroupsField(models.JSONField):
    """A list of ids of gate groups, on the row itself, so that reading it costs no query."""

    def __init__(self, verbose_name: Any = None, **kwargs: Any) -> None:
        super().__init__(verbose_name or _("open to"), **{"default": list, **kwargs})

    def formfield(self, **kwargs: Any) -> Any:
        """Checkboxes with the memberships' names."""
        return TypedMultipleChoiceField(
            coerce=int,
            choices=gate_group_choices,
            required=not self.blank,
            label=capfirst(self.verbose_name),
            help_text=self.help_text,
            widget=CheckboxSelectMultiple,
        )
