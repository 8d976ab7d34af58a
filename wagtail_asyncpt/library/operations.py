"""Writes of the library: what becomes of an uploaded video."""

import contextlib
import datetime
import logging
import posixpath
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from django.core.files import File
from django.core.files.storage import Storage
from django.db import transaction
from django.db.models import Q
from django.db.models.fields.files import FieldFile
from django.utils.translation import gettext as _

from wagtail_asyncpt.conf import settings as asyncpt_settings
from wagtail_asyncpt.core import clock
from wagtail_asyncpt.core import video as film
from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.core.video import Probe, VideoError, VideoReason
from wagtail_asyncpt.library.media import (
    AbstractVideo,
    VideoStatus,
    longest_processing,
    poster_path,
    video_path,
)

logger = logging.getLogger(__name__)

HEAD_BYTES = 64


def check_upload(file: File) -> None:
    """Refuse, before it is stored, an uploaded file that is empty, too large or not a video.

    Raises ``DomainError`` with the words for the form.
    """
    size = file.size or 0
    if not size:
        raise VideoError(VideoReason.EMPTY)
    if size > asyncpt_settings.UPLOAD_MAX_BYTES:
        raise DomainError(
            _("This file is larger than %(limit)d MB. Please trim the video and try again.")
            % {"limit": asyncpt_settings.UPLOAD_MAX_BYTES // 1024**2},
            field="source",
        )
    file.seek(0)
    head = file.read(HEAD_BYTES)
    file.seek(0)
    with tempfile.NamedTemporaryFile() as beginning:
        beginning.write(head)
        beginning.flush()
        if film.sniff_container(beginning.name) is None:
            raise VideoError(VideoReason.NOT_A_VIDEO)


def process_video(*, video: AbstractVideo) -> bool:
    """Transcode a received video and write its poster; whether this call did the work.

    For exercise videos and clients' clips. Two workers do it once: the row is claimed first, and
    a worker that lost its claim changes nothing. The original is deleted when the new file is
    stored. After a failure the row tells why (``failure``, a ``VideoReason``) and the original is
    kept. A worker that dies leaves a row that can be claimed again after
    ``longest_processing()``. ``video`` is refreshed. Never call it in a request.
    """
    claimed_at = _claim(video)
    if claimed_at is None:
        return False
    try:
        made = _make_files(video)
    except VideoError as error:
        logger.warning("Video %s: %s %s", video.uuid, error.reason, error.detail)
        _release(video, claimed_at, error.reason)
    except BaseException:
        _release(video, claimed_at, VideoReason.FAILED, status=VideoStatus.RECEIVED)
        raise
    else:
        if _finish(video, claimed_at, made):
            tidy_video(video=video)
    video.refresh_from_db()
    return True


def tidy_video(*, video: AbstractVideo) -> None:
    """Delete everything of a ready video but the transcoded file and its poster."""
    storage = video.video.storage
    kept = {str(video.video.name), str(video.poster.name)}
    folder = posixpath.dirname(str(video.video.name))
    found = {posixpath.join(folder, name) for name in storage.listdir(folder)[1]}
    for name in ({str(video.source.name)} | found) - kept - {""}:
        storage.delete(name)
    _rows(video).update(source="")
    video.source = ""


@contextlib.contextmanager
def delete_video(*, video: AbstractVideo) -> Iterator[None]:
    """Around the deletion of a video's row: its files are deleted when that is committed."""
    storage = video.source.storage
    names = [str(file.name) for file in (video.source, video.video, video.poster) if file.name]
    with transaction.atomic():
        yield
        for name in names:
            transaction.on_commit(partial(storage.delete, name))


def retry_video(*, video: AbstractVideo) -> bool:
    """Let a failed video be processed once more; whether it was failed and has its original."""
    changed = (
        _rows(video)
        .filter(status=VideoStatus.FAILED)
        .exclude(source="")
        .update(status=VideoStatus.RECEIVED, failure="")
    )
    video.refresh_from_db()
    return bool(changed)


@dataclass(frozen=True)
class _Made:
    """Names in storage of what one attempt wrote, and what the video is."""

    video: str
    poster: str
    probe: Probe


def _rows(video: AbstractVideo) -> Any:
    return type(video)._base_manager.filter(pk=video.pk)


def _claim(video: AbstractVideo) -> datetime.datetime | None:
    """Mark the row as being processed; the moment is the claim, ``None`` if another has it."""
    moment = clock.now()
    abandoned = moment - longest_processing()
    changed = (
        _rows(video)
        .filter(
            Q(status=VideoStatus.RECEIVED)
            | Q(status=VideoStatus.PROCESSING, processed_at__lt=abandoned)
        )
        .exclude(source="")
        .update(status=VideoStatus.PROCESSING, processed_at=moment, failure="")
    )
    if not changed:
        return None
    video.refresh_from_db()
    return moment


def _held(video: AbstractVideo, claimed_at: datetime.datetime) -> Any:
    return _rows(video).filter(status=VideoStatus.PROCESSING, processed_at=claimed_at)


def _release(
    video: AbstractVideo, claimed_at: datetime.datetime, reason: VideoReason, status: str = ""
) -> None:
    # Without ffmpeg the video waits: it will pass when the clinic has installed it.
    waits = reason == VideoReason.NO_FFMPEG
    status = status or (VideoStatus.RECEIVED if waits else VideoStatus.FAILED)
    _held(video, claimed_at).update(status=status, failure=reason.value, processed_at=clock.now())


def _finish(video: AbstractVideo, claimed_at: datetime.datetime, made: _Made) -> bool:
    changed = _held(video, claimed_at).update(
        status=VideoStatus.READY,
        video=made.video,
        poster=made.poster,
        duration=made.probe.duration,
        fps=made.probe.fps,
        width=made.probe.width,
        height=made.probe.height,
        processed_at=clock.now(),
    )
    if not changed:
        for name in (made.video, made.poster):
            video.video.storage.delete(name)
        return False
    video.refresh_from_db()
    return True


def _make_files(video: AbstractVideo) -> _Made:
    # Each attempt has its own names, so that one which lost its claim deletes only its own.
    attempt = uuid.uuid4().hex[:8]
    with tempfile.TemporaryDirectory() as folder, _local(video.source, Path(folder)) as source:
        target, poster = Path(folder) / "video.mp4", Path(folder) / "poster.jpg"
        made = film.transcode(source, target, probe=film.probe(source))
        film.make_poster(target, poster)
        storage = video.video.storage
        return _Made(
            _store(storage, _attempt_name(video_path(video, ".mp4"), attempt), target),
            _store(storage, _attempt_name(poster_path(video, ".jpg"), attempt), poster),
            made,
        )


def _attempt_name(path: str, attempt: str) -> str:
    stem, suffix = posixpath.splitext(path)
    return f"{stem}-{attempt}{suffix}"


def _store(storage: Storage, name: str, path: Path) -> str:
    with path.open("rb") as stream:
        return storage.save(name, File(stream))


@contextlib.contextmanager
def _local(file: FieldFile, folder: Path) -> Iterator[Path]:
    """The file on this machine's disk: itself, or a copy in ``folder`` of one kept elsewhere."""
    try:
        path = Path(file.path)
    except NotImplementedError:
        path = folder / "source"
        _download(file, path)
    if not path.exists():
        raise VideoError(VideoReason.INCOMPLETE, f"{path} is gone")
    yield path


def _download(file: FieldFile, path: Path) -> None:
    with file.storage.open(str(file.name), "rb") as stream, path.open("wb") as target:
        for block in stream.chunks():
            target.write(block)
