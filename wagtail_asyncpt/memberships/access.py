"""When a membership gives access: the one rule, from rows."""

from datetime import datetime, timedelta

from django.db.models import Q

from wagtail_asyncpt.conf import settings as asyncpt_settings
from wagtail_asyncpt.core import clock
from wagtail_asyncpt.core.prepared import Parameter
from wagtail_asyncpt.memberships.models import (
    Membership,
    MembershipStatus,
    Purchase,
)
from wagtail_asyncpt.people.models import Client

#: States in which nothing was ever bought.
NEVER_BOUGHT = (
    MembershipStatus.PENDING,
    MembershipStatus.ABANDONED,
    MembershipStatus.INCOMPLETE_EXPIRED,
)

#: States in which a payment is missing and a new card helps.
UNPAID = (MembershipStatus.PAST_DUE, MembershipStatus.UNPAID, MembershipStatus.INCOMPLETE)


def grace() -> timedelta:
    """How long access goes on while a payment is missing."""
    return timedelta(days=asyncpt_settings.PAST_DUE_GRACE_DAYS)


def gives_access(at: datetime) -> Q:
    """The memberships that give access at ``at``.

    A period that ended without news from Stripe gets the same grace as a failed payment: a lost
    webhook neither locks a member out at once nor lets a former one in for ever.
    """
    return access_rule(at, at - grace())


def access_rule(at: datetime | Parameter, unpaid_from: datetime | Parameter) -> Q:
    """The same, where a payment that is missing since ``unpaid_from`` or before ends access."""
    lasting = Q(ends_at=None) | Q(ends_at__gt=at)
    renewed = Q(period_end=None) | Q(period_end__gt=unpaid_from)
    running = Q(status__in=(MembershipStatus.TRIALING, MembershipStatus.ACTIVE))
    in_grace = Q(status=MembershipStatus.PAST_DUE, past_due_since__gt=unpaid_from)
    paid_until = Q(status=MembershipStatus.CANCELED, ends_at__gt=at)
    return (running & lasting & renewed) | (in_grace & lasting) | paid_until


def opens(at: datetime | Parameter) -> Q:
    """The purchases that open a tier at ``at``; a refund that ends access moves their end."""
    return Q(paid_at__isnull=False, tier__isnull=False, starts_at__lte=at, ends_at__gt=at)


def live_membership(client: Client, at: datetime | None = None) -> Membership | None:
    """The membership that gives ``client`` access now (or at ``at``), with its tier."""
    return (
        Membership.objects.filter(gives_access(at or clock.now()), client=client)
        .select_related("tier", "price")
        .order_by("-created_at", "-pk")
        .first()
    )


def latest_bought(client: Client) -> Membership | None:
    """The membership that was bought last, in whatever state it is."""
    return (
        Membership.objects.filter(client=client)
        .exclude(status__in=NEVER_BOUGHT)
        .select_related("tier", "price")
        .order_by("-created_at", "-pk")
        .first()
    )


def latest_opened(client: Client) -> Purchase | None:
    """The package that opened a tier to ``client`` last, whatever became of it."""
    return (
        Purchase.objects.filter(client=client, ends_at__isnull=False)
        .select_related("package", "client")
        .order_by("-ends_at", "-pk")
        .first()
    )
