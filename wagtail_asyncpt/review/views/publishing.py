"""Look at what a draft changes, give each change its reason, and publish."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_asyncpt.care.days import all_lines, as_raw, read_days
from wagtail_asyncpt.care.models import Week
from wagtail_asyncpt.care.operations import MissingReasons, publish_week
from wagtail_asyncpt.care.queries import ProposedChange, proposed_changes
from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.memberships.access import live_membership
from wagtail_asyncpt.people.models import Therapist
from wagtail_asyncpt.people.operations import record_audit
from wagtail_asyncpt.review.forms import QUICK_REASONS, PublishForm
from wagtail_asyncpt.review.queries.evidence import evidence_of
from wagtail_asyncpt.review.views.common import (
    CONFLICT,
    UNPROCESSABLE,
    cockpit,
    crumb,
    explain,
    show,
)
from wagtail_asyncpt.review.views.reviews import client_crumb
from wagtail_asyncpt.review.views.weeks import CHECK, editable_week, what_is_missing


@cockpit
def publish(request: HttpRequest, therapist: Therapist, week_uuid: uuid.UUID) -> HttpResponseBase:
    """The changes of a draft with their reasons; POST publishes exactly the draft that was seen."""
    week = editable_week(therapist, week_uuid)
    if request.method in ("GET", "HEAD"):
        if what_is_missing(week) is not None:
            messages.error(request, _("Not ready to publish: see what is marked below."))
            editor = reverse("asyncpt_review:week_editor", args=[week.uuid])
            return redirect(f"{editor}?{CHECK}")
        record_audit(
            actor=request.user, client=week.enrolment.client, action="week.read", subject=week
        )
        return _screen(request, week, _form(week))
    if request.method != "POST":
        return HttpResponseNotAllowed(["GET", "HEAD", "POST"])
    form = _form(week, request.POST)
    if request.POST.get("draft_version") != str(week.draft_version):
        form.is_valid()
        form.add_error(None, _("The draft was saved again meanwhile. Look at its changes first."))
        return _screen(request, week, form, status=CONFLICT)
    if form.is_valid() and _publish(therapist, week, form):
        said = _("Week %(number)d was published; %(client)s gets a mail.") % {
            "number": week.number,
            "client": week.enrolment.client,
        }
        messages.success(request, said)
        return redirect("asyncpt_review:queue")
    return _screen(request, week, form, status=UNPROCESSABLE)


def _publish(therapist: Therapist, week: Week, form: PublishForm) -> bool:
    try:
        publish_week(
            therapist=therapist,
            week=week,
            reasons=form.reasons,
            message=form.cleaned_data["message"],
        )
    except MissingReasons as error:
        for key in error.keys:
            name = form.name_of(key)
            form.add_error(name if name in form.fields else None, str(error))
        return False
    except DomainError as error:
        explain(form, error)
        return False
    return True


def _form(week: Week, data: Any = None) -> PublishForm:
    message = "" if week.current_version else week.message
    return PublishForm(data, changes=proposed_changes(week), initial={"message": message})


def _rows(week: Week, form: PublishForm) -> list[tuple[ProposedChange, Any, list[str]]]:
    """Each change with the field of its reason and what speaks for it."""
    evidence = evidence_of(week, {change.lineage for change in form.changes})
    return [(change, field, evidence.get(change.lineage, [])) for change, field in form.rows]


def _more_than_promised(week: Week) -> str:
    """A remark where the draft asks for more form checks than the client's plan includes."""
    asked = sum(1 for line in all_lines(read_days(as_raw(week.days))) if line.check)
    membership = live_membership(week.enrolment.client) if asked else None
    if membership is None or asked <= membership.tier.form_checks_per_week:
        return ""
    message = ngettext(
        "This week asks for %(asked)d form check; %(tier)s includes %(promised)d a week.",
        "This week asks for %(asked)d form checks; %(tier)s includes %(promised)d a week.",
        asked,
    )
    return message % {
        "asked": asked,
        "tier": membership.tier.name,
        "promised": membership.tier.form_checks_per_week,
    }


def _screen(request: HttpRequest, week: Week, form: PublishForm, status: int = 200) -> HttpResponse:
    client = week.enrolment.client
    context = {
        "week": week,
        "client": client,
        "form": form,
        "rows": _rows(week, form),
        "quick_reasons": QUICK_REASONS,
        "more_than_promised": _more_than_promised(week),
        "is_first": week.current_version is None and week.previous is None,
        "unit": client.weight_unit,
    }
    trail = [
        client_crumb(client),
        crumb(_("Edit week %(number)d") % {"number": week.number}, "week_editor", week.uuid),
    ]
    return show(request, "publish", context, title=_("Publish"), trail=trail, status=status)
