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
from django.db import transaction
from django.test import Client as Browser
from wagtail.models import CollectionViewRestriction, PageViewRestriction

from tests.conftest import START
from tests.gating import matrix
from tests.gating.matrix import EDITORS, HOLDERS, PARTLY, PEOPLE, READERS, WAITING, World
from tests.gating.test_page import queries_of
from wagtail_asyncpt.core import clock as real_clock
from wagtail_asyncpt.core.links import media_url

pytestmark = [pytest.mark.django_db, pytest.mark.urls("tests.gating.matrix")]

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


@pytest.mark.parametrize("name", PEOPLE)
def test_pages_at_their_own_address(world: World, name: str) -> None:
    browser = browser_of(world, name)
    found = {
        what: shows(browser, thing.page.url, thing.canary) for what, thing in world.things.items()
    }
    assert found == {what: name in READERS[what] for what in world.things}


@pytest.mark.parametrize("name", ["visitor", "lapsed", "basic"])
def test_print_and_head_and_other_methods(world: World, name: str) -> None:
    browser = browser_of(world, name)
    for what, thing in world.things.items():
        printed = shows(browser, f"{thing.page.url}?print=1", thing.canary)
        assert printed is (name in READERS[what])
        assert browser.head(thing.page.url).content == b""
        if name not in READERS[what]:
            assert thing.canary not in browser.post(thing.page.url).content.decode()
            assert thing.canary not in browser.options(thing.page.url).content.decode()


@pytest.mark.parametrize("name", ["visitor", "basic", "therapist", "editor", "superuser"])
def test_previews_and_drafts(world: World, name: str) -> None:
    browser = browser_of(world, name)
    for thing in world.things.values():
        url = f"/admin/pages/{thing.page.pk}/view_draft/"
        assert shows(browser, url, thing.canary) is (name in EDITORS)


@pytest.mark.parametrize("name", ["visitor", "basic", "lapsed", "enrolled", "superuser"])
def test_lists_know_no_gated_page(world: World, name: str) -> None:
    browser = browser_of(world, name)
    # The lists are built for everybody alike, so those who may read find nothing there either.
    everything = "".join(words_of(browser, address) for address in WHOLE_LISTS.values())
    for what, thing in world.things.items():
        assert thing.canary not in everything, what
        if thing.title:
            assert f"/{thing.page.slug}/" not in everything, what
        for query in {thing.title, thing.canary} - {""}:
            assert "0 pages match" in words_of(browser, f"/search/?q={query}"), what
            assert '"count": 0' in words_of(browser, f"/suggest/?q={query}"), what


def test_lists_show_the_same_pages_once_their_gates_are_gone(world: World) -> None:
    PageViewRestriction.objects.all().delete()
    visitor = Browser()
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


@pytest.mark.parametrize("name", PEOPLE)
def test_the_api_v2_asks_the_healed_groups(world: World, name: str) -> None:
    browser = browser_of(world, name)
    answers = {
        what: words_of(browser, f"/api/v2/pages/{thing.page.pk}/?fields=*")
        for what, thing in world.things.items()
    }
    assert not [what for what, thing in world.things.items() if thing.canary in answers[what]]
    shown = {what for what, thing in world.things.items() if thing.page.title in answers[what]}
    # Waiting pages are shown to nobody: an API cannot say when they open.
    is_reader = name in HOLDERS | {"superuser"}
    assert shown == (set(world.things) - WAITING if is_reader else PARTLY)
    listed = browser.get("/api/v2/pages/?limit=50").json()
    titles = {item["title"] for item in listed["items"]}
    expected = {world.things[what].page.title for what in shown}
    titles = {title for title in titles if title.startswith("Canarytitle")}
    assert titles - {"Canarytitleparent"} == expected
    assert listed["meta"]["total_count"] == len(listed["items"])


@pytest.mark.skipif("v3" not in matrix.apis(), reason="Wagtail 7.4 has no API v3")
@pytest.mark.parametrize("name", PEOPLE)
def test_the_api_v3_shows_gated_pages_to_nobody(world: World, name: str) -> None:
    browser = browser_of(world, name)
    listed = words_of(browser, "/api/v3/pages/?limit=50")
    for what, thing in world.things.items():
        assert thing.canary not in listed
        if what not in PARTLY:
            assert thing.title not in listed
    for what in ("whole", "before", "line", "fields", "week"):
        thing = world.things[what]
        found = words_of(browser, f"/api/v3/pages/{thing.page.pk}/")
        assert thing.canary not in found
        assert what in PARTLY or thing.title not in found
    documents = words_of(browser, "/api/v3/documents/")
    assert world.document_title not in documents


@pytest.mark.parametrize("name", ["visitor", "lapsed", "basic"])
def test_the_api_counts_and_finds_only_what_it_shows(world: World, name: str) -> None:
    browser = browser_of(world, name)
    for what, thing in world.things.items():
        found = browser.get(f"/api/v2/pages/?search={thing.canary}").json()["meta"]["total_count"]
        may_find = name == "basic" and what not in PARTLY | WAITING
        assert found == 0 or may_find, what
    titled = browser.get("/api/v2/pages/?search=Canarytitlewhole").json()["meta"]["total_count"]
    assert titled == (name == "basic")


@pytest.mark.parametrize("name", PEOPLE)
def test_a_document(world: World, name: str) -> None:
    browser = browser_of(world, name)
    readers = HOLDERS | EDITORS
    words = words_of(browser, world.document.url)
    assert (world.document_bytes.decode() in words) is (name in readers)
    assert world.document_title not in words
    listed = HOLDERS | {"superuser"}
    found = words_of(browser, "/api/v2/documents/")
    assert (world.document_title in found) is (name in listed)


@pytest.mark.parametrize("name", PEOPLE)
def test_a_video(world: World, name: str) -> None:
    browser = browser_of(world, name)
    user = world.people[name] or AnonymousUser()
    url = media_url("asyncpt_library:video", world.video.uuid, user)
    response = browser.get(url, headers={"Range": "bytes=0-5"})
    body = b"".join(response) if response.streaming else response.content
    # A demonstration is for everybody whom the clinic knows.
    assert (body == world.video_bytes[:6]) is (name != "visitor")
    assert response.status_code == (404 if name == "visitor" else 206)


@pytest.mark.parametrize("what", READERS)
def test_no_cache_hands_a_members_page_to_anybody_else(
    world: World, what: str, settings: Any
) -> None:
    settings.MIDDLEWARE = [
        "django.middleware.cache.UpdateCacheMiddleware",
        *settings.MIDDLEWARE,
        "django.middleware.cache.FetchFromCacheMiddleware",
    ]
    thing = world.things[what]
    reader = "superuser" if what == "before" else "basic"
    assert shows(browser_of(world, reader), thing.page.url, thing.canary)
    for name in ("visitor", "newcomer", "lapsed"):
        assert not shows(browser_of(world, name), thing.page.url, thing.canary)
    assert shows(browser_of(world, reader), thing.page.url, thing.canary)
    # The cache works: an open page is answered from it, without asking the database.
    visitor = Browser()
    assert visitor.get("/blog/").status_code == 200
    assert queries_of(visitor, "/blog/") == 0


def test_meta_and_structured_data_of_a_teaser_hold_public_words_alone(world: World) -> None:
    for thing in world.things.values():
        words = words_of(Browser(), thing.page.url)
        head = words[: words.index("</head>")]
        assert thing.canary not in head
        assert '"isAccessibleForFree": false' in words
