"""Writes of the room: keyword-only, in one transaction each, with domain errors."""

from wagtail_asyncpt.memberships.operations.adoption import adopt_price
from wagtail_asyncpt.memberships.operations.catalog import SyncLine, sync_tiers
from wagtail_asyncpt.memberships.operations.checkout import (
    AlreadyMember,
    confirm_checkout,
    open_billing_portal,
    start_checkout,
)
from wagtail_asyncpt.memberships.operations.coupons import check_coupon, save_coupon
from wagtail_asyncpt.memberships.operations.credits import (
    NoVisitsLeft,
    expire_credits,
    grant_credits,
    revoke_credits,
)
from wagtail_asyncpt.memberships.operations.customers import ensure_customer
from wagtail_asyncpt.memberships.operations.desk import (
    Order,
    end_membership,
    extend_membership,
    renew_membership,
    revoke_membership,
)
from wagtail_asyncpt.memberships.operations.duplicates import undo_second_membership
from wagtail_asyncpt.memberships.operations.events import (
    process_event,
    process_waiting_events,
    receive_event,
    refresh_stale_memberships,
)
from wagtail_asyncpt.memberships.operations.gifts import Present, Receiver, redeem_gift, start_gift
from wagtail_asyncpt.memberships.operations.grants import give_membership, grant_membership
from wagtail_asyncpt.memberships.operations.leaving import cancel_membership, keep_membership
from wagtail_asyncpt.memberships.operations.moving import move_membership
from wagtail_asyncpt.memberships.operations.packages import (
    check_contents,
    save_package,
    start_purchase,
)
from wagtail_asyncpt.memberships.operations.pausing import (
    open_resume_invoice,
    pause_membership,
    require_pausable,
    resume_cost,
    resume_due_memberships,
    resume_membership,
)
from wagtail_asyncpt.memberships.operations.plans import (
    Quote,
    change_plan,
    is_upgrade,
    keep_plan,
    open_change_invoice,
    quote_change,
    require_changeable,
)
from wagtail_asyncpt.memberships.operations.recheck import (
    follow_own_membership,
    recheck_membership,
)
from wagtail_asyncpt.memberships.operations.refunds import refund_payment
from wagtail_asyncpt.memberships.operations.reminding import write_due_reminders
from wagtail_asyncpt.memberships.operations.seats import accept_seat, invite_to_seat, revoke_seat
from wagtail_asyncpt.memberships.operations.selling import ReturnUrls, Sale
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
)
from wagtail_asyncpt.memberships.operations.visits import (
    attend_visit,
    book_visit,
    cancel_visit,
    miss_visit,
)
from wagtail_asyncpt.memberships.operations.waiting import (
    TierFull,
    invite_waiting,
    is_invited,
    join_wait_list,
    leave_wait_list,
)

__all__ = [
    "AlreadyMember",
    "Mismatch",
    "NoVisitsLeft",
    "Order",
    "Present",
    "Quote",
    "Receiver",
    "ReturnUrls",
    "Sale",
    "SecondMembership",
    "SyncLine",
    "TierFull",
    "accept_seat",
    "adopt_price",
    "attend_visit",
    "book_visit",
    "cancel_membership",
    "cancel_visit",
    "change_plan",
    "check_amount",
    "check_contents",
    "check_coupon",
    "confirm_checkout",
    "create_tier",
    "end_membership",
    "ensure_customer",
    "expire_credits",
    "extend_membership",
    "follow_own_membership",
    "give_membership",
    "grant_credits",
    "grant_membership",
    "invite_to_seat",
    "invite_waiting",
    "is_invited",
    "is_upgrade",
    "join_wait_list",
    "keep_membership",
    "keep_plan",
    "leave_wait_list",
    "miss_visit",
    "move_membership",
    "open_billing_portal",
    "open_change_invoice",
    "open_resume_invoice",
    "pause_membership",
    "process_event",
    "process_waiting_events",
    "quote_change",
    "receive_event",
    "recheck_membership",
    "redeem_gift",
    "refresh_stale_memberships",
    "refund_payment",
    "renew_membership",
    "require_changeable",
    "require_pausable",
    "resume_cost",
    "resume_due_memberships",
    "resume_membership",
    "revoke_credits",
    "revoke_membership",
    "revoke_seat",
    "save_coupon",
    "save_package",
    "save_tier",
    "set_price",
    "start_checkout",
    "start_gift",
    "start_purchase",
    "sync_checkout_session",
    "sync_dispute",
    "sync_invoice",
    "sync_refund",
    "sync_refunds",
    "sync_subscription",
    "sync_tiers",
    "undo_second_membership",
    "write_due_reminders",
]
