"""Programs as pages: abstract mixins, on which a site may build its own page types."""

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, MultiFieldPanel
from wagtail.fields import RichTextField

from wagtail_asyncpt.core.fields import StableStreamField
from wagtail_asyncpt.core.templates import site_base
from wagtail_asyncpt.programs.blocks import session_blocks


class Level(models.TextChoices):
    """Whom a program is for."""

    START = "start", _("Getting started")
    BUILD = "build", _("Building up")
    PERFORM = "perform", _("Back to sport")


class SitePageMixin(models.Model):
    """A page whose template extends the site's own base template."""

    class Meta:
        abstract = True

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Wagtail's context, with the template to extend."""
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)  # type: ignore[misc]
        return {**context, "site_base": site_base()}


class ProgramIndexPageMixin(SitePageMixin):
    """The list of a clinic's programs."""

    introduction = RichTextField(_("introduction"), blank=True)

    content_panels_of_mixin = [FieldPanel("introduction")]

    class Meta:
        abstract = True


class ProgramPageMixin(SitePageMixin):
    """A program template: its public face; its weeks are child pages in order."""

    summary = models.TextField(_("summary"), blank=True)
    for_whom = models.TextField(_("for whom"), blank=True)
    program_goals = models.TextField(_("goals"), blank=True, help_text=_("One goal on each line."))
    level = models.CharField(_("level"), max_length=20, choices=Level, blank=True)
    body = RichTextField(_("description"), blank=True)

    content_panels_of_mixin = [
        FieldPanel("summary"),
        MultiFieldPanel(
            [FieldPanel("for_whom"), FieldPanel("program_goals"), FieldPanel("level")],
            heading=_("Who and why"),
        ),
        FieldPanel("body"),
    ]

    class Meta:
        abstract = True

    @property
    def goal_list(self) -> list[str]:
        """The goals, one string each."""
        return [line.strip() for line in self.program_goals.splitlines() if line.strip()]


class ProgramWeekPageMixin(SitePageMixin):
    """One week of a program: what a client's week is copied from."""

    focus = models.CharField(_("focus"), max_length=300, blank=True)
    phase = models.CharField(_("phase"), max_length=100, blank=True)
    is_deload = models.BooleanField(_("lighter week"), default=False)
    days = StableStreamField(session_blocks(), blank=True, verbose_name=_("sessions"))

    content_panels_of_mixin = [
        FieldPanel("focus"),
        FieldPanel("phase"),
        FieldPanel("is_deload"),
        FieldPanel("days"),
    ]

    class Meta:
        abstract = True

    def raw_days(self) -> list[dict[str, Any]]:
        """The sessions as JSON with their block ids: what a client's week starts from."""
        return list(self.days.raw_data)
