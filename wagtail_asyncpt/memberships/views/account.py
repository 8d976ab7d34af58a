"""A client's own plan, payments and invoices."""

import logging
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.memberships import operations, queries
from wagtail_asyncpt.memberships.accounts import account_of
from wagtail_asyncpt.memberships.balances import balance_of
from wagtail_asyncpt.memberships.member_forms import KeyForm
from wagtail_asyncpt.memberships.receipts import receipt_of
from wagtail_asyncpt.memberships.stripe.client import StripeFailure
from wagtail_asyncpt.memberships.throttle import may_look_at_stripe
from wagtail_asyncpt.memberships.views.shared import SeeOther, rendered, trouble
from wagtail_asyncpt.people.access import client_required
from wagtail_asyncpt.people.models import Client

log = logging.getLogger(__name__)


@client_required
@require_GET
def account(request: HttpRequest, client: Client) -> HttpResponse:
    """The client's plan, payments and invoices."""
    return account_page(request, client)


def account_page(
    request: HttpRequest, client: Client, *, error: Any = "", status: int = 200
) -> HttpResponse:
    """The account page, with what went wrong."""
    context = {
        "clinic": client.clinic,
        "client": client,
        "account": account_of(client),
        "balance": balance_of(client),
        "has_seats": queries.sponsor_of(client) is not None,
        "key_form": KeyForm(),
        "error": error,
    }
    return rendered(request, "account", context, status)


@client_required
@require_POST
def billing(request: HttpRequest, client: Client) -> HttpResponse:
    """Open Stripe's billing portal for the signed-in client's own customer."""
    return _portal(request, client)


@client_required
@require_POST
def card(request: HttpRequest, client: Client) -> HttpResponse:
    """Open the portal's form for another card."""
    return _portal(request, client, change_card=True)


def _portal(request: HttpRequest, client: Client, *, change_card: bool = False) -> HttpResponse:
    return_url = client.clinic.site.root_url + reverse("asyncpt_memberships:billing_done")
    try:
        return SeeOther(
            operations.open_billing_portal(
                client=client, return_url=return_url, change_card=change_card
            )
        )
    except DomainError as error:
        return account_page(request, client, error=error.message, status=409)
    except StripeFailure:
        log.exception("No billing portal for client %s", client.pk)
        return account_page(request, client, error=trouble(), status=503)


@never_cache
@client_required
@require_GET
def billing_done(request: HttpRequest, client: Client) -> HttpResponse:
    """Where the portal sends a client back to: what they changed there shows at once."""
    if may_look_at_stripe(request.user):
        try:
            operations.follow_own_membership(client=client)
        except (DomainError, StripeFailure):
            # The webhook tells it a little later.
            log.exception("The membership of client %s could not be followed", client.pk)
    return redirect("asyncpt_memberships:account")


@client_required
@require_GET
def receipt(request: HttpRequest, client: Client, pk: int) -> HttpResponse:
    """A receipt to print, of a paid invoice of the client's own; else 404."""
    found = receipt_of(client, pk)
    if found is None:
        raise Http404
    context = {"clinic": client.clinic, "client": client, "receipt": found}
    return rendered(request, "receipt", context)
