"""Ladders: exercises from the easiest to the hardest."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.models import Orderable

from wagtail_asyncpt.library.models.exercise import Exercise


class Ladder(ClusterableModel):
    """Regressions and progressions as one ordered list.

    An exercise stands on one ladder, once: there is no way round to where one came from.
    ``import_key`` names the ladder of the starter library that it came from.
    """

    name = models.CharField(_("name"), max_length=200)
    note = models.TextField(
        _("note"), blank=True, help_text=_("For therapists: when to go a step up or down.")
    )
    import_key = models.CharField(max_length=250, blank=True, editable=False)

    class Meta:
        verbose_name = _("ladder")
        verbose_name_plural = _("ladders")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class LadderStep(Orderable):
    """One exercise of a ladder; the first is the easiest."""

    ladder = ParentalKey(Ladder, on_delete=models.CASCADE, related_name="steps")
    exercise = models.ForeignKey(
        Exercise, models.CASCADE, related_name="ladder_steps", verbose_name=_("exercise")
    )

    class Meta(Orderable.Meta):
        verbose_name = _("step")
        verbose_name_plural = _("steps")
        constraints = [
            # The condition is always true: without one, Django's formsets check the constraint
            # themselves and hide the clear words of ``ladders.check_steps``.
            models.UniqueConstraint(
                fields=["exercise"],
                condition=Q(exercise__isnull=False),
                name="asyncpt_ladder_exercise_once",
            ),
        ]

    def __str__(self) -> str:
        return str(self.exercise)

    def validate_constraints(self, exclude: Any = None) -> None:
        """Left to ``ladders.check_steps``: one step alone cannot tell that two change places."""
