"""What the page of canceling says, ready for a template."""

from dataclasses import dataclass

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.memberships import operations
from wagtail_asyncpt.memberships.changes import PlanChoice, cheaper_choice
from wagtail_asyncpt.memberships.models import Membership, MembershipStatus
from wagtail_asyncpt.memberships.queries import open_membership
from wagtail_asyncpt.memberships.standing import day
from wagtail_asyncpt.people.models import Client


@dataclass(frozen=True)
class Leaving:
    """``until`` is how long all stays open, or empty when it ends at once.

    ``unused`` is set for a paused one that had days left which were paid for.
    """

    membership: Membership
    until: str
    unused: bool
    can_pause: bool
    cheaper: PlanChoice | None


def leaving_of(client: Client) -> Leaving | None:
    """What canceling means for ``client``; None where there is nothing to cancel."""
    membership = open_membership(client)
    if membership is None or not membership.stripe_subscription_id or membership.ends_at:
        return None
    runs = membership.status in (MembershipStatus.ACTIVE, MembershipStatus.TRIALING)
    until = day(membership.period_end, client) if runs and membership.period_end else ""
    paused_at, paid_until = membership.paused_at, membership.period_end
    return Leaving(
        membership=membership,
        until=until,
        unused=bool(paused_at and paid_until and paused_at < paid_until),
        can_pause=_can_pause(membership),
        cheaper=cheaper_choice(client),
    )


def _can_pause(membership: Membership) -> bool:
    try:
        operations.require_pausable(membership)
    except DomainError:
        return False
    return True
