"""Addresses of the room in the Wagtail admin."""

from django.urls import path

from wagtail_asyncpt.gating.views import WaitView

app_name = "asyncpt_gating"

urlpatterns = [path("pages/<int:page_id>/opening-time/", WaitView.as_view(), name="wait")]
