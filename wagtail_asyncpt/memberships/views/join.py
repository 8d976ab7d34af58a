"""Joining, and the way back from Stripe."""

import logging
from typing import Any
from uuid import UUID

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
)
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.memberships import operations, queries
from wagtail_asyncpt.memberships.accounts import outcome_of
from wagtail_asyncpt.memberships.models import (
    Gift,
    Membership,
    MembershipStatus,
    Price,
    Purchase,
)
from wagtail_asyncpt.memberships.offers import (
    offer_price,
    package_offer,
    package_promises,
    payment_terms,
    promises,
)
from wagtail_asyncpt.memberships.stripe.client import StripeFailure
from wagtail_asyncpt.memberships.views.shared import account_urls, rendered, to_checkout
from wagtail_asyncpt.people.access import client_required, wants_json
from wagtail_asyncpt.people.models import Client, Clinic
from wagtail_asyncpt.people.queries import client_of, clinic_for

log = logging.getLogger(__name__)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest, price: UUID) -> HttpResponseBase:
    """Confirm a plan; POST goes on to Stripe's Checkout. An unknown or withdrawn price is 404."""
    clinic = clinic_for(request)
    chosen = queries.price_on_sale(clinic, price) if clinic else None
    if clinic is None or chosen is None:
        raise Http404
    if request.method == "POST":
        return _start(request, clinic, chosen)
    return _confirmation(request, clinic, chosen)


def _start(request: HttpRequest, clinic: Clinic, price: Price) -> HttpResponseBase:
    return to_checkout(
        request,
        clinic,
        lambda client, urls: operations.start_checkout(client=client, price=price, urls=urls),
        lambda error, status: _confirmation(request, clinic, price, error=error, status=status),
    )


def _confirmation(
    request: HttpRequest, clinic: Clinic, price: Price, *, error: Any = "", status: int = 200
) -> HttpResponse:
    client = client_of(request.user, clinic)
    membership = queries.open_membership(client) if client else None
    is_member = membership is not None and membership.status != MembershipStatus.PENDING
    context = {
        "clinic": clinic,
        "tier": price.tier,
        "price": offer_price(price),
        "promises": promises(price.tier),
        "bundle": package_promises(price.tier.bundle) if price.tier.bundle else [],
        "terms": payment_terms(price, with_trial=not (client and queries.had_trial(client))),
        "error": error,
        "current": membership if is_member else None,
        **account_urls(request),
    }
    return rendered(request, "join", context, status)


@client_required
@require_GET
def join_done(request: HttpRequest, client: Client) -> HttpResponseBase:
    """Where Stripe sends a client after Checkout: look the session up, and say how it stands.

    The address proves nothing: the session is asked of Stripe and must be this client's, else 404.
    """
    session_id = request.GET.get("session_id", "")
    sale = queries.sale_of(client, session_id)
    if sale is None:
        raise Http404
    try:
        sale = operations.confirm_checkout(client=client, session_id=session_id) or sale
        state = outcome_of(sale)
    except StripeFailure:
        log.exception("Checkout session of client %s could not be read", client.pk)
        state = "processing"
    except DomainError:
        log.exception("Checkout session of client %s does not match", client.pk)
        state = "problem"
    if wants_json(request):
        return JsonResponse({"state": state})
    context = {"clinic": client.clinic, "client": client, "state": state}
    if isinstance(sale, Membership):
        return rendered(request, "join_done", {**context, **_joined(sale)})
    if isinstance(sale, Gift):
        return rendered(request, "gift_done", {**context, "gift": sale})
    return rendered(request, "package_done", {**context, **_bought(sale)})


def _joined(membership: Membership) -> dict[str, Any]:
    return {
        "membership": membership,
        "price": offer_price(membership.price) if membership.price else None,
        "reply_hours": membership.tier.reply_hours,
    }


def _bought(purchase: Purchase) -> dict[str, Any]:
    return {"purchase": purchase, "again_url": package_offer(purchase.package).url}


@never_cache
@require_GET
def join_back(request: HttpRequest) -> HttpResponse:
    """Where Stripe sends somebody who left Checkout without paying. Nothing is lost."""
    clinic = clinic_for(request)
    if clinic is None:
        raise Http404
    client = client_of(request.user, clinic)
    pending = queries.pending_checkout(client) if client else None
    context = {
        "clinic": clinic,
        "pending": pending,
        "price": offer_price(pending.price) if pending and pending.price else None,
    }
    return rendered(request, "join_back", context)
