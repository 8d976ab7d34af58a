"""The exercise library in the Wagtail admin."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Locale

from tests import factories
from tests.conftest import Cast
from wagtail_asyncpt.library.models import Exercise, ExerciseVideo
from wagtail_asyncpt.programs.dose import Dose

Login = Callable[[Any], Browser]
FILM_HEAD = b"\x00\x00\x00\x20ftypisom" + bytes(200)

DOSE_FIELDS = [
    "sets", "reps", "reps_max", "hold_seconds", "distance_m", "load_value", "load_unit",
    "load_note", "effort_kind", "effort", "tempo", "rest_seconds", "side",
]  # fmt: skip


@pytest.fixture
def editor(cast: Cast, login: Login) -> Browser:
    """The therapist, in a group that may edit and publish the library."""
    group = Group.objects.create(name="Therapists")
    group.permissions.set(
        Permission.objects.filter(
            content_type__app_label="wagtail_asyncpt",
            content_type__model__in=["exercise", "exercisevideo"],
        )
    )
    cast.therapist.user.groups.add(group)
    return login(cast.therapist)


def form(**values: Any) -> dict[str, Any]:
    """The posted fields of the exercise form."""
    dose = {f"default_dose-{name}": "" for name in DOSE_FIELDS}
    return {
        "name": "Wall squat",
        "slug": "wall-squat",
        "other_names": "",
        "summary": "Slide down a wall.",
        "regions": ["knee"],
        "position": "standing",
        "pattern": "squat",
        "equipment": [],
        "equipment_note": "",
        "tags": "",
        "contraindications": "",
        "embed_url": "",
        "picture": "",
        "picture_alt": "",
        "picture_author": "",
        "picture_source": "",
        "picture_licence": "",
        "visibility": "teaser",
        "stop_rules": "",
        "video": "",
        "source": "",
        "author": "",
        "licence": "",
        **dose,
        "default_dose-side": "both",
        "default_dose-effort_kind": "rpe",
        "cues-TOTAL_FORMS": "2",
        "cues-INITIAL_FORMS": "0",
        "cues-MIN_NUM_FORMS": "0",
        "cues-MAX_NUM_FORMS": "1000",
        "cues-0-kind": "do",
        "cues-0-text": "Press your knees out.",
        "cues-0-ORDER": "1",
        "cues-0-DELETE": "",
        "cues-0-id": "",
        "cues-1-kind": "avoid",
        "cues-1-text": "Knees falling in.",
        "cues-1-ORDER": "2",
        "cues-1-DELETE": "",
        "cues-1-id": "",
        **values,
    }


def test_a_therapist_writes_and_publishes_an_exercise(editor: Browser) -> None:
    answer = editor.post(
        reverse("asyncpt_exercises:add"),
        form(
            **{
                "default_dose-sets": "3",
                "default_dose-reps": "8",
                "default_dose-load_value": "12.5",
                "default_dose-load_unit": "kg",
                "default_dose-tempo": "3-1-1",
                "action-publish": "1",
            }
        ),
    )
    assert answer.status_code == 302
    exercise = Exercise.objects.get(slug="wall-squat")
    assert exercise.live
    assert [str(cue) for cue in exercise.cues.all()] == [
        "Do: Press your knees out.",
        "Avoid: Knees falling in.",
    ]
    assert exercise.default_dose == {
        "sets": 3,
        "reps": 8,
        "load_value": "12.5",
        "load_unit": "kg",
        "effort_kind": "rpe",
        "tempo": "3-1-1",
        "side": "both",
    }
    assert Dose.from_dict(exercise.default_dose).in_words() == "3 × 8, 12.5 kg, tempo 3-1-1"


def test_a_saved_dose_comes_back_into_the_form(editor: Browser) -> None:
    exercise = factories.make_exercise("Heel raise")
    exercise.default_dose = {"sets": 3, "hold_seconds": 5, "load_value": "7.5"}
    exercise.save()
    page = editor.get(reverse("asyncpt_exercises:edit", args=[exercise.pk])).content.decode()
    assert "hold_seconds&quot;: &quot;5&quot;" in page
    assert "load_value&quot;: &quot;7.5&quot;" in page


def test_an_edit_without_publishing_stays_a_draft(editor: Browser) -> None:
    exercise = factories.make_exercise("Heel raise")
    editor.post(
        reverse("asyncpt_exercises:edit", args=[exercise.pk]),
        form(name="Calf raise", slug=exercise.slug),
    )
    exercise.refresh_from_db()
    assert exercise.name == "Heel raise"
    assert exercise.latest_revision.as_object().name == "Calf raise"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("default_dose-sets", "0", "greater than or equal to 1"),
        ("default_dose-reps", "eight", "whole number"),
        ("default_dose-reps_max", "5", "lower end"),
        ("default_dose-tempo", "slow", "tempo like 3-1-1"),
        ("slug", "taken", "Another exercise has this slug"),
    ],
)
def test_a_wrong_value_is_told_at_its_field_and_kept(
    editor: Browser, field: str, value: str, words: str
) -> None:
    taken = factories.make_exercise("Taken")
    Exercise.objects.filter(pk=taken.pk).update(slug="taken")
    answer = editor.post(
        reverse("asyncpt_exercises:add"), form(**{field: value, "action-publish": "1"})
    )
    page = answer.content.decode()
    assert answer.status_code == 200
    assert words in page
    assert value in page
    assert not Exercise.objects.filter(slug="wall-squat").exists()


def test_the_slug_may_be_used_again_in_another_language(editor: Browser) -> None:
    other = Locale.objects.create(language_code="de")
    exercise = factories.make_exercise("Wall squat")
    Exercise.objects.filter(pk=exercise.pk).update(slug="wall-squat", locale=other)
    answer = editor.post(reverse("asyncpt_exercises:add"), form(**{"action-publish": "1"}))
    assert answer.status_code == 302


def test_somebody_without_the_permission_edits_nothing(cast: Cast, login: Login) -> None:
    exercise = factories.make_exercise("Heel raise")
    browser = login(cast.colleague)
    for url in (
        reverse("asyncpt_exercises:add"),
        reverse("asyncpt_exercises:edit", args=[exercise.pk]),
    ):
        answer = browser.post(url, form(**{"action-publish": "1"}))
        assert answer.status_code == 302
        assert answer["Location"] == reverse("wagtailadmin_home")
    assert list(Exercise.objects.values_list("name", flat=True)) == ["Heel raise"]


def test_the_listing_filters_and_searches(editor: Browser, make_video: Any) -> None:
    squat = factories.make_exercise("Squat", cues=[("do", "Sit onto an imaginary chair.")])
    bridge = factories.make_exercise("Bridge", cues=[("do", "Push through the heels.")])
    draft = factories.make_exercise("Unfinished")
    squat.regions, squat.pattern, squat.video = ["knee"], "squat", make_video(b"text")
    squat.save()
    bridge.regions, bridge.pattern = ["hip", "knee"], "hinge"
    bridge.save()
    draft.live = False
    draft.save()

    def shown(**query: str) -> set[str]:
        results = editor.get(reverse("asyncpt_exercises:list"), query).context["object_list"]
        return {exercise.name for exercise in results}

    assert shown() == {"Squat", "Bridge", "Unfinished"}
    assert shown(region="hip") == {"Bridge"}
    assert shown(region="knee") == {"Squat", "Bridge"}
    assert shown(pattern="hinge") == {"Bridge"}
    assert shown(status="draft") == {"Unfinished"}
    assert shown(status="live") == {"Squat", "Bridge"}
    assert shown(video="true") == {"Squat"}
    assert shown(video="false") == {"Bridge", "Unfinished"}
    assert shown(q="bridg") == {"Bridge"}
    assert shown(q="chair") == {"Squat"}


def test_the_listing_costs_the_same_for_3_and_30_exercises(
    editor: Browser, ready_video: ExerciseVideo, django_assert_num_queries: Any
) -> None:
    def add(count: int) -> None:
        for _n in range(count):
            exercise = factories.make_exercise()
            exercise.video = ready_video
            exercise.save()

    url = reverse("asyncpt_exercises:list")
    add(3)
    editor.get(url)
    with CaptureQueriesContext(connection) as few:
        editor.get(url)
    add(27)
    with django_assert_num_queries(len(few)):
        page = editor.get(url).content.decode()
    assert page.count(reverse("asyncpt_library:poster", args=[ready_video.uuid])) == 30


def test_the_preview_shows_the_exercise_as_the_client_sees_it(
    editor: Browser, ready_video: ExerciseVideo
) -> None:
    exercise = factories.make_exercise("Heel raise", cues=[("feel", "Your calf works.")])
    exercise.video = ready_video
    exercise.default_dose = {"sets": 3, "reps": 12, "side": "each"}
    exercise.stop_rules = "Stop at sharp pain."
    exercise.save()
    url = reverse("asyncpt_exercises:preview_on_edit", args=[exercise.pk])
    editor.post(url, form(name="Calf raise", slug=exercise.slug, video=ready_video.pk))
    page = editor.get(url).content.decode()
    assert "Calf raise" in page
    assert "Press your knees out." in page
    assert reverse("asyncpt_library:video", args=[ready_video.uuid]) in page
    page = exercise.make_preview_request().render().content.decode()
    assert "3 × 12 each side" in page
    assert "Your calf works." in page
    assert "Stop at sharp pain." in page


def test_a_video_is_uploaded_and_waits_for_the_worker(editor: Browser) -> None:
    answer = editor.post(
        reverse("asyncpt_exercise_videos:add"),
        {
            "title": "Squat from the side",
            "source": SimpleUploadedFile("IMG_001.MOV", FILM_HEAD),
            "author": "",
            "captions": "",
        },
    )
    assert answer.status_code == 302
    video = ExerciseVideo.objects.get()
    assert (video.title, video.status) == ("Squat from the side", "received")
    assert "IMG_001" not in video.source.name
    assert video.source.read() == FILM_HEAD


@pytest.mark.parametrize(
    ("content", "words"),
    [(b"", "empty"), (b"These are words, not a film.", "could not read this file as a video")],
)
def test_a_file_that_is_no_video_is_refused_at_its_field(
    editor: Browser, content: bytes, words: str
) -> None:
    answer = editor.post(
        reverse("asyncpt_exercise_videos:add"),
        {"title": "Squat", "source": SimpleUploadedFile("squat.mp4", content, "video/mp4")},
    )
    assert answer.status_code == 200
    assert words in str(answer.context["form"].errors["source"])
    assert 'value="Squat"' in answer.content.decode()
    assert not ExerciseVideo.objects.exists()


def test_captions_must_be_webvtt(editor: Browser) -> None:
    answer = editor.post(
        reverse("asyncpt_exercise_videos:add"),
        {
            "title": "Squat",
            "source": SimpleUploadedFile("squat.mp4", FILM_HEAD),
            "captions": "1\n00:00 Hello",
        },
    )
    assert "WEBVTT" in str(answer.context["form"].errors["captions"])


def test_a_new_file_replaces_the_old_one_and_renaming_does_not(
    editor: Browser, ready_video: ExerciseVideo
) -> None:
    url = reverse("asyncpt_exercise_videos:edit", args=[ready_video.pk])
    editor.post(url, {"title": "Renamed", "captions": "", "author": ""})
    ready_video.refresh_from_db()
    assert (ready_video.title, ready_video.status) == ("Renamed", "ready")
    editor.post(url, {"title": "Renamed", "source": SimpleUploadedFile("b.mp4", FILM_HEAD)})
    ready_video.refresh_from_db()
    assert ready_video.status == "received"


def test_saving_a_failed_video_tries_it_again(editor: Browser, make_video: Any) -> None:
    video = make_video(FILM_HEAD)
    ExerciseVideo.objects.update(status="failed", failure="timed_out")
    page = editor.get(reverse("asyncpt_exercise_videos:edit", args=[video.pk]))
    assert "took too long" in page.content.decode()
    editor.post(page.request["PATH_INFO"], {"title": "Again", "captions": "", "author": ""})
    video.refresh_from_db()
    assert (video.status, video.failure) == ("received", "")


def test_deleting_a_video_deletes_its_files_and_keeps_the_exercise(
    editor: Browser,
    ready_video: ExerciseVideo,
    files: Callable[[], list[str]],
    django_capture_on_commit_callbacks: Any,
) -> None:
    exercise = factories.make_exercise("Squat")
    exercise.video = ready_video
    exercise.save()
    assert len(files()) == 2
    with django_capture_on_commit_callbacks(execute=True):
        editor.post(reverse("asyncpt_exercise_videos:delete", args=[ready_video.pk]))
    exercise.refresh_from_db()
    assert exercise.video is None
    assert not ExerciseVideo.objects.exists()
    assert files() == []


def test_the_chooser_lists_videos_and_uploads_one(
    editor: Browser, ready_video: ExerciseVideo
) -> None:
    listing = editor.get(reverse("asyncpt_exercise_video_chooser:choose")).json()
    assert ready_video.title in listing["html"]
    assert 'type="file"' in listing["html"]
    answer = editor.post(
        reverse("asyncpt_exercise_video_chooser:create"),
        {
            "title": "Bridge",
            "source": SimpleUploadedFile("b.mp4", FILM_HEAD),
        },
    ).json()
    assert answer["step"] == "chosen"
    assert answer["result"]["id"] == str(ExerciseVideo.objects.get(title="Bridge").pk)


def test_the_chooser_refuses_a_text_file(editor: Browser, db: None) -> None:
    answer = editor.post(
        reverse("asyncpt_exercise_video_chooser:create"),
        {"title": "Bridge", "source": SimpleUploadedFile("b.mp4", b"words")},
    ).json()
    assert answer["step"] == "reshow_creation_form"
    assert "could not read" in answer["htmlFragment"]
    assert not ExerciseVideo.objects.exists()


def test_the_menu_leads_to_exercises_and_videos(editor: Browser) -> None:
    page = editor.get(reverse("wagtailadmin_home")).content.decode()
    assert json.dumps(reverse("asyncpt_exercises:list"))[1:-1] in page
    assert json.dumps(reverse("asyncpt_exercise_videos:index"))[1:-1] in page
