"""The inbox of webhooks: receive, then process. An event is a hint; the API is the truth."""

import logging
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F, Q

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.memberships.models import (
    EventStatus,
    Gift,
    Membership,
    MembershipStatus,
    Purchase,
    StripeEvent,
)
from wagtail_asyncpt.memberships.operations.duplicates import undo_second_membership
from wagtail_asyncpt.memberships.operations.sync import (
    SecondMembership,
    sync_card,
    sync_charge,
    sync_checkout_session,
    sync_customer,
    sync_dispute,
    sync_invoice,
    sync_refund,
    sync_schedule,
    sync_subscription,
)
from wagtail_asyncpt.memberships.stripe.client import (
    InvalidSignature,
    Missing,
    account_called,
    verify,
)
from wagtail_asyncpt.people.models import Clinic

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 20
#: A checkout or a period that ended this long ago without news is looked up.
STALE_AFTER = timedelta(minutes=10)

_HANDLERS: dict[str, Callable[[str, str], object | None]] = {
    "checkout.session": lambda account, identity: sync_checkout_session(
        account=account, session_id=identity
    ),
    "subscription": lambda account, identity: sync_subscription(
        account=account, subscription_id=identity
    ),
    "customer": lambda account, identity: sync_customer(account=account, customer=identity),
    "payment_method": lambda account, identity: sync_card(account=account, method=identity),
    "subscription_schedule": lambda account, identity: sync_schedule(
        account=account, schedule_id=identity
    ),
    "invoice": lambda account, identity: sync_invoice(account=account, invoice_id=identity),
    "refund": lambda account, identity: sync_refund(account=account, refund_id=identity),
    "charge": lambda account, identity: sync_charge(account=account, charge_id=identity),
    "dispute": lambda account, identity: sync_dispute(account=account, dispute_id=identity),
}

#: Events that we ask Stripe for, and act on.
EVENT_TYPES = (
    "checkout.session.completed",
    "checkout.session.async_payment_succeeded",
    "checkout.session.async_payment_failed",
    "checkout.session.expired",
    "customer.subscription.created",
    "customer.subscription.updated",
    "customer.subscription.deleted",
    "customer.subscription.paused",
    "customer.subscription.resumed",
    "customer.subscription.pending_update_applied",
    "customer.subscription.pending_update_expired",
    "customer.subscription.trial_will_end",
    "subscription_schedule.created",
    "subscription_schedule.updated",
    "subscription_schedule.released",
    "subscription_schedule.canceled",
    "customer.updated",
    "payment_method.updated",
    "payment_method.automatically_updated",
    "invoice.paid",
    "invoice.payment_failed",
    "invoice.payment_action_required",
    "invoice.finalized",
    "invoice.finalization_failed",
    "invoice.voided",
    "invoice.marked_uncollectible",
    "invoice.updated",
    "charge.refunded",
    "refund.created",
    "refund.updated",
    "refund.failed",
    "charge.dispute.created",
    "charge.dispute.updated",
    "charge.dispute.closed",
    "charge.dispute.funds_withdrawn",
    "charge.dispute.funds_reinstated",
)


def receive_event(*, clinic: Clinic, body: bytes, signature: str) -> StripeEvent | None:
    """Store a verified event once and have it processed; None when it came before.

    Of the payload only what names the object is kept: the rest is personal data, and old news.
    Raises InvalidSignature, NotConfigured.
    """
    account = account_called(clinic.stripe_account)
    event = verify(body, signature, account=account)
    if event.get("livemode") is not account.livemode:
        raise InvalidSignature("test and live mode differ")
    row = keep_event(account=clinic.stripe_account, event=event)
    if row is not None and row.status == EventStatus.RECEIVED:
        transaction.on_commit(lambda: _enqueue(row.pk), robust=True)
    return row


def keep_event(*, account: str, event: dict[str, Any]) -> StripeEvent | None:
    """Put an event that is known to be Stripe's into the inbox; None when it is there already."""
    thing = event["data"]["object"]
    known = event["type"] in EVENT_TYPES and isinstance(thing.get("id"), str)
    try:
        with transaction.atomic():
            return StripeEvent.objects.create(
                account=account,
                event_id=event["id"][:100],
                type=event["type"][:100],
                object_id=str(thing.get("id") or "")[:100],
                livemode=bool(event.get("livemode")),
                payload={
                    "created": event.get("created"),
                    "api_version": event.get("api_version"),
                    "object": str(thing.get("object") or ""),
                },
                status=EventStatus.RECEIVED if known else EventStatus.IGNORED,
            )
    except IntegrityError:
        return None


