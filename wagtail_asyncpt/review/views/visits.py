"""A client's in-person visits: booked, noted, given and taken back."""

import uuid
from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.memberships import operations
from wagtail_asyncpt.memberships.balances import balance_of
from wagtail_asyncpt.memberships.models import Visit
from wagtail_asyncpt.people.models import Client, Role, Therapist
from wagtail_asyncpt.review.forms import BookVisitForm, GiveVisitsForm
from wagtail_asyncpt.review.views.common import (
    CONFLICT,
    UNPROCESSABLE,
    cockpit,
    crumb,
    explain,
    one_or_404,
    show,
)
from wagtail_asyncpt.review.views.reviews import client_crumb

#: What may be noted of a visit, by the last part of its address.
NOTES: dict[str, Callable[..., Visit]] = {
    "attended": operations.attend_visit,
    "missed": operations.miss_visit,
    "canceled": operations.cancel_visit,
}


def _client(therapist: Therapist, client_uuid: uuid.UUID) -> Client:
    found: Client = one_or_404(
        Client.objects.in_caseload(therapist).select_related("clinic", "user"), client_uuid
    )
    return found


@cockpit
def visits(request: HttpRequest, therapist: Therapist, client_uuid: uuid.UUID) -> HttpResponseBase:
    """A client's visits; POST books one."""
    client = _client(therapist, client_uuid)
    if request.method in ("GET", "HEAD"):
        return _screen(request, therapist, client)
    if request.method != "POST":
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    form = BookVisitForm(request.POST, client=client, prefix="book")
    if form.is_valid():
        try:
            operations.book_visit(
                client=client,
                therapist=therapist,
                starts_at=form.cleaned_data["starts_at"],
                actor=therapist,
            )
        except DomainError as error:
            explain(form, error)
        else:
            messages.success(request, _("The visit is booked."))
            return redirect("asyncpt_review:visits", client.uuid)
    return _screen(request, therapist, client, book=form, status=UNPROCESSABLE)


@cockpit
def note_visit(
    request: HttpRequest, therapist: Therapist, visit_uuid: uuid.UUID, note: str
) -> HttpResponseBase:
    """Note that a visit was attended, missed or canceled; to cancel also undoes the others."""
    visit = one_or_404(
        Visit.objects.filter(client__in=Client.objects.in_caseload(therapist).values("pk")),
        visit_uuid,
    )
    if note not in NOTES:
        raise Http404
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    client = _client(therapist, visit.client.uuid)
    try:
        NOTES[note](visit=visit, actor=therapist)
    except DomainError as error:
        messages.error(request, str(error))
        return _screen(request, therapist, client, status=CONFLICT)
    messages.success(request, _("The visit was noted."))
    return redirect("asyncpt_review:visits", client.uuid)


@cockpit
def give_visits(
    request: HttpRequest, therapist: Therapist, client_uuid: uuid.UUID
) -> HttpResponseBase:
    """A manager gives visits, or takes unused ones back, with a reason."""
    client = _client(therapist, client_uuid)
    if therapist.role != Role.MANAGER:
        raise Http404
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    form = GiveVisitsForm(request.POST, client=client, prefix="give")
    if form.is_valid():
        try:
            _give_or_take(client, form.cleaned_data, request.user)
        except DomainError as error:
            explain(form, error)
        else:
            messages.success(request, _("The visits were written down."))
            return redirect("asyncpt_review:visits", client.uuid)
    return _screen(request, therapist, client, give=form, status=UNPROCESSABLE)


def _give_or_take(client: Client, values: dict[str, Any], user: Any) -> None:
    common = {
        "client": client,
        "amount": values["amount"],
        "reason": values["reason"],
        "key": str(values["key"]),
        "written_by": user,
    }
    if values["do"] == "give":
        operations.grant_credits(**common, expires_at=values["expires_at"])
    else:
        operations.revoke_credits(**common)


def _screen(
    request: HttpRequest,
    therapist: Therapist,
    client: Client,
    *,
    book: Form | None = None,
    give: Form | None = None,
    status: int = 200,
) -> HttpResponse:
    book = book or BookVisitForm(client=client, prefix="book")
    give = give or GiveVisitsForm(client=client, prefix="give")
    context = {
        "client": client,
        "balance": balance_of(client),
        "book": book,
        "give": give if therapist.role == Role.MANAGER else None,
        "media": book.media + give.media,
    }
    trail = [crumb(_("Clients"), "clients"), client_crumb(client)]
    return show(request, "visits", context, title=_("Visits"), trail=trail, status=status)
