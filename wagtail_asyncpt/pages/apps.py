"""The optional app of concrete page types."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AsyncPTPagesConfig(AppConfig):
    """Leave this app out when the site has its own base page, and build on the mixins."""

    name = "wagtail_asyncpt.pages"
    label = "wagtail_asyncpt_pages"
    verbose_name = _("Asynchronous PT pages")
    default_auto_field = "django.db.models.BigAutoField"
