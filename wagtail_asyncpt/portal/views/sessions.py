"""A session: read it, start it, finish it, move on without it."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from wagtail_asyncpt.care import operations
from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.memberships.queries import program_access
from wagtail_asyncpt.people.models import Client
from wagtail_asyncpt.portal.forms import SKIP_EXERCISE_REASONS, FinishForm, SkipForm
from wagtail_asyncpt.portal.queries import Bound, SessionPage, session_page
from wagtail_asyncpt.portal.views.base import client_view, found, page


@require_GET
@client_view
def session(
    request: HttpRequest, client: Client, session: uuid.UUID, occurrence: int
) -> HttpResponse:
    """The session to follow and log."""
    return show_session(request, client, session, occurrence)


def show_session(
    request: HttpRequest,
    client: Client,
    session: uuid.UUID,
    occurrence: int,
    bound: Bound | None = None,
) -> HttpResponse:
    """Render the session; with ``bound``, as the answer to a form that had errors."""
    shown = found(session_page(client, session, occurrence, bound))
    context = {"page": shown, "skip_reasons": SKIP_EXERCISE_REASONS}
    if shown.log is None:
        context["access"] = program_access(client)
    status = 400 if bound else 200
    return page(request, client, "session.html", context, tab="today", status=status)


@require_POST
@client_view
def start(
    request: HttpRequest, client: Client, session: uuid.UUID, occurrence: int
) -> HttpResponse:
    """Start a session; starting twice changes nothing."""
    shown: SessionPage = found(session_page(client, session, occurrence))
    if shown.log is None and not (access := program_access(client)).is_open:
        messages.error(request, access.message)
        return redirect("asyncpt_portal:today")
    try:
        operations.start_session(
            client=client, session=shown.planned.session, occurrence=occurrence
        )
    except DomainError as error:
        messages.error(request, str(error.message))
        return redirect("asyncpt_portal:today")
    return redirect("asyncpt_portal:session", session, occurrence)


@require_http_methods(["GET", "POST"])
@client_view
def finish(
    request: HttpRequest, client: Client, session: uuid.UUID, occurrence: int
) -> HttpResponse:
    """End a session: how hard it was, a comment; then what was done and what comes next."""
    shown: SessionPage = found(session_page(client, session, occurrence))
    if shown.log is None:
        return redirect("asyncpt_portal:session", session, occurrence)
    log = shown.log
    form = FinishForm(
        request.POST if request.method == "POST" else None,
        questions=shown.planned.session.questions,
        initial={
            "effort": log.effort,
            "comment": log.comment,
            **{f"answer-{one['uid']}": one["answer"] for one in log.answers},
        },
    )
    if request.method == "POST" and form.is_valid():
        operations.finish_session(client=client, session_log=log, **form.values())
        return redirect("asyncpt_portal:finish", session, occurrence)
    is_over = shown.occurrence.is_finished and not shown.occurrence.is_skipped
    context = {"page": shown, "form": form, "is_over": is_over and not form.errors}
    status = 400 if form.errors else 200
    return page(request, client, "finish.html", context, tab="today", status=status)


@require_http_methods(["GET", "POST"])
@client_view
def skip(request: HttpRequest, client: Client, session: uuid.UUID, occurrence: int) -> HttpResponse:
    """Move on without a session, with a reason."""
    shown: SessionPage = found(session_page(client, session, occurrence))
    form = SkipForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.skip_session(
                client=client,
                session=shown.planned.session,
                occurrence=occurrence,
                reason=form.reason_in_words(),
            )
        except DomainError as error:
            messages.error(request, str(error.message))
        else:
            messages.success(request, _("Moved on. Your plan goes on as before."))
        return redirect("asyncpt_portal:today")
    context = {"page": shown, "form": form}
    status = 400 if form.errors else 200
    return page(request, client, "skip.html", context, tab="today", status=status)
