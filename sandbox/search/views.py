"""The search page."""

import re

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_safe
from wagtail.models import Page

PER_PAGE = 10
MAX_QUERY_LENGTH = 200


@require_safe
def search(request: HttpRequest) -> HttpResponse:
    """Search the published pages that everyone may read."""
    query = request.GET.get("q", "").replace("\x00", "")[:MAX_QUERY_LENGTH].strip()
    # SQLite's full-text search reads quotes and other signs as its own syntax, and fails on them.
    words = " ".join(re.findall(r"\w+", query))
    pages = Page.objects.live().public()
    results = pages.search(words) if words else pages.none()
    page = Paginator(results, PER_PAGE).get_page(request.GET.get("page"))
    return TemplateResponse(request, "search/search.html", {"query": query, "results": page})
