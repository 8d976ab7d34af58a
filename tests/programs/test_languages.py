"""Programs and exercises in more than one language."""

import datetime as dt
import json
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.translation import get_language, override
from wagtail.models import Locale, Page, Site

from tests import factories
from tests.conftest import Cast
from tests.programs.test_pages import make_week, weeks_of
from wagtail_asyncpt.care import operations as care
from wagtail_asyncpt.care.days import as_raw
from wagtail_asyncpt.care.models import Week
from wagtail_asyncpt.care.queries.enrolled import enrolment_that_opens
from wagtail_asyncpt.care.queries.templates import program_updates
from wagtail_asyncpt.core import clock
from wagtail_asyncpt.library.models import Exercise
from wagtail_asyncpt.memberships.operations import letters
from wagtail_asyncpt.pages.models import ProgramWeekPage
from wagtail_asyncpt.people.models import AuditEntry, Client, Letter
from wagtail_asyncpt.people.operations import language_of_letter
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


@pytest.fixture
def two_languages(german: Locale, cast: Cast) -> dict[str, Page]:
    """A program with one week in both languages; the German client's exercise is translated."""
    squat = factories.make_exercise("Squat")
    translate(squat, german, "Kniebeuge")
    days = [factories.session(factories.line(squat), title="Strength")]
    program = factories.make_program("Stronger Knees", weeks=[days, days])
    copies = {"en": program}
    for week in weeks_of(program):
        copied = week.copy_for_translation(german, copy_parents=True)
        raw = json.loads(json.dumps(list(copied.days.raw_data)).replace("Strength", "Kraft"))
        copied.days, copied.focus, copied.live = raw, "Ruhige Knie", True
        copied.save()
        copies["de"] = copied.get_parent().specific
    copies["de"].title, copies["de"].live = "Starke Knie", True
    copies["de"].save()
    return copies


def test_a_client_who_chose_a_language_gets_app_mails_and_program_in_it(
    two_languages: dict[str, Page], cast: Cast, login: Callable[[Any], Browser]
) -> None:
    address = reverse("asyncpt_portal:language")
    browser = login(cast.owner)
    english = {"accept-language": "en"}
    assert "German" in browser.get(address, headers=english).content.decode()
    wrong = browser.post(address, {"language": "tlh"})
    assert wrong.status_code == 400 and "languages of this site" in wrong.content.decode()
    assert browser.post(address, {"language": "de"}).status_code == 302
    cast.owner.refresh_from_db()
    assert cast.owner.language == "de"
    assert AuditEntry.objects.get(action="client.language").client == cast.owner

    for client, therapist in ((cast.owner, cast.therapist), (cast.stranger, cast.colleague)):
        enrolment = care.enrol(
            therapist=therapist,
            client=client,
            program=two_languages["en"],
            starts_on=dt.date(2026, 11, 2),
        )
        assert enrolment.program_id == two_languages["en"].pk
        care.publish_week(therapist=therapist, week=enrolment.weeks.get(), reasons={})
    answer = browser.get(reverse("asyncpt_portal:plan"), headers=english)
    page = answer.content.decode()
    assert '<html lang="de">' in page and answer["Content-Language"] == "de"
    for words in ("Kniebeuge", "Kraft", "Starke Knie", "Ruhige Knie"):
        assert words in page
    assert "Strength" not in page
    other = login(cast.stranger).get(reverse("asyncpt_portal:plan"), headers=english)
    assert "Squat" in other.content.decode() and "Strength" in other.content.decode()
    draft = care.draft_next_week(
        therapist=cast.therapist,
        week=Week.objects.get(enrolment__client=cast.owner),
        from_program=True,
    )
    assert as_raw(draft.days)[0]["value"]["title"] == "Kraft"

    # A newer German text concerns the German client, an English one does not.
    [_first, second] = weeks_of(two_languages["en"])
    second.focus = "Later"
    second.save()
    [update] = program_updates(cast.therapist, two_languages["en"])
    assert not update.is_older
    translated = ProgramWeekPage.objects.get(
        translation_key=second.translation_key, locale__language_code="de"
    )
    translated.focus = "Später"
    translated.save()
    [update] = program_updates(cast.therapist, two_languages["en"])
    assert update.is_pushable and update.focus == "Später"


