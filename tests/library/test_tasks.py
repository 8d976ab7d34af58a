"""Queueing long work."""

from collections.abc import Callable
from typing import Any

# Forgets the backends when TASKS changes; on Django 6 nothing else imports it.
import django_tasks.signals  # noqa: F401
import pytest
from django_tasks import task_backends
from django_tasks_db.models import DBTaskResult

from wagtail_asyncpt.library.models import ExerciseVideo
from wagtail_asyncpt.library.tasks import (
    enqueue_long,
    process_exercise_video,
    runs_in_background,
)

Make = Callable[..., ExerciseVideo]
DATABASE = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend", "QUEUES": ["media"]}}


def test_under_the_immediate_backend_nothing_is_transcoded_in_the_request(
    make_video: Make, django_capture_on_commit_callbacks: Any
) -> None:
    video = make_video(b"text")
    with django_capture_on_commit_callbacks(execute=True) as callbacks:
        assert enqueue_long(process_exercise_video, video.pk) is False
    assert callbacks == []
    video.refresh_from_db()
    assert video.status == "received"


@pytest.fixture
def database_queue(settings: Any) -> None:
    settings.TASKS = DATABASE
    settings.WAGTAIL_ASYNCPT = {**settings.WAGTAIL_ASYNCPT, "TASK_QUEUE": "media"}


def test_a_worker_gets_the_video_from_the_queue_of_the_setting(
    make_video: Make, database_queue: None, django_capture_on_commit_callbacks: Any
) -> None:
    video = make_video(b"text")
    assert runs_in_background()
    with django_capture_on_commit_callbacks(execute=False):
        assert enqueue_long(process_exercise_video, video.pk) is True
        assert DBTaskResult.objects.count() == 0
    with django_capture_on_commit_callbacks(execute=True):
        enqueue_long(process_exercise_video, video.pk)
    queued = DBTaskResult.objects.get()
    assert queued.queue_name == "media"
    assert queued.args_kwargs["args"] == [video.pk]
    assert task_backends["default"] is not None


@pytest.mark.ffmpeg
def test_the_task_processes_its_video_and_forgives_a_deleted_one(
    make_video: Make, film: bytes
) -> None:
    video = make_video(film)
    assert process_exercise_video.func(video.pk) is True
    video.refresh_from_db()
    assert video.is_ready
    video.delete()
    assert process_exercise_video.func(0) is False
