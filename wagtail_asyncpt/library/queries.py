"""Reads of the library."""

import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Q, QuerySet

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.library.media import AbstractVideo, VideoStatus, longest_processing
from wagtail_asyncpt.library.models import ExerciseVideo, Visibility
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


def exemplar_for(
    user: Any, clinic: Clinic | None, uuid: UUID, *, poster_only: bool = False
) -> ExerciseVideo | None:
    """The demonstration video that ``user`` may watch and that can be played, or ``None``.

    Anybody may watch the video of a published exercise that is open to everybody, and with
    ``poster_only`` see the poster of one whose name and picture are.
    """
    video = ExerciseVideo.objects.filter(uuid=uuid, status=VideoStatus.READY).first()
    if video is None or may_watch_exemplars(user, clinic) or _is_open(video, poster_only):
        return video
    return None


def _is_open(video: ExerciseVideo, poster_only: bool) -> bool:
    open_to = [Visibility.EVERYTHING, *([Visibility.TEASER] if poster_only else [])]
    return video.exercises.filter(live=True, visibility__in=open_to).exists()


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
