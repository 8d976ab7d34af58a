"""What becomes of an uploaded video."""

import datetime as dt
from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command

from tests.conftest import MovableClock
from wagtail_asyncpt.core import video as film_module
from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.library import operations
from wagtail_asyncpt.library.media import VideoStatus, longest_processing
from wagtail_asyncpt.library.models import ExerciseVideo
from wagtail_asyncpt.library.operations import (
    check_upload,
    process_video,
    retry_video,
    tidy_video,
)
from wagtail_asyncpt.library.queries import videos_to_process

Make = Callable[..., ExerciseVideo]
Files = Callable[[], list[str]]

pytestmark = pytest.mark.django_db


class Crash(BaseException):
    """The worker is killed."""


def crash(*args: Any, **kwargs: Any) -> None:
    raise Crash


@pytest.mark.ffmpeg
def test_a_film_becomes_a_video_with_a_poster_and_its_original_is_gone(
    film: bytes, make_video: Make, files: Files
) -> None:
    video = make_video(film)
    assert files() == [f"exercises/{video.uuid}/source.mp4"]

    assert process_video(video=video)

    stored = ExerciseVideo.objects.get()
    assert (stored.status, stored.failure, stored.source.name) == ("ready", "", "")
    assert (stored.width, stored.height, stored.fps) == (320, 240, 30.0)
    assert stored.duration == pytest.approx(2, abs=0.2)
    assert sorted(files()) == sorted([stored.poster.name, stored.video.name])
    assert stored.video.read()[4:8] == b"ftyp"
    assert stored.poster.read()[:2] == b"\xff\xd8"
    assert b"loci" in film
    stored.video.seek(0)
    assert b"loci" not in stored.video.read()


@pytest.mark.ffmpeg
def test_the_second_worker_does_nothing(film: bytes, make_video: Make, files: Files) -> None:
    video = make_video(film)
    second = ExerciseVideo.objects.get(pk=video.pk)
    process_video(video=video)
    before = files()
    assert process_video(video=second) is False
    assert files() == before
    assert ExerciseVideo.objects.get().status == VideoStatus.READY


def test_a_worker_at_work_keeps_others_out(make_video: Make, monkeypatch: Any) -> None:
    video = make_video(b"anything")
    answers = []

    def meanwhile(*args: Any, **kwargs: Any) -> None:
        answers.append(process_video(video=ExerciseVideo.objects.get(pk=video.pk)))
        raise film_module.VideoError(film_module.VideoReason.FAILED)

    monkeypatch.setattr(film_module, "probe", meanwhile)
    assert process_video(video=video) is True
    assert answers == [False]


@pytest.mark.parametrize(
    ("content", "reason", "words"),
    [
        (b"", "empty", "empty"),
        (b"just text, called a film\n" * 40, "not_a_video", "could not read"),
    ],
)
@pytest.mark.ffmpeg
def test_a_file_that_is_no_film_fails_with_a_reason_and_is_kept(
    make_video: Make, files: Files, content: bytes, reason: str, words: str
) -> None:
    video = make_video(content)
    assert process_video(video=video)
    assert (video.status, video.failure) == (VideoStatus.FAILED, reason)
    assert words in video.failure_message
    assert files() == [video.source.name]


