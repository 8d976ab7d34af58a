"""The wait list of a plan whose places are all taken."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.memberships import operations, queries
from wagtail_asyncpt.memberships.models import Tier, WaitListEntry
from wagtail_asyncpt.memberships.offers import tier_offer
from wagtail_asyncpt.memberships.views.shared import account_urls, rendered
from wagtail_asyncpt.people.models import Client
from wagtail_asyncpt.people.operations import ensure_client
from wagtail_asyncpt.people.queries import client_of, clinic_for


@require_http_methods(["GET", "HEAD", "POST"])
def wait(request: HttpRequest, tier: int) -> HttpResponseBase:
    """How one stands on the list; POST joins or leaves it. An unknown or open-ended plan is 404."""
    clinic = clinic_for(request)
    found = queries.sold_tiers(clinic).filter(pk=tier).first() if clinic else None
    if clinic is None or found is None or found.seats_on_sale is None:
        raise Http404
    if request.method == "POST" and request.user.is_authenticated:
        client = ensure_client(user=request.user, clinic=clinic)
        return _write(request, client, found)
    known = client_of(request.user, clinic)
    context = {"clinic": clinic, **_standing(known, found), **account_urls(request)}
    return rendered(request, "wait", context)


def _write(request: HttpRequest, client: Client, tier: Tier) -> HttpResponseBase:
    try:
        if request.POST.get("do") == "leave":
            operations.leave_wait_list(client=client, tier=tier)
        else:
            operations.join_wait_list(client=client, tier=tier)
    except DomainError as error:
        raise Http404 from error
    return redirect("asyncpt_memberships:wait", tier.pk)


def _standing(client: Client | None, tier: Tier) -> dict[str, Any]:
    entry = WaitListEntry.objects.filter(client=client, tier=tier).first() if client else None
    offer = tier_offer(tier)
    invited = client is not None and operations.is_invited(client, tier)
    return {
        "offer": offer,
        "is_waiting": entry is not None,
        "may_join": invited or not offer.is_full,
    }
