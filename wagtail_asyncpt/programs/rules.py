"""Recurrence rules in forms: a field and a widget for any Wagtail form.

django-recurrence's own widget loads a second jQuery, which stops Wagtail's date fields, and does
not start in an ``InlinePanel`` or a ``StreamField``. Ours is a text input that a Stimulus
controller dresses; without JavaScript the rule is typed.
"""

import json
from typing import Any

import recurrence
from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazystr
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from recurrence import Recurrence, Rule
from wagtail.admin.staticfiles import versioned_static

FREQUENCIES = (recurrence.DAILY, recurrence.WEEKLY, recurrence.MONTHLY)
PARTS_OF_A_DAY = ("byhour", "byminute", "bysecond")


class RuleWidget(forms.TextInput):
    """Writes a rule such as ``RRULE:FREQ=DAILY;INTERVAL=2``; shown as "every 2 days"."""

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        attrs = {
            "data-controller": "asyncpt-rule",
            "data-asyncpt-rule-words-value": lazystr(_Words()),
            "autocomplete": "off",
            **(attrs or {}),
        }
        super().__init__(attrs)

    def format_value(self, value: Any) -> str:
        """The rule's text, without a start."""
        return value if isinstance(value, str) else rule_text(value)

    @property
    def media(self) -> forms.Media:
        """Our controller and its style; no jQuery."""
        return forms.Media(
            js=[versioned_static("wagtail_asyncpt/programs/rule-widget.js")],
            css={"all": [versioned_static("wagtail_asyncpt/programs/blocks.css")]},
        )


class _Words:
    """The controller's words as JSON, in the reader's language."""

    def __str__(self) -> str:
        return json.dumps(
            {
                "every": gettext("Every"),
                "units": {
                    "": gettext("no rule"),
                    "DAILY": gettext("days"),
                    "WEEKLY": gettext("weeks"),
                    "MONTHLY": gettext("months"),
                },
                "unit": gettext("Unit"),
                "on": gettext("On"),
                "days": {
                    "MO": gettext("Mon"),
                    "TU": gettext("Tue"),
                    "WE": gettext("Wed"),
                    "TH": gettext("Thu"),
                    "FR": gettext("Fri"),
                    "SA": gettext("Sat"),
                    "SU": gettext("Sun"),
                },
                "text": gettext("Rule as text"),
            }
        )


class RuleField(forms.CharField):
    """A rule that counts days, weeks or months. Cleans to a ``Recurrence``, or ``None``."""

    widget = RuleWidget

    def clean(self, value: Any) -> Recurrence | None:
        """Refuse, in words, what would never end or never begin."""
        text = super().clean(rule_text(value))
        return read_rule(text) if text else None

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare texts; ``initial`` may be a ``Recurrence``."""
        return super().has_changed(rule_text(initial), rule_text(data))


def rule_text(value: Any) -> str:
    """A rule as it is stored: without a start, empty for none."""
    if not value:
        return ""
    text = value.strip() if isinstance(value, str) else str(recurrence.serialize(value))
    return f"RRULE:{text}" if text.upper().startswith("FREQ=") else text


def read_rule(text: str) -> Recurrence:
    """The rule of a text; raises ``ValidationError`` with a message for the therapist."""
    try:
        found = recurrence.deserialize(text, include_dtstart=False)
    except Exception as error:  # the parser raises whatever its input provokes
        raise ValidationError(
            _("This is not a rule. Write one such as RRULE:FREQ=DAILY;INTERVAL=2.")
        ) from error
    if len(found.rrules) != 1 or found.exrules or found.rdates or found.exdates:
        raise ValidationError(_("Give one rule, without single dates or exceptions."))
    _require_sane(found.rrules[0])
    return Recurrence(rrules=found.rrules, include_dtstart=False)


def _require_sane(rule: Rule) -> None:
    if rule.freq not in FREQUENCIES or any(rule.__dict__.get(name) for name in PARTS_OF_A_DAY):
        raise ValidationError(
            _("A rule counts days, weeks or months; hours, minutes and seconds are too short.")
        )
    if rule.interval is not None and rule.interval < 1:
        raise ValidationError(_("The interval is at least 1: every day, every week or month."))
    if rule.until is not None:
        raise ValidationError(_("A rule has no last day; it ends with the program."))


def rule_in_words(text: str) -> str:
    """The rule as a reader sees it: "every 2 days"; empty for none or for a broken one."""
    try:
        return str(read_rule(text).rrules[0].to_text()) if text else ""
    except ValidationError:
        return ""
