"""Reads of the library."""

import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.library.media import AbstractVideo, VideoStatus, longest_processing
from wagtail_asyncpt.library.models import ExerciseVideo
from wagtail_asyncpt.people.models import Clinic
from wagtail_asyncpt.people.queries import client_of, therapist_of

V = TypeVar("V", bound=AbstractVideo)


def may_watch_exemplars(user: Any, clinic: Clinic | None) -> bool:
    """Whether ``user`` may watch demonstration videos: a client, a therapist or an editor."""
    if not user.is_authenticated or not user.is_active:
        return False
    return bool(
        user.has_perm("wagtailadmin.access_admin")
        or client_of(user, clinic)
        or therapist_of(user, clinic)
    )


def exemplar_for(user: Any, clinic: Clinic | None, uuid: UUID) -> ExerciseVideo | None:
    """The demonstration video that ``user`` may watch and that can be played, or ``None``."""
    if not may_watch_exemplars(user, clinic):
        return None
    return ExerciseVideo.objects.filter(uuid=uuid, status=VideoStatus.READY).first()


def videos_to_process(model: type[V], at: datetime.datetime | None = None) -> QuerySet[V]:
    """Videos of ``model`` that wait, oldest first; also those whose worker died on the way."""
    abandoned = (at or clock.now()) - longest_processing()
    return (
        model._default_manager.filter(
            Q(status=VideoStatus.RECEIVED)
            | Q(status=VideoStatus.PROCESSING, processed_at__lt=abandoned)
        )
        .exclude(source="")
        .order_by("created_at", "pk")
    )


def videos_to_tidy(model: type[V]) -> QuerySet[V]:
    """Videos that can be played and whose original was not deleted yet (a crash in between)."""
    return model._default_manager.filter(status=VideoStatus.READY).exclude(source="")
