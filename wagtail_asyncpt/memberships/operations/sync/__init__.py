"""Make local rows equal what Stripe says.

Always in this order: lock the local row, fetch the object, write. A fetch before the lock lets an
older answer win. Success page, webhooks and the clean-up all come here, in any order and any
number of times.
"""

from wagtail_asyncpt.memberships.operations.sync.cards import sync_card, sync_customer
from wagtail_asyncpt.memberships.operations.sync.disputes import sync_dispute
from wagtail_asyncpt.memberships.operations.sync.invoices import sync_invoice
from wagtail_asyncpt.memberships.operations.sync.refunds import (
    sync_charge,
    sync_refund,
    sync_refunds,
)
from wagtail_asyncpt.memberships.operations.sync.sessions import sync_checkout_session
from wagtail_asyncpt.memberships.operations.sync.shared import (
    METADATA_KEY,
    Mismatch,
    SecondMembership,
)
from wagtail_asyncpt.memberships.operations.sync.subscriptions import (
    sync_schedule,
    sync_subscription,
)

__all__ = [
    "METADATA_KEY",
    "Mismatch",
    "SecondMembership",
    "sync_card",
    "sync_charge",
    "sync_checkout_session",
    "sync_customer",
    "sync_dispute",
    "sync_invoice",
    "sync_refund",
    "sync_refunds",
    "sync_schedule",
    "sync_subscription",
]
