"""What the room's views share."""

import logging
from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.core.templates import site_base
from wagtail_asyncpt.memberships import operations
from wagtail_asyncpt.memberships.stripe.client import StripeFailure
from wagtail_asyncpt.memberships.throttle import may_start_checkout
from wagtail_asyncpt.people.access import login_path, signup_path
from wagtail_asyncpt.people.models import Client, Clinic
from wagtail_asyncpt.people.operations import ensure_client

log = logging.getLogger(__name__)

#: ``again(error, status)`` shows the page once more, with what went wrong.
Again = Callable[[str, int], HttpResponse]


class SeeOther(HttpResponseRedirect):
    """After a POST, GET this address."""

    status_code = 303


def rendered(
    request: HttpRequest, name: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """The room's template ``name`` inside the site's own."""
    template = f"wagtail_asyncpt/memberships/{name}.html"
    return render(request, template, {"site_base": site_base(), **context}, status=status)


def trouble() -> str:
    """When the payment service does not answer."""
    return _("We cannot reach the payment service just now. Nothing was charged; please try again.")


def to_checkout(
    request: HttpRequest,
    clinic: Clinic,
    start: Callable[[Client, operations.ReturnUrls], str],
    again: Again,
) -> HttpResponseBase:
    """Send the signed-in user, who becomes a client, to the Checkout page that ``start`` opens."""
    if not request.user.is_authenticated:
        return redirect_to_login(request.get_full_path(), login_path())
    if not may_start_checkout(request.user):
        message = _("Those were many tries in a short time. Please wait an hour and try again.")
        return again(message, 429)
    client = ensure_client(user=request.user, clinic=clinic)
    try:
        return SeeOther(start(client, return_urls(clinic)))
    except operations.Mismatch:
        log.exception("Client %s: an earlier checkout does not match", client.pk)
        return again(mismatch(), 409)
    except DomainError as error:
        return again(str(error.message), 409)
    except StripeFailure:
        log.exception("Client %s could not start a checkout", client.pk)
        return again(trouble(), 503)


def return_urls(clinic: Clinic) -> operations.ReturnUrls:
    """Built from the site's own address, never from the request's Host."""
    root = clinic.site.root_url
    done = reverse("asyncpt_memberships:join_done")
    return operations.ReturnUrls(
        success=f"{root}{done}?session_id={{CHECKOUT_SESSION_ID}}",
        cancel=root + reverse("asyncpt_memberships:join_back"),
    )


def account_urls(request: HttpRequest) -> dict[str, str]:
    """Where a visitor signs in or makes an account, and comes back here."""
    back_here = urlencode({"next": request.path})
    signup = signup_path()
    return {
        "login_url": f"{login_path()}?{back_here}",
        "signup_url": f"{signup}?{back_here}" if signup else "",
    }


def mismatch() -> str:
    """When a payment is not for what we sold."""
    return _(
        "We could not match a payment with your plan. Please do not pay again: write to us and we "
        "will put it right."
    )
