"""One walk of many people behind a cache that keeps all it may: Django's, then a real nginx.

Nobody gets another's bytes, and nobody a page that was theirs to read a moment ago.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import pytest
import requests
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.test import Client as Browser
from wagtail.models import Site

from sandbox.home.models import StandardPage
from tests import factories, nginx
from tests.conftest import START, MovableClock
from tests.gating import matrix
from tests.gating.conftest import BODY, add_page, add_post, restrict
from tests.gating.matrix import EDITORS, HOLDERS, READERS, World
from wagtail_asyncpt.core.links import media_url
from wagtail_asyncpt.gating.middleware import PrivateFilesMiddleware
from wagtail_asyncpt.memberships.models import Membership
from wagtail_asyncpt.people.models import Client

FILES_MIDDLEWARE = f"{PrivateFilesMiddleware.__module__}.{PrivateFilesMiddleware.__qualname__}"
#: Refused, granted, refused again, and granted again: an answer that was kept would show.
ORDER = ("visitor", "basic", "lapsed", "superuser", "visitor", "basic")
BYTES = bytes(range(256)) * 800


class Answer(NamedTuple):
    status: int
    body: bytes
    headers: Any


class Ask(Protocol):
    """One person's browser, which keeps its cookies."""

    def __call__(self, path: str, method: str = "GET", **headers: str) -> Answer: ...


Asks = Callable[[Any], Ask]


def walk(
    world: World, asks: Asks, clock: MovableClock, settings: Any, *, pages: Iterable[str]
) -> None:
    """Everybody opens everything, in an order that a careless cache would stumble over."""
    people = {name: asks(world.people[name]) for name in ORDER}
    for what in pages:
        thing = world.things[what]
        for name in ORDER:
            answer = people[name](thing.page.url)
            found = (answer.status, thing.canary.encode() in answer.body)
            assert found == (200, name in READERS[what]), (what, name)
            # Not by luck, such as a cookie that is set again with each answer.
            assert "no-store" in answer.headers["Cache-Control"], (what, name)
            assert "private" in answer.headers["Cache-Control"], (what, name)
    for name in ORDER:
        answer = people[name](world.document.url)
        is_reader = name in HOLDERS | EDITORS
        assert (world.document_bytes in answer.body) is is_reader, name
        assert answer.status == (200 if is_reader else 403), name
    _links(world, people)
    _changes_of_right(world, asks)
    _drip(world, people["basic"], clock)
    # Signed out, with the cookie of before.
    Session.objects.all().delete()
    for what in pages:
        thing = world.things[what]
        assert thing.canary.encode() not in people["superuser"](thing.page.url).body
    settings.WAGTAIL_ASYNCPT = {
        **settings.WAGTAIL_ASYNCPT,
        "METERED_PAGES": {"blog.BlogPage": 1},
    }
    _metered(world, asks)


def _links(world: World, people: dict[str, Ask]) -> None:
    """A member's link is the member's, whoever else asks at the same address."""
    link = media_url("asyncpt_library:video", world.video.uuid, world.people["basic"])
    for name in ORDER:
        answer = people[name](link, Range="bytes=0-5")
        is_owner = name == "basic"
        assert answer.status == (206 if is_owner else 404), name
        assert (answer.body == world.video_bytes[:6]) is is_owner, name
        assert answer.headers.get("ETag") is None or is_owner


def _changes_of_right(world: World, asks: Asks) -> None:
    """The same cookie before, in and after a membership."""
    thing = world.things["whole"]
    newcomer = Client.objects.get(user=world.people["newcomer"])
    ask = asks(newcomer.user)

    def reads() -> bool:
        return thing.canary.encode() in ask(thing.page.url).body

    assert not reads()
    tier = Membership.objects.get(client__user=world.people["basic"]).tier
    membership = factories.make_membership(newcomer, tier, activated_at=START - 9 * matrix.DAY)
    assert reads() and reads()
    membership.status, membership.ends_at = "canceled", START - matrix.DAY
    membership.save()
    assert not reads()


def _drip(world: World, ask: Ask, clock: MovableClock) -> None:
    thing = world.things["before"]
    assert thing.canary.encode() not in ask(thing.page.url).body
    clock.move(days=500)
    assert thing.canary.encode() in ask(thing.page.url).body
    clock.set(START)
    assert thing.canary.encode() not in ask(thing.page.url).body


def _metered(world: World, asks: Asks) -> None:
    """A free page is one visitor's: not for the next who has used up theirs."""
    basic = Membership.objects.get(client__user=world.people["basic"]).tier
    posts = [add_post(world.blog, f"Post {number}") for number in (1, 2)]
    for post in posts:
        restrict(post, basic.group)
    first, second = (post.url for post in posts)
    reader, other = asks(None), asks(None)
    for ask, free, closed in ((reader, first, second), (other, second, first)) * 2:
        assert BODY.encode() in ask(free).body
        assert BODY.encode() not in ask(closed).body


def signed_in(browser: Browser, user: Any) -> Browser:
    if user is not None:
        # A fresh instance: permissions are cached on a user.
        browser.force_login(type(user).objects.get(pk=user.pk))
    return browser


