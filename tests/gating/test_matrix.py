"""Every person at every surface of every gated thing: who may not read finds no canary.

Each refusal has a positive control: the same surface shows the canary to those who may read, or,
where it is closed to everybody, to a visitor once the gate is gone.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.db import connection, transaction
from django.test import Client as Browser
from wagtail.models import CollectionViewRestriction, PageViewRestriction

from tests.conftest import START
from tests.gating import matrix
from tests.gating.matrix import EDITORS, HOLDERS, PARTLY, READERS, WAITING, World
from wagtail_asyncpt.core import clock as real_clock
from wagtail_asyncpt.core.links import media_url

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.gating.matrix")]

#: Everybody; on the second database those who ask different questions of it.
PEOPLE = (
    matrix.PEOPLE
    if connection.vendor == "sqlite"
    else ("visitor", "basic", "lapsed", "package", "enrolled", "editor")
)
#: Articles and guides, which the page with our tags lists.
IN_LISTS = PARTLY | {"whole", "before", "after"}
STAFF = EDITORS | {"therapist"}
#: Things that are no page of their own, but an address below one.
ROUTED = {"exercise"}
#: Closed to everybody while there is a gate, members included.
WHOLE_LISTS = {"sitemap": "/sitemap.xml", "feed": "/feed/", "blog index": "/blog/"}


@pytest.fixture(scope="module")
def built(
    django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any
) -> Iterator[tuple[World, Path]]:
    """The world, made once and rolled back at the end."""
    from django.test import override_settings

    folder = tmp_path_factory.mktemp("matrix")
    places = {
        "MEDIA_ROOT": str(folder / "media"),
        "WAGTAIL_ASYNCPT": {"PRIVATE_ROOT": str(folder / "private")},
    }
    with (
        django_db_blocker.unblock(),
        real_clock.use(lambda: START),
        override_settings(**places),
        transaction.atomic(),
    ):
        yield matrix.build(), folder
        transaction.set_rollback(True)


@pytest.fixture
def world(built: tuple[World, Path], db: None, settings: Any) -> World:
    """The world, as it was built."""
    world, folder = built
    settings.MEDIA_ROOT = str(folder / "media")
    settings.WAGTAIL_ASYNCPT = {"PRIVATE_ROOT": str(folder / "private")}
    cache.clear()
    return world


def browser_of(world: World, name: str) -> Browser:
    browser = Browser()
    if world.people[name] is not None:
        # A fresh instance: permissions are cached on a user.
        browser.force_login(type(world.people[name]).objects.get(pk=world.people[name].pk))
    return browser


def words_of(browser: Browser, url: str) -> str:
    response = browser.get(url)
    body = b"".join(response) if response.streaming else response.content
    return body.decode(errors="replace")


def shows(browser: Browser, url: str, canary: str) -> bool:
    """Whether the canary is in the answer."""
    return canary in words_of(browser, url)


def test_pages_at_their_own_address(world: World) -> None:
    leaks, unlike = [], []
    for name in PEOPLE:
        browser = browser_of(world, name)
        for what, thing in world.things.items():
            response = browser.get(thing.url)
            words = response.content.decode()
            is_reader = name in READERS[what]
            if response.status_code != 200 or (thing.canary in words) is not is_reader:
                leaks.append((name, what, response.status_code))
            elif not _says_what_it_is(response, words, is_reader or what in PARTLY):
                unlike.append((name, what))
    assert leaks == []
    assert unlike == []


def _says_what_it_is(response: Any, words: str, is_page: bool) -> bool:
    """No cache may keep it, and a teaser tells search engines, and nothing else, that it is one."""
    head = words[: words.index("</head>")]
    is_private = "no-store" in response["Cache-Control"] and "Cookie" in response["Vary"]
    is_told = is_page or '"isAccessibleForFree": false' in words
    return is_private and is_told and matrix.WORD not in head and "oembed" not in head


def test_print(world: World) -> None:
    """A page is printed from its own address; what may not be read is not there to be printed."""
    leaks = []
    for name in PEOPLE:
        browser = browser_of(world, name)
        for what in ("line", "after", "week"):
            thing = world.things[what]
            if shows(browser, f"{thing.url}?print=1", thing.canary) is not (name in READERS[what]):
                leaks.append((name, what))
    assert leaks == []


def test_head_and_other_methods(world: World) -> None:
    leaks = []
    for name in ("visitor", "lapsed", "basic"):
        browser = browser_of(world, name)
        for what, thing in world.things.items():
            answers = [browser.head(thing.url)]
            if name not in READERS[what]:
                answers += [browser.post(thing.url), browser.options(thing.url)]
            if answers[0].content or any(thing.canary in a.content.decode() for a in answers):
                leaks.append((name, what))
    assert leaks == []


def test_previews_drafts_and_revisions(world: World) -> None:
    things = {what: thing for what, thing in world.things.items() if what not in ROUTED}
    leaks = []
    for name in PEOPLE:
        browser = browser_of(world, name)
        for what, thing in things.items():
            admin = f"/admin/pages/{thing.page.pk}"
            revision = thing.page.get_latest_revision()
            addresses = [f"{admin}/view_draft/"]
            if revision is not None and name in STAFF | {"basic"}:  # an alias has none
                addresses.append(f"{admin}/revisions/{revision.pk}/view/")
            if name not in EDITORS and what in {"whole", "line"}:
                addresses += [f"{admin}/edit/", f"{admin}/edit/preview/", f"{admin}/history/"]
            leaks += [
                (name, what, address)
                for address in addresses
                if shows(browser, address, thing.canary) is not (name in EDITORS)
            ]
    assert leaks == []


def test_an_editors_preview_as_a_visitor_shows_no_part(world: World, rf: Any) -> None:
    request = rf.get("/")
    request.user = world.people["superuser"]
    for what in PARTLY:
        page = type(world.things[what].page).objects.get(pk=world.things[what].page.pk)
        shown = page.make_preview_request(request, "asyncpt-visitor").content.decode()
        assert world.things[what].canary not in shown, what
        page = type(page).objects.get(pk=page.pk)
        assert world.things[what].canary in page.make_preview_request(request, "").content.decode()


def test_lists_know_no_gated_page(world: World) -> None:
    """They are built for everybody alike, so those who may read find nothing there either."""
    leaks = []
    for name in PEOPLE:
        browser = browser_of(world, name)
        lists = {**WHOLE_LISTS, "programs": world.programs.url}
        answers = {one: words_of(browser, address) for one, address in lists.items()}
        answers["text"] = words_of(browser, f"/search/?q={matrix.WORD}").replace(
            f"?q={matrix.WORD}", ""
        )
        for what, thing in world.things.items():
            for one, words in answers.items():
                is_listed = bool(thing.title) and f"/{thing.page.slug}/" in words
                if thing.canary in words or is_listed:
                    leaks.append((name, what, one))
        leaks += [(name, one) for one, words in answers.items() if world.hidden.slug in words]
        assert "0 pages match" in answers["text"], name
        titled = words_of(browser, f"/search/?q={matrix.TITLE}")
        assert f"{len(PARTLY)} pages match" in titled, name
        suggested = browser.get(f"/suggest/?q={matrix.TITLE}").json()
        assert suggested["count"] == len(suggested["titles"]), name
        assert set(suggested["titles"]) == {world.things[what].page.title for what in PARTLY}, name
    assert leaks == []


def test_tags_that_ship_with_us_show_each_reader_their_parts_alone(
    world: World, settings: Any
) -> None:
    """Also where a site's list forgets ``public()``: titles and summaries show, and no content."""
    private = "wagtail_asyncpt.gating.middleware.PrivateFilesMiddleware"
    settings.MIDDLEWARE = [private, *settings.MIDDLEWARE]
    wrong = []
    for name in PEOPLE:
        response = browser_of(world, name).get("/tags/")
        words = response.content.decode()
        for what, thing in world.things.items():
            is_shown = what in IN_LISTS and name in READERS[what]
            if (thing.canary in words) is not is_shown:
                wrong.append((name, what))
        if ("canarybodysection" in words) is not (name in HOLDERS | {"superuser"}):
            wrong.append((name, "section"))
        assert "no-store" in response["Cache-Control"], name
    assert wrong == []


