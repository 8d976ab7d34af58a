"""Serving demonstration videos and their posters."""

from uuid import UUID

from django.contrib.auth.models import AnonymousUser
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from wagtail_asyncpt.core.links import has_link, media_url
from wagtail_asyncpt.core.serving import keep_private, serve_private_file
from wagtail_asyncpt.library.models import ExerciseVideo
from wagtail_asyncpt.library.queries import exemplar_for
from wagtail_asyncpt.people.queries import clinic_for


def _exemplar(request: HttpRequest, uuid: UUID, *, poster_only: bool = False) -> ExerciseVideo:
    # Without a link that works, people watch what everybody may.
    user = request.user if has_link(request) else AnonymousUser()
    found = exemplar_for(user, clinic_for(request), uuid, poster_only=poster_only)
    if found is None:
        raise Http404
    return found


@require_safe
def video(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """The transcoded video, with ranges; 404 for whoever may not watch it."""
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
    """The poster of a demonstration video; also shown where name and picture are public."""
    exemplar = _exemplar(request, uuid, poster_only=True)
    return serve_private_file(
        request,
        exemplar.poster,
        content_type="image/jpeg",
        filename=f"{exemplar.title}.jpg",
        etag=f"{exemplar.etag}-poster",
    )


@require_safe
def captions(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """The captions of a demonstration video, as WebVTT; refused like the video."""
    exemplar = _exemplar(request, uuid)
    if not exemplar.captions:
        raise Http404
    return keep_private(HttpResponse(exemplar.captions, content_type="text/vtt; charset=utf-8"))


@require_safe
@never_cache
def links(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Fresh links as JSON, by file name, for a page that stayed open longer than its own work."""
    if exemplar_for(request.user, clinic_for(request), uuid) is None:
        raise Http404
    names = {"video.mp4": "video", "poster.jpg": "poster", "captions.vtt": "captions"}
    return JsonResponse(
        {
            file: media_url(f"asyncpt_library:{name}", uuid, request.user)
            for file, name in names.items()
        }
    )
