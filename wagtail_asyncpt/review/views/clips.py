"""Comments on a clip and the verdict on a form check: JSON with a fragment, or plain forms."""

import uuid
from typing import Any

from django.contrib import messages
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    JsonResponse,
)
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from wagtail_asyncpt.care.models import Clip, VideoComment
from wagtail_asyncpt.care.operations import (
    add_video_comment,
    answer_form_check,
    delete_video_comment,
)
from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.people.access import wants_json
from wagtail_asyncpt.people.models import Therapist
from wagtail_asyncpt.review.forms import CommentForm, VerdictForm
from wagtail_asyncpt.review.queries.reviews import CheckFile, clip, form_check, review_of
from wagtail_asyncpt.review.views.common import UNPROCESSABLE, cockpit, explain
from wagtail_asyncpt.review.views.reviews import (
    check_context,
    comment_ids,
    find_page,
    review_screen,
    verdict_ids,
)


@cockpit
def add_comment(
    request: HttpRequest, therapist: Therapist, clip_uuid: uuid.UUID
) -> HttpResponseBase:
    """Add a comment at a moment of a clip; the key in the form makes a repetition harmless."""
    found, file = _clip_and_file(therapist, clip_uuid)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    form = CommentForm(request.POST, auto_id=comment_ids(file))
    if form.is_valid():
        try:
            add_video_comment(
                therapist=therapist,
                clip=found,
                key=form.cleaned_data["key"],
                at_seconds=form.cleaned_data["at_seconds"],
                text=form.cleaned_data["text"],
            )
        except DomainError as error:
            explain(form, error)
        else:
            return _done(request, therapist, file, "comments", _("Comment saved."))
    return _refused(request, therapist, file, "comments", comment_form=form)


@cockpit
def delete_comment(
    request: HttpRequest, therapist: Therapist, clip_uuid: uuid.UUID, key: uuid.UUID
) -> HttpResponseBase:
    """Take back a comment that the client has not seen; one that is gone is fine."""
    found, file = _clip_and_file(therapist, clip_uuid)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    comment = VideoComment.objects.filter(clip=found, key=key).select_related("clip").first()
    form = CommentForm(auto_id=comment_ids(file))
    if comment is not None:
        try:
            delete_video_comment(therapist=therapist, comment=comment)
        except DomainError as error:
            form = CommentForm({}, auto_id=comment_ids(file))
            form.errors.clear()
            explain(form, error)
            return _refused(request, therapist, file, "comments", comment_form=form)
    return _done(request, therapist, file, "comments", _("Comment deleted."))


@cockpit
def verdict(request: HttpRequest, therapist: Therapist, check_uuid: uuid.UUID) -> HttpResponseBase:
    """Answer a form check."""
    file = _file(therapist, check_uuid)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    form = VerdictForm(request.POST, auto_id=verdict_ids(file))
    if form.is_valid():
        try:
            answer_form_check(
                therapist=therapist,
                form_check=file.check,
                verdict=form.cleaned_data["verdict"],
                note=form.cleaned_data["note"],
            )
        except DomainError as error:
            explain(form, error)
        else:
            return _done(request, therapist, file, "answer", _("Verdict saved."))
    return _refused(request, therapist, file, "answer", verdict_form=form)


def _file(therapist: Therapist, check_uuid: uuid.UUID) -> CheckFile:
    file = form_check(therapist, check_uuid)
    if file is None:
        raise Http404
    return file


def _clip_and_file(therapist: Therapist, clip_uuid: uuid.UUID) -> tuple[Clip, CheckFile]:
    found = clip(therapist, clip_uuid)
    if found is None:
        raise Http404
    return found, _file(therapist, found.form_check.uuid)


def _fragment(request: HttpRequest, template: str, context: dict[str, Any]) -> str:
    return render_to_string(f"wagtail_asyncpt/review/includes/{template}.html", context, request)


def _done(
    request: HttpRequest, therapist: Therapist, file: CheckFile, template: str, said: str
) -> HttpResponse:
    if wants_json(request):
        context = check_context(_file(therapist, file.check.uuid))
        return JsonResponse({"html": _fragment(request, template, context), "said": said})
    messages.success(request, said)
    review = review_of(file.check)
    if review is None:
        return redirect("asyncpt_review:client", file.client.uuid)
    address = reverse("asyncpt_review:review", args=[review.uuid])
    return redirect(f"{address}#check-{file.check.uuid}")


def _refused(
    request: HttpRequest, therapist: Therapist, file: CheckFile, template: str, **forms: Any
) -> HttpResponse:
    context = check_context(file, **forms)
    if wants_json(request):
        html = _fragment(request, template, context)
        return JsonResponse({"html": html, "said": _("Not saved.")}, status=UNPROCESSABLE)
    review = review_of(file.check)
    if review is None:
        raise Http404
    page = find_page(therapist, review.uuid)
    return review_screen(request, page, check=context, status=UNPROCESSABLE)
