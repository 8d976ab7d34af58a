"""Addresses of joining, the account page and the webhook."""

from django.urls import path

from wagtail_asyncpt.memberships import views

app_name = "asyncpt_memberships"

urlpatterns = [
    path("join/done/", views.join_done, name="join_done"),
    path("join/back/", views.join_back, name="join_back"),
    path("join/<uuid:price>/", views.join, name="join"),
    path("packages/<uuid:package>/", views.buy, name="buy"),
    path("wait/<int:tier>/", views.wait, name="wait"),
    path("seats/", views.seats, name="seats"),
    path("seats/<uuid:uuid>/", views.seat, name="seat"),
    path("seats/<uuid:uuid>/end/", views.revoke_seat, name="revoke_seat"),
    path("gifts/", views.give, name="give"),
    path("gifts/redeem/", views.redeem, name="redeem"),
    path("gifts/<uuid:uuid>/", views.redeemed, name="redeemed"),
    path("membership/", views.account, name="account"),
    path("membership/billing/", views.billing, name="billing"),
    path("membership/billing/done/", views.billing_done, name="billing_done"),
    path("membership/cancel/", views.leave, name="leave"),
    path("membership/keep/", views.keep, name="keep"),
    path("membership/plan/", views.plans, name="plans"),
    path("membership/plan/keep/", views.keep_plan, name="keep_plan"),
    path("membership/plan/<uuid:price>/", views.plan, name="plan"),
    path("membership/card/", views.card, name="card"),
    path("membership/receipts/<int:pk>/", views.receipt, name="receipt"),
    path("membership/pause/", views.pause, name="pause"),
    path("membership/resume/", views.resume, name="resume"),
    path("stripe/webhook/<uuid:uuid>/", views.webhook, name="webhook"),
]
