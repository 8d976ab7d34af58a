"""The one ``include()`` of a site: portal, join and webhook, each in its own namespace."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
