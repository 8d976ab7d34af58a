"""The public exercise pages: who sees what, filters by the address, and what machines read."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.images import get_image_model
from wagtail.images.tests.utils import get_test_image_file
from wagtail.models import Locale, PageViewRestriction, Site

from tests import factories
from tests.conftest import Cast
from tests.pdf import images, structure, words
from wagtail_asyncpt.library import pages
from wagtail_asyncpt.library.ladders import write_ladder
from wagtail_asyncpt.library.models import Exercise, ExerciseVideo, Ladder
from wagtail_asyncpt.pages.models import ExerciseIndexPage

Login = Callable[[Any], Browser]
INDEX = "/exercises/"


@pytest.fixture
def index(site: Site) -> ExerciseIndexPage:
    page: ExerciseIndexPage = site.root_page.add_child(
        instance=ExerciseIndexPage(title="Exercises", slug="exercises")
    )
    return page


def make(name: str, visibility: str = "everything", **fields: Any) -> Exercise:
    exercise = factories.make_exercise(name, cues=[("do", f"Secret cue of {name}.")])
    exercise.slug = name.lower().replace(" ", "-")
    exercise.visibility = visibility
    exercise.summary = f"Secret summary of {name}."
    exercise.other_names = f"Hidden name of {name}"
    for key, value in fields.items():
        setattr(exercise, key, value)
    exercise.save()
    return exercise


def listed(browser: Browser, **query: Any) -> list[str]:
    answer = browser.get(INDEX, query)
    assert answer.status_code == 200
    return [one.name for one in answer.context["listing"].exercises]


def data_of(page: str) -> dict[str, Any]:
    found = re.search(r'<script type="application/ld\+json">(.+?)</script>', page)
    assert found is not None
    data: dict[str, Any] = json.loads(found[1])
    return data


@pytest.fixture
def three(index: ExerciseIndexPage) -> list[Exercise]:
    return [make("Squat"), make("Row", "teaser"), make("Plank", "nothing")]


def test_anybody_sees_what_is_open_and_members_see_all(
    three: list[Exercise], cast: Cast, login: Login
) -> None:
    make("Draft").__class__.objects.filter(slug="draft").update(live=False)
    assert listed(Browser()) == ["Row", "Squat"]
    for person in (cast.owner, cast.therapist, cast.editor):
        assert listed(login(person)) == ["Plank", "Row", "Squat"]
    assert listed(login(factories.make_user("No Body"))) == ["Row", "Squat"]


@pytest.mark.parametrize(
    ("slug", "status", "secret"),
    [("squat", 200, True), ("row", 200, False), ("plank", 404, False), ("none", 404, False)],
)
def test_a_visitor_gets_all_of_it_or_name_and_picture_or_nothing(
    three: list[Exercise], slug: str, status: int, secret: bool
) -> None:
    answer = Browser().get(f"{INDEX}{slug}/")
    page = answer.content.decode()
    assert answer.status_code == status
    assert ("Secret cue" in page) == ("Secret summary" in page) == secret
    assert "Hidden name" not in page
    if status == 200:
        assert data_of(page)["isAccessibleForFree"] == secret
        assert ("are for clients" in page) == (not secret)


def test_an_exercise_on_paper_leads_back_to_its_page(three: list[Exercise]) -> None:
    page = Browser().get(f"{INDEX}squat/").content.decode()
    assert 'class="asyncpt-qr"' in page
    assert f"<p>http://localhost{INDEX}squat/</p>" in page


def test_a_client_reads_every_exercise_and_no_cache_keeps_it(
    three: list[Exercise], cast: Cast, login: Login
) -> None:
    for slug in ("squat", "row", "plank"):
        answer = login(cast.owner).get(f"{INDEX}{slug}/")
        assert "Secret cue" in answer.content.decode()
        assert "no-store" in answer["Cache-Control"]
    assert "Cookie" in Browser().get(f"{INDEX}squat/")["Vary"]


def test_a_visitors_search_tells_nothing_of_gated_text(
    three: list[Exercise], cast: Cast, login: Login
) -> None:
    assert listed(Browser(), q="secret") == listed(Browser(), q="hidden") == []
    assert listed(Browser(), q="row") == ["Row"]
    assert set(listed(login(cast.owner), q="secret")) == {"Squat", "Row", "Plank"}


def test_a_filter_tells_a_visitor_nothing_that_the_teaser_keeps(
    three: list[Exercise], cast: Cast, login: Login
) -> None:
    Exercise.objects.update(position="standing", regions=["knee"])
    assert listed(Browser(), position="standing") == ["Squat"]
    assert set(listed(Browser(), region="knee")) == {"Squat", "Row"}
    assert set(listed(login(cast.owner), position="standing")) == {"Squat", "Row", "Plank"}


def test_the_address_filters(index: ExerciseIndexPage) -> None:
    make("Squat", regions=["knee", "hip"], pattern="squat", position="standing")
    make("Row", equipment=["long_band"])
    assert listed(Browser(), region="hip") == ["Squat"]
    assert listed(Browser(), equipment="long_band") == ["Row"]
    assert listed(Browser(), position="standing", pattern="squat") == ["Squat"]
    assert listed(Browser(), region="tail") == ["Row", "Squat"]
    page = Browser().get(INDEX, {"region": "neck"}).content.decode()
    assert "No exercise fits all of that" in page
    assert 'name="robots" content="noindex' in page


def test_pages_keep_the_filters_and_a_page_that_is_none_is_404(index: ExerciseIndexPage) -> None:
    for n in range(25):
        make(f"Squat {n}", regions=["knee"])
    page = Browser().get(INDEX, {"region": "knee"}).content.decode()
    assert "?page=2&amp;region=knee" in page
    second = Browser().get(INDEX, {"page": 2})
    assert len(second.context["listing"].exercises) == 1
    assert f'rel="canonical" href="http://localhost{INDEX}?page=2"' in second.content.decode()
    assert Browser().get(INDEX, {"page": 3}).status_code == 404
    assert Browser().get(INDEX, {"page": "x"}).status_code == 200


def test_machines_read_the_address_the_picture_and_the_steps(
    three: list[Exercise], ready_video: ExerciseVideo
) -> None:
    image = get_image_model().objects.create(title="A", file=get_test_image_file())
    three[0].picture, three[0].picture_alt, three[0].video = image, "A low squat", ready_video
    three[0].save()
    page = Browser().get(f"{INDEX}squat/").content.decode()
    assert f'<link rel="canonical" href="http://localhost{INDEX}squat/">' in page
    assert '<meta property="og:title" content="Squat">' in page
    assert 'property="og:image" content="http://testserver/media/images/' in page
    assert 'property="og:image:alt" content="A low squat"' in page
    data = data_of(page)
    assert (data["@type"], data["url"]) == ("HowTo", f"http://localhost{INDEX}squat/")
    assert data["step"][0]["text"] == "Secret cue of Squat."
    film = reverse("asyncpt_library:video", args=[ready_video.uuid])
    assert data["video"]["contentUrl"] == f"http://testserver{film}"
    assert b"".join(Browser().get(film).streaming_content)


def test_a_picture_whose_file_was_lost_breaks_no_page(
    three: list[Exercise], ready_video: ExerciseVideo
) -> None:
    image = get_image_model().objects.create(title="A", file=get_test_image_file())
    for exercise in three[:2]:  # one in full, one with its name and picture
        exercise.picture, exercise.video = image, ready_video
        exercise.save()
    image.file.storage.delete(image.file.name)
    poster = reverse("asyncpt_library:poster", args=[ready_video.uuid])
    for address in (INDEX, f"{INDEX}squat/", f"{INDEX}row/"):
        answer = Browser().get(address)
        assert answer.status_code == 200
        assert "Squat" in answer.content.decode() or "Row" in answer.content.decode()
        if address != INDEX:
            shared = f'property="og:image" content="http://testserver{poster}"'
            assert shared in answer.content.decode()
    three[0].video = None
    three[0].save()
    page = Browser().get(f"{INDEX}squat/").content.decode()
    assert "og:image" not in page and "image" not in data_of(page)


def test_a_teasers_video_stays_closed_and_its_poster_is_the_picture(
    three: list[Exercise], ready_video: ExerciseVideo
) -> None:
    three[1].video = ready_video
    three[1].save()
    page = Browser().get(f"{INDEX}row/").content.decode()
    film = reverse("asyncpt_library:video", args=[ready_video.uuid])
    poster = reverse("asyncpt_library:poster", args=[ready_video.uuid])
    assert film not in page and poster in page
    assert Browser().get(film).status_code == 404
    assert Browser().get(poster).status_code == 200


def test_a_name_cannot_leave_its_data_block(index: ExerciseIndexPage) -> None:
    evil = make("Evil")
    Exercise.objects.filter(pk=evil.pk).update(name="</script><b>")
    page = Browser().get(f"{INDEX}evil/").content.decode()
    assert "</script><b>" not in page
    assert data_of(page)["name"] == "</script><b>"


def test_the_ladder_leads_only_where_the_reader_may_go(
    three: list[Exercise], cast: Cast, login: Login
) -> None:
    write_ladder(ladder=Ladder(name="All"), exercises=three)
    page = Browser().get(f"{INDEX}squat/").content.decode()
    assert f"{INDEX}row/" in page and "Plank" not in page
    assert f"{INDEX}plank/" in login(cast.owner).get(f"{INDEX}squat/").content.decode()


def test_the_sitemap_names_what_anybody_may_open(
    three: list[Exercise], index: ExerciseIndexPage
) -> None:
    urls = [row["location"] for row in index.get_sitemap_urls()]
    base = "http://localhost/exercises/"
    assert urls == [base, f"{base}squat/", f"{base}row/"]


def test_each_language_has_its_own(three: list[Exercise]) -> None:
    german = Locale.objects.create(language_code="de")
    translated = three[0].copy_for_translation(german)
    translated.name = "Kniebeuge"
    translated.live = True
    translated.save()
    assert listed(Browser()) == ["Row", "Squat"]
    assert translated.slug == three[0].slug
    assert "Squat" in Browser().get(f"{INDEX}squat/").content.decode()


def test_a_gated_index_gates_every_exercise(
    three: list[Exercise], index: ExerciseIndexPage, cast: Cast
) -> None:
    PageViewRestriction.objects.create(page=index, restriction_type=PageViewRestriction.LOGIN)
    for url in (INDEX, f"{INDEX}squat/"):
        answer = Browser().get(url)
        assert answer.status_code == 302 or b"Secret" not in answer.content


def test_the_list_costs_the_same_for_3_and_20(
    index: ExerciseIndexPage, ready_video: ExerciseVideo
) -> None:
    image = get_image_model().objects.create(title="A", file=get_test_image_file())

    def ask() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert Browser().get(INDEX).status_code == 200
        return len(captured)

    for n in range(3):
        make(f"A{n}", picture=image, video=ready_video)
    ask()
    few = ask()
    for n in range(17):
        make(f"B{n}", picture=image if n % 2 else None, video=ready_video)
    assert ask() == few


def test_an_empty_library_says_so(index: ExerciseIndexPage) -> None:
    assert "The first exercises will be here soon" in Browser().get(INDEX).content.decode()


@pytest.mark.pdf
def test_the_handout_of_an_exercise_is_gated_as_its_page(
    three: list[Exercise], index: ExerciseIndexPage, cast: Cast, login: Login
) -> None:
    member = login(cast.owner)
    page = Browser().get(f"{INDEX}squat/").text
    assert f'href="{INDEX}squat/pdf/"' in page
    assert "/pdf/" not in Browser().get(f"{INDEX}row/").text
    for slug, anybody in (("squat", 200), ("row", 404), ("plank", 404), ("none", 404)):
        assert Browser().get(f"{INDEX}{slug}/pdf/").status_code == anybody, slug
        mine = member.get(f"{INDEX}{slug}/pdf/")
        if slug == "none":
            assert mine.status_code == 404
            continue
        assert (mine.status_code, mine["Content-Type"]) == (200, "application/pdf")
        assert f"Secret cue of {slug.capitalize()}." in words(mine.content)
    PageViewRestriction.objects.create(page=index, restriction_type=PageViewRestriction.LOGIN)
    closed = Browser().get(f"{INDEX}squat/pdf/")
    assert closed.status_code != 200 or closed["Content-Type"].startswith("text/html")
    assert b"Secret" not in closed.content


@pytest.mark.pdf
def test_a_handout_of_an_exercise_shows_its_picture_and_the_way_back(
    three: list[Exercise], settings: Any
) -> None:
    image = get_image_model().objects.create(title="Squat", file=get_test_image_file())
    Exercise.objects.filter(name="Squat").update(
        picture=image, picture_alt="A person sits back.", stop_rules="Stop at sharp pain."
    )
    content = Browser().get(f"{INDEX}squat/pdf/")
    assert content["Content-Disposition"] == 'inline; filename="squat.pdf"'
    assert images(content.content) == 1
    said = words(content.content)
    assert "Stop at sharp pain." in said
    assert f"{INDEX}squat/" in said
    assert "See plans" not in said and "Handout as PDF" not in said
    assert b"A person sits back." in structure(content.content)


def test_without_the_extra_an_exercise_has_no_handout(
    three: list[Exercise], monkeypatch: Any
) -> None:
    monkeypatch.setattr(pages, "pdf_is_available", lambda: False)
    page = Browser().get(f"{INDEX}squat/")
    assert page.status_code == 200
    assert "/pdf/" not in page.text
    assert Browser().get(f"{INDEX}squat/pdf/").status_code == 404
