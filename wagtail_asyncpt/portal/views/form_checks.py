"""A requested video: film it, send it, see the answer on it."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from wagtail_asyncpt.care.models import FormCheckStatus
from wagtail_asyncpt.conf import settings as asyncpt_settings
from wagtail_asyncpt.library.media import VideoStatus
from wagtail_asyncpt.memberships.queries import reply_hours
from wagtail_asyncpt.people.models import Client
from wagtail_asyncpt.portal.queries import form_check_of, latest_clip, shown_clip
from wagtail_asyncpt.portal.views.base import client_view, found, page
from wagtail_asyncpt.portal.words import moments_of


@require_GET
@client_view
def form_check(request: HttpRequest, client: Client, form_check: uuid.UUID) -> HttpResponse:
    """What is asked, the way to send it, and what became of it."""
    check = found(form_check_of(client, form_check))
    clip, shown = latest_clip(check), shown_clip(check)
    is_answered = check.status == FormCheckStatus.ANSWERED
    is_busy = clip is not None and clip.status in (VideoStatus.RECEIVED, VideoStatus.PROCESSING)
    context = {
        "check": check,
        "clip": shown,
        "moments": moments_of(shown) if is_answered else [],
        "failed": clip if clip and clip.status == VideoStatus.FAILED else None,
        "is_busy": is_busy and not is_answered,
        "is_answered": is_answered,
        "is_withdrawn": check.status == FormCheckStatus.WITHDRAWN,
        "may_send": check.status not in (FormCheckStatus.ANSWERED, FormCheckStatus.WITHDRAWN),
        "words": check.prescribed.prescribed_dose.in_words(client.weight_unit),
        "reply_hours": reply_hours(client),
        "max_bytes": asyncpt_settings.UPLOAD_MAX_BYTES,
        "max_seconds": asyncpt_settings.VIDEO_MAX_SECONDS,
    }
    return page(request, client, "form_check.html", context, tab="today")
