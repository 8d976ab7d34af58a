"""Who of the staff may do what to a membership, and what is open to do."""

from dataclasses import dataclass
from typing import Any

from wagtail_asyncpt.memberships.models import (
    Membership,
    MembershipStatus,
    Source,
    StaffActionKind,
    StripeEvent,
)
from wagtail_asyncpt.memberships.stripe.client import NotConfigured, account_called
from wagtail_asyncpt.people.queries import manages

#: The permission (of ``wagtail_asyncpt``) behind each action.
PERMISSIONS: dict[str, str] = {
    StaffActionKind.GRANT: "grant_membership",
    StaffActionKind.REVOKE: "grant_membership",
    StaffActionKind.EXTEND: "extend_membership",
    StaffActionKind.REFUND: "refund_membership",
    StaffActionKind.CANCEL_NOW: "cancel_membership",
    StaffActionKind.CANCEL_LATER: "cancel_membership",
    StaffActionKind.KEEP: "cancel_membership",
    StaffActionKind.MOVE: "move_membership",
}
RECHECK = "recheck_membership"

_RUNNING = (MembershipStatus.ACTIVE, MembershipStatus.TRIALING)
_STOPPABLE = (
    *_RUNNING,
    MembershipStatus.PAST_DUE,
    MembershipStatus.UNPAID,
    MembershipStatus.PAUSED,
    MembershipStatus.INCOMPLETE,
)


def may(user: Any, permission: str, clinic_id: int) -> bool:
    """Whether ``user`` runs that clinic's business and holds the permission."""
    return manages(user, clinic_id) and user.has_perm(f"wagtail_asyncpt.{permission}")


@dataclass(frozen=True)
class Choice:
    """Something that can be done to a membership now: the name of its view, and its permission."""

    name: str
    permission: str


def choices_for(membership: Membership) -> list[Choice]:
    """What the state of ``membership`` allows, whoever asks."""
    at_stripe = bool(membership.stripe_subscription_id)
    running = membership.status in _RUNNING
    found = []
    if running and (
        (at_stripe and not membership.ends_at) or (not at_stripe and membership.ends_at)
    ):
        found.append(Choice("extend", "extend_membership"))
    if membership.source == Source.COMPLIMENTARY and running:
        found.append(Choice("revoke", "grant_membership"))
    if at_stripe and running and not membership.ends_at:
        found.append(Choice("move", "move_membership"))
    if at_stripe and membership.status in _STOPPABLE:
        if membership.ends_at:
            found.append(Choice("keep", "cancel_membership"))
        found.append(Choice("cancel", "cancel_membership"))
    if at_stripe or membership.checkout_session_id:
        found.append(Choice("recheck", RECHECK))
    return found


def dashboard_url(account: str, *path: str) -> str:
    """Address of something in Stripe's dashboard, in the account's mode."""
    try:
        test = "" if account_called(account).livemode else "test/"
    except NotConfigured:
        return ""
    return f"https://dashboard.stripe.com/{test}{'/'.join(path)}"


def last_event(account: str) -> StripeEvent | None:
    """The webhook that came last; long ago, when Stripe does not reach us."""
    return StripeEvent.objects.filter(account=account).order_by("-received_at", "-pk").first()
