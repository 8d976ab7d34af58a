"""Tiers with a fixed number of payments: the subscription ends by itself after the last one.

Stripe gets the day as ``cancel_at``, computed anew from every paid period. A subscription schedule
would count for us, but Stripe refuses to pause a subscription that has one, and with a pause the
day moves. The day we set is kept as metadata too, so that a member's own cancellation is told from
it and left alone.
"""

from datetime import datetime

from dateutil.relativedelta import relativedelta

from wagtail_asyncpt.memberships.models import AccessKind, AccessPeriod, Membership
from wagtail_asyncpt.memberships.operations.catalog import MONTHS
from wagtail_asyncpt.memberships.stripe import gateway

END_KEY = "asyncpt_last_day"


def is_last_day(subscription: gateway.Json) -> bool:
    """Whether the day on which it ends is the one that we computed, not the member's wish."""
    at = subscription["cancel_at"]
    return bool(at) and subscription["metadata"].get(END_KEY) == str(at)


def set_last_day(membership: Membership) -> None:
    """After a payment: tell Stripe when the last paid period will be over. Raises StripeFailure."""
    if membership.tier.payment_count is None or membership.period_end is None:
        return
    account, identity = membership.account, membership.stripe_subscription_id
    subscription = gateway.subscription(account, identity)
    ends = subscription["cancel_at"] or subscription["cancel_at_period_end"]
    if subscription["status"] not in ("trialing", "active"):
        return
    if ends and not is_last_day(subscription):
        return
    at = str(int(_last_day(membership, membership.period_end).timestamp()))
    if str(subscription["cancel_at"]) != at:
        gateway.end_on(account, identity, at=at, mark=END_KEY)


def _last_day(membership: Membership, period_end: datetime) -> datetime:
    """The end of the running period and of those that are still to be paid."""
    price, count = membership.price, membership.tier.payment_count
    assert price is not None and count is not None  # noqa: S101 (tells the type checker)
    paid = AccessPeriod.objects.filter(membership=membership, kind=AccessKind.PAID)
    if membership.trial_ends_at:
        paid = paid.filter(starts_at__gte=membership.trial_ends_at)
    left = max(0, count - paid.count())
    return period_end + relativedelta(months=left * MONTHS[price.interval])


def clear_last_day(membership: Membership, subscription: gateway.Json) -> None:
    """A pause moves the last day: it is set again by the first payment after it."""
    if is_last_day(subscription):
        gateway.end_on(membership.account, membership.stripe_subscription_id, at="", mark=END_KEY)
