"""How an editor sees a program before it is published: as a visitor, and as a client."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse

from wagtail_asyncpt.gating import operations, queries, teaser
from wagtail_asyncpt.gating.previews import VISITOR
from wagtail_asyncpt.gating.readers import Look, look_as

CLIENT = "asyncpt-client"

__all__ = ["CLIENT", "VISITOR", "as_client", "as_visitor"]


def as_visitor(request: HttpRequest, page: Any) -> HttpResponseBase | None:
    """The invitation that a visitor gets instead of a gated page; ``None`` where it is open.

    The rest of the request is read as a visitor's.
    """
    judgement = operations.judge(
        reader=look_as(request, Look("visitor")),
        restrictions=queries.page_restrictions(page),
        may_edit=lambda: False,
    )
    if judgement is None or judgement.denial is None:
        return None
    return teaser.page_teaser(request, page, judgement.denial)


def as_client(
    request: HttpRequest, *, title: str, focus: str, days: Any, message: str = "", unit: str = ""
) -> TemplateResponse:
    """A week on a client's phone, in a frame; loads in ``unit`` (kg or lb) where given."""
    context = {"title": title, "focus": focus, "days": days, "message": message, "unit": unit}
    return TemplateResponse(request, "wagtail_asyncpt/programs/preview_phone.html", context)
