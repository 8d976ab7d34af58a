"""A client's week on paper: what to do, boxes to tick, and the way back to the app."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from wagtail_asyncpt.care.models import Week
from wagtail_asyncpt.care.queries.parts import handout
from wagtail_asyncpt.people.models import Client


def paper(request: HttpRequest, client: Client, week: Week) -> HttpResponse:
    """The handout of a published week, or of the one line that the request names (``line``)."""
    line = request.GET.get("line", "")
    sessions = handout(client, week, line)
    context = {
        "client": client,
        "week": week,
        "sessions": sessions,
        "is_one": bool(line),
        "address": request.build_absolute_uri(reverse("asyncpt_portal:week", args=[week.uuid])),
    }
    status = 200 if sessions or not line else 404
    return render(request, "wagtail_asyncpt/care/handout.html", context, status=status)
