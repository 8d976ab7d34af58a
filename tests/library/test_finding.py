"""Finding exercises: the chooser, and where an exercise is used."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
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


def make(name: str, *tags: str, **fields: Any) -> Exercise:
    exercise = factories.make_exercise(name, cues=fields.pop("cues", ()))
    for key, value in fields.items():
        setattr(exercise, key, value)
    exercise.tags.add(*tags)
    exercise.save()
    return exercise


def chooser_url(name: str = "choose_results") -> str:
    viewset = Exercise.snippet_viewset.chooser_viewset  # type: ignore[attr-defined]
    return reverse(viewset.get_url_name(name))


def shown(browser: Browser, **query: Any) -> list[str]:
    """The names in the chooser's list, in order."""
    answer = browser.get(chooser_url(), query)
    assert answer.status_code == 200
    return [one.name for one in answer.context["results"]]


def test_the_chooser_finds_by_name_other_name_and_cue_best_first(editor: Browser) -> None:
    make("Wall squat", cues=[("do", "Slide down.")])
    make("Squat to a box")
    make("Sit to stand", other_names="Chair squat")
    make("Bridge", cues=[("do", "As in a squat, press your heels down.")])
    make("Plank")
    assert shown(editor, q="squat") == ["Squat to a box", "Wall squat", "Sit to stand", "Bridge"]
    assert shown(editor, q="squ wall") == ["Wall squat"]
    assert shown(editor, q="100%_") == []


def test_the_chooser_filters(editor: Browser, make_video: Any) -> None:
    tag = make("Squat", "Running", regions=["knee", "hip"], pattern="squat").tags.get()
    make("Row", equipment=["long_band"], position="sitting", embed_url="https://youtu.be/x")
    make("Film", video=make_video(b"text"))
    make("Draft", live=False)
    assert shown(editor, region="hip") == ["Squat"]
    assert shown(editor, equipment="long_band") == ["Row"]
    assert shown(editor, position="sitting") == ["Row"]
    assert shown(editor, pattern="squat") == ["Squat"]
    assert shown(editor, tag=tag.pk) == ["Squat"]
    assert shown(editor, video="true") == ["Film", "Row"]
    assert shown(editor, video="false") == ["Draft", "Squat"]
    assert shown(editor, status="draft") == ["Draft"]
    assert shown(editor, q="squat", region="hip") == ["Squat"]
    assert shown(editor, q="squat", region="neck") == []


def test_a_filter_that_does_not_exist_asks_nothing(editor: Browser) -> None:
    make("Squat")
    assert shown(editor, region="tail", tag="x") == ["Squat"]


def test_the_dialog_offers_every_filter(editor: Browser) -> None:
    make("Squat", "Running")
    html = editor.get(chooser_url("choose")).json()["html"]
    for name in ("q", "region", "equipment", "position", "pattern", "video", "tag", "status"):
        assert f'name="{name}"' in html
    assert "Running" in html


def test_the_chooser_costs_the_same_for_3_and_20_exercises(
    editor: Browser, ready_video: ExerciseVideo
) -> None:
    def ask() -> int:
        with CaptureQueriesContext(connection) as captured:
            page = editor.get(chooser_url(), {"q": "exercise"}).content.decode()
        assert page.count(reverse("asyncpt_library:poster", args=[ready_video.uuid]))
        return len(captured)

    for _n in range(3):
        make("", video=ready_video)
    ask()
    few = ask()
    for _n in range(17):
        make("", video=ready_video)
    assert ask() == few


def test_on_a_site_with_languages_the_chooser_filters_by_language(
    editor: Browser, settings: Any
) -> None:
    settings.WAGTAIL_I18N_ENABLED = True
    german = Locale.objects.create(language_code="de")
    make("Squat")
    make("Kniebeuge", locale=german)
    assert shown(editor, locale=german.pk) == ["Kniebeuge"]


def test_the_listing_filters_by_equipment_tag_and_visibility(editor: Browser) -> None:
    tag = make("Row", "Running", equipment=["long_band", "chair"]).tags.get()
    make("Plank", visibility="nothing")

    def listed(**query: Any) -> set[str]:
        answer = editor.get(reverse("asyncpt_exercises:list"), query)
        return {one.name for one in answer.context["object_list"]}

    assert listed(equipment="chair") == {"Row"}
    assert listed(tag=tag.pk) == {"Row"}
    assert listed(visibility="nothing") == {"Plank"}
    assert listed(q="row", equipment="chair", tag=tag.pk) == {"Row"}


def test_unpublishing_says_first_where_the_exercise_is_used(editor: Browser, cast: Cast) -> None:
    squat = make("Squat")
    days = [factories.session(factories.line(squat))]
    factories.make_published_week(cast.owner, cast.therapist, days)
    url = reverse("asyncpt_exercises:unpublish", args=[squat.pk])
    page = editor.get(url).content.decode()
    assert "Stronger Knees: Week 1" in page
    assert "1 current or coming week of a client" in page
    assert cast.owner.name not in page
    editor.post(url)
    squat.refresh_from_db()
    assert not squat.live


def test_deleting_says_that_nothing_uses_it(editor: Browser) -> None:
    plank = make("Plank")
    page = editor.get(reverse("asyncpt_exercises:delete", args=[plank.pk])).content.decode()
    assert "No program and no client" in page


def test_deleting_says_which_program_uses_it(editor: Browser) -> None:
    squat = make("Squat")
    factories.make_program(weeks=[[factories.session(factories.line(squat))]])
    page = editor.get(reverse("asyncpt_exercises:delete", args=[squat.pk])).content.decode()
    assert "Stronger Knees: Week 1" in page


def test_choosing_answers_with_the_exercise(editor: Browser) -> None:
    squat = make("Squat")
    viewset = Exercise.snippet_viewset.chooser_viewset  # type: ignore[attr-defined]
    answer = json.loads(
        editor.get(reverse(viewset.get_url_name("chosen"), args=[squat.pk])).content
    )
    assert answer["result"]["string"] == "Squat"
