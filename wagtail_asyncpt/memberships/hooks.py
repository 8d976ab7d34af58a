"""What the room registers with Wagtail."""

from typing import Any

from django.contrib.auth.models import Permission
from django.core.signals import request_finished
from django.http import HttpRequest
from django.urls import URLResolver, include, path, register_converter, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem

from wagtail_asyncpt.memberships import deletion, editing
from wagtail_asyncpt.memberships.desk import PERMISSIONS, RECHECK
from wagtail_asyncpt.memberships.views import catalog
from wagtail_asyncpt.memberships.viewsets import ShopViewSetGroup
from wagtail_asyncpt.people.queries import managed_clinics


def _catalog_urls() -> list[Any]:
    """The comparison with Stripe."""
    rows = [
        path("", catalog.compare, name="compare"),
        path("adopt/", catalog.adopt, name="adopt"),
    ]
    return [path("plans-at-stripe/", include((rows, "asyncpt_catalog")))]


def register_hooks() -> None:
    """Put plans and prices into the admin's menu, and mount what staff do to memberships."""
    hooks.register("register_admin_viewset", ShopViewSetGroup)
    hooks.register("register_admin_urls", _catalog_urls)
    hooks.register("register_admin_urls", admin_urls)
    hooks.register("register_permissions", staff_permissions)
    hooks.register("before_delete_user", deletion.before_user)
    hooks.register("before_bulk_action", deletion.before_users)
    register_converter(deletion.PlanGroupConverter, "asyncpt_plan_group")
    hooks.register("register_admin_urls", deletion.admin_urls, order=-1)
    hooks.register("register_reports_menu_item", report_item)
    hooks.register("before_edit_page", editing.before_edit_page)
    hooks.register("before_create_page", editing.before_create_page)
    request_finished.connect(editing.forget, dispatch_uid="asyncpt_forget_edited_clinic")


def admin_urls() -> list[URLResolver]:
    """Addresses of what staff do."""
    return [path("billing/", include("wagtail_asyncpt.memberships.desk_urls"))]


def staff_permissions() -> Any:
    """What may be ticked in Settings → Groups."""
    return Permission.objects.filter(
        content_type__app_label="wagtail_asyncpt",
        codename__in={*PERMISSIONS.values(), RECHECK},
    )


class ForManagers(MenuItem):
    """An entry of those who run a clinic."""

    def is_shown(self, request: HttpRequest) -> bool:
        """For managers and superusers."""
        return bool(managed_clinics(request.user))


def report_item() -> MenuItem:
    """The comparison with Stripe, among the reports."""
    return ForManagers(
        _("Stripe"),
        reverse_lazy("asyncpt_desk:reconciliation"),
        name="asyncpt-stripe",
        icon_name="tag",
        order=1200,
    )
