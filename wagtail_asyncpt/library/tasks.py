"""Background work of the library, and how any room puts work into the queue."""

from functools import partial
from typing import Any

from django.db import transaction
from django_tasks import task, task_backends
from django_tasks.base import Task

from wagtail_asyncpt.conf import settings as asyncpt_settings
from wagtail_asyncpt.library import operations
from wagtail_asyncpt.library.models import ExerciseVideo


def runs_in_background(alias: str = "default") -> bool:
    """Whether a worker does the tasks of this backend, and not the request that asks for them.

    Wagtail's default is ``ImmediateBackend``, of django-tasks or of Django 6's own copy.
    """
    return all(
        parent.__name__ != "ImmediateBackend" for parent in type(task_backends[alias]).__mro__
    )


def enqueue_long(long_task: Task, *args: Any) -> bool:
    """Queue long work when the transaction commits; ``False`` where no worker would do it.

    Without a worker the rows stay as received, for ``manage.py asyncpt_process_videos``.
    """
    if not runs_in_background(long_task.backend):
        return False
    queued = long_task.using(queue_name=asyncpt_settings.TASK_QUEUE)
    transaction.on_commit(partial(queued.enqueue, *args))
    return True


@task()
def process_exercise_video(pk: int) -> bool:
    """Transcode one demonstration video."""
    video = ExerciseVideo.objects.filter(pk=pk).first()
    return video is not None and operations.process_video(video=video)
