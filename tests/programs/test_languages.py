"""Programs and exercises in more than one language."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import override
from wagtail.models import Locale, Page, Site

from tests import factories
from tests.conftest import Cast
from tests.programs.test_pages import make_week, weeks_of
from wagtail_asyncpt.library.models import Exercise
from wagtail_asyncpt.pages.models import ProgramWeekPage
from wagtail_asyncpt.programs import queries
from wagtail_asyncpt.programs.languages import translations_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def german(settings: Any, db: None) -> Locale:
    """The site speaks English and German."""
    settings.WAGTAIL_I18N_ENABLED = True
    settings.LANGUAGES = settings.WAGTAIL_CONTENT_LANGUAGES = [("en", "English"), ("de", "German")]
    return Locale.objects.create(language_code="de")


def translate(exercise: Exercise, locale: Locale, name: str) -> Exercise:
    translated: Exercise = exercise.copy_for_translation(locale)
    translated.name, translated.live = name, True
    translated.save()
    return translated


def rendered(page: Any) -> str:
    request = RequestFactory().get("/")
    request.user = factories.make_user()
    response = page.serve(request)
    response.render()
    return response.content.decode()


def test_a_translated_week_shows_translated_exercises_and_falls_back(
    german: Locale, site: Site
) -> None:
    program = factories.make_program(weeks=[make_week(2)])
    week = weeks_of(program)[0]
    first, second = (line["exercise"] for line in week.days[0].value.every_line)
    translate(first, german, "Kniebeuge")
    copied = week.copy_for_translation(german, copy_parents=True)
    page = rendered(copied)
    assert "Kniebeuge" in page
    assert second.name in page
    assert "Move 0" not in page
    assert "Kniebeuge" not in rendered(week)
    copied.refresh_from_db()
    assert copied.days.raw_data[0]["value"]["exercises"][0]["value"]["exercise"] == first.pk


def test_an_unpublished_translation_is_not_shown(german: Locale) -> None:
    squat = factories.make_exercise("Squat")
    translated = translate(squat, german, "Kniebeuge")
    assert translations_of([squat, None], "de") == {squat.pk: translated}
    assert translations_of([squat], "fr") == {}
    translated.live = False
    translated.save()
    assert translations_of([squat], "de") == {}


def test_the_client_reads_the_own_language_and_the_row_keeps_what_was_prescribed(
    german: Locale, cast: Cast, login: Callable[[Any], Browser]
) -> None:
    squat = factories.make_exercise("Squat")
    translate(squat, german, "Kniebeuge")
    days = [
        factories.session(factories.line(squat), factories.line(factories.make_exercise("Row")))
    ]
    week = factories.make_published_week(cast.owner, cast.therapist, days)
    plan = reverse("asyncpt_portal:plan")
    browser = login(cast.owner)
    with override("de"):
        page = browser.get(plan, headers={"accept-language": "de"}).content.decode()
    assert "Kniebeuge" in page
    assert "Row" in page
    assert (
        "Squat" in login(cast.owner).get(plan, headers={"accept-language": "en"}).content.decode()
    )
    assert week.prescribed.order_by("position").first().exercise == squat


def test_translated_programs_are_offered_too(german: Locale, site: Site) -> None:
    program = factories.make_program(weeks=[make_week(1)])
    week = weeks_of(program)[0]
    week.copy_for_translation(german, copy_parents=True)
    Page.objects.filter(locale=german).update(live=True)
    found = queries.program_pages(site)
    assert [page.locale.language_code for page in found] == ["en", "de"]
    assert len(queries.program_weeks(found[1])) == 1
    assert ProgramWeekPage.objects.count() == 2


def test_a_site_with_one_language_asks_nothing(cast: Cast) -> None:
    squat = factories.make_exercise("Squat")
    with CaptureQueriesContext(connection) as asked:
        assert translations_of([squat], "de") == {}
    assert len(asked) == 0


def test_translating_costs_the_same_for_3_and_30_lines(german: Locale, site: Site) -> None:
    costs = []
    for count in (3, 30):
        week = weeks_of(factories.make_program(weeks=[make_week(count)]))[0]
        for line in week.days[0].value.every_line:
            translate(line["exercise"], german, f"Übung {count}")
        exercises = [line["exercise"] for line in week.days[0].value.every_line]
        with CaptureQueriesContext(connection) as asked:
            assert len(translations_of(exercises, "de")) == count
        costs.append(len(asked))
    assert costs[0] == costs[1]
