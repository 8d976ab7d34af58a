"""References to Wagtail's page model, which a site of Wagtail 8 may swap."""

from django.conf import settings


def page_model_name() -> str:
    """The label of the site's page model: ``wagtailcore.Page`` unless ``WAGTAIL_PAGE_MODEL``."""
    return getattr(settings, "WAGTAIL_PAGE_MODEL", "wagtailcore.Page")
