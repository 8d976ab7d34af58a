"""The one ``include()`` of a site: portal, clips, library, join and webhook, each namespaced."""

from django.urls import include, path

urlpatterns = [
    path("", include("wagtail_asyncpt.memberships.urls")),
    path("", include("wagtail_asyncpt.library.urls")),
    path("", include("wagtail_asyncpt.care.urls")),
    path("", include("wagtail_asyncpt.portal.urls")),
]
