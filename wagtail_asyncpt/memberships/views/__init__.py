"""Joining, the way back from Stripe, the account page, and Stripe's webhook."""

from wagtail_asyncpt.memberships.views.account import (
    account,
    billing,
    billing_done,
    card,
    receipt,
)
from wagtail_asyncpt.memberships.views.gifts import give, redeem, redeemed
from wagtail_asyncpt.memberships.views.join import join, join_back, join_done
from wagtail_asyncpt.memberships.views.leaving import keep, leave
from wagtail_asyncpt.memberships.views.packages import buy
from wagtail_asyncpt.memberships.views.pausing import pause, resume
from wagtail_asyncpt.memberships.views.plans import keep_plan, plan, plans
from wagtail_asyncpt.memberships.views.seats import revoke_seat, seat, seats
from wagtail_asyncpt.memberships.views.waiting import wait
from wagtail_asyncpt.memberships.views.webhook import webhook

__all__ = [
    "account",
    "billing",
    "billing_done",
    "buy",
    "card",
    "give",
    "join",
    "join_back",
    "join_done",
    "keep",
    "keep_plan",
    "leave",
    "pause",
    "plan",
    "plans",
    "receipt",
    "redeem",
    "redeemed",
    "resume",
    "revoke_seat",
    "seat",
    "seats",
    "wait",
    "webhook",
]
