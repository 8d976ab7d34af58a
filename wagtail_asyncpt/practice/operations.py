"""Writes of the practice ledger."""

import datetime as dt

from django.db import transaction

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.people.models import Client, Therapist
from wagtail_asyncpt.practice.models import Direction, TouchKind, TouchPoint, WorkTime

#: The most seconds that one report may add: a tab reports every 15 seconds.
BEAT_MAX_SECONDS = 60


def record_touch(
    *,
    client: Client,
    therapist: Therapist | None,
    kind: TouchKind,
    direction: Direction,
    key: str,
) -> TouchPoint:
    """Record a contact once; ``key`` names its cause."""
    touch, _created = TouchPoint.objects.get_or_create(
        key=key,
        defaults={
            "clinic_id": client.clinic_id,
            "client": client,
            "therapist": therapist,
            "kind": kind,
            "direction": direction,
            "at": clock.now(),
        },
    )
    return touch


@transaction.atomic
def record_work(*, therapist: Therapist, client: Client, seconds: int) -> WorkTime | None:
    """Count the last ``seconds`` as worked for ``client``; seconds counted before are left out.

    Returns the interval that now ends at this moment, or ``None`` when nothing was left to count.
    A therapist's reports are taken one after the other.
    """
    Therapist.objects.select_for_update(of=("self",)).get(pk=therapist.pk)
    now = clock.now()
    begin = now - dt.timedelta(seconds=min(max(seconds, 0), BEAT_MAX_SECONDS))
    last = WorkTime.objects.filter(therapist=therapist).order_by("-ended_at", "-pk").first()
    if last is not None:
        begin = max(begin, last.ended_at)
    if begin >= now:
        return None
    if last is not None and last.client_id == client.pk and begin == last.ended_at:
        last.ended_at = now
        last.save(update_fields=["ended_at"])
        return last
    return WorkTime.objects.create(
        clinic_id=client.clinic_id,
        therapist=therapist,
        client=client,
        started_at=begin,
        ended_at=now,
    )