def _enqueue(pk: int) -> None:
    from wagtail_asyncpt.memberships.tasks import process_stripe_event

    process_stripe_event.enqueue(pk)


@transaction.atomic
def process_event(*, pk: int) -> EventStatus | None:
    """Follow the object that the event names. None when it is done, or in other hands.

    A failure is noted on the row, and the row is taken again by ``process_waiting_events``.
    """
    event = (
        StripeEvent.objects.select_for_update(skip_locked=True)
        .filter(pk=pk, status__in=(EventStatus.RECEIVED, EventStatus.FAILED))
        .first()
    )
    if event is None:
        return None
    event.attempts = F("attempts") + 1
    try:
        with transaction.atomic():
            event.status, event.error = _handle(event), ""
    except Exception as error:  # whatever it was, the row must say so and be tried again
        log.exception("Stripe event %s (%s) failed", event.event_id, event.type)
        event.status, event.error = EventStatus.FAILED, f"{type(error).__name__}: {error}"
    event.processed_at = clock.now()
    event.save(update_fields=["attempts", "status", "error", "processed_at"])
    return EventStatus(event.status)


def _handle(event: StripeEvent) -> EventStatus:
    kind = event.payload.get("object", "")
    if kind not in _HANDLERS:
        return EventStatus.IGNORED
    try:
        ours = follow(kind=kind, account=event.account, identity=event.object_id)
    except Missing:
        return EventStatus.IGNORED
    return EventStatus.DONE if ours else EventStatus.IGNORED


def follow(*, kind: str, account: str, identity: str) -> bool:
    """Follow one object of Stripe by its kind and id; whether it is ours.

    A second membership of somebody who has one is canceled and refunded.
    Raises Mismatch, Conflict, StripeFailure.
    """
    try:
        with transaction.atomic():
            return _HANDLERS[kind](account, identity) is not None
    except SecondMembership as error:
        undo_second_membership(membership=error.membership, subscription_id=error.subscription_id)
        return True


def process_waiting_events() -> dict[EventStatus, int]:
    """Drain the inbox, oldest first; how many rows ended in each state."""
    waiting = StripeEvent.objects.filter(
        Q(status=EventStatus.RECEIVED) | Q(status=EventStatus.FAILED, attempts__lt=MAX_ATTEMPTS)
    ).order_by("received_at", "pk")
    counts: dict[EventStatus, int] = {}
    for pk in list(waiting.values_list("pk", flat=True)):
        status = process_event(pk=pk)
        if status is not None:
            counts[status] = counts.get(status, 0) + 1
    return counts


def refresh_stale_memberships() -> int:
    """Ask Stripe about what a webhook seems to be missing on; returns how many rows.

    These are unfinished checkouts of any kind, and memberships whose period is over.
    """
    before = clock.now() - STALE_AFTER
    unfinished = Q(status=MembershipStatus.PENDING, created_at__lt=before) & ~Q(
        checkout_session_id=""
    )
    running = (MembershipStatus.TRIALING, MembershipStatus.ACTIVE)
    overdue = Q(status__in=running, period_end__lt=before) & ~Q(stripe_subscription_id="")
    stale: list[Any] = list(Membership.objects.filter(unfinished | overdue).order_by("pk"))
    for model in (Purchase, Gift):
        pending = model._default_manager.filter(status="pending", created_at__lt=before)
        stale += pending.exclude(checkout_session_id="").order_by("pk")
    refreshed = 0
    for row in stale:
        try:
            _refresh(row)
        except Exception:  # one client's trouble must not keep the others waiting
            log.exception("%r could not be refreshed", row)
        else:
            refreshed += 1
    return refreshed


def _refresh(row: Membership | Purchase | Gift) -> None:
    if isinstance(row, Membership) and row.stripe_subscription_id:
        kind, identity = "subscription", row.stripe_subscription_id
    else:
        kind, identity = "checkout.session", row.checkout_session_id
    follow(kind=kind, account=row.account, identity=identity)
