"""Many clips at once: each becomes a draft exercise named after its file."""

import re
from pathlib import PurePath
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from wagtail.log_actions import log
from wagtail.models import Locale

from wagtail_asyncpt.library.models import Exercise, ExerciseVideo
from wagtail_asyncpt.library.operations import check_upload
from wagtail_asyncpt.library.slugs import free_slug
from wagtail_asyncpt.library.tasks import enqueue_long, process_exercise_video


def name_of(filename: str) -> str:
    """The name that a file suggests: ``goblet_squat-side.MP4`` is "Goblet squat side"."""
    words = re.sub(r"[\s_\-.]+", " ", PurePath(filename.replace("\\", "/")).stem).strip()[:200]
    return words[:1].upper() + words[1:] or "Exercise"


@transaction.atomic
def draft_of_clip(*, file: UploadedFile, user: Any = None) -> Exercise:
    """Store a clip, queue it, and make a draft exercise that shows it.

    Raises ``DomainError`` for a file that is no video or too large; nothing is kept of it.
    """
    check_upload(file)
    name, locale = name_of(file.name or ""), Locale.get_default()
    video = ExerciseVideo(title=name)
    video.source.save(str(file.name), file, save=False)
    video.save()
    taken = set(Exercise.objects.filter(locale=locale).values_list("slug", flat=True))
    exercise = Exercise(
        name=name, slug=free_slug(name, taken), locale=locale, video=video, live=False
    )
    exercise.has_unpublished_changes = True
    exercise.save()
    exercise.save_revision(user=user)
    log(instance=exercise, action="wagtail.create", user=user)
    enqueue_long(process_exercise_video, video.pk)
    return exercise
