"""Programs and groups: who is on the older text, pushing the newest, starting together."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_asyncpt.care.models import Cohort
from wagtail_asyncpt.care.operations import enrol_many, join_cohort, push_program
from wagtail_asyncpt.care.queries.templates import program_updates
from wagtail_asyncpt.core import clock
from wagtail_asyncpt.core.errors import Conflict, DomainError, NotAllowed
from wagtail_asyncpt.people.models import Therapist
from wagtail_asyncpt.review.forms import ClientsForm, EnrolManyForm
from wagtail_asyncpt.review.queries.programs import (
    cohort_members,
    cohort_of,
    cohorts_of,
    enrollable_clients,
    leaders_for,
    places_for_programs,
    program_page,
    program_rows,
)
from wagtail_asyncpt.review.views.common import (
    CONFLICT,
    UNPROCESSABLE,
    cockpit,
    crumb,
    explain,
    show,
)

READ = ("GET", "HEAD")
READ_AND_WRITE = (*READ, "POST")


@cockpit
def programs(request: HttpRequest, therapist: Therapist) -> HttpResponseBase:
    """The clinic's programs, and the therapist's groups."""
    if request.method not in READ:
        return HttpResponseNotAllowed(READ)
    context = {
        "rows": program_rows(therapist),
        "cohorts": cohorts_of(therapist),
        "places": places_for_programs(therapist),
    }
    return show(request, "programs", context, title=_("Programs"))


@cockpit
def program(request: HttpRequest, therapist: Therapist, page_id: int) -> HttpResponseBase:
    """A program with the clients on it. POST brings its newest text into chosen drafts."""
    page = _page(therapist, page_id)
    if request.method not in READ_AND_WRITE:
        return HttpResponseNotAllowed(READ_AND_WRITE)
    if request.method != "POST":
        return _program_screen(request, therapist, page)
    try:
        weeks = push_program(
            therapist=therapist, program=page, versions=_versions(request.POST.getlist("week"))
        )
    except NotAllowed:
        raise
    except DomainError as error:
        status = CONFLICT if isinstance(error, Conflict) else UNPROCESSABLE
        messages.error(request, str(error))
        return _program_screen(request, therapist, page, status=status)
    said = ngettext(
        "The newest text is in %(n)d draft. Nothing was published.",
        "The newest text is in %(n)d drafts. Nothing was published.",
        len(weeks),
    )
    messages.success(request, said % {"n": len(weeks)})
    return redirect("asyncpt_review:program", page.pk)


def _page(therapist: Therapist, page_id: int) -> Any:
    page = program_page(therapist, page_id)
    if page is None:
        raise Http404
    return page


def _versions(chosen: list[str]) -> dict[uuid.UUID, int]:
    """Weeks and the draft versions that were on the screen: "uuid:version"."""
    found = {}
    for text in chosen:
        key, _colon, version = text.partition(":")
        try:
            found[uuid.UUID(key)] = int(version)
        except ValueError as error:
            raise NotAllowed("This is no week.") from error
    return found


def _program_screen(
    request: HttpRequest, therapist: Therapist, page: Any, status: int = 200
) -> HttpResponse:
    updates = program_updates(therapist, page)
    context = {
        "page": page,
        "may_edit": page.permissions_for_user(therapist.user).can_edit(),
        "pushable": [update for update in updates if update.is_pushable],
        "others": [update for update in updates if not update.is_pushable],
    }
    trail = [crumb(_("Programs"), "programs")]
    return show(request, "program", context, title=page.title, trail=trail, status=status)


@cockpit
def enrol_several(request: HttpRequest, therapist: Therapist, page_id: int) -> HttpResponseBase:
    """Put several clients on a program in one step, as a group where it gets a name."""
    page = _page(therapist, page_id)
    if request.method not in READ_AND_WRITE:
        return HttpResponseNotAllowed(READ_AND_WRITE)
    form = EnrolManyForm(
        request.POST if request.method == "POST" else None,
        clients=enrollable_clients(therapist),
        therapists=leaders_for(therapist),
        initial={"starts_on": clock.today(therapist.clinic.time_zone), "therapist": therapist.pk},
    )
    if request.method == "POST" and form.is_valid():
        try:
            enrolments = enrol_many(program=page, actor=request.user, **form.cleaned_data)
        except DomainError as error:
            explain(form, error)
        else:
            return _enrolled(request, enrolments)
    trail = [crumb(_("Programs"), "programs"), crumb(page.title, "program", page.pk)]
    return _enrol_screen(request, form, trail, {"page": page})


@cockpit
def cohort(request: HttpRequest, therapist: Therapist, cohort_uuid: uuid.UUID) -> HttpResponseBase:
    """A group with its members and their weeks."""
    found = _cohort(therapist, cohort_uuid)
    if request.method not in READ:
        return HttpResponseNotAllowed(READ)
    context = {"cohort": found, "members": cohort_members(therapist, found)}
    trail = [crumb(_("Programs"), "programs")]
    return show(request, "cohort", context, title=found.name, trail=trail)


@cockpit
def add_to_cohort(
    request: HttpRequest, therapist: Therapist, cohort_uuid: uuid.UUID
) -> HttpResponseBase:
    """Add clients to a group."""
    found = _cohort(therapist, cohort_uuid)
    if request.method not in READ_AND_WRITE:
        return HttpResponseNotAllowed(READ_AND_WRITE)
    data = request.POST if request.method == "POST" else None
    form = ClientsForm(data, clients=enrollable_clients(therapist))
    if request.method == "POST" and form.is_valid():
        try:
            enrolments = join_cohort(therapist=therapist, cohort=found, **form.cleaned_data)
        except DomainError as error:
            explain(form, error)
        else:
            return _enrolled(request, enrolments)
    trail = [crumb(_("Programs"), "programs"), crumb(found.name, "cohort", found.uuid)]
    return _enrol_screen(request, form, trail, {"cohort": found})


def _cohort(therapist: Therapist, cohort_uuid: uuid.UUID) -> Cohort:
    found = cohort_of(therapist, cohort_uuid)
    if found is None:
        raise Http404
    return found


def _enrolled(request: HttpRequest, enrolments: list[Any]) -> HttpResponse:
    said = ngettext(
        "%(n)d client was enrolled. Adjust week 1, then publish it.",
        "%(n)d clients were enrolled. Adjust each one’s week 1, then publish it.",
        len(enrolments),
    )
    messages.success(request, said % {"n": len(enrolments)})
    joined = enrolments[0].cohort
    if joined is not None:
        return redirect("asyncpt_review:cohort", joined.uuid)
    return redirect("asyncpt_review:program", enrolments[0].program_id)


def _enrol_screen(
    request: HttpRequest, form: ClientsForm, trail: list[Any], context: dict[str, Any]
) -> HttpResponse:
    return show(
        request,
        "enrol_several",
        {"form": form, "media": form.media, **context},
        title=_("Enroll clients"),
        trail=trail,
        status=UNPROCESSABLE if form.errors else 200,
    )
