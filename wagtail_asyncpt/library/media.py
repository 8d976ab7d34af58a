"""Videos that we keep: states, files and the abstract model of exemplars and clients' clips."""

import datetime
import uuid
from pathlib import PurePath

from django.db import models
from django.utils.translation import gettext_lazy as _

from wagtail_asyncpt.conf import settings as asyncpt_settings
from wagtail_asyncpt.core import clock
from wagtail_asyncpt.core.storage import private_storage
from wagtail_asyncpt.core.video import (
    TRANSCODE_SECONDS_BASE,
    TRANSCODE_SECONDS_PER_SECOND,
    VideoError,
    VideoReason,
)


class VideoStatus(models.TextChoices):
    """Where a video is on its way from upload to player."""

    RECEIVED = "received", _("received")
    PROCESSING = "processing", _("being prepared")
    READY = "ready", _("ready")
    FAILED = "failed", _("could not be read")


def _path(instance: "AbstractVideo", part: str, filename: str) -> str:
    suffix = PurePath(filename).suffix.lower()[:8]
    return f"{instance.folder}/{instance.uuid}/{part}{suffix}"


def source_path(instance: "AbstractVideo", filename: str) -> str:
    """Where the uploaded original waits until it is transcoded; its name is never kept."""
    return _path(instance, "source", filename)


def video_path(instance: "AbstractVideo", filename: str) -> str:
    """Where the transcoded video is kept."""
    return _path(instance, "video", filename)


def poster_path(instance: "AbstractVideo", filename: str) -> str:
    """Where the poster is kept."""
    return _path(instance, "poster", filename)


def longest_processing() -> datetime.timedelta:
    """After this time a video that is still being prepared was left by a worker that died."""
    seconds = TRANSCODE_SECONDS_PER_SECOND * asyncpt_settings.VIDEO_MAX_SECONDS
    return datetime.timedelta(seconds=2 * TRANSCODE_SECONDS_BASE + seconds)


class AbstractVideo(models.Model):
    """An uploaded video, its transcoded form and its poster, all in private storage.

    ``source`` is deleted when ``video`` exists: the original carries the phone's location.
    ``fps`` is the constant frame rate of ``video`` (frames per second), ``duration`` is in seconds.
    ``failure`` holds a ``VideoReason``; ``failure_message`` says it in the reader's language.
    ``processed_at`` is when ``status`` last changed in processing.
    """

    folder = "videos"

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    status = models.CharField(
        max_length=20, choices=VideoStatus, default=VideoStatus.RECEIVED, editable=False
    )
    failure = models.CharField(max_length=200, blank=True, editable=False)
    source = models.FileField(storage=private_storage, upload_to=source_path, blank=True)
    video = models.FileField(
        storage=private_storage, upload_to=video_path, blank=True, editable=False
    )
    poster = models.FileField(
        storage=private_storage, upload_to=poster_path, blank=True, editable=False
    )
    duration = models.FloatField(null=True, editable=False)
    fps = models.FloatField(null=True, editable=False)
    width = models.PositiveIntegerField(null=True, editable=False)
    height = models.PositiveIntegerField(null=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    processed_at = models.DateTimeField(null=True, editable=False)

    class Meta:
        abstract = True

    @property
    def is_ready(self) -> bool:
        """Whether the transcoded video can be played."""
        return self.status == VideoStatus.READY

    @property
    def etag(self) -> str:
        """Changes with the bytes of ``video`` and ``poster``."""
        moment = self.processed_at.timestamp() if self.processed_at else 0
        return f"{self.uuid.hex}-{moment:.6f}"

    @property
    def failure_message(self) -> str:
        """Why the video could not be prepared, for people; empty where nothing failed."""
        if self.failure not in set(VideoReason):
            return self.failure
        return str(VideoError(VideoReason(self.failure)).message)
