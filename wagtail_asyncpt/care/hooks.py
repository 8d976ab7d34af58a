"""What the room registers with Wagtail: a prescribed exercise is history and stays."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from wagtail import hooks

from wagtail_asyncpt.care.models import Change, PrescribedExercise
from wagtail_asyncpt.care.queries.usage import uses_in_weeks
from wagtail_asyncpt.library.models import Exercise
from wagtail_asyncpt.library.usage import register_usage


def register_hooks() -> None:
    """Stand before every way in which the admin deletes a snippet."""
    hooks.register("before_delete_snippet", keep_prescribed)
    hooks.register("before_bulk_action", keep_prescribed_in_bulk)
    register_usage(uses_in_weeks)


def keep_prescribed(request: HttpRequest, instances: Iterable[Any]) -> HttpResponseBase | None:
    """Refuse to delete exercises that a client was prescribed, and say what to do instead."""
    exercises = [one for one in instances if isinstance(one, Exercise)]
    kept = [one for one in exercises if _is_history(one)]
    if not kept:
        return None
    names = ", ".join(str(one) for one in kept)
    message = _(
        "%(names)s: a client was prescribed this, so it is kept. Unpublish it instead when it "
        "should not be used any more."
    )
    messages.error(request, message % {"names": names})
    return redirect("asyncpt_exercises:list")


def keep_prescribed_in_bulk(
    request: HttpRequest, action_type: str, objects: Iterable[Any], action: Any
) -> HttpResponseBase | None:
    """The same for a deletion of several at once."""
    return keep_prescribed(request, objects) if action_type == "delete" else None


def _is_history(exercise: Exercise) -> bool:
    changes = Change.objects.filter(exercise_before=exercise) | Change.objects.filter(
        exercise_after=exercise
    )
    return PrescribedExercise.objects.filter(exercise=exercise).exists() or changes.exists()
