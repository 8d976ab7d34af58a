"""The offer page: tiers and prices as a page, as a mixin."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField


class OfferPageMixin(models.Model):
    """A page that shows the clinic's tiers on sale."""

    introduction = RichTextField(_("introduction"), blank=True)
    small_print = RichTextField(_("small print"), blank=True)

    content_panels_of_mixin = [FieldPanel("introduction"), FieldPanel("small_print")]

    class Meta:
        abstract = True
