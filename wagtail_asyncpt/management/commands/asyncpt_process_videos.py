"""``manage.py asyncpt_process_videos``: the video queue without a worker, and its repair."""

from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from wagtail_asyncpt.care.models import Clip, FormCheckStatus
from wagtail_asyncpt.care.operations import process_clip
from wagtail_asyncpt.library.media import AbstractVideo, VideoStatus
from wagtail_asyncpt.library.models import ExerciseVideo
from wagtail_asyncpt.library.operations import process_video, retry_video, tidy_video
from wagtail_asyncpt.library.queries import videos_to_process, videos_to_tidy


def _process_clip(video: AbstractVideo) -> None:
    process_clip(clip_id=video.pk)
    video.refresh_from_db()


def _process_exemplar(video: AbstractVideo) -> None:
    process_video(video=video)


def _announce_ready_clips() -> None:
    """Finish what a worker that died after transcoding left: the form check still waits."""
    unannounced = Clip.objects.filter(
        status=VideoStatus.READY, form_check__status=FormCheckStatus.RECEIVED
    )
    for clip_id in unannounced.values_list("pk", flat=True):
        process_clip(clip_id=clip_id)


WORK: list[tuple[type[AbstractVideo], Callable[[AbstractVideo], None]]] = [
    (Clip, _process_clip),
    (ExerciseVideo, _process_exemplar),
]


class Command(BaseCommand):
    """Transcode every video that waits, clients' clips first; safe beside a running worker."""

    help = (
        "Prepares the videos that wait: clients' clips and demonstration videos. Run it from cron "
        "where no task worker runs. Also takes up videos that a dead worker left."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        """Add the options."""
        parser.add_argument(
            "--retry-failed", action="store_true", help="Try failed videos once more, too."
        )
        parser.add_argument("--limit", type=int, default=0, help="Stop after this many videos.")

    def handle(self, *args: Any, **options: Any) -> None:
        """Process, one after the other: transcoding already uses two processors."""
        done = 0
        _announce_ready_clips()
        for model, process in WORK:
            if options["retry_failed"]:
                for video in model._default_manager.filter(status=VideoStatus.FAILED):
                    retry_video(video=video)
            for video in videos_to_tidy(model):
                tidy_video(video=video)
            for video in videos_to_process(model):
                if options["limit"] and done >= options["limit"]:
                    break
                process(video)
                done += 1
                self._report(video)
        self.stdout.write(f"{done} processed.")

    def _report(self, video: AbstractVideo) -> None:
        text = f"{video._meta.verbose_name} {video.uuid}: {video.get_status_display()}"
        self.stdout.write(f"{text} ({video.failure})" if video.failure else text)
