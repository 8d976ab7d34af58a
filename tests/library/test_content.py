"""Exercises as CMS content: translation, scheduled publishing, locking, workflow, comparison."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Locale

from tests import factories
from tests.conftest import Cast
from wagtail_asyncpt.library.models import Exercise, ExerciseVideo

Login = Callable[[Any], Browser]


@pytest.fixture
def editor(cast: Cast, login: Login) -> Browser:
    cast.therapist.user.user_permissions.add(
        *Permission.objects.filter(
            content_type__app_label="wagtail_asyncpt", content_type__model="exercise"
        )
    )
    return login(cast.therapist)


@pytest.fixture
def squat(ready_video: ExerciseVideo) -> Exercise:
    exercise = factories.make_exercise("Squat", cues=[("do", "Sit back."), ("avoid", "Haste.")])
    exercise.regions, exercise.equipment = ["hip", "knee"], ["chair"]
    exercise.video = ready_video
    exercise.default_dose = {"sets": 3, "reps": 8}
    exercise.import_key = "starter:squat"
    exercise.tags.add("Running")
    exercise.save()
    return exercise


def test_a_translation_has_everything_of_the_original(squat: Exercise) -> None:
    german = Locale.objects.create(language_code="de")
    copy = squat.copy_for_translation(german)
    copy.name = "Kniebeuge"
    copy.save()
    copy = Exercise.objects.get(locale=german)
    assert copy.translation_key == squat.translation_key and copy.slug == squat.slug
    assert [str(cue) for cue in copy.cues.all()] == [str(cue) for cue in squat.cues.all()]
    assert (copy.regions, copy.video, list(copy.tags.names())) == (
        ["hip", "knee"],
        squat.video,
        ["Running"],
    )
    copy.cues.all().delete()
    assert squat.cues.count() == 2


def test_lists_tags_and_cues_survive_a_revision(squat: Exercise) -> None:
    revision = squat.save_revision()
    Exercise.objects.filter(pk=squat.pk).update(regions=[], equipment=[])
    revision.publish()
    squat.refresh_from_db()
    assert (squat.regions, squat.equipment) == (["hip", "knee"], ["chair"])
    assert squat.cues.count() == 2 and list(squat.tags.names()) == ["Running"]


def test_an_exercise_goes_live_when_it_is_due(squat: Exercise) -> None:
    Exercise.objects.filter(pk=squat.pk).update(live=False)
    squat.refresh_from_db()
    squat.go_live_at = timezone.now() + dt.timedelta(hours=1)
    squat.save_revision().publish()
    squat.refresh_from_db()
    assert not squat.live and squat.approved_schedule
    revision = squat.scheduled_revision
    revision.approved_go_live_at = timezone.now() - dt.timedelta(minutes=1)
    revision.content["go_live_at"] = revision.approved_go_live_at.isoformat()
    revision.save()
    call_command("publish_scheduled")
    squat.refresh_from_db()
    assert squat.live


def test_a_locked_exercise_is_not_edited(editor: Browser, squat: Exercise) -> None:
    Exercise.objects.filter(pk=squat.pk).update(locked=True)
    url = reverse("asyncpt_exercises:edit", args=[squat.pk])
    answer = editor.post(url, {"name": "Changed", "action-publish": "1"})
    assert answer.status_code == 200
    squat.refresh_from_db()
    assert squat.name == "Squat"


def test_two_revisions_are_compared_in_words(editor: Browser, squat: Exercise) -> None:
    first = squat.save_revision()
    squat.regions = ["knee"]
    squat.default_dose = {"sets": 4, "reps": 10}
    second = squat.save_revision()
    url = reverse("asyncpt_exercises:revisions_compare", args=[squat.pk, first.pk, second.pk])
    page = editor.get(url).content.decode()
    assert '<span class="deletion">Hip, Knee</span><span class="addition">Knee</span>' in page
    assert '<span class="deletion">3 × 8</span><span class="addition">4 × 10</span>' in page


def test_history_usage_and_inspection_open(editor: Browser, squat: Exercise) -> None:
    for name in ("history", "usage", "delete", "unpublish", "edit", "copy"):
        url = reverse(f"asyncpt_exercises:{name}", args=[squat.pk])
        assert editor.get(url).status_code == 200, name


def test_the_editor_has_a_heading_for_screen_readers(editor: Browser, squat: Exercise) -> None:
    for name, keys, words in (
        ("add", [], "New"),
        ("edit", [squat.pk], "Squat"),
        ("copy", [squat.pk], "New"),
    ):
        page = editor.get(reverse(f"asyncpt_exercises:{name}", args=keys)).text
        (heading,) = re.findall(r'<h1 class="w-sr-only">(.+?)</h1>', page, re.DOTALL)
        assert words in heading, name