def test_exercises(world: World) -> None:
    """Anybody sees of one the name, of another nothing; all whom the clinic knows see both."""
    wrong = []
    known = set(PEOPLE) - {"visitor"}
    for name in PEOPLE:
        browser = browser_of(world, name)
        for exercise, cue in ((world.named, "canarycuenamed"), (world.hidden, "canarycuehidden")):
            url = f"{world.exercises.url}{world.exercises.exercise_path(exercise)}"
            response = browser.get(url)
            words = response.content.decode()
            may_see = name in known
            status = 200 if may_see or exercise == world.named else 404
            if response.status_code != status or (cue in words) is not may_see:
                wrong.append((name, exercise.name, response.status_code))
        listed = words_of(browser, world.exercises.url)
        found = words_of(browser, f"{world.exercises.url}?q=canarycuehidden")
        if (world.hidden.name in listed) is not (name in known) or world.named.name not in listed:
            wrong.append((name, "list", ""))
        if (world.hidden.name in found) is not (name in known):
            wrong.append((name, "search", ""))
    assert wrong == []


def test_lists_show_the_same_pages_once_their_gates_are_gone(world: World) -> None:
    PageViewRestriction.objects.all().delete()
    visitor = Browser()
    assert f"{matrix.TITLE} parent" in words_of(visitor, "/blog/")  # the menu
    lists = {name: words_of(visitor, address) for name, address in WHOLE_LISTS.items()}
    for what in ("whole", "before", "child", "week"):
        thing = world.things[what]
        listed = {name for name, words in lists.items() if f"/{thing.page.slug}/" in words}
        assert listed == (set(WHOLE_LISTS) if what in {"whole", "before"} else {"sitemap"})
        assert f"/{thing.page.slug}/" in words_of(visitor, f"/search/?q={thing.title}")
        assert thing.title in words_of(visitor, f"/suggest/?q={thing.title}")[12:]
        for api in matrix.apis():
            assert thing.title in words_of(visitor, f"/api/{api}/pages/{thing.page.pk}/")
    CollectionViewRestriction.objects.all().delete()
    for api in matrix.apis():
        assert world.document_title in words_of(visitor, f"/api/{api}/documents/")


