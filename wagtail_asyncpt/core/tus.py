"""The tus 1.0.0 resumable upload protocol (https://tus.io/protocols/resumable-upload), without
models: reading requests, writing answers, appending to a part file.

Extensions: creation, termination, expiration. No CORS headers: uploads come from our own pages.
The order in a PATCH view: `parse_patch`, then inside `part_lock` read the stored offset,
`require_offset`, `append_stream`, store the new offset.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from django.http import HttpRequest, HttpResponse, UnreadablePostError
from django.utils.functional import Promise
from django.utils.http import http_date
from django.utils.translation import gettext_lazy as _

from wagtail_asyncpt.conf import settings as asyncpt_settings

try:
    import fcntl
except ImportError:  # not on Windows
    fcntl = None  # type: ignore[assignment]

VERSION = "1.0.0"
EXTENSIONS = "creation,termination,expiration"
PATCH_CONTENT_TYPE = "application/offset+octet-stream"
BLOCK_BYTES = 64 * 1024
METADATA_MAX_CHARS = 4096

_NUMBER = re.compile(r"[0-9]{1,18}")
_KEY = re.compile(r"[!-+\--~]+")


class TusError(Exception):
    """A request that the protocol refuses: an HTTP status and words for the person."""

    def __init__(
        self, status: int, message: str | Promise, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.headers = dict(headers or {})


@dataclass(frozen=True)
class Creation:
    """A wished-for upload: its length in bytes and the client's metadata (nothing is trusted)."""

    length: int
    metadata: dict[str, str] = field(default_factory=dict)


def require_version(request: HttpRequest) -> None:
    """Raise TusError (412) unless the request speaks our version. HEAD and DELETE call it too."""
    if request.headers.get("Tus-Resumable") != VERSION:
        raise TusError(
            412, _("This upload speaks another version of tus."), {"Tus-Version": VERSION}
        )


def parse_creation(request: HttpRequest) -> Creation:
    """Return what a POST wants to upload. Raises TusError: 400, 412, 413."""
    require_version(request)
    length = _number(request, "Upload-Length")
    if length == 0:
        raise TusError(400, _("This file is empty. Please choose the video again."))
    if length > asyncpt_settings.UPLOAD_MAX_BYTES:
        raise _too_large()
    return Creation(length, parse_metadata(request.headers.get("Upload-Metadata", "")))


def parse_patch(request: HttpRequest) -> int:
    """Return the offset that a PATCH wants to continue at. Raises TusError: 400, 412, 415."""
    require_version(request)
    if request.content_type != PATCH_CONTENT_TYPE:
        raise TusError(415, _("This is not a part of an upload."))
    return _number(request, "Upload-Offset")


def require_offset(given: int, stored: int) -> None:
    """Raise TusError (409) unless the client continues where the stored bytes end."""
    if given != stored:
        raise TusError(
            409, _("The upload continues at another place."), {"Upload-Offset": str(stored)}
        )


def parse_metadata(header: str) -> dict[str, str]:
    """Return Upload-Metadata ("key base64,key base64") as text. Raises TusError (400)."""
    if len(header) > METADATA_MAX_CHARS:
        raise _unreadable_metadata()
    found: dict[str, str] = {}
    for pair in header.split(",") if header.strip() else []:
        key, _space, value = pair.strip().partition(" ")
        if not _KEY.fullmatch(key) or key in found:
            raise _unreadable_metadata()
        try:
            found[key] = base64.b64decode(value, validate=True).decode()
        except (binascii.Error, ValueError) as error:
            raise _unreadable_metadata() from error
    return found


def format_metadata(metadata: Mapping[str, str]) -> str:
    """Return the metadata as an Upload-Metadata header."""
    pairs = ((key, base64.b64encode(value.encode()).decode()) for key, value in metadata.items())
    return ",".join(f"{key} {value}".strip() for key, value in pairs)


def options_response() -> HttpResponse:
    """Answer OPTIONS: version, extensions and the largest upload."""
    headers = {
        "Tus-Version": VERSION,
        "Tus-Extension": EXTENSIONS,
        "Tus-Max-Size": str(asyncpt_settings.UPLOAD_MAX_BYTES),
    }
    return _answer(204, headers)


