"""The form of an order of the staff: how it is scoped, shown, sent and answered."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _

from wagtail_asyncpt.core.errors import DomainError, NotAllowed
from wagtail_asyncpt.memberships import desk_forms as forms
from wagtail_asyncpt.memberships import operations
from wagtail_asyncpt.memberships.desk import may
from wagtail_asyncpt.memberships.models import Membership
from wagtail_asyncpt.memberships.stripe.client import StripeFailure
from wagtail_asyncpt.people.queries import managed_clinics

log = logging.getLogger(__name__)

UNPROCESSABLE, UNAVAILABLE = 422, 503


@dataclass(frozen=True)
class Page:
    """One form: its words, and what sending it does (a sentence to say afterwards)."""

    title: Any
    intro: Any
    button: Any
    form: forms.OrderForm
    act: Callable[[operations.Order], str]
    back: str
    is_serious: bool = False


def own_rows(request: HttpRequest, model: Any) -> QuerySet[Any]:
    """The rows of the clinics that the reader runs."""
    return model.objects.filter(clinic__in=[one.pk for one in managed_clinics(request.user)])


def own_membership(request: HttpRequest, pk: int) -> Membership:
    """One of them, else 404."""
    related = ("client__user", "clinic__site", "tier", "price__tier")
    row = own_rows(request, Membership).filter(pk=pk).select_related(*related).first()
    if row is None:
        raise Http404
    return row


def require(request: HttpRequest, permission: str, clinic_id: int) -> None:
    """404 without the permission at that clinic."""
    if not may(request.user, permission, clinic_id):
        raise Http404


def ledger_url(row: Any) -> str:
    """The row's page in the ledger; the admin's front page where no ledger is installed."""
    try:
        return reverse(f"wagtail_asyncpt_{row._meta.model_name}_modeladmin_inspect", args=[row.pk])
    except NoReverseMatch:
        return reverse("wagtailadmin_home")


def list_url() -> str:
    """The list of memberships in the ledger, or the admin's front page."""
    try:
        return reverse("wagtail_asyncpt_membership_modeladmin_index")
    except NoReverseMatch:
        return reverse("wagtailadmin_home")


def serve(request: HttpRequest, page: Page) -> HttpResponse:
    """Show the form, or carry it out and go back; what is wrong is said in the form."""
    if request.method != "POST":
        return show(request, page)
    if not page.form.is_valid():
        return show(request, page, UNPROCESSABLE)
    values = page.form.cleaned_data
    order = operations.Order(request.user, values["reason"], values["key"])
    try:
        said = page.act(order)
    except NotAllowed as error:
        raise Http404 from error
    except DomainError as error:
        field = error.field if error.field in page.form.fields else None
        page.form.add_error(field, str(error))
        return show(request, page, UNPROCESSABLE)
    except StripeFailure:
        log.exception("Order %s could not be carried out", order.key)
        page.form.add_error(
            None,
            _("Stripe did not do it, or did not answer. Nothing was changed here; try again."),
        )
        return show(request, page, UNAVAILABLE)
    messages.success(request, said)
    return redirect(page.back)


def show(request: HttpRequest, page: Page, status: int = 200) -> HttpResponse:
    """The form."""
    crumbs = [
        {"url": reverse("wagtailadmin_home"), "label": _("Home")},
        {"url": page.back, "label": _("Billing")},
        {"url": "", "label": page.title},
    ]
    context = {
        "page": page,
        "form": page.form,
        "media": page.form.media,
        "breadcrumbs_items": crumbs,
        "header_title": page.title,
        "page_title": page.title,
        "header_icon": "tag",
    }
    template = "wagtail_asyncpt/memberships/desk/form.html"
    return render(request, template, context, status=status)


def sent(request: HttpRequest) -> Any:
    """What was sent, for a form."""
    return request.POST if request.method == "POST" else None
