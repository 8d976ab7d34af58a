"""Addresses of what staff do, mounted in the Wagtail admin under ``billing/``."""

from django.urls import path

from wagtail_asyncpt.memberships.views import desk, reconciliation

app_name = "asyncpt_desk"

urlpatterns = [
    path("give/", desk.give, name="give"),
    path("memberships/<int:pk>/recheck/", desk.recheck, name="recheck"),
    path("memberships/<int:pk>/<slug:name>/", desk.order, name="order"),
    path("<slug:kind>/<int:pk>/refund/", desk.refund, name="refund"),
    path("reconciliation/", reconciliation.report, name="reconciliation"),
    path("reconciliation/run/", reconciliation.run, name="reconcile"),
]
