"""Stripe's deliveries."""

import logging
from uuid import UUID

from django.db import transaction
from django.http import (
    HttpRequest,
    HttpResponse,
)
from django.shortcuts import get_object_or_404
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from wagtail_asyncpt.memberships import operations
from wagtail_asyncpt.memberships.stripe.client import (
    InvalidSignature,
    NotConfigured,
)
from wagtail_asyncpt.people.models import Clinic

log = logging.getLogger(__name__)

MAX_WEBHOOK_BYTES = 256 * 1024


@csrf_exempt
@require_POST
@transaction.non_atomic_requests
def webhook(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Stripe's deliveries for one clinic: verified, stored once, answered 200.

    400 for what is not from Stripe or too large; 200 for what came before or is not ours.
    """
    clinic = get_object_or_404(Clinic.objects.select_related("site"), webhook_uuid=uuid)
    if _too_large(request):
        return HttpResponse(status=400)
    try:
        operations.receive_event(
            clinic=clinic,
            body=request.body,
            signature=request.headers.get("Stripe-Signature", ""),
        )
    except (InvalidSignature, NotConfigured) as error:
        log.warning("Webhook of clinic %s refused: %s", clinic.pk, error)
        return HttpResponse(status=400)
    return HttpResponse(status=200)


def _too_large(request: HttpRequest) -> bool:
    length = request.META.get("CONTENT_LENGTH") or "0"
    return not length.isdigit() or int(length) > MAX_WEBHOOK_BYTES
