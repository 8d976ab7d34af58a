"""Buying a package."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from wagtail_asyncpt.memberships import operations, queries
from wagtail_asyncpt.memberships.models import Package
from wagtail_asyncpt.memberships.offers import package_offer
from wagtail_asyncpt.memberships.views.shared import account_urls, rendered, to_checkout
from wagtail_asyncpt.people.models import Clinic
from wagtail_asyncpt.people.queries import clinic_for


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def buy(request: HttpRequest, package: UUID) -> HttpResponseBase:
    """Confirm a package; POST goes on to Stripe's Checkout. Unknown or withdrawn is 404."""
    clinic = clinic_for(request)
    chosen = queries.package_on_sale(clinic, package) if clinic else None
    if clinic is None or chosen is None:
        raise Http404
    if request.method != "POST":
        return _confirmation(request, clinic, chosen)
    return to_checkout(
        request,
        clinic,
        lambda client, urls: operations.start_purchase(client=client, package=chosen, urls=urls),
        lambda error, status: _confirmation(request, clinic, chosen, error, status),
    )


def _confirmation(
    request: HttpRequest, clinic: Clinic, package: Package, error: str = "", status: int = 200
) -> HttpResponse:
    context = {"clinic": clinic, "offer": package_offer(package), "error": error}
    return rendered(request, "buy", {**context, **account_urls(request)}, status)
