"""The upload protocol: headers both ways, and bytes that are neither lost nor doubled."""

from __future__ import annotations

import base64
import hashlib
import io
import stat
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.handlers.wsgi import WSGIRequest
from django.test import RequestFactory, override_settings
from hypothesis import given
from hypothesis import strategies as st

from wagtail_asyncpt.core import tus
from wagtail_asyncpt.core.tus import TusError

CLIP = b"".join(hashlib.sha256(bytes([n])).digest() for n in range(256)) * 40  # 327,680 bytes
EXPIRES = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)


def ask(method: str = "POST", body: bytes = b"", **headers: str) -> WSGIRequest:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    content_type = named.pop("Content-Type", tus.PATCH_CONTENT_TYPE)
    return RequestFactory().generic(
        method, "/uploads/", body, content_type, headers={"Tus-Resumable": "1.0.0"} | named
    )


def status_of(act: Any) -> int:
    with pytest.raises(TusError) as caught:
        act()
    return caught.value.status


class CutConnection(io.BytesIO):
    """A body whose connection breaks after what is in it."""

    def read(self, size: int | None = -1) -> bytes:
        block = super().read(size)
        if not block:
            raise OSError("connection reset by peer")
        return block


def ask_cut(body: bytes, announced: int) -> WSGIRequest:
    request = ask("PATCH", Upload_Offset="0")
    request._stream = CutConnection(body)  # type: ignore[assignment]
    request.META["CONTENT_LENGTH"] = str(announced)
    return request


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_a_creation_tells_length_and_metadata() -> None:
    header = f"filename {encoded('knie übung.mp4')},filetype {encoded('video/mp4')},quiet"
    made = tus.parse_creation(ask(Upload_Length="1000", Upload_Metadata=header))
    assert made.length == 1000
    assert made.metadata == {"filename": "knie übung.mp4", "filetype": "video/mp4", "quiet": ""}


@given(
    st.dictionaries(
        st.text(
            st.characters(min_codepoint=33, max_codepoint=126, exclude_characters=","),
            min_size=1,
            max_size=10,
        ),
        st.text(st.characters(exclude_categories=["Cs"]), max_size=30),
        max_size=4,
    )
)
def test_metadata_survives_the_way_out_and_back(metadata: dict[str, str]) -> None:
    assert tus.parse_metadata(tus.format_metadata(metadata)) == metadata


@given(st.text(max_size=60))
def test_no_metadata_header_breaks_the_parser(header: str) -> None:
    try:
        tus.parse_metadata(header)
    except TusError as error:
        assert error.status == 400


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload_Length": "100", "Tus_Resumable": "0.2.2"}, 412),
        ({"Upload_Length": "100", "Tus_Resumable": ""}, 412),
        ({}, 400),
        ({"Upload_Length": "-1"}, 400),
        ({"Upload_Length": "many"}, 400),
        ({"Upload_Length": "1" * 5000}, 400),
        ({"Upload_Length": "\N{ARABIC-INDIC DIGIT ONE}"}, 400),
        ({"Upload_Length": "0"}, 400),
        ({"Upload_Defer_Length": "1"}, 400),
        ({"Upload_Length": "1001"}, 413),
        ({"Upload_Length": "100", "Upload_Metadata": "filename ???"}, 400),
        ({"Upload_Length": "100", "Upload_Metadata": "a YQ==,a Yg=="}, 400),
        ({"Upload_Length": "100", "Upload_Metadata": "a " + "YWFh" * 2000}, 400),
        ({"Upload_Length": "100", "Upload_Metadata": "a /w=="}, 400),
    ],
)
def test_a_wrong_creation_is_refused(headers: dict[str, str], status: int) -> None:
    with override_settings(WAGTAIL_ASYNCPT={"UPLOAD_MAX_BYTES": 1000}):
        assert status_of(lambda: tus.parse_creation(ask(**headers))) == status
        assert tus.parse_creation(ask(Upload_Length="1000")).length == 1000


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Upload_Offset": "0", "Tus_Resumable": "2.0.0"}, 412),
        ({"Upload_Offset": "0", "Content_Type": "video/mp4"}, 415),
        ({}, 400),
        ({"Upload_Offset": "-5"}, 400),
    ],
)
def test_a_wrong_patch_is_refused(headers: dict[str, str], status: int) -> None:
    assert status_of(lambda: tus.parse_patch(ask("PATCH", b"x", **headers))) == status
    assert tus.parse_patch(ask("PATCH", b"x", Upload_Offset="42")) == 42


def test_another_offset_is_a_conflict_that_tells_the_right_one() -> None:
    with pytest.raises(TusError) as caught:
        tus.require_offset(5, 7)
    assert tus.error_response(caught.value).status_code == 409
    assert tus.error_response(caught.value)["Upload-Offset"] == "7"
    tus.require_offset(7, 7)


