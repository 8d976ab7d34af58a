"""What a client holds, and what they have with the clinic."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.memberships.access import gives_access, opens
from wagtail_asyncpt.memberships.models import (
    OPEN_STATUSES,
    AccessKind,
    AccessPeriod,
    Invoice,
    Membership,
    MembershipStatus,
    Purchase,
    Seat,
    Source,
    StripeCustomer,
    Tier,
)
from wagtail_asyncpt.memberships.standing import standing_of
from wagtail_asyncpt.people.models import Client, Clinic


def open_membership(client: Client) -> Membership | None:
    """The one membership that is bought or being bought, whether or not it gives access.

    What nobody pays for is over when its time is.
    """
    over = ~Q(source=Source.STRIPE) & Q(ends_at__lte=clock.now())
    return (
        Membership.objects.filter(~over, client=client, status__in=OPEN_STATUSES)
        .select_related("tier", "price", "next_price__tier", "clinic__site")
        .first()
    )


@dataclass(frozen=True)
class ProgramAccess:
    """Whether the weekly program is open to a client, and the words when it is not."""

    is_open: bool
    message: str = ""


def program_access(client: Client, at: datetime | None = None) -> ProgramAccess:
    """Whether ``client`` is coached week by week at ``at``."""
    moment = at or clock.now()
    tiers = held_tiers(client, moment)
    if not tiers:
        return ProgramAccess(False, standing_of(client, moment).message)
    if not any(tier.has_program for tier in tiers):
        message = _("Your plan, %(tier)s, does not include a weekly program.")
        return ProgramAccess(False, message % {"tier": tiers[0].name})
    return ProgramAccess(True)


def reply_hours(client: Client) -> int:
    """How soon ``client`` gets an answer: the best promise of their tiers, else the clinic's."""
    tiers = held_tiers(client, clock.now())
    return min((tier.reply_hours for tier in tiers), default=client.clinic.reply_hours)


def held_tiers(client: Client, at: datetime) -> list[Tier]:
    """The tiers that ``client`` holds at ``at``, by membership or purchase; one query."""
    bought = Membership.objects.filter(gives_access(at), client=client).values("tier_id")
    opened = Purchase.objects.filter(opens(at), client=client).values("tier_id")
    return list(Tier.objects.filter(Q(pk__in=bought) | Q(pk__in=opened)))


def invoices_of(client: Client) -> QuerySet[Invoice]:
    """What ``client`` was charged, newest first, without drafts."""
    return Invoice.objects.filter(client=client).exclude(status__in=("draft", "void"))


def customer_of(client: Client) -> StripeCustomer | None:
    """The client's customer at the Stripe account that the clinic uses now."""
    return StripeCustomer.objects.filter(
        client=client, account=client.clinic.stripe_account
    ).first()


def sponsor_of(client: Client) -> Membership | None:
    """The client's own paid and running membership, where others may sit on it."""
    return (
        Membership.objects.filter(
            gives_access(clock.now()),
            client=client,
            source=Source.STRIPE,
            tier__member_seats__gt=1,
        )
        .select_related("tier", "clinic")
        .first()
    )


def open_seat(clinic: Clinic, uuid: UUID) -> Seat | None:
    """An invitation of ``clinic`` that nobody has accepted, and that was not taken back."""
    return (
        Seat.objects.filter(
            uuid=uuid,
            sponsor__clinic=clinic,
            sponsor__status__in=OPEN_STATUSES,
            revoked_at=None,
            membership__isnull=True,
        )
        .select_related("sponsor__tier", "sponsor__client", "sponsor__clinic__site")
        .first()
    )


def had_trial(client: Client) -> bool:
    """Whether ``client`` has had the one free trial that a clinic gives to a person."""
    return Membership.objects.filter(client=client, trial_ends_at__isnull=False).exists()


def paused_clients(clinic: Clinic) -> QuerySet[Any]:
    """Ids of the clients of ``clinic`` who take a break."""
    paused = Membership.objects.filter(clinic=clinic, status=MembershipStatus.PAUSED).order_by()
    return paused.values("client")


def paused_days(client: Client, since: date) -> int:
    """Whole days of ``client`` on pause in the pauses that began after the day ``since``.

    Of the pauses that are over; a running one counts when it ends.
    """
    zone = ZoneInfo(client.time_zone)
    rows = AccessPeriod.objects.filter(client=client, kind=AccessKind.PAUSED)
    days = 0
    for starts_at, ends_at in rows.values_list("starts_at", "ends_at"):
        first, last = (moment.astimezone(zone).date() for moment in (starts_at, ends_at))
        if first > since:
            days += (last - first).days
    return days
