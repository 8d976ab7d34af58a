"""One picture for each exercise on paper: its own, else the poster of its video."""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass

from django.db.models.fields.files import FieldFile
from django.http import HttpRequest
from django.urls import reverse
from wagtail.images import get_image_model
from wagtail.images.models import SourceImageIOError

from wagtail_asyncpt.core.links import media_url
from wagtail_asyncpt.gating.middleware import mark_private
from wagtail_asyncpt.library.models import Exercise, ExerciseVideo

#: Not WebP: some programs that show a PDF do not know it, and it would be converted anyway.
PAPER_PICTURE = "max-800x800|format-jpeg"


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A picture by its address, with the file behind it for whoever may see it."""

    url: str
    file: FieldFile
    alt: str = ""


def pictures_of(
    exercises: Iterable[Exercise], request: HttpRequest | None = None
) -> dict[int, Picture]:
    """The picture of each exercise that has one, by its key: at most two queries.

    Ask only for exercises of which the reader may see the picture; ``video`` is selected before.
    With ``request`` the addresses are for a browser; without one they only name the files.
    """
    shown = {one.pk: one for one in exercises}
    keys = {one.picture_id for one in shown.values() if one.picture_id}
    rows = get_image_model()._default_manager.prefetch_renditions(PAPER_PICTURE)
    images = rows.in_bulk(keys) if keys else {}
    found = {pk: _picture(one, images.get(one.picture_id), request) for pk, one in shown.items()}
    return {pk: picture for pk, picture in found.items() if picture}


def _picture(
    exercise: Exercise, image: object | None, request: HttpRequest | None
) -> Picture | None:
    if image is not None:
        with suppress(SourceImageIOError):  # its file was lost
            rendition = image.get_rendition(PAPER_PICTURE)  # type: ignore[attr-defined]
            return Picture(url=rendition.url, file=rendition.file, alt=exercise.picture_alt)
    video = exercise.video
    if video and video.is_ready and video.poster:
        return Picture(url=_poster_url(video, request), file=video.poster)
    return None


def _poster_url(video: ExerciseVideo, request: HttpRequest | None) -> str:
    name = "asyncpt_library:poster"
    if request is None or not request.user.is_authenticated:
        return reverse(name, args=[video.uuid])
    mark_private(request)
    return media_url(name, video.uuid, request.user)
