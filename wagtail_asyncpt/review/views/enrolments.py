"""Ending a client's program, and undoing it."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from wagtail_asyncpt.care.models import Enrolment, WeekStatus
from wagtail_asyncpt.care.operations import end_enrolment, reopen_enrolment
from wagtail_asyncpt.core import clock
from wagtail_asyncpt.core.errors import DomainError, NotAllowed
from wagtail_asyncpt.people.models import Therapist
from wagtail_asyncpt.review.forms import EndForm
from wagtail_asyncpt.review.views.common import (
    UNPROCESSABLE,
    cockpit,
    crumb,
    explain,
    one_or_404,
    show,
)
from wagtail_asyncpt.review.views.reviews import client_crumb


def _enrolment(therapist: Therapist, enrolment_uuid: uuid.UUID) -> Enrolment:
    enrolments = Enrolment.objects.in_caseload(therapist).select_related("client")
    found: Enrolment = one_or_404(enrolments, enrolment_uuid)
    return found


@cockpit
def end_program(
    request: HttpRequest, therapist: Therapist, enrolment_uuid: uuid.UUID
) -> HttpResponseBase:
    """Say how, when and why a program ends, and what becomes of its weeks."""
    enrolment = _enrolment(therapist, enrolment_uuid)
    if request.method not in ("GET", "HEAD", "POST"):
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    client = enrolment.client
    form = EndForm(
        request.POST if request.method == "POST" else None,
        initial={"ended_on": clock.today(client.time_zone)},
    )
    if form.is_valid():
        try:
            end_enrolment(
                therapist=therapist,
                enrolment=enrolment,
                completed=form.cleaned_data["outcome"] == "completed",
                ended_on=form.cleaned_data["ended_on"],
                reason=form.cleaned_data["reason"],
                message=form.cleaned_data["message"],
            )
        except DomainError as error:
            explain(form, error)
        else:
            said = _("%(program)s has ended for %(client)s. You can undo it below.")
            values = {"program": enrolment.program_title, "client": client}
            messages.success(request, said % values)
            return redirect("asyncpt_review:client", client.uuid)
    context = {
        "enrolment": enrolment,
        "client": client,
        "form": form,
        "media": form.media,
        "drafts": enrolment.weeks.filter(status=WeekStatus.DRAFT).count(),
    }
    return show(
        request,
        "end",
        context,
        title=_("End the program"),
        trail=[crumb(_("Clients"), "clients"), client_crumb(client)],
        status=UNPROCESSABLE if form.errors else 200,
    )


@cockpit
def reopen_program(
    request: HttpRequest, therapist: Therapist, enrolment_uuid: uuid.UUID
) -> HttpResponseBase:
    """Undo the end of a program."""
    enrolment = _enrolment(therapist, enrolment_uuid)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    try:
        reopen_enrolment(therapist=therapist, enrolment=enrolment)
    except NotAllowed:
        raise
    except DomainError as error:
        messages.error(request, str(error))
    else:
        said = _("%(program)s goes on for %(client)s; the client gets a mail.")
        values = {"program": enrolment.program_title, "client": enrolment.client}
        messages.success(request, said % values)
    return redirect("asyncpt_review:client", enrolment.client.uuid)
