"""The week editor: a plain model in Wagtail's own panels, saved as the therapist types."""

import json
import uuid
from collections.abc import Callable
from functools import lru_cache, partial
from typing import Any

from django.core.exceptions import ValidationError
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    JsonResponse,
)
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.formats import time_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.blocks.base import get_error_json_data

from wagtail_asyncpt.care.handouts import paper, paper_as_pdf
from wagtail_asyncpt.care.models import Review, Week
from wagtail_asyncpt.care.operations import save_draft
from wagtail_asyncpt.care.queries import week_plan
from wagtail_asyncpt.core import clock
from wagtail_asyncpt.core.errors import Conflict
from wagtail_asyncpt.people.access import wants_json
from wagtail_asyncpt.people.languages import speaking_to
from wagtail_asyncpt.people.models import Therapist
from wagtail_asyncpt.people.operations import record_audit
from wagtail_asyncpt.programs.previews import as_client
from wagtail_asyncpt.review.queries.record import week_record
from wagtail_asyncpt.review.views.common import (
    CONFLICT,
    UNPROCESSABLE,
    cockpit,
    one_or_404,
    show,
)
from wagtail_asyncpt.review.views.reviews import client_crumb

#: In the editor's address: show what the saved draft lacks.
CHECK = "check"


def editable_week(therapist: Therapist, week_uuid: uuid.UUID) -> Week:
    """A week of the caseload with all that its pages read, or 404."""
    weeks = Week.objects.in_caseload(therapist).select_related(
        "enrolment__client__clinic",
        "enrolment__client__user",
        "current_version",
        "previous__current_version",
    )
    week: Week = one_or_404(weeks, week_uuid)
    return week


def what_is_missing(week: Week) -> ValidationError | None:
    """What the saved draft lacks before a client could follow it, as the editor's form says it."""
    try:
        week.days.stream_block.clean(week.days)
    except ValidationError as error:
        return error
    return None


@lru_cache
def edit_handler() -> Any:
    """The panels of the editor."""
    return ObjectList([FieldPanel("focus"), FieldPanel("days")]).bind_to_model(Week)


@cockpit
def week_editor(
    request: HttpRequest, therapist: Therapist, week_uuid: uuid.UUID
) -> HttpResponseBase:
    """Edit the draft of a week. POST saves it: JSON for the autosave, else a plain form."""
    week = editable_week(therapist, week_uuid)
    if request.method == "POST":
        return _save(request, therapist, week)
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    record_audit(actor=request.user, client=week.enrolment.client, action="week.read", subject=week)
    form = _form(request, week)
    missing = what_is_missing(week) if CHECK in request.GET else None
    if missing is not None:
        form.errors["days"] = form.error_class([missing])
    return _editor(request, week, form)


@cockpit
def preview_week(
    request: HttpRequest, therapist: Therapist, week_uuid: uuid.UUID
) -> HttpResponseBase:
    """The saved draft on the client's phone."""
    week = editable_week(therapist, week_uuid)
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    record_audit(actor=request.user, client=week.enrolment.client, action="week.read", subject=week)
    title = _("Week %(number)d") % {"number": week.number}
    return as_client(
        request,
        title=title,
        focus=week.focus,
        days=week.days,
        message=week.message,
        unit=week.enrolment.client.weight_unit,
    )


@cockpit
def print_week(
    request: HttpRequest, therapist: Therapist, week_uuid: uuid.UUID
) -> HttpResponseBase:
    """The published week for paper, to hand out; ``?line=`` prints one exercise of it."""
    week = editable_week(therapist, week_uuid)
    pdf_url = reverse("asyncpt_review:week_pdf", args=[week.uuid])
    return _printed(request, week, partial(paper, pdf_url=pdf_url))


@cockpit
def week_pdf(request: HttpRequest, therapist: Therapist, week_uuid: uuid.UUID) -> HttpResponseBase:
    """The same as PDF, where the extra is installed."""
    return _printed(request, editable_week(therapist, week_uuid), paper_as_pdf)