def created_response(url: str, expires: datetime) -> HttpResponse:
    """Answer POST: the address of the new upload, and when it is swept if left unfinished."""
    return _answer(201, {"Location": url, **_expiry(expires)})


def head_response(
    offset: int,
    length: int,
    *,
    metadata: Mapping[str, str] | None = None,
    expires: datetime | None = None,
) -> HttpResponse:
    """Answer HEAD: how much has arrived, of how much, and the metadata as the client gave it."""
    headers = {"Upload-Offset": str(offset), "Upload-Length": str(length)}
    if metadata:
        headers["Upload-Metadata"] = format_metadata(metadata)
    return _answer(200, headers | _expiry(expires))


def patched_response(offset: int, expires: datetime | None = None) -> HttpResponse:
    """Answer PATCH: how much has arrived now."""
    return _answer(204, {"Upload-Offset": str(offset), **_expiry(expires)})


def deleted_response() -> HttpResponse:
    """Answer DELETE."""
    return _answer(204, {})


def error_response(error: TusError) -> HttpResponse:
    """Answer with the error's status, headers and words (plain text)."""
    response = _answer(error.status, error.headers)
    response["Content-Type"] = "text/plain; charset=utf-8"
    response.content = str(error.message)
    return response


@contextlib.contextmanager
def part_lock(path: str | Path) -> Iterator[None]:
    """Hold the part file for one request; TusError (423) while another holds it.

    Read the stored offset inside, or a late request could cut off what an earlier one stored.
    The lock goes with the process, so a crash leaves none behind.
    """
    descriptor = _open_part(Path(path))
    try:
        if fcntl is not None:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError as error:
                raise TusError(423, _("This upload is being continued elsewhere.")) from error
        yield
    finally:
        os.close(descriptor)


def append_stream(request: HttpRequest, path: str | Path, *, offset: int, limit: int) -> int:
    """Write the request's body into the part file at `offset`; return the new offset.

    `limit` is the whole upload's length: a body that goes beyond it is refused and nothing of it
    kept (TusError 413). What lies after `offset` is cut off first: a write that crashed before
    its offset was stored is not doubled. When the connection breaks, what arrived is kept. On
    return the bytes are on the disk. TusError (410) when the part file has lost bytes.
    """
    announced = request.META.get("CONTENT_LENGTH") or ""
    if _NUMBER.fullmatch(announced) and int(announced) > limit - offset:
        raise _too_large()
    with os.fdopen(_open_part(Path(path)), "r+b") as part:
        if part.seek(0, os.SEEK_END) < offset:
            raise TusError(410, _("Part of this upload was lost. Please send the video again."))
        part.truncate(offset)
        part.seek(offset)
        for block in _blocks(request):
            if part.tell() + len(block) > limit:
                part.truncate(offset)
                raise _too_large()
            part.write(block)
        part.flush()
        os.fsync(part.fileno())
        return part.tell()


def _blocks(request: HttpRequest) -> Iterator[bytes]:
    """Read the body block by block: `request.body` would hold it all and has a smaller limit."""
    with contextlib.suppress(UnreadablePostError):
        while block := request.read(BLOCK_BYTES):
            yield block


def _open_part(path: Path) -> int:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    return os.open(path, os.O_RDWR | os.O_CREAT, 0o600)


def _number(request: HttpRequest, name: str) -> int:
    text = request.headers.get(name, "")
    if not _NUMBER.fullmatch(text):
        raise TusError(400, _("This upload does not say how long it is or where it continues."))
    return int(text)


def _too_large() -> TusError:
    return TusError(413, _("This video is larger than we can take. Please trim it or film less."))


def _unreadable_metadata() -> TusError:
    return TusError(400, _("The description of this upload cannot be read."))


def _expiry(expires: datetime | None) -> dict[str, str]:
    return {"Upload-Expires": http_date(expires.timestamp())} if expires else {}


def _answer(status: int, headers: Mapping[str, str]) -> HttpResponse:
    fixed = {"Tus-Resumable": VERSION, "Cache-Control": "no-store"}
    response = HttpResponse(status=status, headers=fixed | dict(headers))
    response["X-Content-Type-Options"] = "nosniff"
    return response
