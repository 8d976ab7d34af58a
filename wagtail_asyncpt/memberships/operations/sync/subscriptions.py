"""Follow a subscription."""

from calendar import monthrange
from datetime import date, datetime

from django.db import transaction

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.gating.operations import heal_groups
from wagtail_asyncpt.memberships.models import (
    OPEN_STATUSES,
    CancelReason,
    Membership,
    MembershipStatus,
)
from wagtail_asyncpt.memberships.operations import letters
from wagtail_asyncpt.memberships.operations.payment_count import clear_last_day, is_last_day
from wagtail_asyncpt.memberships.operations.seats import follow_sponsor
from wagtail_asyncpt.memberships.operations.sync.shared import (
    METADATA_KEY,
    Json,
    Mismatch,
    SecondMembership,
    check_buyer,
    check_price,
    find_price,
    locked,
    moment,
    price_of,
    require,
)
from wagtail_asyncpt.memberships.operations.sync.turns import LIVE, OVER, remember, tell
from wagtail_asyncpt.memberships.stripe import gateway

#: Metadata of a paused subscription: when we resume it. Stripe itself keeps no such date.
RESUMES_AT_KEY = "asyncpt_resumes_at"


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


def sync_schedule(*, account: str, schedule_id: str) -> Membership | None:
    """Follow the subscription that a schedule changes, or changed; None for one of others.

    Raises what ``sync_subscription`` raises.
    """
    schedule = gateway.schedule(account, schedule_id)
    subscription_id = schedule["subscription"] or schedule["released_subscription"]
    if subscription_id is None:
        return None
    return sync_subscription(account=account, subscription_id=subscription_id)


def follow_subscription(membership: Membership, subscription_id: str) -> Json:
    """Fetch and write; the membership's row is locked. Returns what Stripe holds."""
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
    before = remember(membership)
    membership.stripe_subscription_id = subscription_id
    membership.price, membership.tier = price, price.tier
    read_state(membership, subscription)
    _write_card(membership, subscription)
    _write_next_plan(membership, subscription)
    membership.synced_at = clock.now()
    membership.save()
    if membership.status == MembershipStatus.PAUSED:
        clear_last_day(membership, subscription)
    letters.due_reminders(membership)
    tell(before, membership, resumed_at=_resumed_at(before.paused_at, subscription))
    heal_groups(user=membership.client.user, at=clock.now())
    follow_sponsor(membership)
    return subscription


def _require_only_one(membership: Membership, subscription: Json) -> None:
    """An abandoned purchase that was paid all the same must not displace a membership.

    Nor may it begin one for an account that was deleted in between.
    """
    if membership.status in OPEN_STATUSES or subscription["status"] not in OPEN_STATUSES:
        return
    if membership.client.user_id is None:
        raise SecondMembership(
            f"the account of client {membership.client_id} is deleted",
            membership=membership,
            subscription_id=subscription["id"],
        )
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


def read_state(membership: Membership, subscription: Json) -> None:
    """Put what Stripe holds into the fields; nothing is saved."""
    items = subscription["items"]["data"]
    status = MembershipStatus(subscription["status"])
    membership.status = status
    membership.livemode = subscription["livemode"]
    membership.period_start = moment(min(item["current_period_start"] for item in items))
    membership.period_end = moment(max(item["current_period_end"] for item in items))
    membership.ends_at = _ends_at(subscription, membership.period_end)
    membership.ended_at = moment(subscription["ended_at"])
    membership.past_due_since = _past_due_since(subscription, membership.period_start)
    membership.trial_ends_at = moment(subscription["trial_end"])
    _write_pause(membership, subscription)
    _write_reason(membership, subscription)
    if membership.activated_at is None and status in LIVE:
        membership.activated_at = moment(subscription["start_date"])


def _ends_at(subscription: Json, period_end: datetime | None) -> datetime | None:
    """When it stops. A portal's cancellation sets ``cancel_at`` and leaves the boolean alone."""
    if subscription["status"] in OVER:
        return moment(subscription["ended_at"] or subscription["canceled_at"])
    cancel_at = moment(subscription["cancel_at"])
    if cancel_at and period_end and cancel_at > period_end and is_last_day(subscription):
        return None  # there are payments to come
    if cancel_at:
        return cancel_at
    return period_end if subscription["cancel_at_period_end"] else None


def _write_card(membership: Membership, subscription: Json) -> None:
    """The card that the next payment is charged to: the subscription's own, else the default."""
    if subscription["status"] in OVER:
        return
    method = subscription["default_payment_method"]
    if method is None:
        method = gateway.default_card(membership.account, subscription["customer"])
    card = (method or {}).get("card") or {}
    membership.card_brand = card.get("brand") or ""
    membership.card_last4 = card.get("last4") or ""
    membership.card_expires_on = None
    if card:
        year, month = card["exp_year"], card["exp_month"]
        membership.card_expires_on = date(year, month, monthrange(year, month)[1])


def _write_next_plan(membership: Membership, subscription: Json) -> None:
    """The change that a schedule makes when the period is over, also one made in the portal."""
    schedule = subscription["schedule"] if subscription["status"] not in OVER else None
    membership.stripe_schedule_id = schedule["id"] if schedule else ""
    membership.next_price = membership.next_price_at = None
    current = schedule["current_phase"] if schedule else None
    if schedule is None or current is None:
        return
    for phase in schedule["phases"]:
        theirs = phase["items"][0]["price"]
        later = phase["start_date"] >= current["end_date"]
        price = find_price(membership, theirs) if later else None
        if price is not None and price != membership.price:
            membership.next_price, membership.next_price_at = price, moment(phase["start_date"])
            return


def _write_pause(membership: Membership, subscription: Json) -> None:
    """Since when it is paused, and until when; a pause made in the portal has no such date."""
    known, membership.paused_at, membership.resumes_at = membership.paused_at, None, None
    if membership.status != MembershipStatus.PAUSED:
        return
    details = subscription.get("status_details") or {}
    paused = details.get("paused") or {}
    membership.paused_at = moment(paused.get("transitioned_at")) or known or clock.now()
    planned = subscription["metadata"].get(RESUMES_AT_KEY, "")
    resumes_at = moment(int(planned)) if planned.isdecimal() else None
    if resumes_at is not None and resumes_at > membership.paused_at:
        membership.resumes_at = resumes_at


def _resumed_at(paused_at: datetime | None, subscription: Json) -> datetime:
    """Resuming starts a new period; in the old rhythm Stripe does not say when it happened."""
    if subscription["status"] in OVER:
        return moment(subscription["ended_at"]) or clock.now()
    anchor = moment(subscription["billing_cycle_anchor"])
    if paused_at is not None and anchor is not None and anchor > paused_at:
        return anchor
    return clock.now()


def _write_reason(membership: Membership, subscription: Json) -> None:
    """Why the member leaves, also when it was said in the portal; forgotten when they stay."""
    if membership.ends_at is None:
        membership.cancel_reason = membership.cancel_comment = ""
        return
    feedback = (subscription["cancellation_details"] or {}).get("feedback")
    if feedback in CancelReason.values:
        membership.cancel_reason = feedback


def _past_due_since(subscription: Json, period_start: datetime | None) -> datetime | None:
    """When the unpaid invoice was made: the same moment however late we hear of it."""
    if subscription["status"] != MembershipStatus.PAST_DUE:
        return None
    latest = subscription["latest_invoice"]
    return moment(latest["created"]) if latest else period_start
