"""The membership that a client changes: its row locked, and as Stripe has it at this moment."""

from django.utils.translation import gettext as _

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.memberships.models import OPEN_STATUSES, Membership, MembershipStatus
from wagtail_asyncpt.memberships.operations.sync.shared import Json, locked
from wagtail_asyncpt.memberships.operations.sync.subscriptions import follow_subscription
from wagtail_asyncpt.memberships.operations.sync.turns import OVER
from wagtail_asyncpt.memberships.stripe import gateway
from wagtail_asyncpt.people.models import Client


def own_membership(client: Client) -> tuple[Membership, Json]:
    """The client's membership that runs at Stripe, followed just now, and the subscription.

    Two clicks take turns here, and a change that Stripe made while we could not write it down is
    seen before anything is asked of Stripe again. Call it in a transaction.
    Raises DomainError when there is none; StripeFailure.
    """
    row = (
        Membership.objects.filter(client=client, status__in=OPEN_STATUSES)
        .exclude(stripe_subscription_id="")
        .first()
    )
    membership = locked(row.account, pk=row.pk) if row else None
    if membership is None or membership.status == MembershipStatus.PENDING:
        raise _nothing()
    subscription = follow_subscription(membership, membership.stripe_subscription_id)
    if membership.status in OVER:
        raise _nothing()
    return membership, subscription


def _nothing() -> DomainError:
    return DomainError(_("You have no membership that could be changed."))


def require_paid(membership: Membership) -> None:
    """Nothing is changed while a payment is missing. Raises DomainError."""
    if membership.status in (
        MembershipStatus.PAST_DUE,
        MembershipStatus.UNPAID,
        MembershipStatus.INCOMPLETE,
    ):
        raise DomainError(_("A payment is missing. Please update your card first."))


def forget_next_plan(membership: Membership) -> None:
    """Take a planned change of the plan back: another choice takes its place.

    Its schedule stays on the subscription after the change for one period, and Stripe pauses and
    cancels nothing with a schedule. That of a fixed number of payments is left alone.
    """
    if membership.stripe_schedule_id and not membership.tier.payment_count:
        gateway.release_schedule(membership.account, membership.stripe_schedule_id)
