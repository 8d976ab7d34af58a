"""The site's own template that our public pages extend."""

from django.template import TemplateDoesNotExist
from django.template.loader import get_template

from wagtail_asyncpt.conf import settings as asyncpt_settings

BARE_BASE = "wagtail_asyncpt/bare_base.html"


def site_base() -> str:
    """Name of the template to extend: the BASE_TEMPLATE setting, or ours where it is missing."""
    try:
        get_template(asyncpt_settings.BASE_TEMPLATE)
    except TemplateDoesNotExist:
        return BARE_BASE
    return str(asyncpt_settings.BASE_TEMPLATE)
