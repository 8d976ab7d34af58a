"""Bars above a page: for whom it is and as whom to look at it (staff), which free one it is."""

import re
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string

from wagtail_asyncpt.gating import looks, queries
from wagtail_asyncpt.gating.readers import Look

#: The start of the body, and a link that skips to the content: it has to stay the first.
_BODY = re.compile(r"<body\b[^>]*>(?:\s*<a\b[^>]*\bhref=[\"']#[^>]*>[^<]*</a>)?", re.IGNORECASE)


def add_staff_bar(
    response: Any,
    *,
    request: HttpRequest,
    page: Any,
    staff: Any,
    group_ids: set[int],
    look: Look | None,
    waits: bool,
) -> None:
    """Put the staff's bar at the top of a rendered answer."""
    groups = queries.gate_groups()
    bar = render_to_string(
        "wagtail_asyncpt/gating/staff_bar.html",
        {
            "names": looks.names_of(group_ids, groups),
            "links": looks.links(request, page, staff, look, looks.cases(groups, waits)),
            "is_looking": look is not None,
            "own_view": request.path,
        },
    )
    put_on_top(response, bar)


def put_on_top(response: Any, bar: str) -> None:
    """Put ``bar`` at the top of a rendered HTML answer; other answers stay as they are."""
    if response.streaming or "html" not in response.get("Content-Type", ""):
        return
    text = response.content.decode(response.charset)
    body = _BODY.search(text)
    if body is not None:
        response.content = text[: body.end()] + bar + text[body.end() :]
