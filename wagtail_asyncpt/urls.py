"""The one ``include()`` of a site: portal, clips, library, join and webhook, each namespaced."""

from importlib.util import find_spec

from django.urls import include, path

urlpatterns = [
    path("", include(f"wagtail_asyncpt.{room}.urls"))
    for room in ("memberships", "library", "care", "portal")
    if find_spec(f"wagtail_asyncpt.{room}.urls")
]
