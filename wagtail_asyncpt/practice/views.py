"""The work timer's report."""

import json
from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wagtail_asyncpt.people.access import therapist_required
from wagtail_asyncpt.people.models import Client, Therapist
from wagtail_asyncpt.practice.operations import record_work


def _read(body: bytes) -> tuple[UUID, int]:
    try:
        data = json.loads(body)
        return UUID(data["client"]), int(data["seconds"])
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise ValidationError(_("Send a client and a number of seconds.")) from error


@require_POST
@therapist_required
def beat(request: HttpRequest, therapist: Therapist) -> HttpResponse:
    """Take a tab's report of worked seconds: ``{"client": uuid, "seconds": n}``."""
    try:
        uuid, seconds = _read(request.body)
    except ValidationError as error:
        return JsonResponse({"error": error.message}, status=400)
    client = get_object_or_404(Client.objects.in_caseload(therapist), uuid=uuid)
    interval = record_work(therapist=therapist, client=client, seconds=seconds)
    return JsonResponse({"counted": interval is not None})
