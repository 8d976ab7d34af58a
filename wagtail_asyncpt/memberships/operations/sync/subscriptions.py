"""Follow a subscription."""

from datetime import datetime

from django.db import transaction

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.gating.operations import heal_groups
from wagtail_asyncpt.memberships.models import OPEN_STATUSES, Membership, MembershipStatus
from wagtail_asyncpt.memberships.operations import letters
from wagtail_asyncpt.memberships.operations.sync.shared import (
    METADATA_KEY,
    Json,
    Mismatch,
    SecondMembership,
    check_buyer,
    check_price,
    locked,
    moment,
    price_of,
    require,
)
from wagtail_asyncpt.memberships.stripe import gateway

LIVE = (MembershipStatus.TRIALING, MembershipStatus.ACTIVE)
OVER = (MembershipStatus.CANCELED, MembershipStatus.INCOMPLETE_EXPIRED)


@transaction.atomic
def sync_subscription(*, account: str, subscription_id: str) -> Membership | None:
    """Follow a subscription; returns its membership, or None for a subscription of others.

    Raises Mismatch, Conflict, StripeFailure; then nothing has changed.
    """
    membership = locked(account, stripe_subscription_id=subscription_id)
    if membership is None:
        found = gateway.subscription(account, subscription_id)
        membership = locked(account, uuid=found["metadata"].get(METADATA_KEY))
    if membership is None:
        return None
    follow_subscription(membership, subscription_id)
    return membership


def follow_subscription(membership: Membership, subscription_id: str) -> None:
    """Fetch and write; the membership's row is locked."""
    if membership.stripe_subscription_id not in ("", subscription_id):
        raise Mismatch("a second subscription for one membership")
    subscription = gateway.subscription(membership.account, subscription_id)
    items = subscription["items"]["data"]
    require(len(items) == 1 and items[0]["quantity"] == 1, "items")
    price = price_of(membership, items[0]["price"]["id"])
    check_price(price, items[0]["price"])
    check_buyer(membership, subscription)
    require(subscription["metadata"].get(METADATA_KEY) == str(membership.uuid), "metadata")
    _require_only_one(membership, subscription)
    membership.stripe_subscription_id = subscription_id
    membership.price, membership.tier = price, price.tier
    _write_state(membership, subscription)
    if membership.status in LIVE:
        letters.welcome(membership)
    heal_groups(user=membership.client.user, at=clock.now())


def _require_only_one(membership: Membership, subscription: Json) -> None:
    """An abandoned purchase that was paid all the same must not displace a membership."""
    if membership.status in OPEN_STATUSES or subscription["status"] not in OPEN_STATUSES:
        return
    others = Membership.objects.select_for_update().filter(
        clinic_id=membership.clinic_id, client_id=membership.client_id, status__in=OPEN_STATUSES
    )
    other = others.exclude(pk=membership.pk).first()
    if other is None:
        return
    if other.status != MembershipStatus.PENDING:
        raise SecondMembership(
            f"client {membership.client_id} already has membership {other.pk}",
            membership=membership,
            subscription_id=subscription["id"],
        )
    other.status = MembershipStatus.ABANDONED
    other.save(update_fields=["status"])


def _write_state(membership: Membership, subscription: Json) -> None:
    items = subscription["items"]["data"]
    status = MembershipStatus(subscription["status"])
    membership.status = status
    membership.livemode = subscription["livemode"]
    membership.period_start = moment(min(item["current_period_start"] for item in items))
    membership.period_end = moment(max(item["current_period_end"] for item in items))
    membership.ends_at = _ends_at(subscription, membership.period_end)
    membership.ended_at = moment(subscription["ended_at"])
    membership.past_due_since = _past_due_since(subscription, membership.period_start)
    if membership.activated_at is None and status in LIVE:
        membership.activated_at = moment(subscription["start_date"])
    membership.synced_at = clock.now()
    membership.save()


def _ends_at(subscription: Json, period_end: datetime | None) -> datetime | None:
    """When it stops. A portal's cancellation sets ``cancel_at`` and leaves the boolean alone."""
    if subscription["status"] in OVER:
        return moment(subscription["ended_at"] or subscription["canceled_at"])
    if subscription["cancel_at"]:
        return moment(subscription["cancel_at"])
    return period_end if subscription["cancel_at_period_end"] else None


def _past_due_since(subscription: Json, period_start: datetime | None) -> datetime | None:
    """When the unpaid invoice was made: the same moment however late we hear of it."""
    if subscription["status"] != MembershipStatus.PAST_DUE:
        return None
    latest = subscription["latest_invoice"]
    return moment(latest["created"]) if latest else period_start
