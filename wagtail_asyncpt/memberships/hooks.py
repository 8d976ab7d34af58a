"""What the room registers with Wagtail."""

from wagtail import hooks

from wagtail_asyncpt.memberships.viewsets import ShopViewSetGroup


def register_hooks() -> None:
    """Put plans and prices into the admin's menu."""
    hooks.register("register_admin_viewset", ShopViewSetGroup)
