"""What the library's templates need."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django import template
from django.urls import reverse

from wagtail_asyncpt.core import links
from wagtail_asyncpt.gating.middleware import mark_private
from wagtail_asyncpt.library.models import Exercise
from wagtail_asyncpt.library.pictures import Picture
from wagtail_asyncpt.library.usage import Use, uses_of

register = template.Library()


@register.simple_tag
def exercise_uses(exercise: Exercise) -> list[Use]:
    """Where an exercise is used."""
    return uses_of(exercise)


@register.simple_tag(takes_context=True)
def media_url(context: template.Context, name: str, uuid: UUID, request: Any = None) -> str:
    """The address of a video, poster or captions: for somebody signed in, a link of their own.

    The page that holds such a link is kept out of shared caches.
    """
    request = request or context.get("request") or getattr(context, "request", None)
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return reverse(name, args=[uuid])
    mark_private(request)
    return links.media_url(name, uuid, user)


@register.filter
def picture_of(pictures: Mapping[int, Picture], exercise: Exercise) -> Picture | None:
    """The picture of ``exercise`` among those that the view looked up at once."""
    return pictures.get(exercise.pk)
