"""The therapist's answers."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from wagtail_asyncpt.care import operations
from wagtail_asyncpt.people.models import Client
from wagtail_asyncpt.portal.queries import answer_of, answers_of, shown_clip
from wagtail_asyncpt.portal.views.base import client_view, found, page
from wagtail_asyncpt.portal.words import moments_of


@require_GET
@client_view
def answers(request: HttpRequest, client: Client) -> HttpResponse:
    """All answers, the newest first."""
    return page(request, client, "answers.html", {"answers": answers_of(client)}, tab="answers")


@require_GET
@client_view
def answer(request: HttpRequest, client: Client, review: uuid.UUID) -> HttpResponse:
    """One answer: the words, the clips with comments at their moment, the new week."""
    shown = found(answer_of(client, review))
    context = {
        "answer": shown,
        "checks": [
            (check, clip, moments_of(clip))
            for check, clip in ((check, shown_clip(check)) for check in shown.checks)
        ],
    }
    return page(request, client, "answer.html", context, tab="answers")


@require_POST
@client_view
def answer_read(request: HttpRequest, client: Client, review: uuid.UUID) -> HttpResponse:
    """The client got it."""
    shown = found(answer_of(client, review))
    operations.acknowledge_review(client=client, review=shown.review)
    messages.success(request, _("Thanks. Your therapist knows that you read it."))
    return redirect("asyncpt_portal:answer", review)
