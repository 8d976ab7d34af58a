"""Model fields of our own."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from wagtail.fields import StreamField

SEPARATOR = "|"


class StableStreamField(StreamField):
    """A StreamField whose blocks stay out of migrations.

    A changed block (or a site's setting) must not make a migration inside an installed package.
    Historical models have no blocks: data migrations edit the raw JSON. See wagtail#4298.
    """

    def __init__(self, block_types: Any = (), **kwargs: Any) -> None:
        kwargs.pop("block_lookup", None)
        super().__init__(block_types, **kwargs)

    def deconstruct(self) -> Any:
        """The field without its blocks."""
        name, path, _args, kwargs = super().deconstruct()
        kwargs.pop("block_lookup", None)
        kwargs.pop("block_types", None)
        return name, path, [], kwargs


class ChoicesField(models.CharField):
    """Several of ``options``, as a list of values in the order of the options.

    Stored as ``|knee|hip|``, so that ``filter(regions__contains="hip")`` finds whole values on
    every database. ``options`` is no ``choices``: Django and Wagtail take those for one of many.
    They stay out of migrations.
    """

    def __init__(self, *args: Any, options: Sequence[tuple[str, Any]] = (), **kwargs: Any) -> None:
        self.options = list(options)
        kwargs.setdefault("default", list)
        kwargs.setdefault("max_length", 500)
        super().__init__(*args, **kwargs)

    def from_db_value(self, value: Any, *args: Any) -> list[str]:
        """The stored text as a list."""
        return self.to_python(value)

    def to_python(self, value: Any) -> Any:
        """A list of values, from the stored text or from any iterable."""
        if value is None:
            return []
        parts: Iterable[str] = value.split(SEPARATOR) if isinstance(value, str) else value
        chosen = [part for part in parts if part]
        order = {key: place for place, (key, _label) in enumerate(self.options)}
        return sorted(dict.fromkeys(chosen), key=lambda key: order.get(key, len(order)))

    def get_prep_value(self, value: Any) -> str:
        """The list as text."""
        chosen = self.to_python(value)
        return f"{SEPARATOR}{SEPARATOR.join(chosen)}{SEPARATOR}" if chosen else ""

    def value_to_string(self, obj: models.Model) -> str:
        """The text, for fixtures and revisions."""
        return self.get_prep_value(self.value_from_object(obj))

    def validate(self, value: Any, model_instance: Any) -> None:
        """Refuse what is no option, and nothing at all where something is needed."""
        super().validate(value, model_instance)
        unknown = sorted(set(value) - {key for key, _label in self.options})
        if unknown:
            raise ValidationError(
                _("%(value)s is not one of the choices.") % {"value": ", ".join(unknown)},
                code="invalid_choice",
            )

    def labels(self, value: Iterable[str]) -> list[str]:
        """The options' words for ``value``."""
        words = dict(self.options)
        return [str(words.get(key, key)) for key in value]

    def formfield(self, **kwargs: Any) -> Any:
        """Check boxes."""
        kwargs = {key: kwargs[key] for key in ("widget", "label", "help_text") if key in kwargs}
        return forms.MultipleChoiceField(
            **{
                "choices": self.options,
                "required": not self.blank,
                "label": capfirst(self.verbose_name),
                "help_text": self.help_text,
                "widget": forms.CheckboxSelectMultiple,
                **kwargs,
            }
        )

    def contribute_to_class(self, cls: Any, name: str, private_only: bool = False) -> None:
        """Add ``get_<name>_display()``: the words, joined by commas."""
        super().contribute_to_class(cls, name, private_only)
        display = f"get_{name}_display"
        if display not in cls.__dict__:
            setattr(cls, display, lambda row: ", ".join(self.labels(getattr(row, name))))
