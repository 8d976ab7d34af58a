"""Joining, and the way back from Stripe."""

import logging
from typing import Any
from uuid import UUID

from django.contrib.auth.views import redirect_to_login
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    JsonResponse,
)
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.memberships import operations, queries
from wagtail_asyncpt.memberships.accounts import outcome_of
from wagtail_asyncpt.memberships.models import MembershipStatus, Price
from wagtail_asyncpt.memberships.offers import offer_price, promises
from wagtail_asyncpt.memberships.stripe.client import (
    StripeFailure,
)
from wagtail_asyncpt.memberships.throttle import may_start_checkout
from wagtail_asyncpt.memberships.views.shared import SeeOther, rendered, trouble
from wagtail_asyncpt.people.access import client_required, login_path, signup_path, wants_json
from wagtail_asyncpt.people.models import Client, Clinic
from wagtail_asyncpt.people.operations import ensure_client
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
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path(), login_path())
    if not may_start_checkout(request.user):
        message = _("Those were many tries in a short time. Please wait an hour and try again.")
        return _confirmation(request, clinic, price, error=message, status=429)
    client = ensure_client(user=request.user, clinic=clinic)
    try:
        return SeeOther(
            operations.start_checkout(client=client, price=price, urls=_return_urls(clinic))
        )
    except operations.AlreadyMember as error:
        return _confirmation(request, clinic, price, error=error.message, status=409)
    except operations.Mismatch:
        log.exception("Client %s: an earlier checkout does not match", client.pk)
        return _confirmation(request, clinic, price, error=_mismatch(), status=409)
    except DomainError as error:
        return _confirmation(request, clinic, price, error=error.message, status=409)
    except StripeFailure:
        log.exception("Client %s could not start a checkout", client.pk)
        return _confirmation(request, clinic, price, error=trouble(), status=503)


def _return_urls(clinic: Clinic) -> operations.ReturnUrls:
    """Built from the site's own address, never from the request's Host."""
    root = clinic.site.root_url
    done = reverse("asyncpt_memberships:join_done")
    return operations.ReturnUrls(
        success=f"{root}{done}?session_id={{CHECKOUT_SESSION_ID}}",
        cancel=root + reverse("asyncpt_memberships:join_back"),
    )


def _confirmation(
    request: HttpRequest, clinic: Clinic, price: Price, *, error: Any = "", status: int = 200
) -> HttpResponse:
    client = client_of(request.user, clinic)
    membership = queries.open_membership(client) if client else None
    is_member = membership is not None and membership.status != MembershipStatus.PENDING
    back_here = urlencode({"next": request.path})
    signup = signup_path()
    context = {
        "clinic": clinic,
        "tier": price.tier,
        "price": offer_price(price),
        "promises": promises(price.tier),
        "error": error,
        "current": membership if is_member else None,
        "login_url": f"{login_path()}?{back_here}",
        "signup_url": f"{signup}?{back_here}" if signup else "",
    }
    return rendered(request, "join", context, status)


@client_required
@require_GET
def join_done(request: HttpRequest, client: Client) -> HttpResponseBase:
    """Where Stripe sends a client after Checkout: look the session up, and say how it stands.

    The address proves nothing: the session is asked of Stripe and must be this client's, else 404.
    """
    session_id = request.GET.get("session_id", "")
    membership = queries.checkout_of(client, session_id)
    if membership is None:
        raise Http404
    try:
        membership = operations.confirm_checkout(client=client, session_id=session_id)
        state = outcome_of(membership) if membership else "expired"
    except StripeFailure:
        log.exception("Checkout session of client %s could not be read", client.pk)
        state = "processing"
    except DomainError:
        log.exception("Checkout session of client %s does not match", client.pk)
        state = "problem"
    if wants_json(request):
        return JsonResponse({"state": state})
    return rendered(request, "join_done", _done(client, membership, state))


def _done(client: Client, membership: Any, state: str) -> dict[str, Any]:
    price = membership.price if membership else None
    return {
        "clinic": client.clinic,
        "client": client,
        "membership": membership,
        "state": state,
        "price": offer_price(price) if price else None,
        "reply_hours": membership.tier.reply_hours if membership else client.clinic.reply_hours,
    }


def _mismatch() -> str:
    return _(
        "We could not match a payment with your plan. Please do not pay again: write to us and we "
        "will put it right."
    )


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
