"""Links to private media: whose they are, of which path, and how long they work."""

import datetime as dt
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import RequestFactory, override_settings

from tests.conftest import MovableClock
from wagtail_asyncpt.core.links import has_link, media_url

FILM = UUID("11111111-1111-4111-8111-111111111111")
OWNER = SimpleNamespace(pk=7, is_authenticated=True)
OTHER = SimpleNamespace(pk=77, is_authenticated=True)
HOUR = 3600


def link(user: Any = OWNER, name: str = "video", uuid: UUID = FILM) -> str:
    return media_url(f"asyncpt_library:{name}", uuid, user)


def works(address: str, user: Any = OWNER) -> bool:
    request = RequestFactory().get(address)
    request.user = user
    return has_link(request)


def with_token(token: str, address: str | None = None) -> str:
    return f"{(address or link()).partition('?')[0]}?link={token}"


def test_a_link_works_for_its_person_and_its_path_alone(clock: MovableClock) -> None:
    token = link().partition("?link=")[2]
    assert works(link())
    assert not works(link(), OTHER)
    assert not works(link(), AnonymousUser())
    for foreign in (link(name="poster"), link(name="captions"), link(uuid=uuid4())):
        assert works(foreign)
        assert not works(with_token(token, foreign))
    # The person's number is no prefix of another's.
    assert not works(link(OTHER), OWNER)


def test_an_altered_link_does_not_work(clock: MovableClock) -> None:
    ends, _, signature = link().partition("?link=")[2].partition(".")
    later = f"{ends[:-1]}{'1' if ends[-1] == '0' else '0'}"
    wrong = [
        *("", ".", ends, signature, f"{ends}.", f".{signature}", f"{later}.{signature}"),
        *(f"{ends}.{signature[:-1]}", f"{ends}.{signature}x", f"{ends}.{signature}.{signature}"),
        *(f"{ends.upper()}z.{signature}", f"-{ends}.{signature}", f"{'z' * 40}.{signature}"),
        *(f"{ends}.\N{SNOWMAN}", f"\N{SNOWMAN}.{signature}", f"{ends}%00.{signature}"),
    ]
    assert [token for token in wrong if works(with_token(token))] == []
    assert not works(link().partition("?")[0])
    assert works(with_token(f"{ends}.{signature}"))


def test_a_link_ends_after_at_least_half_of_its_life(clock: MovableClock) -> None:
    for minutes in (0, 7, 61, 119, 121, 239):
        clock.move(minutes=minutes)
        address, made = link(), clock.moment
        clock.set(made + dt.timedelta(hours=2))
        assert works(address)
        clock.set(made + dt.timedelta(hours=4, seconds=1))
        assert not works(address)
        clock.set(made)


def test_a_page_opened_again_soon_has_the_same_link(clock: MovableClock) -> None:
    seen = {link()}
    for _ in range(4 * 60):
        clock.move(minutes=1)
        seen.add(link())
    assert len(seen) in {3, 2}


def test_a_shorter_life_ends_links_that_are_out_already(clock: MovableClock) -> None:
    address = link()
    with override_settings(WAGTAIL_ASYNCPT={"MEDIA_LINK_SECONDS": HOUR}):
        assert not works(address)
        assert works(link())
        clock.move(hours=1, seconds=1)
        assert not works(link().replace("link", "other"))


def test_a_new_secret_key_keeps_links_while_the_old_one_is_a_fallback(clock: MovableClock) -> None:
    address = link()
    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=["for-the-tests-only"]):
        assert works(address)
    with override_settings(SECRET_KEY="new", SECRET_KEY_FALLBACKS=[]):
        assert not works(address)


def test_a_visitor_gets_the_plain_address() -> None:
    assert link(AnonymousUser()) == f"/care/exercises/videos/{FILM}/video.mp4"


@pytest.mark.parametrize("name", ["video", "poster", "captions"])
def test_the_address_needs_no_escaping(name: str, clock: MovableClock) -> None:
    assert set(link(name=name)) <= set(
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./?="
    )
