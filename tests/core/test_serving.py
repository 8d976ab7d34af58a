"""Private files over HTTP: ranges against slicing, validators, nginx, signed addresses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import ContentFile
from django.core.files.storage import Storage
from django.db import models
from django.db.models.fields.files import FieldFile
from django.http import Http404, HttpResponseBase
from django.middleware.gzip import GZipMiddleware
from django.test import RequestFactory, override_settings
from hypothesis import given
from hypothesis import strategies as st

from wagtail_asyncpt.core import serving
from wagtail_asyncpt.core.serving import RangeNotSatisfiable, parse_range, serve_private_file
from wagtail_asyncpt.core.storage import private_storage

BODY = bytes(range(256)) * 800  # 204,800 bytes: several blocks, no two neighbors alike


class RemoteStorage(Storage):
    """A storage without a local path."""

    def __init__(self) -> None:
        self.kept: dict[str, bytes] = {}

    def _save(self, name: str, content: Any) -> str:
        self.kept[name] = content.read()
        return name

    def _open(self, name: str, mode: str = "rb") -> ContentFile[bytes]:
        return ContentFile(self.kept[name])

    def exists(self, name: str) -> bool:
        return name in self.kept

    def size(self, name: str) -> int:
        return len(self.kept[name])


class SignedStorage(RemoteStorage):
    """Stands for S3: no local path, an address that carries a signature."""

    def url(self, name: str | None) -> str:
        return f"https://bucket.example/{name}?signature=abc"


def stored(storage: Storage, name: str = "clips/1.mp4", body: bytes = BODY) -> FieldFile:
    field = models.FileField(storage=storage)
    field.attname = "file"
    saved = storage.save(name, ContentFile(body))
    return FieldFile(None, field, saved)  # type: ignore[arg-type]


@pytest.fixture
def clip(tmp_path: Path) -> Iterator[FieldFile]:
    with override_settings(WAGTAIL_ASYNCPT={"PRIVATE_ROOT": str(tmp_path)}):
        yield stored(private_storage())


def fetch(file: FieldFile, method: str = "GET", **options: Any) -> HttpResponseBase:
    headers = options.pop("headers", {})
    request = RequestFactory().generic(method, "/clip/", headers=headers)
    defaults = {"content_type": "video/mp4", "filename": "squat.mp4", "etag": "abc"}
    return serve_private_file(request, file, **(defaults | options))


def body_of(response: Any) -> bytes:
    return b"".join(response.streaming_content) if response.streaming else response.content


@given(
    size=st.integers(0, 300),
    first=st.none() | st.integers(0, 400),
    last=st.none() | st.integers(0, 400),
)
def test_a_range_is_the_slice_that_python_would_take(
    size: int, first: int | None, last: int | None
) -> None:
    body = bytes(number % 256 for number in range(size))
    header = f"bytes={'' if first is None else first}-{'' if last is None else last}"
    if first is None and last is None:
        expected: bytes | None = body
    elif first is None:
        expected = body[-last:] if last else b""
    elif last is not None and last < first:
        expected = body
    else:
        expected = body[first : None if last is None else last + 1]
    try:
        window = parse_range(header, size)
    except RangeNotSatisfiable:
        assert expected == b""
    else:
        start, stop = window or (0, size)
        assert 0 <= start <= stop <= size
        assert body[start:stop] == expected


@given(header=st.text(max_size=40) | st.from_regex(r"bytes=[-0-9, ]{0,40}", fullmatch=True))
def test_no_header_breaks_the_arithmetic(header: str) -> None:
    try:
        window = parse_range(header, 100)
    except RangeNotSatisfiable:
        return
    assert window is None or 0 <= window[0] < window[1] <= 100


def test_the_whole_file_comes_with_headers_that_keep_it_private(clip: FieldFile) -> None:
    response = fetch(clip)
    assert response.status_code == 200
    assert body_of(response) == BODY
    assert response["Content-Length"] == str(len(BODY))
    assert response["Content-Type"] == "video/mp4"
    assert response["Content-Disposition"] == 'inline; filename="squat.mp4"'
    assert response["Accept-Ranges"] == "bytes"
    assert response["ETag"] == '"abc"'
    assert response["Cache-Control"] == "private, max-age=0, must-revalidate"
    assert response["Vary"] == "Cookie"
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert response["Cross-Origin-Resource-Policy"] == "same-origin"


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [
        ("bytes=0-1", 0, 2),
        ("bytes=70000-", 70000, len(BODY)),
        ("bytes=-500", len(BODY) - 500, len(BODY)),
        ("bytes=100-999999999", 100, len(BODY)),
        ("bytes=-999999999", 0, len(BODY)),
        ("Bytes = 5-5", 5, 6),
    ],
)
def test_one_range_gives_exactly_its_bytes(
    clip: FieldFile, asked: str, start: int, stop: int
) -> None:
    response = fetch(clip, headers={"Range": asked})
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {start}-{stop - 1}/{len(BODY)}"
    assert response["Content-Length"] == str(stop - start)
    assert response["Content-Type"] == "video/mp4"
    assert body_of(response) == BODY[start:stop]


@pytest.mark.parametrize(
    "asked",
    ["bytes=0-1,5-6", "bytes=9-3", "bytes=", "bytes=a-b", "lines=1-2", "bytes=0-" + "9" * 5000],
)
def test_what_is_not_one_well_formed_range_gives_the_whole_file(
    clip: FieldFile, asked: str
) -> None:
    response = fetch(clip, headers={"Range": asked})
    assert response.status_code == 200
    assert body_of(response) == BODY
    assert not response.has_header("Content-Range")


@pytest.mark.parametrize("asked", [f"bytes={len(BODY)}-", "bytes=-0"])
def test_a_range_after_the_end_is_told_the_size(clip: FieldFile, asked: str) -> None:
    response = fetch(clip, headers={"Range": asked})
    assert response.status_code == 416
    assert response["Content-Range"] == f"bytes */{len(BODY)}"
    assert body_of(response) == b""
    assert response["Cache-Control"].startswith("private")


def test_if_range_lets_only_the_same_file_continue(clip: FieldFile) -> None:
    for tag, status in [('"abc"', 206), ('"old"', 200), ('W/"abc"', 200), ("Mon, 1 Jan", 200)]:
        response = fetch(clip, headers={"Range": "bytes=0-9", "If-Range": tag})
        assert response.status_code == status, tag
        assert body_of(response) == (BODY[:10] if status == 206 else BODY)


def test_a_known_file_is_not_sent_again_and_another_is(clip: FieldFile) -> None:
    for known in ['"abc"', '"x", W/"abc"', "*"]:
        response = fetch(clip, headers={"If-None-Match": known})
        assert response.status_code == 304
        assert body_of(response) == b""
        assert response["ETag"] == '"abc"'
        assert response["Vary"] == "Cookie"
    assert body_of(fetch(clip, headers={"If-None-Match": '"old"'})) == BODY


def test_head_tells_the_size_and_sends_nothing(clip: FieldFile) -> None:
    response = fetch(clip, "HEAD", headers={"Range": "bytes=0-9"})
    assert response.status_code == 200
    assert response["Content-Length"] == str(len(BODY))
    assert body_of(response) == b""


def test_other_methods_are_refused(clip: FieldFile) -> None:
    assert fetch(clip, "POST").status_code == 405
    assert fetch(clip, "DELETE").status_code == 405
    assert fetch(clip).status_code == 200


def test_a_file_that_is_gone_is_a_404(clip: FieldFile) -> None:
    assert body_of(fetch(clip)) == BODY
    clip.storage.delete(str(clip.name))
    clip.close()
    with pytest.raises(Http404):
        fetch(clip)
    with pytest.raises(Http404):
        fetch(FieldFile(None, clip.field, ""))  # type: ignore[arg-type]


@pytest.mark.django_db  # closing a response closes old connections
def test_the_file_is_closed_when_the_reader_goes_away(
    clip: FieldFile, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = []
    original = serving._open
    monkeypatch.setattr(serving, "_open", lambda file: opened.append(original(file)) or opened[-1])
    response = fetch(clip)
    next(iter(response.streaming_content))  # type: ignore[attr-defined]
    assert not opened[0].closed
    response.close()
    assert opened[0].closed


@pytest.mark.parametrize(
    ("content_type", "asked_inline", "kind"),
    [
        ("video/mp4", True, "inline"),
        ("image/jpeg", True, "inline"),
        ("video/mp4", False, "attachment"),
        ("text/html", True, "attachment"),
        ("image/svg+xml", True, "attachment"),
        ("application/pdf", True, "attachment"),
    ],
)
def test_only_media_is_shown_inline(
    clip: FieldFile, content_type: str, asked_inline: bool, kind: str
) -> None:
    response = fetch(clip, content_type=content_type, inline=asked_inline)
    assert response["Content-Disposition"].split(";")[0] == kind
    assert response["Content-Type"] == content_type


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\clips\\squat.mp4", "squat.mp4"),
        ('a"; filename="b.mp4', 'a"; filename="b.mp4'),
        ("a\r\nSet-Cookie: x=1", "aSet-Cookie: x=1"),
        ("fdp\N{RIGHT-TO-LEFT OVERRIDE}4pm.exe", "fdp4pm.exe"),
        ("...", "file"),
        ("", "file"),
        ("Knie übung.mp4", "Knie übung.mp4"),
    ],
)
def test_a_file_name_cannot_leave_its_place(clip: FieldFile, name: str, safe: str) -> None:
    assert serving.safe_filename(name) == safe
    header = fetch(clip, filename=name)["Content-Disposition"]
    assert header.startswith("inline; filename")
    assert "\n" not in header


def test_nginx_sends_the_bytes_when_it_may(tmp_path: Path) -> None:
    config = {"PRIVATE_ROOT": str(tmp_path), "X_ACCEL_PREFIX": "/internal/"}
    with override_settings(WAGTAIL_ASYNCPT=config):
        file = stored(private_storage(), "clips/knee left.mp4")
        response = fetch(file, headers={"Range": "bytes=0-9"})
        assert response.status_code == 200
        assert response["X-Accel-Redirect"] == "/internal/clips/" + Path(
            str(file.name)
        ).name.replace(" ", "%20")
        assert body_of(response) == b""
        assert not response.has_header("Content-Range")
        assert response["Content-Type"] == "video/mp4"
        assert response["Cache-Control"].startswith("private")


@pytest.mark.parametrize("setting", [{}, {"X_ACCEL_PREFIX": "/internal/"}, {"X_SENDFILE": True}])
@pytest.mark.parametrize("name", ["../secret.txt", "/etc/passwd", "clips/../../secret.txt"])
def test_a_name_that_leaves_the_folder_is_served_by_nobody(
    tmp_path: Path, setting: dict[str, Any], name: str
) -> None:
    (tmp_path / "secret.txt").write_text("secret")
    with override_settings(WAGTAIL_ASYNCPT={"PRIVATE_ROOT": str(tmp_path / "private"), **setting}):
        file = stored(private_storage())
        assert fetch(file).status_code == 200
        with pytest.raises(SuspiciousFileOperation):
            fetch(FieldFile(None, file.field, name))  # type: ignore[arg-type]


def test_another_server_sends_the_file_by_its_path(tmp_path: Path) -> None:
    config = {"PRIVATE_ROOT": str(tmp_path), "X_SENDFILE": True}
    with override_settings(WAGTAIL_ASYNCPT=config):
        file = stored(private_storage(), "clips/knee left.mp4")
        response = fetch(file)
        assert response["X-Sendfile"] == file.path
        assert Path(file.path).is_relative_to(tmp_path)
        assert body_of(response) == b""
        assert response["Content-Type"] == "video/mp4"
    with override_settings(WAGTAIL_ASYNCPT={**config, "X_ACCEL_PREFIX": "/internal/"}):
        assert not fetch(file).has_header("X-Sendfile")


def test_a_storage_without_a_path_sends_the_reader_to_its_signed_address() -> None:
    response = fetch(stored(SignedStorage()))
    assert response.status_code == 302
    assert response["Location"] == "https://bucket.example/clips/1.mp4?signature=abc"
    assert response["Cache-Control"].startswith("private")
    assert not response.has_header("ETag")


def test_an_address_without_a_signature_is_never_given_away() -> None:
    class OpenStorage(RemoteStorage):
        def url(self, name: str | None) -> str:
            return f"https://bucket.example/{name}"

    response = fetch(stored(OpenStorage()), headers={"Range": "bytes=10-19"})
    assert not response.has_header("Location")
    assert (response.status_code, body_of(response)) == (206, BODY[10:20])


def test_a_storage_without_a_path_or_a_signed_address_is_read_here() -> None:
    response = fetch(stored(RemoteStorage()), headers={"Range": "bytes=10-19"})
    assert response.status_code == 206
    assert body_of(response) == BODY[10:20]


def test_compression_leaves_the_ranges_alone(clip: FieldFile) -> None:
    request = RequestFactory().get(
        "/clip/", headers={"Range": "bytes=0-9999", "Accept-Encoding": "gzip"}
    )
    middleware = GZipMiddleware(
        lambda asked: serve_private_file(
            asked, clip, content_type="video/mp4", filename="a.mp4", etag="abc"
        )
    )
    response = middleware(request)
    assert body_of(response) == BODY[:10000]
    assert response["ETag"] == '"abc"'
