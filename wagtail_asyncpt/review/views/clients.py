"""The caseload: clients, one client, and taking a client on."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from wagtail_asyncpt.care.operations import enrol
from wagtail_asyncpt.core import clock
from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.people.forms import LanguageForm
from wagtail_asyncpt.people.languages import offered_languages
from wagtail_asyncpt.people.models import Client, Therapist
from wagtail_asyncpt.people.operations import choose_language, record_audit
from wagtail_asyncpt.programs.queries import program_pages
from wagtail_asyncpt.review.forms import EnrolForm
from wagtail_asyncpt.review.queries.clients import (
    caseload_page,
    client_file,
    clients_to_take_on,
    enrollable_client,
    therapists_for,
)
from wagtail_asyncpt.review.views.common import (
    UNPROCESSABLE,
    cockpit,
    crumb,
    explain,
    one_or_404,
    show,
)
from wagtail_asyncpt.review.views.reviews import client_crumb


@cockpit
def clients(request: HttpRequest, therapist: Therapist) -> HttpResponseBase:
    """The therapist's clients, and the clinic's clients whom nobody has taken on."""
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    search = request.GET.get("q", "").strip()[:100]
    context = {
        "search": search,
        "page": caseload_page(therapist, search, request.GET.get("p", 1)),
        "new_clients": clients_to_take_on(therapist.clinic),
    }
    return show(request, "clients", context, title=_("Clients"))


@cockpit
def client(request: HttpRequest, therapist: Therapist, client_uuid: uuid.UUID) -> HttpResponseBase:
    """One client: program, weeks and reviews."""
    file = client_file(therapist, client_uuid)
    if file is None:
        raise Http404
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    record_audit(actor=request.user, client=file.client, action="client.read", subject=file.client)
    languages = LanguageForm(initial={"language": file.client.language}, prefix="client")
    offered = bool(offered_languages())
    context = {"file": file, "client": file.client, "languages": languages if offered else None}
    trail = [crumb(_("Clients"), "clients")]
    return show(request, "client", context, title=str(file.client), trail=trail)


@cockpit
def client_language(
    request: HttpRequest, therapist: Therapist, client_uuid: uuid.UUID
) -> HttpResponseBase:
    """Choose the language of a client's app, mails and new weeks."""
    found = one_or_404(Client.objects.in_caseload(therapist), client_uuid)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    form = LanguageForm(request.POST, prefix="client")
    if form.is_valid():
        choose_language(actor=request.user, client=found, language=form.cleaned_data["language"])
        messages.success(request, _("The language of %(client)s was saved.") % {"client": found})
    else:
        messages.error(request, " ".join(str(error) for error in form.errors["language"]))
    return redirect("asyncpt_review:client", found.uuid)


@cockpit
def enrol_client(
    request: HttpRequest, therapist: Therapist, client_uuid: uuid.UUID
) -> HttpResponseBase:
    """Put a client on a program; a client whom nobody has taken on becomes the therapist's."""
    found = enrollable_client(therapist, client_uuid)
    if found is None:
        raise Http404
    if request.method in ("GET", "HEAD"):
        return _screen(request, therapist, found, _form(therapist, found))
    if request.method != "POST":
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    form = _form(therapist, found, request.POST)
    if form.is_valid():
        try:
            enrolment = enrol(
                therapist=form.cleaned_data["therapist"],
                client=found,
                program=form.cleaned_data["program"],
                starts_on=form.cleaned_data["starts_on"],
                goals=form.cleaned_data["goals"],
                actor=request.user,
            )
        except DomainError as error:
            explain(form, error)
        else:
            said = _("%(client)s was enrolled. Adjust week 1, then publish it.")
            messages.success(request, said % {"client": found})
            return redirect("asyncpt_review:week_editor", enrolment.weeks.get(number=1).uuid)
    return _screen(request, therapist, found, form, status=UNPROCESSABLE)


def _form(therapist: Therapist, found: Client, data: Any = None) -> EnrolForm:
    return EnrolForm(
        data,
        programs=program_pages(therapist.clinic.site),
        therapists=therapists_for(therapist, found),
        initial={"starts_on": clock.today(found.time_zone), "therapist": therapist.pk},
    )


def _screen(
    request: HttpRequest, therapist: Therapist, found: Client, form: EnrolForm, status: int = 200
) -> HttpResponse:
    is_mine = found.primary_therapist_id is not None
    trail = [crumb(_("Clients"), "clients"), *([client_crumb(found)] if is_mine else [])]
    context = {
        "client": found,
        "form": form,
        "is_new": not is_mine,
        "media": form.media,
    }
    title = _("Enroll %(client)s") % {"client": found}
    return show(request, "enrol", context, title=title, trail=trail, status=status)
