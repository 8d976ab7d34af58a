"""Addresses of the room, mounted in the Wagtail admin under ``programs/``."""

from django.urls import path

from wagtail_asyncpt.programs.weeks import duplicate_view

app_name = "asyncpt_programs"

urlpatterns = [
    path("weeks/<int:page_id>/duplicate/", duplicate_view, name="duplicate_week"),
]
