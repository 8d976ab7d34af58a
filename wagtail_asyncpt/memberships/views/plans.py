"""Choosing another plan: what it costs and when it begins is shown first."""

import logging
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.memberships import operations
from wagtail_asyncpt.memberships.changes import plan_choices, price_to_change_to, quote_of
from wagtail_asyncpt.memberships.queries import open_membership
from wagtail_asyncpt.memberships.stripe.client import StripeFailure
from wagtail_asyncpt.memberships.views.shared import SeeOther, rendered, trouble
from wagtail_asyncpt.people.access import client_required
from wagtail_asyncpt.people.models import Client

log = logging.getLogger(__name__)


@client_required
@require_GET
def plans(request: HttpRequest, client: Client) -> HttpResponse:
    """The plans to change to, and from when each would be."""
    return _plans(request, client)


def _plans(
    request: HttpRequest, client: Client, *, error: Any = "", status: int = 200
) -> HttpResponse:
    context = {
        "clinic": client.clinic,
        "client": client,
        "plans": plan_choices(client),
        "error": error,
    }
    return rendered(request, "plans", context, status)


@client_required
@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: HttpRequest, client: Client, price: UUID) -> HttpResponseBase:
    """One change with its amounts and dates; POST makes it. Any other price is 404."""
    if request.method != "POST":
        return _quote(request, client, price)
    chosen = price_to_change_to(open_membership(client), price)
    if chosen is None:
        raise Http404
    try:
        token = request.POST.get("quote", "")
        membership = operations.change_plan(client=client, price=chosen, quote=token)
    except DomainError as error:
        return _quote(request, client, price, error=error.message, status=409)
    except StripeFailure:
        log.exception("The plan of client %s could not be changed", client.pk)
        return _plans(request, client, error=trouble(), status=503)
    if chosen not in (membership.price, membership.next_price):
        return _plans(request, client, status=402)
    return SeeOther(reverse("asyncpt_memberships:account"))


def _quote(
    request: HttpRequest, client: Client, price: UUID, *, error: Any = "", status: int = 200
) -> HttpResponseBase:
    try:
        quote = quote_of(client, price)
    except DomainError as refusal:
        return _plans(request, client, error=refusal.message, status=409)
    except StripeFailure:
        log.exception("What a change costs client %s could not be asked", client.pk)
        return _plans(request, client, error=trouble(), status=503)
    if quote is None:
        raise Http404
    context = {"clinic": client.clinic, "client": client, "quote": quote, "error": error}
    return rendered(request, "plan", context, status)


@client_required
@require_POST
def keep_plan(request: HttpRequest, client: Client) -> HttpResponse:
    """Take a planned change back."""
    try:
        operations.keep_plan(client=client)
    except DomainError as error:
        return _plans(request, client, error=error.message, status=409)
    except StripeFailure:
        log.exception("The planned change of client %s could not be taken back", client.pk)
        return _plans(request, client, error=trouble(), status=503)
    return SeeOther(reverse("asyncpt_memberships:account"))
