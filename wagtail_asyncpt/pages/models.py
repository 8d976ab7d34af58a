"""Concrete page types on the mixins, for sites that use Wagtail's own page model."""

from django.utils.translation import gettext_lazy as _
from wagtail.models import Page

from wagtail_asyncpt.library.pages import ExerciseIndexPageMixin
from wagtail_asyncpt.memberships.pages import OfferPageMixin
from wagtail_asyncpt.programs.models import (
    ProgramIndexPageMixin,
    ProgramPageMixin,
    ProgramWeekPageMixin,
)


class OfferPage(OfferPageMixin, Page):
    """Plans and prices."""

    template = "wagtail_asyncpt/memberships/offer_page.html"
    content_panels = [*Page.content_panels, *OfferPageMixin.content_panels_of_mixin]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("offer page")
        verbose_name_plural = _("offer pages")


class ProgramIndexPage(ProgramIndexPageMixin, Page):
    """The list of programs."""

    template = "wagtail_asyncpt/programs/program_index_page.html"
    content_panels = [*Page.content_panels, *ProgramIndexPageMixin.content_panels_of_mixin]
    subpage_types = ["wagtail_asyncpt_pages.ProgramPage"]

    class Meta:
        verbose_name = _("program index page")
        verbose_name_plural = _("program index pages")


class ProgramPage(ProgramPageMixin, Page):
    """A program; its child pages are its weeks."""

    template = "wagtail_asyncpt/programs/program_page.html"
    content_panels = [*Page.content_panels, *ProgramPageMixin.content_panels_of_mixin]
    parent_page_types = ["wagtail_asyncpt_pages.ProgramIndexPage"]
    subpage_types = ["wagtail_asyncpt_pages.ProgramWeekPage"]

    class Meta:
        verbose_name = _("program")
        verbose_name_plural = _("programs")


class ProgramWeekPage(ProgramWeekPageMixin, Page):
    """One week of a program."""

    template = "wagtail_asyncpt/programs/program_week_page.html"
    content_panels = [*Page.content_panels, *ProgramWeekPageMixin.content_panels_of_mixin]
    parent_page_types = ["wagtail_asyncpt_pages.ProgramPage"]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("program week")
        verbose_name_plural = _("program weeks")


class ExerciseIndexPage(ExerciseIndexPageMixin, Page):
    """The list of exercises, with a page for each."""

    template = "wagtail_asyncpt/library/exercise_index_page.html"
    content_panels = [*Page.content_panels, *ExerciseIndexPageMixin.content_panels_of_mixin]
    subpage_types: list[str] = []

    class Meta:
        verbose_name = _("exercise index page")
        verbose_name_plural = _("exercise index pages")
