"""What Stripe sells for the clinic, beside what it ought to sell; in the Wagtail admin."""

import logging

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.memberships import operations
from wagtail_asyncpt.memberships.forms import AdoptForm
from wagtail_asyncpt.memberships.stripe.client import StripeFailure
from wagtail_asyncpt.people.models import Clinic
from wagtail_asyncpt.people.queries import clinic_for, manages

log = logging.getLogger(__name__)

CHANGE_TIER = "wagtail_asyncpt.change_tier"


def _clinic(request: HttpRequest) -> Clinic:
    clinic = clinic_for(request)
    allowed = clinic is not None and manages(request.user, clinic)
    if clinic is None or not allowed or not request.user.has_perm(CHANGE_TIER):
        raise Http404
    return clinic


@require_http_methods(["GET", "HEAD", "POST"])
def compare(request: HttpRequest) -> HttpResponseBase:
    """The difference between our plans and Stripe's; POST makes it go away."""
    clinic = _clinic(request)
    if request.method != "POST":
        return _screen(request, clinic, AdoptForm(clinic=clinic))
    try:
        done = operations.sync_tiers(clinic=clinic)
    except StripeFailure:
        log.exception("Plans of clinic %s could not be brought to Stripe", clinic.pk)
        messages.error(request, _("Stripe does not answer. What was done is kept; try again."))
    else:
        messages.success(request, _("Done: %(count)d changes.") % {"count": len(done)})
    return redirect("asyncpt_catalog:compare")


@require_http_methods(["POST"])
def adopt(request: HttpRequest) -> HttpResponseBase:
    """Sell a plan at a price that exists at Stripe already."""
    clinic = _clinic(request)
    form = AdoptForm(request.POST, clinic=clinic)
    if form.is_valid():
        try:
            operations.adopt_price(
                tier=form.cleaned_data["tier"], stripe_id=form.cleaned_data["price"]
            )
        except DomainError as error:
            form.add_error("price", str(error))
        except StripeFailure:
            log.exception("A price of clinic %s could not be read", clinic.pk)
            form.add_error("price", _("Stripe does not answer. Please try again."))
        else:
            messages.success(request, _("The plan is sold at this price from now on."))
            return redirect("asyncpt_catalog:compare")
    return _screen(request, clinic, form, status=422)


def _screen(
    request: HttpRequest, clinic: Clinic, form: AdoptForm, status: int = 200
) -> HttpResponse:
    lines, failed = [], False
    try:
        lines = operations.sync_tiers(clinic=clinic, dry_run=True)
    except StripeFailure:
        log.exception("Plans of clinic %s could not be compared with Stripe", clinic.pk)
        failed = True
    title = _("Compare with Stripe")
    context = {
        "lines": lines,
        "failed": failed,
        "form": form,
        "page_title": title,
        "header_title": title,
        "header_icon": "tag",
        "breadcrumbs_items": [
            {"url": reverse("wagtailadmin_home"), "label": _("Home")},
            {"url": reverse("asyncpt_tiers:index"), "label": _("Plans")},
            {"url": "", "label": title},
        ],
    }
    template = "wagtail_asyncpt/memberships/admin/compare.html"
    return render(request, template, context, status=status)
