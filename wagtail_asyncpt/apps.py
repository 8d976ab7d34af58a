"""Application configuration: wiring only."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class AsyncPTConfig(AppConfig):
    """The app, in one label; its rooms are plain packages."""

    name = "wagtail_asyncpt"
    label = "wagtail_asyncpt"
    verbose_name = _("Asynchronous PT")
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Connect the system checks, the gate's grounds and the ledgers."""
        from wagtail_asyncpt import checks
        from wagtail_asyncpt.care.grounds import register as register_enrolment_ground
        from wagtail_asyncpt.care.receivers import connect as connect_care
        from wagtail_asyncpt.gating.receivers import connect as connect_gating
        from wagtail_asyncpt.library.auditing import register as register_library_audit
        from wagtail_asyncpt.memberships.grounds import register as register_membership_ground
        from wagtail_asyncpt.memberships.receivers import connect as connect_memberships
        from wagtail_asyncpt.practice.receivers import connect as connect_practice

        checks.register()
        register_membership_ground()
        register_enrolment_ground()
        register_library_audit()
        connect_gating()
        connect_memberships()
        connect_care()
        connect_practice()
