"""Tiers with a number of places: who waits, and who is asked when a place opens."""

from datetime import timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.core.errors import Conflict, DomainError
from wagtail_asyncpt.memberships import queries
from wagtail_asyncpt.memberships.models import Tier, WaitListEntry
from wagtail_asyncpt.memberships.operations import sale_letters
from wagtail_asyncpt.people.models import Client

#: How long a place is kept for somebody who was asked.
KEPT = timedelta(days=3)


class TierFull(Conflict):
    """Every place of the tier is taken."""


def require_place(client: Client, tier: Tier) -> None:
    """A place is free, or kept for ``client``; the tier's row is locked meanwhile.

    Raises TierFull.
    """
    if tier.seats_on_sale is None:
        return
    Tier.objects.select_for_update().get(pk=tier.pk)
    if is_invited(client, tier):
        return
    require_free_place(tier)


def require_free_place(tier: Tier) -> None:
    """A place is free for anybody; the tier's row is locked meanwhile. Raises TierFull."""
    if tier.seats_on_sale is None:
        return
    locked = Tier.objects.select_for_update().get(pk=tier.pk)
    if queries.places_left(locked) - _kept(locked) < 1:
        message = _("Every place in %(tier)s is taken. You can join the wait list.")
        raise TierFull(message % {"tier": tier.name})


def is_invited(client: Client, tier: Tier) -> bool:
    """Whether a place is kept for ``client`` now."""
    since = clock.now() - KEPT
    return WaitListEntry.objects.filter(client=client, tier=tier, invited_at__gt=since).exists()


def _kept(tier: Tier) -> int:
    """Places that are kept for people who were asked and have not joined yet."""
    asked = WaitListEntry.objects.filter(tier=tier, invited_at__gt=clock.now() - KEPT)
    return asked.exclude(client__in=queries.holders(tier).values("client_id")).count()


@transaction.atomic
def join_wait_list(*, client: Client, tier: Tier) -> WaitListEntry:
    """Put ``client`` at the end of the list, once. Raises DomainError when nobody needs to wait."""
    if tier.clinic_id != client.clinic_id or tier.seats_on_sale is None:
        raise DomainError(_("There is no wait list for this plan."))
    entry, _created = WaitListEntry.objects.get_or_create(tier=tier, client=client)
    return entry


def leave_wait_list(*, client: Client, tier: Tier) -> None:
    """Take ``client`` off the list."""
    WaitListEntry.objects.filter(tier=tier, client=client).delete()


def invite_waiting() -> int:
    """Ask those who waited longest, as far as places are free; returns how many were asked.

    Who was asked and did not join within three days goes to the end of the list's rights: the
    place is offered to the next. A second run asks nobody twice.
    """
    tiers = Tier.objects.filter(seats_on_sale__isnull=False, is_public=True)
    return sum(_invite(pk) for pk in list(tiers.values_list("pk", flat=True)))


@transaction.atomic
def _invite(pk: int) -> int:
    tier = Tier.objects.select_for_update().get(pk=pk)
    free = queries.places_left(tier) - _kept(tier)
    waiting = WaitListEntry.objects.filter(tier=tier, invited_at=None)
    waiting = waiting.exclude(client__in=queries.holders(tier).values("client_id"))
    asked = list(
        waiting.select_related("client__user", "client__clinic__site").order_by("created_at", "pk")[
            : max(0, free)
        ]
    )
    for entry in asked:
        entry.invited_at = clock.now()
        entry.save(update_fields=["invited_at"])
        sale_letters.place_open(entry, days=KEPT.days)
    return len(asked)
