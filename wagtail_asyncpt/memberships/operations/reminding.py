"""Mails that the calendar causes, and no event of Stripe."""

from datetime import timedelta

from django.db import transaction
from django.db.models import Q

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.memberships.models import Membership, MembershipStatus
from wagtail_asyncpt.memberships.operations import letters

_RUNNING = (MembershipStatus.TRIALING, MembershipStatus.ACTIVE)


def write_due_reminders() -> int:
    """Remind of trials and cards that end soon; returns how many memberships were looked at."""
    now = clock.now()
    trial = Q(trial_ends_at__gt=now, trial_ends_at__lte=now + letters.TRIAL_NOTICE)
    card = Q(card_expires_on__lte=now.date() + letters.CARD_NOTICE + timedelta(days=1))
    rows = Membership.objects.filter(trial | card, status__in=_RUNNING, ends_at=None)
    count = 0
    for membership in rows.select_related("client__user", "clinic__site", "tier", "price"):
        with transaction.atomic():
            letters.due_reminders(membership)
        count += 1
    return count
