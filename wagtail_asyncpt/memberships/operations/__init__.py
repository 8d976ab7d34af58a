"""Writes of the room: keyword-only, in one transaction each, with domain errors."""

from wagtail_asyncpt.memberships.operations.checkout import (
    AlreadyMember,
    ReturnUrls,
    confirm_checkout,
    open_billing_portal,
    start_checkout,
)
from wagtail_asyncpt.memberships.operations.customers import ensure_customer
from wagtail_asyncpt.memberships.operations.duplicates import undo_second_membership
from wagtail_asyncpt.memberships.operations.events import (
    process_event,
    process_waiting_events,
    receive_event,
    refresh_stale_memberships,
)
from wagtail_asyncpt.memberships.operations.grants import grant_membership
from wagtail_asyncpt.memberships.operations.leaving import cancel_membership, keep_membership
from wagtail_asyncpt.memberships.operations.pausing import (
    open_resume_invoice,
    pause_membership,
    require_pausable,
    resume_cost,
    resume_due_memberships,
    resume_membership,
)
from wagtail_asyncpt.memberships.operations.sync import (
    Mismatch,
    SecondMembership,
    sync_checkout_session,
    sync_dispute,
    sync_invoice,
    sync_refund,
    sync_refunds,
    sync_subscription,
)
from wagtail_asyncpt.memberships.operations.tiers import (
    check_amount,
    create_tier,
    save_tier,
    set_price,
    sync_tiers,
)

__all__ = [
    "AlreadyMember",
    "Mismatch",
    "ReturnUrls",
    "SecondMembership",
    "cancel_membership",
    "check_amount",
    "confirm_checkout",
    "create_tier",
    "ensure_customer",
    "grant_membership",
    "keep_membership",
    "open_billing_portal",
    "open_resume_invoice",
    "pause_membership",
    "process_event",
    "process_waiting_events",
    "receive_event",
    "refresh_stale_memberships",
    "require_pausable",
    "resume_cost",
    "resume_due_memberships",
    "resume_membership",
    "save_tier",
    "set_price",
    "start_checkout",
    "sync_checkout_session",
    "sync_dispute",
    "sync_invoice",
    "sync_refund",
    "sync_refunds",
    "sync_subscription",
    "sync_tiers",
    "undo_second_membership",
]
