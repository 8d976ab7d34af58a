"""Clips: sending them (tus 1.0.0) and watching them."""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any
from uuid import UUID

from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from wagtail_asyncpt.care.models import Clip, FormCheck, Upload
from wagtail_asyncpt.care.operations import append_to_upload, cancel_upload, create_upload
from wagtail_asyncpt.core import tus
from wagtail_asyncpt.core.errors import Conflict, DomainError
from wagtail_asyncpt.core.links import has_link, media_url
from wagtail_asyncpt.core.serving import serve_private_file
from wagtail_asyncpt.people.access import client_required
from wagtail_asyncpt.people.models import Client
from wagtail_asyncpt.people.operations import record_audit
from wagtail_asyncpt.people.queries import clinic_for, may_see_client

View = Callable[..., HttpResponseBase]


def _answers_tus(view: View) -> View:
    """Turn refusals into the protocol's answers."""

    @wraps(view)
    def wrapper(*args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            return view(*args, **kwargs)
        except tus.TusError as error:
            return tus.error_response(error)
        except Conflict as error:
            return tus.error_response(tus.TusError(409, error.message))
        except DomainError as error:
            return tus.error_response(tus.TusError(400, error.message))

    return wrapper


def _key(text: str | None) -> UUID:
    try:
        return UUID(text or "")
    except ValueError as error:
        raise Http404 from error


@require_http_methods(["POST", "OPTIONS"])
@client_required
@_answers_tus
def upload_create(request: HttpRequest, client: Client) -> HttpResponseBase:
    """Announce an upload. Metadata: ``key``, ``form_check`` (UUIDs) and ``filename``."""
    if request.method == "OPTIONS":
        return tus.options_response()
    creation = tus.parse_creation(request)
    check = get_object_or_404(
        FormCheck.objects.filter(client=client), uuid=_key(creation.metadata.get("form_check"))
    )
    upload, _created = create_upload(
        client=client,
        form_check=check,
        key=_key(creation.metadata.get("key")),
        length=creation.length,
        filename=creation.metadata.get("filename", ""),
    )
    address = reverse("asyncpt_care:upload", args=[upload.uuid])
    return tus.created_response(address, upload.expires_at)


@require_http_methods(["HEAD", "PATCH", "DELETE"])
@client_required
@_answers_tus
def upload(request: HttpRequest, client: Client, uuid: UUID) -> HttpResponseBase:
    """Where an upload stands (HEAD), its next bytes (PATCH), its end (DELETE)."""
    row = get_object_or_404(
        Upload.objects.filter(client=client).select_related("form_check"), uuid=uuid
    )
    if request.method == "PATCH":
        offset = tus.parse_patch(request)
        write = partial(tus.append_stream, request)
        row = append_to_upload(client=client, upload=row, offset=offset, write=write)
        return tus.patched_response(row.offset, row.expires_at)
    tus.require_version(request)
    if request.method == "DELETE":
        cancel_upload(client=client, upload=row)
        return tus.deleted_response()
    return tus.head_response(row.offset, row.length, expires=row.expires_at)


@require_GET
@client_required
def form_check_status(request: HttpRequest, client: Client, uuid: UUID) -> HttpResponse:
    """Where a form check and its newest clip stand, as JSON."""
    check = get_object_or_404(FormCheck.objects.filter(client=client), uuid=uuid)
    clip = check.clips.first()
    return JsonResponse(
        {
            "status": check.status,
            "clip_status": clip.status if clip else None,
            "failure": clip.failure_message if clip else "",
            "poster": media_url("asyncpt_care:clip_poster", clip.uuid, request.user)
            if clip and clip.poster
            else None,
            "video": media_url("asyncpt_care:clip_video", clip.uuid, request.user)
            if clip and clip.is_ready
            else None,
        }
    )


def _clip(request: HttpRequest, uuid: UUID) -> Clip:
    """The clip, for its client and for therapists whose caseload holds the client."""
    clip = (
        Clip.objects.filter(uuid=uuid, clinic=clinic_for(request))
        .select_related("client__clinic")
        .first()
    )
    if clip is None or not may_see_client(user=request.user, client=clip.client):
        raise Http404
    return clip


def _linked_clip(request: HttpRequest, uuid: UUID) -> Clip:
    """The clip, for those who may watch it and came by a link of their own."""
    if not has_link(request):
        raise Http404
    return _clip(request, uuid)


def _note_reading(request: HttpRequest, clip: Clip) -> None:
    """Leave an audit row when somebody else than the client begins to watch."""
    if request.method != "GET" or clip.client.user_id == request.user.pk:
        return
    # Once an hour, whichever part of the film is asked for first.
    if cache.add(f"asyncpt-clip-read-{clip.uuid}-{request.user.pk}", 1, 60 * 60):
        record_audit(actor=request.user, client=clip.client, action="clip.read", subject=clip)


@require_safe
def clip_video(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """A transcoded clip, with ranges; 404 for everybody else."""
    clip = _linked_clip(request, uuid)
    _note_reading(request, clip)
    return serve_private_file(
        request, clip.video, content_type="video/mp4", filename="clip.mp4", etag=clip.etag
    )


@require_safe
def clip_poster(request: HttpRequest, uuid: UUID) -> HttpResponseBase:
    """A clip's poster; refused like the clip."""
    clip = _linked_clip(request, uuid)
    return serve_private_file(
        request,
        clip.poster,
        content_type="image/jpeg",
        filename="clip.jpg",
        etag=f"{clip.etag}-poster",
    )


@require_safe
@never_cache
def clip_links(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Fresh links as JSON, by file name, for a page that stayed open longer than its own work."""
    _clip(request, uuid)
    names = {"video.mp4": "clip_video", "poster.jpg": "clip_poster"}
    return JsonResponse(
        {
            file: media_url(f"asyncpt_care:{name}", uuid, request.user)
            for file, name in names.items()
        }
    )
