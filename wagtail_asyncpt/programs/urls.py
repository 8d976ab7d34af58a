"""Addresses of the room, mounted in the Wagtail admin under ``programs/``."""

from django.urls import path

from wagtail_asyncpt.programs.weeks import duplicate_view, usual_dose

app_name = "asyncpt_programs"

urlpatterns = [
    path("exercises/<int:exercise_id>/dose/", usual_dose, name="usual_dose"),
    path("weeks/<int:page_id>/duplicate/", duplicate_view, name="duplicate_week"),
]
