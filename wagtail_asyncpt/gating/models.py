"""How long a member waits for a page."""

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wagtail_asyncpt.core.pages import page_model_name

DAYS_OF_A_WEEK = 7


class WaitUnit(models.TextChoices):
    """How a wait is counted; a program week is seven entitled days."""

    DAYS = "days", _("days")
    WEEKS = "weeks", _("program weeks")


class Wait(models.Model):
    """A gated page, and the pages below it, open so many entitled days after a membership began."""

    page = models.OneToOneField(page_model_name(), models.CASCADE, related_name="asyncpt_wait")
    count = models.PositiveSmallIntegerField(_("opens after"), validators=[MinValueValidator(1)])
    unit = models.CharField(_("counted in"), max_length=10, choices=WaitUnit, default=WaitUnit.DAYS)

    class Meta:
        verbose_name = _("waiting time of a page")
        verbose_name_plural = _("waiting times of pages")
        constraints = [
            models.CheckConstraint(condition=Q(count__gte=1), name="asyncpt_wait_at_least_one"),
        ]

    def __str__(self) -> str:
        return f"{self.page}: {self.count} {self.get_unit_display()}"

    @property
    def days(self) -> int:
        """The wait in entitled days."""
        return days_of(self.count, self.unit)


def days_of(count: int, unit: str) -> int:
    """So many days or program weeks, in days."""
    return count * DAYS_OF_A_WEEK if unit == WaitUnit.WEEKS else count
