"""Giving a plan or a package, and using a gift."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.memberships import operations
from wagtail_asyncpt.memberships.forms import CodeForm, GiftForm
from wagtail_asyncpt.memberships.models import Gift
from wagtail_asyncpt.memberships.offers import presents_of
from wagtail_asyncpt.memberships.throttle import may_try_code
from wagtail_asyncpt.memberships.views.shared import account_urls, rendered, to_checkout
from wagtail_asyncpt.people.access import client_required
from wagtail_asyncpt.people.models import Client, Clinic
from wagtail_asyncpt.people.operations import ensure_client
from wagtail_asyncpt.people.queries import client_of, clinic_for


def _clinic(request: HttpRequest) -> Clinic:
    clinic = clinic_for(request)
    if clinic is None:
        raise Http404
    return clinic


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def give(request: HttpRequest) -> HttpResponseBase:
    """Choose a present and write to whom it goes; POST goes on to Stripe's Checkout."""
    clinic = _clinic(request)
    presents = presents_of(clinic, client_of(request.user, clinic))
    form = GiftForm(request.POST or None, presents=presents)
    if request.method != "POST" or (request.user.is_authenticated and not form.is_valid()):
        return _giving(request, clinic, form, status=422 if request.method == "POST" else 200)
    return to_checkout(
        request,
        clinic,
        lambda client, urls: operations.start_gift(
            client=client, present=form.present, receiver=form.receiver, urls=urls
        ),
        lambda error, status: _giving(request, clinic, form, error=error, status=status),
    )


def _giving(
    request: HttpRequest, clinic: Clinic, form: GiftForm, *, error: str = "", status: int = 200
) -> HttpResponse:
    context = {"clinic": clinic, "form": form, "error": error, **account_urls(request)}
    return rendered(request, "give", context, status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def redeem(request: HttpRequest) -> HttpResponseBase:
    """Type the code of a gift; each person has some tries an hour."""
    clinic = _clinic(request)
    form = CodeForm(request.POST or None)
    if request.method != "POST" or not request.user.is_authenticated or not form.is_valid():
        return _typing(request, clinic, form, status=422 if form.errors else 200)
    if not may_try_code(request.user):
        message = _("Those were many tries in a short time. Please wait an hour and try again.")
        form.add_error("code", message)
        return _typing(request, clinic, form, status=429)
    client = ensure_client(user=request.user, clinic=clinic)
    try:
        gift = operations.redeem_gift(client=client, typed=form.cleaned_data["code"])
    except DomainError as error:
        form.add_error("code", str(error))
        return _typing(request, clinic, form, status=422)
    return redirect("asyncpt_memberships:redeemed", gift.uuid)


def _typing(
    request: HttpRequest, clinic: Clinic, form: CodeForm, *, status: int = 200
) -> HttpResponse:
    context = {"clinic": clinic, "form": form, **account_urls(request)}
    return rendered(request, "redeem", context, status)


@client_required
@require_GET
def redeemed(request: HttpRequest, client: Client, uuid: UUID) -> HttpResponseBase:
    """What the client's gift has opened; for anybody else there is no such page."""
    gift = Gift.objects.filter(uuid=uuid, redeemed_by=client).select_related("tier", "package")
    found = gift.first()
    if found is None:
        raise Http404
    return rendered(request, "redeemed", {"clinic": client.clinic, "gift": found})
