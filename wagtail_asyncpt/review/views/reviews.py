"""One review on one screen, and the answer to its week."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from wagtail_asyncpt.care.models import Week
from wagtail_asyncpt.care.operations import answer_review, draft_next_week
from wagtail_asyncpt.core.errors import DomainError, NotAllowed
from wagtail_asyncpt.people.models import Therapist
from wagtail_asyncpt.people.operations import record_audit
from wagtail_asyncpt.review.forms import AnswerForm, CommentForm, VerdictForm
from wagtail_asyncpt.review.queries.reviews import CheckFile, ReviewPage, review_page
from wagtail_asyncpt.review.views.common import (
    UNPROCESSABLE,
    cockpit,
    crumb,
    explain,
    one_or_404,
    show,
)


def check_context(
    file: CheckFile,
    *,
    comment_form: CommentForm | None = None,
    verdict_form: VerdictForm | None = None,
) -> dict[str, Any]:
    """What the templates of one form check need; ids differ between the checks of a screen."""
    check = file.check
    if verdict_form is None:
        verdict_form = VerdictForm(
            auto_id=verdict_ids(file),
            initial={"verdict": check.verdict, "note": check.verdict_note},
        )
    return {
        "file": file,
        "comment_form": comment_form or CommentForm(auto_id=comment_ids(file)),
        "verdict_form": verdict_form,
    }


def comment_ids(file: CheckFile) -> str:
    """The pattern of the comment form's ids."""
    return f"comment-{file.check.uuid}-%s"


def verdict_ids(file: CheckFile) -> str:
    """The pattern of the verdict form's ids."""
    return f"verdict-{file.check.uuid}-%s"


def find_page(therapist: Therapist, review_uuid: uuid.UUID) -> ReviewPage:
    """The screen of a review of the caseload, or 404."""
    page = review_page(therapist, review_uuid)
    if page is None:
        raise Http404
    return page


def review_screen(
    request: HttpRequest,
    page: ReviewPage,
    *,
    answer_form: AnswerForm | None = None,
    check: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render the screen; ``check`` replaces the context of the form check that it is about."""
    cards = [check_context(file) for file in page.checks]
    if check is not None:
        cards = [check if c["file"].check == check["file"].check else c for c in cards]
    review = page.file.review
    context = {
        "page": page,
        "review": review,
        "client": page.file.client,
        "week": page.file.week,
        "enrolment": page.file.week.enrolment,
        "cards": cards,
        "answer_form": answer_form or AnswerForm(initial={"summary": review.summary}),
    }
    title = _("%(client)s: week %(number)d") % {
        "client": page.file.client,
        "number": page.file.week.number,
    }
    return show(request, "review", context, title=title, status=status)


@cockpit
def review(request: HttpRequest, therapist: Therapist, review_uuid: uuid.UUID) -> HttpResponseBase:
    """The screen of one review; opening it is written down."""
    page = find_page(therapist, review_uuid)
    if request.method not in ("GET", "HEAD"):
        return HttpResponseNotAllowed(["GET", "HEAD"])
    record_audit(
        actor=request.user, client=page.file.client, action="review.read", subject=page.file.review
    )
    return review_screen(request, page)


@cockpit
def answer(request: HttpRequest, therapist: Therapist, review_uuid: uuid.UUID) -> HttpResponseBase:
    """Answer the week; then back to the queue, or on to the draft of the next week."""
    page = find_page(therapist, review_uuid)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            answer_review(
                therapist=therapist,
                review=page.file.review,
                summary=form.cleaned_data["summary"],
            )
        except DomainError as error:
            explain(form, error)
        else:
            sent = _("Your answer was sent to %(client)s.") % {"client": page.file.client}
            messages.success(request, sent)
            if request.POST.get("then") == "draft":
                return _draft(request, therapist, page.file.week)
            return redirect("asyncpt_review:queue")
    return review_screen(request, page, answer_form=form, status=UNPROCESSABLE)


@cockpit
def draft_next(
    request: HttpRequest, therapist: Therapist, week_uuid: uuid.UUID
) -> HttpResponseBase:
    """Draft the week after this one and open it."""
    week = one_or_404(Week.objects.in_caseload(therapist), week_uuid)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    return _draft(request, therapist, week)


def _draft(request: HttpRequest, therapist: Therapist, week: Week) -> HttpResponse:
    try:
        draft = draft_next_week(
            therapist=therapist, week=week, from_program=request.POST.get("from") == "program"
        )
    except NotAllowed:
        raise
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("asyncpt_review:client", week.enrolment.client.uuid)
    return redirect("asyncpt_review:week_editor", draft.uuid)


def client_crumb(client: Any) -> dict[str, str]:
    """The step to a client's page."""
    return crumb(client, "client", client.uuid)
