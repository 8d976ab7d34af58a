"""Filters of the cockpit's templates."""

from datetime import datetime

from django import template

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.programs.dose import Dose
from wagtail_asyncpt.review import words

register = template.Library()


@register.filter
def moment(seconds: float) -> str:
    """A moment of a clip, for example ``0:03.2``."""
    return words.moment_in_words(seconds)


@register.filter
def dose(value: Dose, unit: str = "") -> str:
    """A dose in words, loads in ``unit``."""
    return value.in_words(unit)


@register.filter
def ago(at: datetime | None) -> str:
    """How long ago something was, for example ``3 hours ago``."""
    return words.ago_in_words(at, clock.now()) if at else ""