@pytest.mark.ffmpeg
def test_a_film_cut_in_half_fails(film: bytes, make_video: Make) -> None:
    video = make_video(film[: len(film) // 3])
    process_video(video=video)
    assert video.status == VideoStatus.FAILED
    assert video.failure_message


@pytest.mark.ffmpeg
def test_without_ffmpeg_the_video_waits(
    film: bytes, make_video: Make, settings: Any, monkeypatch: Any
) -> None:
    video = make_video(film)
    monkeypatch.setattr(film_module, "find_ffmpeg", lambda: None)
    process_video(video=video)
    assert (video.status, video.failure) == (VideoStatus.RECEIVED, "no_ffmpeg")
    monkeypatch.undo()
    process_video(video=video)
    assert (video.status, video.failure) == (VideoStatus.READY, "")


@pytest.mark.ffmpeg
@pytest.mark.parametrize("moment", ["probe", "transcode", "make_poster"])
def test_an_error_on_the_way_leaves_a_row_that_can_be_processed_again(
    film: bytes, make_video: Make, files: Files, monkeypatch: Any, moment: str
) -> None:
    video = make_video(film)
    monkeypatch.setattr(film_module, moment, crash)
    with pytest.raises(Crash):
        process_video(video=video)
    monkeypatch.undo()
    assert list(videos_to_process(ExerciseVideo)) == [video]
    assert process_video(video=video)
    assert video.is_ready
    assert len(files()) == 2


@pytest.mark.ffmpeg
def test_a_row_left_by_a_killed_worker_is_taken_up_after_a_while(
    film: bytes, make_video: Make, files: Files, clock: MovableClock
) -> None:
    video = make_video(film)
    ExerciseVideo.objects.update(status=VideoStatus.PROCESSING, processed_at=clock.moment)
    orphan = f"exercises/{video.uuid}/video-of-the-dead.mp4"
    video.video.storage.save(orphan, ContentFile(b"half"))

    assert process_video(video=video) is False
    assert list(videos_to_process(ExerciseVideo)) == []

    clock.move(seconds=longest_processing().total_seconds() + 1)
    assert list(videos_to_process(ExerciseVideo)) == [video]
    assert process_video(video=video)
    assert video.is_ready
    assert orphan not in files()


@pytest.mark.ffmpeg
def test_a_slow_worker_that_lost_its_claim_changes_nothing(
    film: bytes, make_video: Make, files: Files, clock: MovableClock, monkeypatch: Any
) -> None:
    video = make_video(film)
    real = film_module.make_poster

    def slow(*args: Any) -> None:
        monkeypatch.setattr(film_module, "make_poster", real)
        real(*args)
        clock.move(seconds=longest_processing().total_seconds() + 1)
        assert process_video(video=ExerciseVideo.objects.get(pk=video.pk))

    monkeypatch.setattr(film_module, "make_poster", slow)
    process_video(video=video)
    stored = ExerciseVideo.objects.get()
    assert stored.is_ready
    assert sorted(files()) == sorted([stored.poster.name, stored.video.name])


@pytest.mark.ffmpeg
def test_a_crash_before_the_original_was_deleted_is_tidied_later(
    film: bytes, make_video: Make, files: Files, monkeypatch: Any
) -> None:
    video = make_video(film)
    monkeypatch.setattr(operations, "tidy_video", crash)
    with pytest.raises(Crash):
        process_video(video=video)
    monkeypatch.undo()
    assert ExerciseVideo.objects.get().status == VideoStatus.READY
    assert len(files()) == 3
    call_command("asyncpt_process_videos", stdout=StringIO())
    assert len(files()) == 2
    assert ExerciseVideo.objects.get().source.name == ""


@pytest.mark.ffmpeg
def test_tidying_twice_deletes_nothing_that_is_needed(
    film: bytes, make_video: Make, files: Files
) -> None:
    video = make_video(film)
    process_video(video=video)
    tidy_video(video=video)
    assert len(files()) == 2


class ElsewhereStorage(FileSystemStorage):
    """A storage without local paths, such as S3."""

    def path(self, name: str) -> str:
        raise NotImplementedError

    def _inner(self) -> FileSystemStorage:
        return FileSystemStorage(self.location)

    def _save(self, name: str, content: Any) -> str:
        return self._inner()._save(name, content)

    def _open(self, name: str, mode: str = "rb") -> Any:
        return self._inner()._open(name, mode)

    def delete(self, name: str) -> None:
        self._inner().delete(name)

    def exists(self, name: str) -> bool:
        return self._inner().exists(name)

    def listdir(self, path: str) -> Any:
        return self._inner().listdir(path)


@pytest.mark.ffmpeg
def test_a_film_in_a_storage_elsewhere_is_fetched_first(
    film: bytes, make_video: Make, settings: Any, tmp_path: Path
) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "asyncpt_private": {
            "BACKEND": "tests.library.test_operations.ElsewhereStorage",
            "OPTIONS": {"location": str(tmp_path / "bucket")},
        },
    }
    video = make_video(film)
    process_video(video=video)
    assert video.is_ready
    assert len([path for path in (tmp_path / "bucket").rglob("*") if path.is_file()]) == 2


def test_a_failed_video_can_be_tried_again(make_video: Make) -> None:
    video = make_video(b"text")
    assert retry_video(video=video) is False
    ExerciseVideo.objects.update(status=VideoStatus.FAILED, failure="failed")
    assert retry_video(video=video) is True
    assert (video.status, video.failure) == (VideoStatus.RECEIVED, "")


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "empty"), (b"hello" * 10, "could not read"), (b"x" * 2000, "larger than")],
)
def test_a_bad_upload_is_refused_before_it_is_stored(
    settings: Any, content: bytes, words: str
) -> None:
    settings.WAGTAIL_ASYNCPT = {**settings.WAGTAIL_ASYNCPT, "UPLOAD_MAX_BYTES": 1000}
    with pytest.raises(DomainError, match=words):
        check_upload(ContentFile(content, name="film.mp4"))


def test_a_film_is_let_in() -> None:
    check_upload(ContentFile(b"\x00\x00\x00\x20ftypisom" + bytes(100), name="film.mp4"))


@pytest.mark.ffmpeg
def test_the_command_prepares_every_waiting_video_and_says_so(
    film: bytes, make_video: Make, clock: MovableClock
) -> None:
    good, bad = make_video(film), make_video(b"text", title="Not a film")
    done = make_video(b"", title="Failed before")
    ExerciseVideo.objects.filter(pk=done.pk).update(
        status=VideoStatus.FAILED, processed_at=clock.moment - dt.timedelta(days=1)
    )
    out = StringIO()
    call_command("asyncpt_process_videos", stdout=out)
    states = dict(ExerciseVideo.objects.values_list("pk", "status"))
    assert states == {good.pk: "ready", bad.pk: "failed", done.pk: "failed"}
    assert "2 processed." in out.getvalue()
    assert "(not_a_video)" in out.getvalue()


@pytest.mark.ffmpeg
def test_the_command_retries_failed_videos_when_asked(film: bytes, make_video: Make) -> None:
    video = make_video(film)
    ExerciseVideo.objects.update(status=VideoStatus.FAILED, failure="timed_out")
    call_command("asyncpt_process_videos", stdout=StringIO())
    video.refresh_from_db()
    assert video.status == VideoStatus.FAILED
    call_command("asyncpt_process_videos", "--retry-failed", stdout=StringIO())
    video.refresh_from_db()
    assert video.status == VideoStatus.READY
