"""The room's place in the Wagtail admin."""

from django.urls import include, path
from wagtail import hooks


def register_hooks() -> None:
    """Mount the work timer's address in the admin."""

    @hooks.register("register_admin_urls")
    def register_urls() -> list:
        return [path("care-time/", include("wagtail_asyncpt.practice.urls"))]