@pytest.mark.urls("tests.gating.matrix")
def test_behind_djangos_cache(db: None, clock: MovableClock, settings: Any) -> None:
    settings.MIDDLEWARE = [
        "django.middleware.cache.UpdateCacheMiddleware",
        FILES_MIDDLEWARE,
        *settings.MIDDLEWARE,
        "django.middleware.cache.FetchFromCacheMiddleware",
    ]

    def asks(user: Any) -> Ask:
        browser = signed_in(Browser(), user)

        def ask(path: str, method: str = "GET", **headers: str) -> Answer:
            answer = browser.generic(method, path, headers=headers)
            body = b"".join(answer) if answer.streaming else answer.content  # type: ignore[attr-defined]
            return Answer(answer.status_code, body, answer.headers)

        return ask

    world = matrix.build()
    # test_matrix.py has the other pages behind this cache.
    walk(world, asks, clock, settings, pages=("whole", "fields"))
    # The cache works.
    visitor = asks(None)
    visitor("/blog/")
    Site.objects.get().root_page.get_children().get(slug="blog").unpublish()
    assert visitor("/blog/").status == 200
    cache.clear()
    assert visitor("/blog/").status == 404


@pytest.fixture
def front(
    transactional_db: None, clock: MovableClock, settings: Any, tmp_path: Path
) -> Iterator[tuple[str, str]]:
    """The addresses of a real nginx and of the site behind it."""
    from pytest_django.live_server_helper import LiveServer

    settings.MIDDLEWARE = [FILES_MIDDLEWARE, *settings.MIDDLEWARE]
    settings.WAGTAIL_ASYNCPT = {
        **settings.WAGTAIL_ASYNCPT,
        "X_ACCEL_PREFIX": "/asyncpt-private/",
    }
    server = LiveServer("127.0.0.1")
    places = {name: tmp_path / name for name in ("private", "media", "static")}
    try:
        with nginx.running(tmp_path / "nginx", upstream=server.url, **places) as address:
            yield address, server.url
    finally:
        server.stop()


def asks_at(address: str) -> Asks:
    """Browsers that ask the server at ``address``."""

    def asks(user: Any) -> Ask:
        session = requests.Session()
        session.trust_env = False
        for name, morsel in signed_in(Browser(), user).cookies.items():
            session.cookies.set(name, morsel.value)

        def ask(path: str, method: str = "GET", **headers: str) -> Answer:
            answer = session.request(
                method, f"{address}{path}", headers=headers, allow_redirects=False, timeout=60
            )
            return Answer(answer.status_code, answer.content, answer.headers)

        return ask

    return asks


@pytest.mark.nginx
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
@pytest.mark.urls("tests.gating.matrix")
def test_behind_a_real_nginx(
    front: tuple[str, str], clock: MovableClock, settings: Any, private_files: Path
) -> None:
    address, site_address = front
    asks = asks_at(address)
    world = matrix.build()
    _open_pages_are_kept_by_host(asks)
    _nginx_sends_the_bytes(world, asks, asks_at(site_address), private_files / "private")
    pages = ("whole", "alias", "block", "fields", "before", "week")
    walk(world, asks, clock, settings, pages=pages)


def _open_pages_are_kept_by_host(asks: Asks) -> None:
    """The cache works, and two clinics on one server do not share their front page."""
    visitor = asks(None)
    assert visitor("/blog/").headers["X-Cache"] == "MISS"
    assert visitor("/blog/").headers["X-Cache"] == "HIT"
    root = Site.objects.get().root_page
    other = root.get_parent().add_child(instance=StandardPage(title="Other", slug="other"))
    site = Site.objects.create(hostname="other.example", root_page=other, port=80)
    add_page(other, "Elsewhere", slug="blog")
    assert b"Elsewhere" in visitor("/blog/", Host="other.example").body
    assert b"Elsewhere" not in visitor("/blog/").body
    site.delete()


def _nginx_sends_the_bytes(world: World, asks: Asks, behind: Asks, private: Path) -> None:
    video = world.video
    video.video.save("video.mp4", ContentFile(BYTES), save=True)
    basic, visitor = asks(world.people["basic"]), asks(None)
    link = media_url("asyncpt_library:video", video.uuid, world.people["basic"])
    whole = basic(link)
    assert (whole.status, whole.body) == (200, BYTES)
    expected = {
        "Content-Type": "video/mp4",
        "Content-Length": str(len(BYTES)),
        "Content-Disposition": 'inline; filename="Squat.mp4"',
        "Accept-Ranges": "bytes",
        "Cache-Control": "private, max-age=0, must-revalidate",
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cross-Origin-Resource-Policy": "same-origin",
    }
    assert {name: whole.headers.get(name) for name in expected} == expected
    assert "X-Accel-Redirect" not in whole.headers
    for asked, status, body in (
        ("bytes=10-19", 206, BYTES[10:20]),
        ("bytes=-5", 206, BYTES[-5:]),
        (f"bytes={len(BYTES)}-", 416, None),
    ):
        part = basic(link, Range=asked)
        assert part.status == status
        assert body is None or part.body == body
    assert basic(link, "HEAD").body == b""
    again = basic(link, **{"If-None-Match": whole.headers["ETag"]})
    assert (again.status, again.body) == (304, b"")
    # Python sends no byte of it.
    empty = behind(world.people["basic"])(link)
    assert (empty.status, empty.body, empty.headers["Content-Length"]) == (200, b"", "0")
    assert empty.headers["X-Accel-Redirect"] == f"/asyncpt-private/{video.video.name}"
    # Nobody gets in beside the site.
    assert (private / video.video.name).read_bytes() == BYTES
    for ask in (basic, visitor):
        assert ask(f"/asyncpt-private/{video.video.name}").status == 404
    assert visitor(link, **{"If-None-Match": whole.headers["ETag"]}).status == 404
    assert visitor(link).status == 404
    folder = Path(world.document.file.path)
    assert folder.exists()
    assert visitor(f"/media/documents/{folder.name}").status == 404
    video.video.save("video.mp4", ContentFile(world.video_bytes), save=True)
