"""Serving demonstration videos and their posters."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_safe

from wagtail_asyncpt.core.serving import serve_private_file
from wagtail_asyncpt.library.models import ExerciseVideo
from wagtail_asyncpt.library.queries import exemplar_for
from wagtail_asyncpt.people.queries import clinic_for


def _exemplar(request: HttpRequest, uuid: UUID) -> ExerciseVideo:
    found = exemplar_for(request.user, clinic_for(request), uuid)
    if found is None:
        raise Http404
    return found


@require_safe
def video(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """The transcoded video, with ranges; 404 for everybody who is not of the clinic."""
    exemplar = _exemplar(request, uuid)
    return serve_private_file(
        request,
        exemplar.video,
        content_type="video/mp4",
        filename=f"{exemplar.title}.mp4",
        etag=exemplar.etag,
    )


@require_safe
def poster(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """The poster of a demonstration video; refused like the video."""
    exemplar = _exemplar(request, uuid)
    return serve_private_file(
        request,
        exemplar.poster,
        content_type="image/jpeg",
        filename=f"{exemplar.title}.jpg",
        etag=f"{exemplar.etag}-poster",
    )
