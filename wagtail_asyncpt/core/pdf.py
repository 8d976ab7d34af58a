"""PDFs of our own pages, by WeasyPrint: the extra ``[pdf]``, with Pango from the system.

A page is rendered to HTML as for the browser, and drawn with its print stylesheet. While it is
drawn nothing is fetched but the site's static files, read where they lie, and the files that the
caller handed over: no network, no other file, whatever a page or a stylesheet names.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from functools import lru_cache
from hashlib import sha256
from mimetypes import guess_type
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings as django_settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.cache import cache
from django.core.exceptions import SuspiciousFileOperation
from django.db.models.fields.files import FieldFile
from django.http import HttpRequest, HttpResponse
from django.utils.cache import add_never_cache_headers
from django.utils.http import content_disposition_header
from django.utils.text import slugify

from wagtail_asyncpt.conf import settings as asyncpt_settings

logger = logging.getLogger(__name__)

#: PDF for everybody, ISO 14289: tags, language and title.
VARIANT = "pdf/ua-1"
DOTS_PER_INCH = 200
KEPT_SECONDS = 60 * 60


@lru_cache(maxsize=1)
def pdf_is_available() -> bool:
    """Whether the extra is installed and the libraries that it needs are there."""
    return why_no_pdf() is None


def why_no_pdf() -> str | None:
    """Why WeasyPrint cannot be used; ``None`` where it can, empty where it is not installed."""
    try:
        import weasyprint  # noqa: F401
    except ImportError:
        return ""
    except OSError as error:  # Pango is missing
        return str(error).splitlines()[0]
    return None


def pdf_of(
    html: str, *, request: HttpRequest, files: Mapping[str, FieldFile] | None = None
) -> bytes:
    """``html`` as a tagged PDF. ``files`` are those that this reader may see, by address."""
    import weasyprint

    allowed = {request.build_absolute_uri(url): file for url, file in (files or {}).items()}
    document = weasyprint.HTML(
        string=html,
        base_url=request.build_absolute_uri(request.path),
        url_fetcher=_fetcher(request, allowed),
    )
    paper = weasyprint.CSS(string=f"@page {{ size: {asyncpt_settings.PAPER} }}")
    pdf: bytes = document.write_pdf(
        stylesheets=[paper], pdf_variant=VARIANT, optimize_images=True, dpi=DOTS_PER_INCH
    )
    return pdf


def drawn_once(
    html: str, *, request: HttpRequest, files: Mapping[str, FieldFile] | None = None
) -> bytes:
    """``pdf_of`` for pages that anybody may open, kept in the cache by what the page says.

    Drawing takes a second of a processor; nobody is to buy that with a simple request.
    """
    names = sorted(str(file.name) for file in (files or {}).values())
    address = request.build_absolute_uri(request.path)  # what is asked after it changes nothing
    said = "\n".join([asyncpt_settings.PAPER, address, *names, html])
    key = f"asyncpt-pdf-{sha256(said.encode()).hexdigest()}"
    found: bytes | None = cache.get(key)
    if found is None:
        found = pdf_of(html, request=request, files=files)
        cache.set(key, found, KEPT_SECONDS)
    return found


def pdf_response(content: bytes, *, name: str) -> HttpResponse:
    """A PDF to look at, saved as ``name``; never kept by a cache on the way."""
    response = HttpResponse(content, content_type="application/pdf")
    filename = f"{slugify(name) or 'handout'}.pdf"
    response["Content-Disposition"] = content_disposition_header(False, filename) or "inline"
    response["X-Content-Type-Options"] = "nosniff"
    add_never_cache_headers(response)
    return response


def _fetcher(request: HttpRequest, files: Mapping[str, FieldFile]) -> Any:
    from weasyprint.urls import URLFetcher, URLFetcherResponse

    static = request.build_absolute_uri(django_settings.STATIC_URL)

    class OwnFilesOnly(URLFetcher):
        """Reads static files and ``files``; everything else is refused."""

        def fetch(self, url: str, headers: Any = None) -> Any:
            content = _file(files[url]) if url in files else _static(url, static)
            if content is None:
                logger.warning("A PDF asked for %r, which it may not read.", url[:200])
                raise ValueError("A PDF reads no such file.")
            kind = guess_type(urlsplit(url).path)[0] or "application/octet-stream"
            return URLFetcherResponse(url, content, {"Content-Type": kind})

    return OwnFilesOnly()


def _file(file: FieldFile) -> bytes:
    with file.open("rb") as opened:
        content: bytes = opened.read()
    return content


def _static(url: str, prefix: str) -> bytes | None:
    """A static file, by the address that templates and stylesheets know."""
    if not url.startswith(prefix):
        return None
    name = unquote(urlsplit(url[len(prefix) :]).path)
    try:
        if found := finders.find(name):
            return Path(str(found)).read_bytes()
        if staticfiles_storage.exists(name):  # a name with the hash of its content
            with staticfiles_storage.open(name) as file:
                content: bytes = file.read()
            return content
    except (SuspiciousFileOperation, OSError, ValueError):
        return None
    return None
