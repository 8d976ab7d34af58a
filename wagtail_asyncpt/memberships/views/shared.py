"""What the room's views share."""

from typing import Any

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseRedirect,
)
from django.shortcuts import render
from django.utils.translation import gettext as _

from wagtail_asyncpt.core.templates import site_base


class SeeOther(HttpResponseRedirect):
    """After a POST, GET this address."""

    status_code = 303


def rendered(
    request: HttpRequest, name: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    """The room's template ``name`` inside the site's own."""
    template = f"wagtail_asyncpt/memberships/{name}.html"
    return render(request, template, {"site_base": site_base(), **context}, status=status)


def trouble() -> str:
    """When the payment service does not answer."""
    return _("We cannot reach the payment service just now. Nothing was charged; please try again.")
