"""What the library's templates need."""

from django import template

from wagtail_asyncpt.library.models import Exercise
from wagtail_asyncpt.library.usage import Use, uses_of

register = template.Library()


@register.simple_tag
def exercise_uses(exercise: Exercise) -> list[Use]:
    """Where an exercise is used."""
    return uses_of(exercise)
