"""The library in real Chromium: choosing, many clips at once, an embedded video, axe and fit."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client as Browser
from django.urls import reverse
from wagtail.models import Locale, Site

from tests import factories
from tests.browser import chromium, phone, stand_still  # noqa: F401
from wagtail_asyncpt.library.importing import Options
from wagtail_asyncpt.library.importing.starter import load_starter_library
from wagtail_asyncpt.library.models import Exercise
from wagtail_asyncpt.pages.models import ExerciseIndexPage
from wagtail_asyncpt.programs.exercises import stored_dose

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
FILM_HEAD = b"\x00\x00\x00\x20ftypisom" + bytes(200)


@pytest.fixture
def desk(chromium: Any, live_server: Any, cast: Any) -> Iterator[Any]:  # noqa: F811
    """The therapist's browser, who may edit the library."""
    cast.therapist.user.user_permissions.add(
        *Permission.objects.filter(
            content_type__app_label="wagtail_asyncpt",
            content_type__model__in=["exercise", "exercisevideo", "ladder"],
        )
    )
    signed_in = Browser()
    signed_in.force_login(cast.therapist.user)
    context = chromium.new_context(
        viewport={"width": 1280, "height": 900}, base_url=live_server.url
    )
    session = signed_in.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()
    assert faults == []


def test_a_therapist_finds_an_exercise_in_the_chooser_and_puts_it_on_a_ladder(desk: Any) -> None:
    for name in ("Wall squat", "Goblet squat", "Plank"):
        exercise = factories.make_exercise(name)
        exercise.regions = ["core"] if name == "Plank" else ["knee"]
        exercise.save()
    desk.goto(reverse("asyncpt_ladders:add"))
    desk.locator("#id_name").fill("Squats")
    for n, name in enumerate(("Wall squat", "Goblet squat")):
        desk.locator("#id_steps-ADD").click()
        desk.locator(f"#id_steps-{n}-exercise-chooser").get_by_role("button").first.click()
        dialog = desk.locator(".modal")
        dialog.get_by_label("Body region").select_option("knee")
        dialog.get_by_label("Search", exact=True).fill(name.split()[0].lower())
        dialog.locator("#search-results a", has_text=name).click()
        desk.locator(".modal").wait_for(state="hidden")
    desk.get_by_role("button", name="Create").click()
    desk.get_by_text("Wall squat → Goblet squat").wait_for()


def test_dropped_clips_become_drafts_and_a_text_is_refused(desk: Any, tmp_path: Path) -> None:
    files = []
    for name, content in (("goblet_squat.mp4", FILM_HEAD), ("notes.mp4", b"words")):
        path = tmp_path / name
        path.write_bytes(content)
        files.append(str(path))
    desk.goto(reverse("asyncpt_exercises:upload"))
    desk.locator("#clips").set_input_files(files)
    desk.get_by_role("link", name="Goblet squat").wait_for()
    desk.get_by_text("could not read this file as a video").wait_for()
    assert list(Exercise.objects.values_list("name", "live")) == [("Goblet squat", False)]


def test_an_embedded_video_asks_nothing_of_others_before_play(
    phone: Any,  # noqa: F811
    live_server: Any,
    index: ExerciseIndexPage,
) -> None:
    asked: list[str] = []
    phone.route("https://**", lambda route: (asked.append(route.request.url), route.abort()))
    exercise = factories.make_exercise("Squat")
    exercise.visibility = "everything"
    exercise.embed_url = "https://youtu.be/dQw4w9WgXcQ"
    exercise.save()
    phone.goto(f"{live_server.url}/exercises/{exercise.slug}/")
    assert asked == []
    phone.get_by_role("link", name="Play the video on YouTube").click()
    frame = phone.locator("iframe")
    frame.wait_for()
    assert frame.get_attribute("src") == (
        "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ?rel=0"
    )
    assert frame.get_attribute("title") == "Video: Squat"


@pytest.fixture
def index(db: None) -> ExerciseIndexPage:
    """The public list."""
    home = Site.objects.get(is_default_site=True).root_page
    page: ExerciseIndexPage = home.add_child(
        instance=ExerciseIndexPage(title="Exercises", slug="exercises")
    )
    return page


def test_every_public_page_passes_axe_and_fits(
    phone: Any,  # noqa: F811
    live_server: Any,
    index: ExerciseIndexPage,
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    assert Locale.objects.count() == 1
    load_starter_library(dose=stored_dose, options=Options(visibility="everything"))
    Exercise.objects.filter(slug="push-up").update(visibility="teaser")
    program = factories.make_program()
    programs = [page.url for page in (program.get_parent(), program, program.get_children()[0])]
    exercises = ("", "?region=knee&q=squat", "?region=neck&q=zzz", "goblet-squat/", "push-up/")
    for path in [*(f"/exercises/{one}" for one in exercises), *programs]:
        for width in (320, 390, 1280):
            phone.set_viewport_size({"width": width, "height": 900})
            assert phone.goto(f"{live_server.url}{path}").status == 200, path
            wide = phone.evaluate("document.documentElement.scrollWidth")
            assert wide <= width, (path, width)
        found = Axe().run(phone).response["violations"]
        phone.emulate_media(color_scheme="dark")
        stand_still(phone)
        found += Axe().run(phone, options={"runOnly": ["color-contrast"]}).response["violations"]
        phone.emulate_media(color_scheme="light")
        assert [(one["id"], one["nodes"][0]["html"][:120]) for one in found] == [], path