def _printed(
    request: HttpRequest, week: Week, write: Callable[..., HttpResponse]
) -> HttpResponseBase:
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    if week.current_version is None:
        messages.error(request, _("Publish the week first; then it can be printed."))
        return redirect("asyncpt_review:week_editor", week.uuid)
    client = week.enrolment.client
    with speaking_to(client):
        written = write(request, client, week)
    record_audit(actor=request.user, client=client, action="week.print", subject=week)
    return written


def _form(request: HttpRequest, week: Week, data: Any = None) -> Any:
    return edit_handler().get_form_class()(data, instance=week, for_user=request.user)


def _editor(request: HttpRequest, week: Week, form: Any, status: int = 200) -> HttpResponse:
    panel = edit_handler().get_bound_panel(instance=week, request=request, form=form)
    client = week.enrolment.client
    had = week if week.current_version else week.previous
    context = {
        "week": week,
        "client": client,
        "form": form,
        "panel": panel,
        "media": panel.media + form.media,
        "texts": json.dumps(_texts()),
        "had": had,
        "sessions": week_record(week_plan(client, had), client) if had else [],
        "review": Review.objects.filter(week=had).order_by("-entered_at").first() if had else None,
    }
    title = _("Edit week %(number)d") % {"number": week.number}
    return show(request, "week", context, title=title, trail=[client_crumb(client)], status=status)


def _texts() -> dict[str, str]:
    """What the editor's script says."""
    return {
        "saving": _("Saving…"),
        "offline": _("Not saved: no connection. Your text is still here; saving is tried again."),
        "signed_out": _("Not saved: you are signed out. Sign in in another tab, then save here."),
    }


def _save(request: HttpRequest, therapist: Therapist, week: Week) -> HttpResponse:
    base = request.POST.get("draft_version", "")
    form = _form(request, week, request.POST)
    if request.POST.get("then") != "publish":
        form.defer_required_fields()  # a draft may be unfinished
    if not form.is_valid():
        return _refuse(request, week, form)
    try:
        saved = save_draft(
            therapist=therapist,
            week=week,
            days=form.cleaned_data["days"],
            focus=form.cleaned_data["focus"],
            base_version=int(base) if base.isdecimal() else -1,
        )
    except Conflict as conflict:
        return _conflict(request, week, form, str(conflict))
    if wants_json(request):
        at = time_format(localtime(clock.now()), "TIME_FORMAT")
        said = _("Saved at %(time)s") % {"time": at}
        return JsonResponse({"version": saved.draft_version, "said": said})
    if request.POST.get("then") == "publish":
        return redirect("asyncpt_review:publish", week.uuid)
    messages.success(request, _("The draft was saved."))
    return redirect("asyncpt_review:week_editor", week.uuid)


def _refuse(request: HttpRequest, week: Week, form: Any) -> HttpResponse:
    said = _("Not saved: see what is marked below.")
    if wants_json(request):
        errors = {name: [str(e) for e in found] for name, found in form.errors.items()}
        found = form.errors.as_data().get("days")
        return JsonResponse(
            {
                "said": said,
                "errors": {name: found for name, found in errors.items() if name != "days"},
                "days": get_error_json_data(found[0]) if found else None,
            },
            status=UNPROCESSABLE,
        )
    messages.validation_error(request, said, form)
    return _editor(request, week, form, status=UNPROCESSABLE)


def _conflict(request: HttpRequest, week: Week, form: Any, said: str) -> HttpResponse:
    """Somebody else saved: say so, and name the version that a deliberate second save replaces."""
    newest = Week.objects.values_list("draft_version", flat=True).get(pk=week.pk)
    if wants_json(request):
        return JsonResponse({"said": said, "version": newest}, status=CONFLICT)
    week.draft_version = newest
    messages.error(request, _("%(said)s Saving again keeps yours.") % {"said": said})
    return _editor(request, week, form, status=CONFLICT)
