"""The public pages of programs, and the editor of a week."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.template.loader import get_template
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Page, PageViewRestriction, Site

from benchmarks.programs import posted
from tests import factories
from tests.conftest import Cast
from wagtail_asyncpt.library.models import ExerciseVideo
from wagtail_asyncpt.pages.models import OfferPage, ProgramIndexPage, ProgramWeekPage
from wagtail_asyncpt.programs import queries
from wagtail_asyncpt.programs.models import ProgramPageMixin

pytestmark = pytest.mark.django_db


def weeks_of(program: Page) -> list[ProgramWeekPage]:
    return list(ProgramWeekPage.objects.child_of(program).order_by("path"))


def gate(page: Page) -> None:
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)


def make_week(count: int, **line: Any) -> list[Any]:
    lines = [
        factories.line(
            factories.make_exercise(f"Move {n}", cues=[("do", f"Do {n}."), ("avoid", "Haste.")]),
            **line,
        )
        for n in range(count)
    ]
    return [factories.session(*lines, title="Strength", notes="Leave a day between.")]


def test_the_program_page_shows_its_face_and_its_weeks_in_order(site: Site) -> None:
    program = factories.make_program("Stronger Knees", weeks=[make_week(1), make_week(1)])
    program.for_whom = "Sore on stairs."
    program.program_goals = "Climb stairs\n\n Run again "
    program.level = "build"
    program.save()
    first, second = weeks_of(program)
    first.focus, second.focus = "Find your start", "A little more"
    first.save()
    second.save()
    page = Browser().get(program.url).content.decode()
    assert program.goal_list == ["Climb stairs", "Run again"]
    for words in ("Stronger Knees", "Sore on stairs.", "Climb stairs", "Building up", "2 weeks"):
        assert words in page
    assert page.index("Find your start") < page.index("A little more")
    assert "Move 0" not in page


def test_a_gated_week_is_marked_and_a_draft_week_is_not_shown(site: Site) -> None:
    program = factories.make_program(weeks=[make_week(1), make_week(1), make_week(1)])
    first, second, third = weeks_of(program)
    gate(first)
    third.title = "Not finished"
    third.save()
    third.unpublish()
    page = Browser().get(program.url).content.decode()
    assert page.count("For members") == 1
    assert second.title in page
    assert "Not finished" not in page
    assert [week.is_gated for week in queries.week_outline(program)] == [True, False]


def test_the_way_to_the_offer_is_shown_only_where_there_is_one(site: Site) -> None:
    program = factories.make_program()
    assert "See plans and prices" not in Browser().get(program.url).content.decode()
    offer = site.root_page.add_child(instance=OfferPage(title="Plans", slug="plans"))
    assert f'href="{offer.url}"' in Browser().get(program.url).content.decode()
    gate(offer)
    assert "See plans and prices" not in Browser().get(program.url).content.decode()


def test_the_index_lists_what_its_reader_may_open(site: Site) -> None:
    shown = factories.make_program("Stronger Knees", weeks=[make_week(1)] * 2)
    hidden = factories.make_program("Only for some")
    draft = factories.make_program("Not ready")
    gate(hidden)
    draft.unpublish()
    index = ProgramIndexPage.objects.get()
    page = Browser().get(index.url).content.decode()
    assert "Stronger Knees" in page
    assert "2 weeks" in page
    assert "Only for some" not in page
    assert "Not ready" not in page
    assert [program.week_count for program in queries.listed_programs(index)] == [2]
    assert queries.listed_programs(index) == [shown]


def test_an_index_without_programs_says_so(site: Site) -> None:
    index = site.root_page.add_child(instance=ProgramIndexPage(title="Programs", slug="programs"))
    assert "The first program will be here soon." in Browser().get(index.url).content.decode()


def test_a_week_shows_sessions_doses_cues_and_notes(site: Site) -> None:
    program = factories.make_program(weeks=[make_week(2, side="each", tempo="3-1-1")])
    page = Browser().get(weeks_of(program)[0].url).content.decode()
    for words in (
        "Strength",
        "3 times this week",
        "Leave a day between.",
        "Move 1",
        "3 × 8 each side @ RPE 7, tempo 3-1-1",
        "Do 1.",
        "Avoid",
    ):
        assert words in page


def test_only_people_of_the_clinic_get_the_videos(
    cast: Cast, login: Callable[[Any], Browser]
) -> None:
    program = factories.make_program(weeks=[make_week(1)])
    video = ExerciseVideo.objects.create(title="Squat", status="ready", width=640, height=360)
    week = weeks_of(program)[0]
    exercise = week.days[0].value["exercises"][0].value["exercise"]
    exercise.video = video
    exercise.save()
    address = reverse("asyncpt_library:video", args=[video.uuid])
    assert address in login(cast.owner).get(week.url).content.decode()
    nobody = factories.make_user("Nobody Here")
    for browser in (Browser(), login(nobody)):
        page = browser.get(week.url).content.decode()
        assert "Move 0" in page
        assert address not in page


@pytest.mark.parametrize("kind", ["week", "program", "index"])
def test_pages_cost_the_same_small_and_large(site: Site, kind: str) -> None:
    small = factories.make_program("Small", weeks=[make_week(3)])
    few = cost(kind, small)
    large = factories.make_program("Large", weeks=[make_week(30), *[make_week(1)] * 9])
    for n in range(5):
        factories.make_program(f"Another {n}")
    assert cost(kind, large) == few


def cost(kind: str, program: Page) -> int:
    page = {"week": weeks_of(program)[0], "program": program, "index": program.get_parent()}[kind]
    browser = Browser()
    browser.get(page.url)
    with CaptureQueriesContext(connection) as found:
        assert browser.get(page.url).status_code == 200
    return len(found)


def test_program_pages_are_found_whatever_their_type(site: Site) -> None:
    first = factories.make_program("First")
    second = factories.make_program("Second")
    second.unpublish()
    assert queries.program_pages(site) == [first]
    assert first.__class__ in queries.page_models(ProgramPageMixin)


def test_program_weeks_are_live_and_in_tree_order(site: Site) -> None:
    program = factories.make_program(weeks=[make_week(1), make_week(2), make_week(1)])
    first, second, third = weeks_of(program)
    third.move(first, pos="left")
    second.refresh_from_db()
    second.unpublish()
    found = queries.program_weeks(program)
    assert [week.pk for week in found] == [third.pk, first.pk]
    assert found[0].raw_days()[0]["value"]["title"] == "Strength"


@pytest.mark.parametrize("name", ["program_index_page", "program_page", "program_week_page"])
def test_pages_stand_on_the_sites_base_or_on_a_bare_one(
    site: Site, settings: Any, name: str
) -> None:
    program = factories.make_program(weeks=[make_week(1)])
    page = {
        "program_index_page": ProgramIndexPage.objects.get(),
        "program_page": program,
        "program_week_page": weeks_of(program)[0],
    }[name]
    get_template(f"wagtail_asyncpt/programs/{name}.html")
    assert "programs.css" in Browser().get(page.url).content.decode()
    settings.WAGTAIL_ASYNCPT = {**settings.WAGTAIL_ASYNCPT, "BASE_TEMPLATE": "no-such.html"}
    answer = Browser().get(page.url)
    assert "wagtail_asyncpt/bare_base.html" in [used.name for used in answer.templates]
    assert page.title in answer.content.decode()


def test_an_editor_opens_and_saves_a_week(cast: Cast, login: Callable[[Any], Browser]) -> None:
    week = weeks_of(factories.make_program(weeks=[make_week(1)]))[0]
    moderators = Group.objects.get(name="Moderators")
    cast.editor.groups.add(moderators)
    browser = login(cast.editor)
    url = reverse("wagtailadmin_pages:edit", args=[week.pk])
    page = browser.get(url).content.decode()
    assert "dose-block.js" in page
    assert "blocks.css" in page
    exercise = week.days[0].value["exercises"][0].value["exercise"]
    line = "days-0-value-exercises-0"
    answer = browser.post(
        url,
        {
            "title": week.title,
            "slug": week.slug,
            "focus": "Quiet knees",
            "phase": "",
            "comments-TOTAL_FORMS": "0",
            "comments-INITIAL_FORMS": "0",
            "days-count": "1",
            "days-0-deleted": "",
            "days-0-order": "0",
            "days-0-type": "session",
            "days-0-id": week.days[0].id,
            "days-0-value-title": "Strength",
            "days-0-value-times_per_week": "2",
            "days-0-value-notes": "",
            "days-0-value-exercises-count": "1",
            f"{line}-type": "exercise",
            f"{line}-deleted": "",
            f"{line}-order": "0",
            f"{line}-id": "",
            f"{line}-value-exercise": str(exercise.pk),
            f"{line}-value-section": "main",
            f"{line}-value-note": "",
            f"{line}-value-dose-sets": "4",
            f"{line}-value-dose-reps": "6",
            f"{line}-value-dose-side": "both",
            "action-publish": "1",
        },
    )
    assert answer.status_code == 302
    week.refresh_from_db()
    assert week.focus == "Quiet knees"
    assert week.days[0].value.lines[0].dose_words == "4 × 6"


def test_opening_and_saving_a_week_takes_the_same_queries_at_every_size(
    cast: Cast, login: Callable[[Any], Browser]
) -> None:
    cast.editor.groups.add(Group.objects.get(name="Moderators"))
    browser = login(cast.editor)
    counts = []
    for sessions, lines in ((1, 2), (1, 2), (3, 8)):  # the first time fills caches
        days = [block for _ in range(sessions) for block in make_week(lines)]
        [week] = weeks_of(factories.make_program(weeks=[days]))
        url = reverse("wagtailadmin_pages:edit", args=[week.pk])
        data = {
            "title": week.title,
            "slug": week.slug,
            "focus": "",
            "phase": "",
            "comments-TOTAL_FORMS": "0",
            "comments-INITIAL_FORMS": "0",
            **posted(week.days.stream_block, week.days, "days"),
        }
        with CaptureQueriesContext(connection) as opened:
            browser.get(url)
        with CaptureQueriesContext(connection) as saved:
            answer = browser.post(url, data, headers={"accept": "application/json"})
        assert answer.json()["success"]
        counts.append((len(opened), len([q for q in saved if "title_norm" not in q["sql"]])))
        assert len(week.get_latest_revision_as_object().days) == sessions
    assert counts[1] == counts[2]
