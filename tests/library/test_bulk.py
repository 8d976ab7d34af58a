"""Many clips at once, and the remarks in the editor."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client as Browser
from django.urls import reverse

from tests import factories
from tests.conftest import Cast
from wagtail_asyncpt.library import bulk_views
from wagtail_asyncpt.library.bulk import name_of
from wagtail_asyncpt.library.models import Exercise, ExerciseVideo
from wagtail_asyncpt.programs.content_checks import exercise_remarks

Login = Callable[[Any], Browser]
FILM_HEAD = b"\x00\x00\x00\x20ftypisom" + bytes(200)


@pytest.fixture
def editor(cast: Cast, login: Login) -> Browser:
    cast.therapist.user.user_permissions.add(
        *Permission.objects.filter(
            content_type__app_label="wagtail_asyncpt",
            content_type__model__in=["exercise", "exercisevideo"],
        )
    )
    return login(cast.therapist)


def clip(name: str, content: bytes = FILM_HEAD) -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "video/mp4")


def send(browser: Browser, *clips: SimpleUploadedFile, **headers: str) -> Any:
    return browser.post(reverse("asyncpt_exercises:upload"), {"clips": list(clips)}, **headers)


@pytest.mark.parametrize(
    ("file", "name"),
    [
        ("goblet_squat-side.MP4", "Goblet squat side"),
        ("IMG_1234.MOV", "IMG 1234"),
        ("C:\\clips\\row.mp4", "Row"),
        ("Übung.mp4", "Übung"),
        ("___.mp4", "Exercise"),
    ],
)
def test_a_file_suggests_a_name(file: str, name: str) -> None:
    assert name_of(file) == name


def test_twenty_clips_become_twenty_drafts(editor: Browser) -> None:
    answer = send(editor, *(clip(f"squat_{n}.mp4") for n in range(20)))
    assert answer.status_code == 200
    assert "20 drafts were made." in answer.content.decode()
    exercises = Exercise.objects.select_related("video")
    assert {one.name for one in exercises} == {f"Squat {n}" for n in range(20)}
    assert all(not one.live and one.video.status == "received" for one in exercises)
    page = editor.get(reverse("asyncpt_exercises:edit", args=[exercises[0].pk]))
    assert page.status_code == 200


def test_clips_past_the_limit_are_named_and_not_lost_silently(
    editor: Browser, monkeypatch: Any
) -> None:
    monkeypatch.setattr(bulk_views, "MAX_FILES", 2)
    assert "Up to 2 clips at a time." in editor.get(reverse("asyncpt_exercises:upload")).text
    page = send(editor, *(clip(f"squat_{n}.mp4") for n in range(4))).text
    assert "2 drafts were made." in page
    for left in ("squat_2.mp4", "squat_3.mp4"):
        assert f"<strong>{left}</strong>: Not stored: send up to 2 clips at a time." in page
    assert set(Exercise.objects.values_list("name", flat=True)) == {"Squat 0", "Squat 1"}


def test_a_file_that_is_no_video_does_not_stop_the_others(editor: Browser) -> None:
    page = send(editor, clip("a.mp4"), clip("b.mp4", b"words"), clip("a.mp4")).content.decode()
    assert "could not read this file as a video" in page
    assert sorted(Exercise.objects.values_list("name", "slug")) == [("A", "a"), ("A", "a-2")]
    assert ExerciseVideo.objects.count() == 2


def test_the_script_gets_an_answer_for_its_file(editor: Browser) -> None:
    answer = send(editor, clip("row.mp4"), HTTP_ACCEPT="application/json")
    exercise = Exercise.objects.get()
    url = reverse("asyncpt_exercises:edit", args=[exercise.pk])
    assert answer.json() == {"results": [{"file": "row.mp4", "name": "Row", "url": url}]}
    refused = send(editor, clip("x.mp4", b""), HTTP_ACCEPT="application/json")
    assert refused.status_code == 422
    assert "empty" in refused.json()["results"][0]["error"]


def test_no_file_is_told(editor: Browser) -> None:
    assert "Choose one clip or more." in send(editor).content.decode()


def test_nobody_without_the_permission_uploads(cast: Cast, login: Login) -> None:
    for browser in (login(cast.colleague), login(cast.owner), Browser()):
        assert send(browser, clip("a.mp4")).status_code == 302
    assert not Exercise.objects.exists() and not ExerciseVideo.objects.exists()


def test_an_empty_exercise_has_remarks_and_a_whole_one_has_none(
    ready_video: ExerciseVideo,
) -> None:
    bare = factories.make_exercise("Bare", cues=())
    remarks = " ".join(exercise_remarks(bare))
    for words in ("no video", "no cues", "no stop rule", "No body region", "no usual dose"):
        assert words in remarks
    whole = factories.make_exercise("Whole")
    ready_video.captions = "WEBVTT\n\n00:00.000 --> 00:01.000\nDown.\n"
    whole.video, whole.stop_rules, whole.regions = ready_video, "Stop at pain.", ["knee"]
    whole.default_dose = {"sets": 3, "reps": 8, "reps_max": 12}
    assert exercise_remarks(whole) == []
    ready_video.captions = ""
    assert exercise_remarks(whole) == [
        "The video has no captions. Add them if anybody speaks in it."
    ]


@pytest.mark.parametrize(
    ("dose", "words"),
    [
        ({"sets": 12, "reps": 8}, "more than 6 sets"),
        ({"sets": 3, "reps": 80}, "more than 30 repetitions"),
        ({"sets": 6, "reps": 25}, "more than 120 in all"),
        ({"sets": 1, "hold_seconds": 600}, "a hold over 120 s"),
        ({"reps": 5, "effort_kind": "rir", "effort": "0"}, "an all-out effort"),
        ({"reps": 5, "load_value": "120", "load_unit": "percent"}, "more than 100 %"),
    ],
)
@pytest.mark.django_db
def test_a_dose_out_of_the_ordinary_is_remarked(dose: dict[str, Any], words: str) -> None:
    exercise = factories.make_exercise("Squat")
    exercise.default_dose = dose
    assert words in exercise_remarks(exercise)[-1]


def test_the_editor_shows_the_remarks(editor: Browser) -> None:
    exercise = factories.make_exercise("Squat")
    page = editor.get(reverse("asyncpt_exercises:edit", args=[exercise.pk])).content.decode()
    assert "There is no stop rule" in page
    assert "Worth a look" not in editor.get(reverse("asyncpt_exercises:add")).content.decode()