def test_answers_carry_what_the_protocol_asks_for() -> None:
    with override_settings(WAGTAIL_ASYNCPT={"UPLOAD_MAX_BYTES": 1000}):
        options = tus.options_response()
    assert options.status_code == 204
    assert options["Tus-Version"] == "1.0.0"
    assert options["Tus-Extension"] == "creation,termination,expiration"
    assert options["Tus-Max-Size"] == "1000"
    created = tus.created_response("/uploads/7/", EXPIRES)
    assert created.status_code == 201
    assert created["Location"] == "/uploads/7/"
    assert created["Upload-Expires"] == "Tue, 24 Nov 2026 08:30:00 GMT"
    head = tus.head_response(5, 10, metadata={"filename": "a"}, expires=EXPIRES)
    assert (head.status_code, head["Upload-Offset"], head["Upload-Length"]) == (200, "5", "10")
    assert head["Upload-Metadata"] == "filename YQ=="
    patched = tus.patched_response(6, EXPIRES)
    assert (patched.status_code, patched["Upload-Offset"]) == (204, "6")
    assert patched["Upload-Expires"] == created["Upload-Expires"]
    assert tus.deleted_response().status_code == 204
    for answer in (created, head, patched, tus.deleted_response()):
        assert answer["Tus-Resumable"] == "1.0.0"
        assert answer["Cache-Control"] == "no-store"
        assert not [name for name in answer.headers if name.startswith("Access-Control")]


def test_a_refusal_says_why_in_plain_text_and_which_version_is_spoken() -> None:
    with pytest.raises(TusError) as caught:
        tus.parse_patch(ask("PATCH", Tus_Resumable="0.1"))
    answer = tus.error_response(caught.value)
    assert answer.status_code == 412
    assert answer["Tus-Version"] == "1.0.0"
    assert answer["Content-Type"] == "text/plain; charset=utf-8"
    assert answer.content.decode() == "This upload speaks another version of tus."


def test_parts_add_up_to_the_file_and_only_the_owner_may_read_it(tmp_path: Path) -> None:
    path, offset = tmp_path / "parts/1.part", 0
    while offset < len(CLIP):
        body = CLIP[offset : offset + 100_000]
        request = ask("PATCH", body, Upload_Offset=str(offset))
        after = tus.append_stream(request, path, offset=offset, limit=len(CLIP))
        assert after == offset + len(body)
        offset = after
    assert path.read_bytes() == CLIP
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_a_large_part_passes_djangos_limit_for_bodies_in_memory(tmp_path: Path) -> None:
    with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=1000):
        request = ask("PATCH", CLIP)
        assert tus.append_stream(request, tmp_path / "p", offset=0, limit=len(CLIP)) == len(CLIP)
    assert (tmp_path / "p").read_bytes() == CLIP


def test_a_cut_connection_keeps_what_arrived_and_the_rest_follows(tmp_path: Path) -> None:
    path = tmp_path / "p"
    arrived = tus.append_stream(ask_cut(CLIP[:150_000], len(CLIP)), path, offset=0, limit=len(CLIP))
    assert arrived == 150_000
    assert path.read_bytes() == CLIP[:150_000]
    request = ask("PATCH", CLIP[arrived:])
    assert tus.append_stream(request, path, offset=arrived, limit=len(CLIP)) == len(CLIP)
    assert path.read_bytes() == CLIP


def test_bytes_of_a_crashed_write_are_not_doubled(tmp_path: Path) -> None:
    path = tmp_path / "p"
    path.write_bytes(CLIP[:1000] + b"written, but its offset was never stored")
    request = ask("PATCH", CLIP[1000:])
    assert tus.append_stream(request, path, offset=1000, limit=len(CLIP)) == len(CLIP)
    assert path.read_bytes() == CLIP


def test_a_part_beyond_the_announced_length_is_refused_whole(tmp_path: Path) -> None:
    path = tmp_path / "p"
    path.write_bytes(b"abc")
    too_long = ask("PATCH", b"defgh")
    assert status_of(lambda: tus.append_stream(too_long, path, offset=3, limit=5)) == 413
    unannounced = ask("PATCH", b"defgh")
    del unannounced.META["CONTENT_LENGTH"]
    unannounced._stream = io.BytesIO(b"defgh")  # type: ignore[assignment]
    assert status_of(lambda: tus.append_stream(unannounced, path, offset=3, limit=5)) == 413
    assert path.read_bytes() == b"abc"
    assert tus.append_stream(ask("PATCH", b"de"), path, offset=3, limit=5) == 5
    assert path.read_bytes() == b"abcde"


def test_a_part_file_that_lost_bytes_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "p"
    path.write_bytes(b"ab")
    assert status_of(lambda: tus.append_stream(ask("PATCH", b"x"), path, offset=3, limit=9)) == 410
    assert path.read_bytes() == b"ab"


def test_one_request_at_a_time_holds_a_part_file(tmp_path: Path) -> None:
    path = tmp_path / "p"

    def enter() -> None:
        with tus.part_lock(path):
            pass

    with tus.part_lock(path):
        assert status_of(enter) == 423
        with tus.part_lock(tmp_path / "another"):
            pass
        assert tus.append_stream(ask("PATCH", b"abc"), path, offset=0, limit=3) == 3
    enter()
    assert path.read_bytes() == b"abc"
