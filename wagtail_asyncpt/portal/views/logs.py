"""Where sets and words about an exercise arrive: as JSON from the queue, or as a plain form."""

import json
from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from wagtail_asyncpt.care import operations
from wagtail_asyncpt.care.models import ExerciseLog, PrescribedExercise, SessionLog, SetLog
from wagtail_asyncpt.conf import settings as asyncpt_settings
from wagtail_asyncpt.core.errors import DomainError, NotAllowed
from wagtail_asyncpt.people.access import wants_json
from wagtail_asyncpt.people.models import Client
from wagtail_asyncpt.portal.cards import is_done, set_in_words
from wagtail_asyncpt.portal.forms import ExerciseForm, LogForm, SetForm, as_data
from wagtail_asyncpt.portal.queries import Bound, log_target
from wagtail_asyncpt.portal.views.base import client_view, found
from wagtail_asyncpt.portal.views.sessions import show_session


def _posted(request: HttpRequest) -> Mapping[str, Any] | None:
    """The fields that were sent; ``None`` where the body is not what it says it is."""
    if request.content_type != "application/json":
        return request.POST
    try:
        body = json.loads(request.body)
    except ValueError:
        return None
    return as_data(body) if isinstance(body, dict) else None


@require_POST
@client_view
def log_set(request: HttpRequest, client: Client) -> HttpResponse:
    """Store one set. The same key twice is one set; a new key for the same set corrects it."""

    def store(log: SessionLog, line: PrescribedExercise, form: LogForm) -> tuple[SetLog, bool]:
        assert isinstance(form, SetForm)  # noqa: S101 - narrows the type
        return operations.log_set(
            client=client,
            session_log=log,
            prescribed=line,
            key=form.cleaned_data["key"],
            **form.values(),
        )

    return _log(request, client, SetForm, store, _set_answer)


@require_POST
@client_view
def log_exercise(request: HttpRequest, client: Client) -> HttpResponse:
    """Store pain, a comment, or why an exercise was left out."""

    def store(log: SessionLog, line: PrescribedExercise, form: LogForm) -> tuple[ExerciseLog, bool]:
        assert isinstance(form, ExerciseForm)  # noqa: S101 - narrows the type
        return operations.log_exercise(
            client=client,
            session_log=log,
            prescribed=line,
            key=form.cleaned_data["key"],
            **form.values(),
        )

    return _log(request, client, ExerciseForm, store, _exercise_answer)


def _log(
    request: HttpRequest,
    client: Client,
    form_class: type[LogForm],
    store: Callable[..., tuple[Any, bool]],
    answer: Callable[[Any, bool, Client], dict[str, Any]],
) -> HttpResponse:
    data = _posted(request)
    if data is None:
        return JsonResponse({"errors": {"__all__": [_("This could not be read.")]}}, status=400)
    form = form_class(data)
    named = _named(form)
    if named is None:
        return _refused(request, client, form, None)
    log, line = found(log_target(client, *named))
    if form.is_valid():
        try:
            row, created = store(log, line, form)
        except NotAllowed:
            raise
        except DomainError as error:
            form.add_domain_error(error)
        else:
            return _accepted(request, log, line, answer(row, created, client))
    return _refused(request, client, form, (log, line))


def _named(form: LogForm) -> tuple[Any, Any] | None:
    form.full_clean()
    log, line = (form.cleaned_data.get(name) for name in ("session_log", "prescribed"))
    return None if log is None or line is None else (log, line)


def _accepted(
    request: HttpRequest, log: SessionLog, line: PrescribedExercise, answer: dict[str, Any]
) -> HttpResponse:
    if wants_json(request):
        return JsonResponse(answer)
    messages.success(request, answer["message"])
    path = reverse("asyncpt_portal:session", args=[log.session.uuid, log.occurrence])
    return redirect(f"{path}#line-{line.uuid}")


def _refused(
    request: HttpRequest,
    client: Client,
    form: LogForm,
    target: tuple[SessionLog, PrescribedExercise] | None,
) -> HttpResponse:
    if target is None and not wants_json(request):
        raise Http404
    if target is None or wants_json(request):
        return JsonResponse({"errors": form.words_by_field}, status=400)
    log, line = target
    number = form.data.get("set_number", "")
    bound = Bound(
        prescribed_id=line.uuid,
        set_number=int(number) if str(number).isdecimal() else None,
        typed={key: value for key, value in form.data.items() if key != "csrfmiddlewaretoken"},
        errors=form.words_by_field,
    )
    return show_session(request, client, log.session.uuid, log.occurrence, bound)


def _set_answer(row: SetLog, created: bool, client: Client) -> dict[str, Any]:
    summary = set_in_words(row, client.weight_unit)
    done = is_done(row)
    return {
        "key": str(row.key),
        "created": created,
        "set_number": row.set_number,
        "done": done,
        "summary": summary,
        "message": _set_message(row, created, done, summary),
    }


def _set_message(row: SetLog, created: bool, done: bool, summary: str) -> str:
    values = {"number": row.set_number, "summary": summary}
    if not created:
        return _("Set %(number)d was saved already: %(summary)s.") % values
    if not done:
        return _("Set %(number)d is open again.") % values
    if row.replaces_id:
        return _("Set %(number)d corrected: %(summary)s.") % values
    return _("Set %(number)d saved.") % values


def _exercise_answer(row: ExerciseLog, created: bool, client: Client) -> dict[str, Any]:
    is_alert = row.pain is not None and row.pain >= asyncpt_settings.PAIN_ALERT
    return {
        "key": str(row.key),
        "created": created,
        "pain_alert": is_alert,
        "message": _("Saved. Your therapist has been told.") if is_alert else _("Saved."),
    }