def test_what_is_not_translated_stays_in_the_original(
    two_languages: dict[str, Page], cast: Cast, login: Callable[[Any], Browser]
) -> None:
    ProgramWeekPage.objects.filter(locale__language_code="de").update(live=False)
    Client.objects.filter(pk=cast.owner.pk).update(language="de")
    enrolment = care.enrol(
        therapist=cast.therapist,
        client=cast.owner,
        program=two_languages["en"],
        starts_on=dt.date(2026, 11, 2),
    )
    assert as_raw(enrolment.weeks.get().days)[0]["value"]["title"] == "Strength"


def test_letters_speak_the_clients_language_not_the_therapists(
    german: Locale, cast: Cast, settings: Any
) -> None:
    """No German catalog is needed: the letter's own context says what is spoken."""
    spoken = []
    for language in ("", "de", "fr"):
        Client.objects.filter(pk=cast.owner.pk).update(language=language)
        with override("fr"):
            with language_of_letter(cast.owner.clinic, cast.owner.user):
                spoken.append(get_language())
            with language_of_letter(cast.owner.clinic, cast.therapist.user):
                assert get_language() == "fr", "staff are written to in their own"
    assert spoken == ["en-us", "de", "en-us"]


def test_dates_in_mails_are_written_as_the_client_reads_them(german: Locale, cast: Cast) -> None:
    Client.objects.filter(pk=cast.owner.pk).update(language="de")
    membership = cast.owner.memberships.get()
    letters.canceled(membership, dt.datetime(2027, 3, 5, 17, tzinfo=dt.UTC))
    assert "5. März 2027" in Letter.objects.latest("pk").text


def test_a_therapist_sees_and_sets_the_language_of_own_clients_only(
    german: Locale, cast: Cast, login: Callable[[Any], Browser]
) -> None:
    address = reverse("asyncpt_review:client_language", args=[cast.owner.uuid])
    page = reverse("asyncpt_review:client", args=[cast.owner.uuid])
    assert login(cast.colleague).post(address, {"client-language": "de"}).status_code == 404
    cast.owner.refresh_from_db()
    assert cast.owner.language == ""
    browser = login(cast.therapist)
    assert "German" in browser.get(page).content.decode()
    told = browser.post(address, {"client-language": "xx"}, follow=True).content.decode()
    assert "languages of this site" in told
    assert browser.post(address, {"client-language": "de"}).status_code == 302
    cast.owner.refresh_from_db()
    assert cast.owner.language == "de"


def test_a_site_with_one_language_offers_no_choice(
    cast: Cast, login: Callable[[Any], Browser]
) -> None:
    Client.objects.filter(pk=cast.owner.pk).update(language="de")
    browser = login(cast.owner)
    assert browser.get(reverse("asyncpt_portal:language")).status_code == 404
    today = browser.get(reverse("asyncpt_portal:today")).content.decode()
    assert '<html lang="en' in today and "language/" not in today
    page = reverse("asyncpt_review:client", args=[cast.owner.uuid])
    assert "client-language" not in login(cast.therapist).get(page).content.decode()


def test_who_is_enrolled_in_the_original_reads_the_translated_pages(
    two_languages: dict[str, Page], cast: Cast
) -> None:
    [week, _second] = weeks_of(two_languages["de"])
    assert enrolment_that_opens(cast.owner.user, week, clock.now()) is None
    enrolment = care.enrol(
        therapist=cast.therapist,
        client=cast.owner,
        program=two_languages["en"],
        starts_on=dt.date(2026, 11, 2),
    )
    assert enrolment_that_opens(cast.owner.user, week, clock.now()) == enrolment
    assert enrolment_that_opens(cast.stranger.user, week, clock.now()) is None
