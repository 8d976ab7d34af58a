"""Clips: cut, resumed, refused, transcoded, and seen by nobody else."""

import base64
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache
from django.core.management import call_command
from django.test import Client as Browser
from django.urls import reverse

from tests.conftest import Cast
from wagtail_asyncpt.care import operations as care
from wagtail_asyncpt.care.models import Clip, FormCheck, FormCheckStatus, Review, Upload
from wagtail_asyncpt.care.operations.uploads import part_path
from wagtail_asyncpt.core.links import media_url
from wagtail_asyncpt.library.media import VideoStatus
from wagtail_asyncpt.people.models import AuditEntry
from wagtail_asyncpt.practice.models import TouchPoint

TUS = {"HTTP_TUS_RESUMABLE": "1.0.0"}


def metadata(**values: str) -> str:
    return ",".join(
        f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in values.items()
    )


def announce(browser: Browser, check: FormCheck, length: int, key: uuid.UUID | None = None) -> Any:
    return browser.post(
        reverse("asyncpt_care:upload_create"),
        HTTP_UPLOAD_LENGTH=str(length),
        HTTP_UPLOAD_METADATA=metadata(
            key=str(key or uuid.uuid4()), form_check=str(check.uuid), filename="IMG_1.mp4"
        ),
        **TUS,
    )


def send(browser: Browser, address: str, data: bytes, offset: int = 0) -> Any:
    return browser.generic(
        "PATCH",
        address,
        data,
        content_type="application/offset+octet-stream",
        HTTP_UPLOAD_OFFSET=str(offset),
        **TUS,
    )


def upload(browser: Browser, check: FormCheck, data: bytes) -> Clip:
    address = announce(browser, check, len(data))["Location"]
    assert send(browser, address, data).status_code == 204
    return Clip.objects.order_by("-pk")[0]


@pytest.fixture
def owner(cast: Cast, login: Callable[[Any], Browser]) -> Browser:
    return login(cast.owner)


@pytest.mark.ffmpeg
def test_an_upload_cut_at_half_goes_on_where_it_stopped(
    owner: Browser, check: FormCheck, film: bytes
) -> None:
    half = len(film) // 2
    address = announce(owner, check, len(film))["Location"]
    assert send(owner, address, film[:half])["Upload-Offset"] == str(half)
    assert not Clip.objects.exists()
    assert owner.head(address, **TUS)["Upload-Offset"] == str(half)
    assert send(owner, address, film[half:], offset=half)["Upload-Offset"] == str(len(film))
    clip = Clip.objects.get()
    with clip.source.open() as stored:
        assert stored.read() == film
    check.refresh_from_db()
    assert check.status == FormCheckStatus.RECEIVED
    assert TouchPoint.objects.filter(kind="clip").count() == 1


@pytest.mark.ffmpeg
def test_bytes_at_a_wrong_place_are_refused_and_nothing_is_lost(
    owner: Browser, check: FormCheck, film: bytes
) -> None:
    address = announce(owner, check, len(film))["Location"]
    send(owner, address, film[:100])
    assert send(owner, address, film[:100], offset=0).status_code == 409
    assert send(owner, address, film[200:], offset=200).status_code == 409
    assert Upload.objects.get().offset == 100
    assert part_path(Upload.objects.get()).read_bytes() == film[:100]
    assert send(owner, address, film[100:], offset=100).status_code == 204


def test_announcing_twice_is_announcing_once(owner: Browser, check: FormCheck) -> None:
    key = uuid.uuid4()
    first = announce(owner, check, 1000, key)
    again = announce(owner, check, 1000, key)
    assert first["Location"] == again["Location"]
    assert Upload.objects.count() == 1


def test_an_empty_file_is_refused_with_words(owner: Browser, check: FormCheck) -> None:
    response = announce(owner, check, 0)
    assert response.status_code == 400
    assert "empty" in response.content.decode()
    assert not Upload.objects.exists()


def test_a_too_large_file_is_refused_before_it_is_sent(
    owner: Browser, check: FormCheck, settings: Any
) -> None:
    settings.WAGTAIL_ASYNCPT = {**settings.WAGTAIL_ASYNCPT, "UPLOAD_MAX_BYTES": 1000}
    assert announce(owner, check, 1001).status_code == 413
    assert announce(owner, check, 1000).status_code == 201


@pytest.mark.ffmpeg
def test_a_text_file_named_mp4_is_told_to_the_client_who_may_send_another(
    owner: Browser, check: FormCheck, film: bytes
) -> None:
    clip = upload(owner, check, b"This is not a video.\n" * 10)
    care.process_clip(clip_id=clip.pk)
    status = owner.get(reverse("asyncpt_care:form_check_status", args=[check.uuid])).json()
    assert status["clip_status"] == "failed"
    assert "could not read this file as a video" in status["failure"]
    assert status["status"] == "requested"
    assert not Review.objects.exists()
    better = upload(owner, check, film)
    care.process_clip(clip_id=better.pk)
    status = owner.get(reverse("asyncpt_care:form_check_status", args=[check.uuid])).json()
    assert (status["status"], status["clip_status"]) == ("ready", "ready")


