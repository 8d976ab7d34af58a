"""Canceling, and changing one's mind."""

import logging
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.memberships import operations
from wagtail_asyncpt.memberships.leavings import leaving_of
from wagtail_asyncpt.memberships.member_forms import KeyForm, LeaveForm
from wagtail_asyncpt.memberships.stripe.client import StripeFailure
from wagtail_asyncpt.memberships.views.account import account_page
from wagtail_asyncpt.memberships.views.shared import SeeOther, rendered, trouble
from wagtail_asyncpt.people.access import client_required
from wagtail_asyncpt.people.models import Client

log = logging.getLogger(__name__)


@client_required
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest, client: Client) -> HttpResponseBase:
    """Say until when all stays open and what else there is, ask why, and cancel."""
    if request.method != "POST":
        return _leave(request, client, LeaveForm())
    form = LeaveForm(request.POST)
    if not form.is_valid():
        return _leave(request, client, form, status=422)
    try:
        operations.cancel_membership(client=client, **form.cleaned_data)
    except DomainError as error:
        return _leave(request, client, form, error=error.message, status=409)
    except StripeFailure:
        log.exception("The membership of client %s could not be canceled", client.pk)
        return _leave(request, client, form, error=trouble(), status=503)
    return SeeOther(reverse("asyncpt_memberships:account"))


def _leave(
    request: HttpRequest, client: Client, form: LeaveForm, *, error: Any = "", status: int = 200
) -> HttpResponse:
    context = {
        "clinic": client.clinic,
        "client": client,
        "form": form,
        "leaving": leaving_of(client),
        "error": error,
    }
    return rendered(request, "leave", context, status)


@client_required
@require_POST
def keep(request: HttpRequest, client: Client) -> HttpResponse:
    """Let the membership renew again."""
    form = KeyForm(request.POST)
    if not form.is_valid():
        return account_page(request, client, status=422)
    try:
        operations.keep_membership(client=client, key=form.cleaned_data["key"])
    except DomainError as error:
        return account_page(request, client, error=error.message, status=409)
    except StripeFailure:
        log.exception("The membership of client %s could not be kept", client.pk)
        return account_page(request, client, error=trouble(), status=503)
    return SeeOther(reverse("asyncpt_memberships:account"))
