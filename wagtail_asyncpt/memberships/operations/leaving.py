"""Canceling with a reason, and changing one's mind."""

from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.memberships.models import CancelReason, Membership, MembershipStatus
from wagtail_asyncpt.memberships.operations.payment_count import is_last_day
from wagtail_asyncpt.memberships.operations.running import forget_next_plan, own_membership
from wagtail_asyncpt.memberships.operations.sync.subscriptions import follow_subscription
from wagtail_asyncpt.memberships.stripe import gateway
from wagtail_asyncpt.people.models import Client

#: What was paid for runs on; in any other state there is nothing left to use, and it ends now.
_PAID = (MembershipStatus.ACTIVE, MembershipStatus.TRIALING)


@transaction.atomic
def cancel_membership(
    *, client: Client, reason: CancelReason, comment: str = "", key: UUID
) -> Membership:
    """Let it end with what was paid for; at once when it is paused or a payment is missing.

    The comment stays with us: it may be about health, and nothing of that reaches Stripe. One that
    is to end already stays as it is. Raises DomainError, StripeFailure.
    """
    membership, _subscription = own_membership(client)
    if membership.ends_at is not None:
        return membership
    forget_next_plan(membership)
    account, subscription_id = membership.account, membership.stripe_subscription_id
    if membership.status in _PAID:
        gateway.cancel_with_period(
            account, subscription_id, feedback=reason.value, key=f"cancel-{membership.uuid}-{key}"
        )
    else:
        gateway.cancel_now(account, subscription_id, feedback=reason.value)
    follow_subscription(membership, subscription_id)
    membership.cancel_reason, membership.cancel_comment = reason, comment.strip()
    membership.save(update_fields=["cancel_reason", "cancel_comment"])
    return membership


@transaction.atomic
def keep_membership(*, client: Client, key: UUID) -> Membership:
    """Let it renew again, wherever it was canceled, as long as it has not ended.

    Raises DomainError for one that was sold for a number of payments; StripeFailure.
    """
    membership, subscription = own_membership(client)
    if membership.ends_at is None:
        return membership
    if is_last_day(subscription):
        raise DomainError(_("This plan has a fixed number of payments and ends by itself."))
    gateway.renew_again(membership.account, subscription, key=f"keep-{membership.uuid}-{key}")
    follow_subscription(membership, membership.stripe_subscription_id)
    return membership