@pytest.mark.ffmpeg
def test_a_clip_is_transcoded_without_its_location_and_enters_the_queue(
    owner: Browser,
    check: FormCheck,
    film: bytes,
    cast: Cast,
    private_files: Path,
    django_capture_on_commit_callbacks: Any,
) -> None:
    assert b"loci" in film
    with django_capture_on_commit_callbacks(execute=True):
        clip = upload(owner, check, film)
    assert clip.status == VideoStatus.RECEIVED  # never in the request
    call_command("asyncpt_process_videos")
    clip.refresh_from_db()
    check.refresh_from_db()
    assert (clip.status, clip.fps, check.status) == (VideoStatus.READY, 30.0, "ready")
    assert not clip.source
    kept = [path for path in private_files.rglob("*") if path.is_file()]
    assert kept
    assert not [path for path in kept if b"loci" in path.read_bytes()]
    review = Review.objects.get()
    assert (review.reasons, review.therapist) == (["clip"], cast.therapist)
    call_command("asyncpt_process_videos")
    assert Review.objects.count() == 1


@pytest.mark.ffmpeg
def test_only_the_client_and_the_caseload_watch_a_clip(
    owner: Browser, check: FormCheck, film: bytes, cast: Cast, login: Callable[[Any], Browser]
) -> None:
    clip = upload(owner, check, film)
    care.process_clip(clip_id=clip.pk)
    clip.refresh_from_db()
    with clip.video.open() as file:
        stored = file.read()
    fresh = reverse("asyncpt_care:clip_links", args=[clip.uuid])
    for name, file in (("clip_video", "video.mp4"), ("clip_poster", "poster.jpg")):

        def link(person: Any, name: str = name) -> str:
            return media_url(f"asyncpt_care:{name}", clip.uuid, getattr(person, "user", person))

        for person in (cast.owner, cast.therapist, cast.manager):
            assert login(person).get(link(person)).status_code == 200
            assert login(person).get(fresh).json()[file] == link(person)
            assert login(person).get(link(person).partition("?")[0]).status_code == 404
        for person in (cast.stranger, cast.colleague, cast.editor, cast.lapsed):
            for address in (link(person), link(cast.owner), fresh):
                refused = login(person).get(address)
                assert refused.status_code == 404
                assert b"".join(refused)[:4] != stored[:4]
                assert not refused.has_header("ETag")
        assert Browser().get(link(cast.owner)).status_code == 404
        assert Browser().get(fresh).status_code == 404
    readers = AuditEntry.objects.filter(action="clip.read").values_list("actor", flat=True)
    assert sorted(readers) == sorted([cast.therapist.user.pk, cast.manager.user.pk])
    # Whoever skips the first byte has read it as well; once an hour is enough.
    cache.clear()
    for _part in range(2):
        address = media_url("asyncpt_care:clip_video", clip.uuid, cast.therapist.user)
        assert login(cast.therapist).get(address, HTTP_RANGE="bytes=1-").status_code == 206
    assert AuditEntry.objects.filter(action="clip.read").count() == 3
    ranged = owner.get(
        media_url("asyncpt_care:clip_video", clip.uuid, cast.owner.user), HTTP_RANGE="bytes=10-19"
    )
    assert ranged.status_code == 206
    assert b"".join(ranged) == stored[10:20]


def test_a_stranger_can_neither_send_nor_see_nor_stop_an_upload(
    owner: Browser, check: FormCheck, cast: Cast, login: Callable[[Any], Browser]
) -> None:
    stranger = login(cast.stranger)
    assert announce(stranger, check, 100).status_code == 404
    address = announce(owner, check, 100)["Location"]
    assert stranger.head(address, **TUS).status_code == 404
    assert send(stranger, address, b"x" * 100).status_code == 404
    assert stranger.delete(address, **TUS).status_code == 404
    status = reverse("asyncpt_care:form_check_status", args=[check.uuid])
    assert stranger.get(status).status_code == 404
    assert Upload.objects.get().offset == 0
    assert owner.get(status).json()["status"] == "requested"
    assert owner.delete(address, **TUS).status_code == 204
    assert not Upload.objects.exists()


def test_a_visitor_is_asked_to_sign_in(check: FormCheck) -> None:
    response = announce(Browser(), check, 100)
    assert response.status_code == 302
    assert not Upload.objects.exists()


def test_unfinished_uploads_are_swept_when_they_expire(
    owner: Browser, check: FormCheck, clock: Any
) -> None:
    address = announce(owner, check, 100)["Location"]
    send(owner, address, b"x" * 10)
    path = part_path(Upload.objects.get())
    assert care.sweep_uploads() == 0
    clock.move(hours=49)
    assert care.sweep_uploads() == 1
    assert not path.exists()
    assert not Upload.objects.exists()