def test_partly_gated_pages_are_listed_and_their_open_part_is_found(world: World) -> None:
    visitor = Browser()
    for what in PARTLY:
        thing = world.things[what]
        assert f"/{thing.page.slug}/" in words_of(visitor, "/sitemap.xml")
        assert f"/{thing.page.slug}/" in words_of(visitor, "/feed/")
        assert '"count": 1' in words_of(visitor, f"/suggest/?q={thing.page.title}")


def test_the_api_v2_asks_the_healed_groups(world: World) -> None:
    leaks = []
    for name in PEOPLE:
        browser = browser_of(world, name)
        answers = {
            what: words_of(browser, f"/api/v2/pages/{thing.page.pk}/?fields=*")
            for what, thing in world.things.items()
        }
        leaks += [
            (name, what) for what, words in answers.items() if world.things[what].canary in words
        ]
        shown = {what for what, words in answers.items() if world.things[what].page.title in words}
        # Waiting pages are shown to nobody: an API cannot say when they open.
        is_reader = name in HOLDERS | {"superuser"}
        expected = set(world.things) - WAITING if is_reader else PARTLY
        listed = browser.get("/api/v2/pages/?limit=50&fields=*")
        pages = listed.json()
        titles = {item["title"] for item in pages["items"]}
        wanted = {world.things[what].page.title for what in expected}
        titles = {title for title in titles if title.startswith(matrix.TITLE)}
        if shown != expected or titles - {f"{matrix.TITLE} parent"} != wanted:
            leaks.append((name, f"{sorted(shown)}, {sorted(titles)}"))
        leaks += [
            (name, what, "list")
            for what, thing in world.things.items()
            if thing.canary in listed.content.decode()
        ]
        assert pages["meta"]["total_count"] == len(pages["items"]), name
    assert leaks == []


@pytest.mark.skipif("v3" not in matrix.apis(), reason="Wagtail 7.4 has no API v3")
def test_the_api_v3_shows_gated_pages_to_nobody(world: World) -> None:
    leaks = []
    for name in PEOPLE:
        browser = browser_of(world, name)
        listed = words_of(browser, "/api/v3/pages/?limit=50")
        # It knows no session, so that few people tell of all.
        asked = world.things if name in {"visitor", "basic", "superuser"} else {}
        leaks += [(name, what) for what, one in world.things.items() if one.canary in listed]
        for what, thing in asked.items():
            found = words_of(browser, f"/api/v3/pages/{thing.page.pk}/")
            titled = thing.title and thing.title in listed + found
            if thing.canary in listed + found or titled:
                leaks.append((name, what))
            elif what in PARTLY and thing.page.title not in found:
                leaks.append((name, what, "missing"))
        if world.document_title in words_of(browser, "/api/v3/documents/"):
            leaks.append((name, "document"))
    assert leaks == []


def test_the_api_counts_and_finds_only_what_it_shows(world: World) -> None:
    wrong = []
    indexed = {"whole", "child", "alias"}  # the bodies that search knows, of pages without a wait
    for name in PEOPLE:
        browser = browser_of(world, name)
        is_reader = name in HOLDERS | {"superuser"}
        for word, expected in (
            (matrix.WORD, indexed if is_reader else set()),
            (matrix.TITLE, set(world.things) - WAITING if is_reader else PARTLY),
        ):
            found = browser.get(f"/api/v2/pages/?search={word}&limit=50").json()
            titles = {item["title"] for item in found["items"]} - {f"{matrix.TITLE} parent"}
            if titles != {world.things[what].page.title for what in expected}:
                wrong.append((name, word, sorted(titles)))
            if found["meta"]["total_count"] != len(found["items"]):
                wrong.append((name, word, found["meta"]))
    assert wrong == []


def test_a_document(world: World) -> None:
    wrong = []
    for name in PEOPLE:
        browser = browser_of(world, name)
        words = words_of(browser, world.document.url)
        found = words_of(browser, "/api/v2/documents/")
        is_open = world.document_bytes.decode() in words
        is_listed = world.document_title in found
        is_named = world.document_title in words
        expected = (name in HOLDERS | EDITORS, name in HOLDERS | {"superuser"}, False)
        if (is_open, is_listed, is_named) != expected:
            wrong.append((name, is_open, is_listed, is_named))
    assert wrong == []


def test_a_video(world: World) -> None:
    """A demonstration is for everybody whom the clinic knows."""
    wrong = []
    for name in PEOPLE:
        browser = browser_of(world, name)
        user = world.people[name] or AnonymousUser()
        url = media_url("asyncpt_library:video", world.video.uuid, user)
        response = browser.get(url, headers={"Range": "bytes=0-5"})
        body = b"".join(response) if response.streaming else response.content
        found = (response.status_code, body == world.video_bytes[:6])
        if found != ((404, False) if name == "visitor" else (206, True)):
            wrong.append((name, *found))
    assert wrong == []
