"""A client's week on paper: what to do, boxes to tick, and the way back to the app."""

from collections.abc import Iterable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from wagtail_asyncpt.care.models import Week
from wagtail_asyncpt.care.queries.parts import Part, handout
from wagtail_asyncpt.core.pdf import pdf_is_available, pdf_of, pdf_response
from wagtail_asyncpt.library.models import Exercise
from wagtail_asyncpt.library.pictures import pictures_of
from wagtail_asyncpt.people.models import Client

TEMPLATE = "wagtail_asyncpt/care/handout.html"


def paper(request: HttpRequest, client: Client, week: Week, *, pdf_url: str) -> HttpResponse:
    """The handout of a published week, or of the one line that the request names (``line``).

    ``pdf_url`` is where the same is answered as PDF.
    """
    context = _context(request, client, week)
    context["pictures"] = pictures_of(_exercises(context["sessions"]), request)
    if pdf_is_available():
        query = f"?{urlencode({'line': context['line']})}" if context["line"] else ""
        context["pdf_url"] = f"{pdf_url}{query}"
    status = 200 if context["sessions"] or not context["line"] else 404
    return render(request, TEMPLATE, context, status=status)


def paper_as_pdf(request: HttpRequest, client: Client, week: Week) -> HttpResponse:
    """The same as PDF; 404 where the extra is not installed, or nothing would be on the paper."""
    if not pdf_is_available():
        raise Http404
    context = _context(request, client, week)
    if not context["sessions"]:
        raise Http404
    context["pictures"] = pictures_of(_exercises(context["sessions"]))
    files = {picture.url: picture.file for picture in context["pictures"].values()}
    html = render_to_string(TEMPLATE, context, request=request)
    content = pdf_of(html, request=request, files=files)
    names = [_("Week %(number)d") % {"number": week.number}]
    if context["line"]:
        names = [exercise.name for exercise in _exercises(context["sessions"])]
    return pdf_response(content, name=f"{client.clinic.display_name} {names[0]}")


def _context(request: HttpRequest, client: Client, week: Week) -> dict[str, Any]:
    line = request.GET.get("line", "")
    sessions = handout(client, week, line)
    return {
        "client": client,
        "week": week,
        "sessions": sessions,
        "line": line,
        "is_one": bool(line),
        "address": request.build_absolute_uri(reverse("asyncpt_portal:week", args=[week.uuid])),
    }


def _exercises(sessions: Iterable[tuple[Any, list[Part]]]) -> list[Exercise]:
    return [
        entry.card.line.exercise
        for _planned, parts in sessions
        for part in parts
        for entry in part.entries
        if entry.card
    ]
