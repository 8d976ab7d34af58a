"""Addresses of the library."""

from django.urls import path

from wagtail_asyncpt.library import views

app_name = "asyncpt_library"

urlpatterns = [
    path("exercises/videos/<uuid:uuid>/video.mp4", views.video, name="video"),
    path("exercises/videos/<uuid:uuid>/poster.jpg", views.poster, name="poster"),
    path("exercises/videos/<uuid:uuid>/captions.vtt", views.captions, name="captions"),
    path("exercises/videos/<uuid:uuid>/links.json", views.links, name="links"),
]
