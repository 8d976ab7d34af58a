"""Memberships that nobody pays for end with their time; Stripe does not tell us."""

from django.db.models import F

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.memberships.models import OPEN_STATUSES, Membership, MembershipStatus, Source
from wagtail_asyncpt.people.models import Client


def close_ended(client: Client) -> None:
    """Note that memberships nobody pays for are over, so that the client may hold another."""
    Membership.objects.filter(
        client=client, status__in=OPEN_STATUSES, ends_at__lte=clock.now()
    ).exclude(source=Source.STRIPE).update(status=MembershipStatus.CANCELED, ended_at=F("ends_at"))
