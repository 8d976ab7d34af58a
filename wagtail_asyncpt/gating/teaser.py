"""What somebody sees who may not see the page: an invitation, and nothing of its content."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.cache import add_never_cache_headers, patch_vary_headers
from django.utils.html import strip_tags
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from wagtail.images.models import AbstractImage

from wagtail_asyncpt.conf import settings as asyncpt_settings
from wagtail_asyncpt.core.structured_data import data_block
from wagtail_asyncpt.core.templates import site_base
from wagtail_asyncpt.gating import queries
from wagtail_asyncpt.gating.grounds import Denial
from wagtail_asyncpt.gating.parts import TEASER_WORDS
from wagtail_asyncpt.people.access import login_path

SUMMARY_LENGTH = 300


def page_teaser(request: HttpRequest, page: Any, denial: Denial) -> HttpResponse:
    """The teaser of a gated page: title, summary, picture, and the offers that open it.

    The page itself is kept from the template, so that no site template can print its content.
    Status 200, but 403 for a method that would have changed something.
    """
    if request.method == "OPTIONS":
        response = HttpResponse(headers={"Allow": "GET, HEAD, OPTIONS"})
    else:
        context = {
            "title": page.title,
            "summary": summary_of(page),
            "picture": picture_of(page),
            "structured_data": structured_data(request, page),
        }
        status = 200 if request.method in {"GET", "HEAD"} else 403
        response = _respond(request, "page_teaser", denial, context, status)
        if asyncpt_settings.TEASER_NOINDEX:
            response["X-Robots-Tag"] = "noindex"
    return _never_shared(response)


def document_teaser(request: HttpRequest, denial: Denial) -> HttpResponse:
    """The refusal of a gated file, which names neither the file nor its title. Status 403."""
    return _never_shared(_respond(request, "document_teaser", denial, {}, 403))


def login_url(request: HttpRequest) -> str:
    """Where a visitor signs in and comes back from."""
    login, back = login_path(), urlencode({"next": request.get_full_path()})
    return f"{login}{'&' if '?' in login else '?'}{back}"


def structured_data(request: HttpRequest, page: Any, **more: Any) -> SafeString:
    """For search engines: what the page is, and that it is not free of charge."""
    return data_block(
        {
            "@context": "https://schema.org",
            "@type": "WebPage",
            "name": page.title,
            "description": summary_of(page),
            "url": request.build_absolute_uri(request.path),
            "isAccessibleForFree": False,
            **more,
        }
    )


def summary_of(page: Any) -> str:
    """The public words about a page: its search description, else its ``summary``."""
    for name in TEASER_WORDS:
        text = getattr(page, name, "")
        if isinstance(text, str) and text.strip():
            return Truncator(strip_tags(text).strip()).chars(SUMMARY_LENGTH)
    return ""


def picture_of(page: Any) -> AbstractImage | None:
    """The page's ``teaser_image``, else its ``image``, unless its collection is private."""
    fields = {field.name: field for field in page._meta.concrete_fields}
    for name in ("teaser_image", "image"):
        if name in fields:
            model, pk = fields[name].related_model, getattr(page, fields[name].attname)
        else:
            image = getattr(page, name, None)
            model, pk = type(image), getattr(image, "pk", None)
        if pk is not None and isinstance(model, type) and issubclass(model, AbstractImage):
            found: AbstractImage | None = queries.public_image(model, pk)
            return found
    return None


def _respond(
    request: HttpRequest, name: str, denial: Denial, context: dict[str, Any], status: int
) -> HttpResponse:
    common = {
        "site_base": site_base(),
        "denial": denial,
        "is_visitor": not request.user.is_authenticated,
        "login_url": login_url(request),
    }
    template = f"wagtail_asyncpt/gating/{name}.html"
    return TemplateResponse(request, template, common | context, status=status)


def _never_shared(response: HttpResponse) -> HttpResponse:
    add_never_cache_headers(response)
    patch_vary_headers(response, ["Cookie"])
    return response
