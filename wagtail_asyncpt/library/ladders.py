"""Ladders: reading one as a client or a therapist sees it, and writing one."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils.translation import gettext as _

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.library.models import Exercise, Ladder, LadderStep


@dataclass(frozen=True, kw_only=True)
class LadderView:
    """A ladder from one exercise's point of view, easiest first."""

    ladder: Ladder
    steps: list[Exercise]
    place: int

    @property
    def easier(self) -> list[Exercise]:
        """The regressions, the nearest first."""
        return self.steps[: self.place][::-1]

    @property
    def harder(self) -> list[Exercise]:
        """The progressions, the nearest first."""
        return self.steps[self.place + 1 :]


def ladder_of(exercise: Exercise, *, only_published: bool = False) -> LadderView | None:
    """The ladder on which ``exercise``, or the original it was translated from, stands.

    Steps come in the exercise's language where they are translated. At most 3 queries.
    """
    own = LadderStep.objects.filter(exercise__translation_key=exercise.translation_key)
    step = own.select_related("ladder").order_by("pk").first()
    if step is None:
        return None
    rows = Exercise.objects.filter(ladder_steps__ladder=step.ladder_id).order_by(
        "ladder_steps__sort_order", "ladder_steps__pk"
    )
    steps = _in_language_of(exercise, list(rows.with_picture()))
    if only_published:
        steps = [one for one in steps if one.live or one.pk == exercise.pk]
    place = next(
        n for n, one in enumerate(steps) if one.translation_key == exercise.translation_key
    )
    return LadderView(ladder=step.ladder, steps=steps, place=place)


def check_steps(exercises: Sequence[Exercise], *, ladder: Ladder | None = None) -> dict[int, str]:
    """What is wrong with these steps in order, by place: a loop, or another ladder's exercise."""
    errors: dict[int, str] = {}
    seen: dict[int, int] = {}
    for place, exercise in enumerate(exercises):
        if exercise.pk in seen:
            errors[place] = _(
                "%(name)s is on this ladder already, at step %(step)d. A ladder has no loops."
            ) % {"name": exercise, "step": seen[exercise.pk] + 1}
        seen.setdefault(exercise.pk, place)
    elsewhere = LadderStep.objects.filter(exercise__in=seen).select_related("ladder")
    if ladder is not None and ladder.pk:
        elsewhere = elsewhere.exclude(ladder=ladder)
    for step in elsewhere:
        errors[seen[step.exercise_id]] = _(
            "%(name)s is on the ladder “%(ladder)s”. Take it out there first."
        ) % {"name": exercises[seen[step.exercise_id]], "ladder": step.ladder}
    return errors


@transaction.atomic
def write_ladder(*, ladder: Ladder, exercises: Sequence[Exercise]) -> Ladder:
    """Save ``ladder`` with these steps, easiest first, in place of those it had.

    Raises ``DomainError`` for a loop or an exercise of another ladder.
    """
    for message in check_steps(exercises, ladder=ladder).values():
        raise DomainError(message, field="steps")
    if ladder.pk:
        LadderStep.objects.filter(ladder=ladder).delete()
    ladder.steps = [
        LadderStep(exercise=exercise, sort_order=place) for place, exercise in enumerate(exercises)
    ]
    ladder.save()
    return ladder


def _in_language_of(exercise: Exercise, steps: list[Exercise]) -> list[Exercise]:
    if all(one.locale_id == exercise.locale_id for one in steps):
        return steps
    keys = [one.translation_key for one in steps]
    rows = Exercise.objects.filter(locale=exercise.locale_id, translation_key__in=keys)
    translated = {one.translation_key: one for one in rows.with_picture()}
    return [translated.get(one.translation_key, one) for one in steps]
