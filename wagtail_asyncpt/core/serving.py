"""Answering with a private file: ranges (RFC 9110), validators, nginx and signed addresses.

Nothing here asks who is looking: call it only after the permission was checked.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from typing import IO, Any
from urllib.parse import quote, urlsplit

from django.db.models.fields.files import FieldFile
from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    HttpResponseNotModified,
    HttpResponseRedirect,
    StreamingHttpResponse,
)
from django.utils.cache import patch_vary_headers
from django.utils.http import content_disposition_header, parse_etags, quote_etag

from wagtail_asyncpt.conf import settings as asyncpt_settings
from wagtail_asyncpt.core.storage import has_local_path

BLOCK_BYTES = 64 * 1024

# Longer numbers are no size of a file, and int() refuses very long ones.
_SINGLE_RANGE = re.compile(r"bytes\s*=\s*([0-9]{0,18})\s*-\s*([0-9]{0,18})\s*", re.IGNORECASE)
# What a browser shows without running anything; the rest is always a download.
_SHOWN_INLINE = re.compile(r"(video|audio|image)/(?!svg)")
_NAME_MAX = 150


class RangeNotSatisfiable(Exception):
    """The range begins after the end of the file (416)."""


def parse_range(header: str, size: int) -> tuple[int, int] | None:
    """Return the half-open (start, stop) that a Range header asks of a file of `size` bytes.

    None means: send the whole file (no single, well-formed byte range; RFC 9110, 14.2).
    Raises RangeNotSatisfiable.
    """
    match = _SINGLE_RANGE.fullmatch(header.strip())
    if match is None or match.groups() == ("", ""):
        return None
    first, last = match.groups()
    if not first:
        start, stop = max(0, size - int(last)), size
    else:
        start, stop = int(first), size
        if last and int(last) < start:
            return None
        if last:
            stop = min(size, int(last) + 1)
    if start >= size:
        raise RangeNotSatisfiable
    return start, stop


def serve_private_file(
    request: HttpRequest,
    file: FieldFile,
    *,
    content_type: str,
    filename: str,
    etag: str,
    inline: bool = True,
) -> HttpResponseBase:
    """Answer GET or HEAD with a private file, whose reader was found to be allowed before.

    `etag` must change with the bytes (their SHA-256, say); quotes are added. A single Range gives
    206. With X_ACCEL_PREFIX nginx sends the bytes (it keeps type, disposition and caching of this
    answer; other headers belong in its location block). A storage without a local path, such as
    S3, gives a redirect to its signed address. Anything but video, audio and pictures is a
    download even when `inline` is asked for. A file that is gone raises Http404.
    """
    if request.method not in {"GET", "HEAD"}:
        return HttpResponseNotAllowed(["GET", "HEAD"])
    if not file.name:
        raise Http404
    tag = quote_etag(etag)
    response = _respond(request, file, tag)
    if response.status_code in {200, 206}:
        shown = inline and _SHOWN_INLINE.match(content_type) is not None
        disposition = content_disposition_header(not shown, safe_filename(filename))
        response["Content-Type"] = content_type
        response["Content-Disposition"] = disposition or "attachment"
    if not response.has_header("Location"):
        response["ETag"] = tag
    return keep_private(response)


def keep_private(response: HttpResponseBase) -> HttpResponseBase:
    """Keep an answer with somebody's file from shared caches, other sites and running as a page."""
    response["Cache-Control"] = "private, max-age=0, must-revalidate"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    patch_vary_headers(response, ["Cookie"])
    return response


def safe_filename(name: str) -> str:
    """Return the last part of a name without control characters, or "file"."""
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(sign for sign in last if not unicodedata.category(sign).startswith("C"))
    return kept.strip(" .")[-_NAME_MAX:] or "file"


def _respond(request: HttpRequest, file: FieldFile, tag: str) -> HttpResponseBase:
    if _is_known(request, tag):
        return HttpResponseNotModified()
    has_path = has_local_path(file.storage)
    if not has_path and (address := _signed_address(file)):
        return HttpResponseRedirect(address)
    try:
        size = file.size
    except OSError as error:
        raise Http404 from error
    if has_path and asyncpt_settings.X_ACCEL_PREFIX:
        prefix = asyncpt_settings.X_ACCEL_PREFIX.rstrip("/")
        return HttpResponse(headers={"X-Accel-Redirect": f"{prefix}/{quote(str(file.name))}"})
    if has_path and asyncpt_settings.X_SENDFILE:
        return HttpResponse(headers={"X-Sendfile": file.storage.path(str(file.name))})
    try:
        window = _asked_range(request, tag, size)
    except RangeNotSatisfiable:
        return HttpResponse(status=416, headers={"Content-Range": f"bytes */{size}"})
    return _stream(request, file, size, window)


def _stream(
    request: HttpRequest, file: FieldFile, size: int, window: tuple[int, int] | None
) -> HttpResponseBase:
    start, stop = window or (0, size)
    response: HttpResponseBase
    if request.method == "HEAD":
        response = HttpResponse()
    else:
        response = StreamingHttpResponse(_Blocks(_open(file), start, stop - start))
    response["Content-Length"] = str(stop - start)
    # A web server that sends the file itself says so itself; twice would be wrong.
    response["Accept-Ranges"] = "bytes"
    # GZipMiddleware leaves an encoded answer alone; compressed, the byte ranges would be wrong.
    response["Content-Encoding"] = "identity"
    if window is not None:
        response.status_code = 206
        response["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
    return response


def _is_known(request: HttpRequest, tag: str) -> bool:
    known = parse_etags(request.headers.get("If-None-Match", ""))
    return "*" in known or tag in {one.removeprefix("W/") for one in known}


def _asked_range(request: HttpRequest, tag: str, size: int) -> tuple[int, int] | None:
    asked = request.headers.get("Range")
    if asked is None or request.method != "GET":
        return None
    if request.headers.get("If-Range", tag).strip() != tag:
        return None
    return parse_range(asked, size)


def _signed_address(file: FieldFile) -> str | None:
    """The storage's own address, if it is one of another server that carries a signature."""
    try:
        parts = urlsplit(file.storage.url(str(file.name)))
    except (NotImplementedError, ValueError):
        return None
    # Without a signature it would be open to everybody, for ever: the bytes go through us then.
    return parts.geturl() if parts.scheme in {"https", "http"} and parts.query else None


def _open(file: FieldFile) -> IO[Any]:
    try:
        return file.storage.open(str(file.name), "rb")
    except OSError as error:
        raise Http404 from error


class _Blocks:
    """The asked part of an open file, block by block; closed with the answer."""

    def __init__(self, stream: IO[Any], start: int, length: int) -> None:
        self.stream = stream
        self.length = length
        stream.seek(start)

    def __iter__(self) -> Iterator[bytes]:
        left = self.length
        while left and (block := self.stream.read(min(left, BLOCK_BYTES))):
            left -= len(block)
            yield block

    def close(self) -> None:
        self.stream.close()
