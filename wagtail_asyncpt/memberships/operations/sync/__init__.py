"""Make local rows equal what Stripe says.

Always in this order: lock the local row, fetch the object, write. A fetch before the lock lets an
older answer win. Success page, webhooks and the clean-up all come here, in any order and any
number of times.
"""

from wagtail_asyncpt.memberships.operations.sync.invoices import sync_invoice
from wagtail_asyncpt.memberships.operations.sync.sessions import sync_checkout_session
from wagtail_asyncpt.memberships.operations.sync.shared import METADATA_KEY, Mismatch
from wagtail_asyncpt.memberships.operations.sync.subscriptions import sync_subscription

__all__ = [
    "METADATA_KEY",
    "Mismatch",
    "sync_checkout_session",
    "sync_invoice",
    "sync_subscription",
]
