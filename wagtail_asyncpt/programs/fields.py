"""A model field for recurrence rules, for a site's own models."""

from typing import Any

from django.db import models
from recurrence import Recurrence
from recurrence.fields import RecurrenceField

from wagtail_asyncpt.programs.rules import RuleField, rule_text


class RecurrenceRuleField(RecurrenceField):
    """django-recurrence's field without a start, with the form field and widget of this package.

    It works as it is in a ``FieldPanel``, in the rows of an ``InlinePanel`` and in Django's forms.
    """

    def __init__(self, include_dtstart: bool = False, **kwargs: Any) -> None:
        super().__init__(include_dtstart=include_dtstart, **kwargs)

    def to_python(self, value: Any) -> Recurrence | None:
        """The rule, or ``None``."""
        return super().to_python(value) if value else None

    def get_prep_value(self, value: Any) -> str:
        """The rule's text; empty for none."""
        return rule_text(value)

    def formfield(self, **kwargs: Any) -> Any:
        """A field that refuses, in words, what would never end or never begin."""
        kwargs = {"widget": RuleField.widget, **kwargs, "form_class": RuleField}
        return models.Field.formfield(self, **kwargs)
