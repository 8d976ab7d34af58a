"""The offer page: tiers and prices as a page, as a mixin."""

from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.fields import RichTextField


class OfferPageMixin(models.Model):
    """A page that shows the clinic's listed tiers and packages."""

    introduction = RichTextField(_("introduction"), blank=True)
    small_print = RichTextField(_("small print"), blank=True)

    content_panels_of_mixin = [FieldPanel("introduction"), FieldPanel("small_print")]

    class Meta:
        abstract = True

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Add ``offers`` and ``packages`` (pricing cards), ``clinic`` and ``site_base``."""
        from wagtail_asyncpt.core.templates import site_base
        from wagtail_asyncpt.memberships.offers import offers_of, packages_of
        from wagtail_asyncpt.people.queries import clinic_for

        clinic = clinic_for(request)
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)  # type: ignore[misc]
        return {
            **context,
            "clinic": clinic,
            "offers": offers_of(clinic) if clinic else [],
            "packages": packages_of(clinic) if clinic else [],
            "site_base": site_base(),
        }
