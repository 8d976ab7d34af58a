"""Pausing for some weeks, and going on."""

import logging
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.memberships import operations
from wagtail_asyncpt.memberships.member_forms import PauseForm
from wagtail_asyncpt.memberships.models import MembershipStatus
from wagtail_asyncpt.memberships.pauses import resuming_of
from wagtail_asyncpt.memberships.queries import open_membership
from wagtail_asyncpt.memberships.stripe.client import StripeFailure
from wagtail_asyncpt.memberships.views.shared import SeeOther, rendered, trouble
from wagtail_asyncpt.people.access import client_required
from wagtail_asyncpt.people.models import Client

log = logging.getLogger(__name__)


@client_required
@require_http_methods(["GET", "HEAD", "POST"])
def pause(request: HttpRequest, client: Client) -> HttpResponseBase:
    """Choose for how long, and pause."""
    if request.method != "POST":
        return _pause(request, client, PauseForm())
    form = PauseForm(request.POST)
    if not form.is_valid():
        return _pause(request, client, form, status=422)
    try:
        operations.pause_membership(client=client, weeks=form.cleaned_data["weeks"])
    except DomainError as error:
        return _pause(request, client, form, error=error.message, status=409)
    except StripeFailure:
        log.exception("The membership of client %s could not be paused", client.pk)
        return _pause(request, client, form, error=trouble(), status=503)
    return SeeOther(reverse("asyncpt_memberships:account"))


def _pause(
    request: HttpRequest, client: Client, form: PauseForm, *, error: Any = "", status: int = 200
) -> HttpResponse:
    context = {"clinic": client.clinic, "client": client, "form": form, "error": error}
    membership = open_membership(client)
    try:
        operations.require_pausable(membership)
    except DomainError as refusal:
        context |= {"form": None, "error": error or refusal.message}
    return rendered(request, "pause", {**context, "membership": membership}, status)


@client_required
@require_http_methods(["GET", "HEAD", "POST"])
def resume(request: HttpRequest, client: Client) -> HttpResponseBase:
    """Show what going on costs today, and go on."""
    if request.method != "POST":
        return _resume(request, client)
    try:
        membership = operations.resume_membership(client=client)
    except DomainError as error:
        return _resume(request, client, error=error.message, status=409)
    except StripeFailure:
        log.exception("The membership of client %s could not be resumed", client.pk)
        return _resume(request, client, error=trouble(), status=503)
    if membership.status == MembershipStatus.PAUSED:
        return _resume(request, client, status=402)
    return SeeOther(reverse("asyncpt_memberships:account"))


def _resume(
    request: HttpRequest, client: Client, *, error: Any = "", status: int = 200
) -> HttpResponseBase:
    resuming = None
    try:
        resuming = resuming_of(client)
    except StripeFailure:
        log.exception("What resuming costs client %s could not be asked", client.pk)
        error, status = trouble(), 503
    if resuming is None and not error:
        return SeeOther(reverse("asyncpt_memberships:account"))
    context = {"clinic": client.clinic, "client": client, "resuming": resuming, "error": error}
    return rendered(request, "resume", context, status)
