"""Today and the plan."""

import uuid

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from wagtail_asyncpt.care.handouts import paper, paper_as_pdf
from wagtail_asyncpt.care.models import Week
from wagtail_asyncpt.care.queries import current_week, published_weeks, week_plan
from wagtail_asyncpt.care.queries.parts import week_parts
from wagtail_asyncpt.core import clock
from wagtail_asyncpt.people.models import Client
from wagtail_asyncpt.portal.queries import today_of, week_of
from wagtail_asyncpt.portal.schedule import slots_of
from wagtail_asyncpt.portal.views.base import client_view, found, page
from wagtail_asyncpt.portal.words import change_in_words


@require_GET
@client_view
def today(request: HttpRequest, client: Client) -> HttpResponse:
    """The next session, and what else is new."""
    seen = today_of(client, clock.today())
    context = {
        "today": seen,
        "moment": timezone.localtime(clock.now()),
        "unread_count": len(seen.unread),
    }
    return page(request, client, "today.html", context, tab="today")


@require_GET
@client_view
def plan(request: HttpRequest, client: Client) -> HttpResponse:
    """This week's plan and the earlier weeks."""
    this_week = current_week(client, clock.today())
    return _week_page(request, client, this_week)


@require_GET
@client_view
def week(request: HttpRequest, client: Client, week: uuid.UUID) -> HttpResponse:
    """The plan of one week."""
    return _week_page(request, client, found(week_of(client, week)))


@require_GET
@client_view
def print_week(request: HttpRequest, client: Client, week: uuid.UUID) -> HttpResponse:
    """A week for paper; ``?line=`` prints one exercise of it."""
    shown = found(week_of(client, week))
    pdf_url = reverse("asyncpt_portal:week_pdf", args=[shown.uuid])
    return paper(request, client, shown, pdf_url=pdf_url)


@require_GET
@client_view
def week_pdf(request: HttpRequest, client: Client, week: uuid.UUID) -> HttpResponse:
    """The same as PDF, where the extra is installed."""
    return paper_as_pdf(request, client, found(week_of(client, week)))


def _week_page(request: HttpRequest, client: Client, shown: Week | None) -> HttpResponse:
    context: dict[str, object] = {"week": shown, "weeks": list(published_weeks(client))}
    if shown is not None:
        seen = week_plan(client, shown, with_logs=False)
        context["plan"] = seen
        context["slots"] = slots_of(seen)
        context["changes"] = [change_in_words(c, client.weight_unit) for c in seen.changes]
        context["sessions"] = week_parts(seen, client.weight_unit)
    return page(request, client, "week.html", context, tab="plan")
