"""Demonstration videos."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from wagtail_asyncpt.library.media import AbstractVideo


class ExerciseVideo(AbstractVideo):
    """A demonstration video of one or more exercises."""

    folder = "exercises"

    title = models.CharField(_("title"), max_length=200)
    captions = models.TextField(
        _("captions"), blank=True, help_text=_("WebVTT text; leave empty for a silent video.")
    )
    transcript = models.TextField(
        _("transcript"),
        blank=True,
        help_text=_("What is said and shown, for people who cannot see or hear the video."),
    )
    author = models.CharField(_("author"), max_length=200, blank=True)
    origin = models.CharField(
        _("source"), max_length=300, blank=True, help_text=_("Where the video comes from.")
    )
    licence = models.CharField(_("license"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("exercise video")
        verbose_name_plural = _("exercise videos")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title
