"""What the room registers with Wagtail."""

from typing import Any

from django.contrib.auth.models import Permission
from django.urls import URLResolver, include, path
from wagtail import hooks

from wagtail_asyncpt.memberships.desk import PERMISSIONS, RECHECK
from wagtail_asyncpt.memberships.viewsets import ShopViewSetGroup


def register_hooks() -> None:
    """Put plans and prices into the admin's menu, and mount what staff do to memberships."""
    hooks.register("register_admin_viewset", ShopViewSetGroup)
    hooks.register("register_admin_urls", admin_urls)
    hooks.register("register_permissions", staff_permissions)


def admin_urls() -> list[URLResolver]:
    """Addresses of what staff do."""
    return [path("billing/", include("wagtail_asyncpt.memberships.desk_urls"))]


def staff_permissions() -> Any:
    """What may be ticked in Settings → Groups."""
    return Permission.objects.filter(
        content_type__app_label="wagtail_asyncpt",
        codename__in={*PERMISSIONS.values(), RECHECK},
    )
