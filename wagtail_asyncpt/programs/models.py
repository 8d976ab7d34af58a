"""Programs as pages: abstract mixins, on which a site may build its own page types."""

from typing import Any

from django.db import models
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.fields import RichTextField
from wagtail.images import get_image_model_string

from wagtail_asyncpt.core.fields import StableStreamField
from wagtail_asyncpt.core.templates import site_base
from wagtail_asyncpt.programs import previews
from wagtail_asyncpt.programs.blocks import session_blocks
from wagtail_asyncpt.programs.face import ProgramPageForm, faq_blocks, phase_blocks
from wagtail_asyncpt.programs.languages import has_translations, translate_days
from wagtail_asyncpt.programs.next_steps import WeeksPanel


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
    image = models.ForeignKey(
        get_image_model_string(),
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picture"),
    )
    image_alt = models.CharField(
        _("picture in words"),
        max_length=200,
        blank=True,
        help_text=_("For people who do not see it; empty when it is only decoration."),
    )
    duration_weeks = models.PositiveSmallIntegerField(
        _("weeks"),
        null=True,
        blank=True,
        help_text=_("How long it takes. Leave empty to count the weeks below."),
    )
    phases = StableStreamField(phase_blocks(), blank=True, verbose_name=_("phases"))
    faq = StableStreamField(faq_blocks(), blank=True, verbose_name=_("questions and answers"))
    opened_by_tier = models.ForeignKey(
        "wagtail_asyncpt.Tier",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("membership that opens it"),
    )
    opened_by_package = models.ForeignKey(
        "wagtail_asyncpt.Package",
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("or package that opens it"),
    )

    base_form_class = ProgramPageForm

    content_panels_of_mixin = [
        FieldPanel("summary"),
        WeeksPanel(heading=_("Weeks of the program")),
        MultiFieldPanel([FieldPanel("image"), FieldPanel("image_alt")], heading=_("Picture")),
        MultiFieldPanel(
            [
                FieldPanel("for_whom"),
                FieldPanel("program_goals"),
                FieldRowPanel([FieldPanel("level"), FieldPanel("duration_weeks")]),
            ],
            heading=_("Who and why"),
        ),
        FieldPanel("body"),
        FieldPanel("phases"),
        FieldPanel("faq"),
        MultiFieldPanel(
            [FieldPanel("opened_by_tier"), FieldPanel("opened_by_package")],
            heading=_("What opens it"),
            help_text=_(
                "Shown to visitors. To close the weeks to others, set Privacy on the week pages."
            ),
        ),
    ]

    class Meta:
        abstract = True

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        """The page, and what a visitor gets."""
        return [*super().preview_modes, (previews.VISITOR, _("As a visitor"))]  # type: ignore[misc]

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponseBase:
        """The page, or in the visitor's mode what a visitor gets of it."""
        if mode_name == previews.VISITOR:
            invitation = previews.as_visitor(request, self)
            if invitation is not None:
                return invitation
            mode_name = ""
        response: HttpResponseBase = super().serve_preview(request, mode_name)  # type: ignore[misc]
        return response

    @property
    def goal_list(self) -> list[str]:
        """The goals, one string each."""
        return [line.strip() for line in self.program_goals.splitlines() if line.strip()]


class ProgramWeekPageMixin(SitePageMixin):
    """One week of a program: what a client's week is copied from."""

    focus = models.CharField(
        _("focus"),
        max_length=300,
        blank=True,
        help_text=_("What the week is about, in one sentence. Visitors read it too."),
    )
    phase = models.CharField(
        _("phase"), max_length=100, blank=True, help_text=_("For example: calm it down.")
    )
    is_deload = models.BooleanField(
        _("lighter week"), default=False, help_text=_("A week to recover (deload).")
    )
    days = StableStreamField(session_blocks(), blank=True, verbose_name=_("sessions"))

    content_panels_of_mixin = [
        FieldPanel("focus"),
        FieldRowPanel([FieldPanel("phase"), FieldPanel("is_deload")], heading=_("Phase")),
        FieldPanel(
            "days",
            help_text=_(
                "Add a session with the plus: when it is done, then its exercises. What you "
                "write is saved as a draft; “As a client” in the preview shows the result."
            ),
        ),
    ]

    class Meta:
        abstract = True

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        """The page, the week on a client's phone, and what a visitor gets."""
        return [
            *super().preview_modes,  # type: ignore[misc]
            (previews.CLIENT, _("As a client, on the phone")),
            (previews.VISITOR, _("As a visitor")),
        ]

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponseBase:
        """The week in one of its modes."""
        if mode_name == previews.CLIENT:
            return previews.as_client(
                request,
                title=self.title,  # type: ignore[attr-defined]
                focus=self.focus,
                days=self.days,
            )
        if mode_name == previews.VISITOR:
            invitation = previews.as_visitor(request, self)
            if invitation is not None:
                return invitation
            mode_name = ""
        response: HttpResponseBase = super().serve_preview(request, mode_name)  # type: ignore[misc]
        return response

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The page's context, with exercises in the page's language where they have it."""
        if has_translations():
            translate_days(self.days, self.locale.language_code)  # type: ignore[attr-defined]
        return super().get_context(request, *args, **kwargs)

    def raw_days(self) -> list[dict[str, Any]]:
        """The sessions as JSON with their block ids: what a client's week starts from."""
        return list(self.days.raw_data)
