"""Addresses of the room, inside the Wagtail admin."""

from django.urls import path

from wagtail_asyncpt.practice import views

app_name = "asyncpt_practice"

urlpatterns = [path("beat/", views.beat, name="beat")]
