"""Background work of the room."""

from django_tasks import task

from wagtail_asyncpt.care import operations
from wagtail_asyncpt.library.tasks import enqueue_long


@task()
def process_clip(clip_id: int) -> str:
    """Transcode one clip; returns its state."""
    return operations.process_clip(clip_id=clip_id).status


def enqueue_clip(clip_id: int) -> bool:
    """Queue the transcoding of a clip; ``False`` where no worker would do it."""
    return enqueue_long(process_clip, clip_id)
