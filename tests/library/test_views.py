"""Who may watch a demonstration video, and how it is served."""

import re
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client as Browser
from django.urls import reverse

from tests import factories
from tests.conftest import Cast, MovableClock
from wagtail_asyncpt.core.links import media_url
from wagtail_asyncpt.library.models import ExerciseVideo
from wagtail_asyncpt.pages.models import ExerciseIndexPage

Login = Callable[[Any], Browser]
CAPTIONS = "WEBVTT\n\n00:00.000 --> 00:01.000\nSit back.\n"
BYTES = bytes(range(256)) * 4


def body(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def link(person: Any, video: ExerciseVideo, name: str = "video") -> str:
    """The address that a page shows to ``person``."""
    return media_url(f"asyncpt_library:{name}", video.uuid, getattr(person, "user", person))


def without_token(answer: Any) -> str:
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", answer.content.decode())


@pytest.mark.parametrize("person", ["owner", "lapsed", "therapist", "colleague", "editor"])
def test_people_of_the_clinic_watch(
    cast: Cast, login: Login, ready_video: ExerciseVideo, person: str
) -> None:
    watcher = getattr(cast, person)
    browser = login(watcher)
    film = browser.get(link(watcher, ready_video))
    assert (film.status_code, film["Content-Type"], body(film)) == (200, "video/mp4", BYTES)
    assert film["Cache-Control"] == "private, max-age=0, must-revalidate"
    picture = browser.get(link(watcher, ready_video, "poster"))
    assert (picture.status_code, picture["Content-Type"]) == (200, "image/jpeg")
    assert body(picture) == b"\xff\xd8poster"


@pytest.mark.parametrize("name", ["video", "poster"])
def test_for_everybody_else_there_is_no_such_video(
    cast: Cast, login: Login, ready_video: ExerciseVideo, name: str
) -> None:
    missing = reverse(f"asyncpt_library:{name}", args=[uuid4()])
    nobody = factories.make_user("Nobody Here")
    for browser, url in (
        (Browser(), reverse(f"asyncpt_library:{name}", args=[ready_video.uuid])),
        (Browser(), link(cast.owner, ready_video, name)),
        (login(nobody), link(nobody, ready_video, name)),
        (login(nobody), link(cast.owner, ready_video, name)),
    ):
        for headers in ({}, {"HTTP_RANGE": "bytes=0-9"}):
            refused = browser.get(url, **headers)
            absent = browser.get(missing, **headers)
            assert refused.status_code == absent.status_code == 404
            assert without_token(refused) == without_token(absent)
            assert not refused.has_header("ETag")


def test_a_range_gets_only_its_bytes(cast: Cast, login: Login, ready_video: ExerciseVideo) -> None:
    url = link(cast.owner, ready_video)
    browser = login(cast.owner)
    part = browser.get(url, HTTP_RANGE="bytes=10-19")
    assert part.status_code == 206
    assert part["Content-Range"] == "bytes 10-19/1024"
    assert body(part) == BYTES[10:20]
    assert browser.get(url, HTTP_RANGE="bytes=5000-").status_code == 416


def test_a_known_video_is_not_sent_again_until_it_changes(
    cast: Cast, login: Login, ready_video: ExerciseVideo
) -> None:
    url = link(cast.owner, ready_video)
    browser = login(cast.owner)
    tag = browser.get(url)["ETag"]
    assert browser.get(url, HTTP_IF_NONE_MATCH=tag).status_code == 304
    ready_video.processed_at = cast.owner.created_at
    ready_video.save()
    assert browser.get(url, HTTP_IF_NONE_MATCH=tag).status_code == 200


@pytest.mark.parametrize("status", ["received", "processing", "failed"])
def test_a_video_that_is_not_ready_is_not_served(
    cast: Cast, login: Login, ready_video: ExerciseVideo, status: str
) -> None:
    ExerciseVideo.objects.update(status=status)
    url = link(cast.owner, ready_video)
    assert login(cast.owner).get(url).status_code == 404


def test_the_original_has_no_address(cast: Cast, login: Login, make_video: Any) -> None:
    video = make_video(b"with a location inside")
    browser = login(cast.therapist)
    assert browser.get(link(cast.therapist, video)).status_code == 404
    with pytest.raises(ValueError, match=r"not accessible via a URL"):
        _ = video.source.url


def test_only_reading_is_answered(cast: Cast, login: Login, ready_video: ExerciseVideo) -> None:
    url = link(cast.owner, ready_video)
    assert login(cast.owner).post(url).status_code == 405
    assert login(cast.owner).head(url).status_code == 200


def test_serving_costs_the_same_for_1_and_30_videos(
    cast: Cast, login: Login, ready_video: ExerciseVideo, django_assert_max_num_queries: Any
) -> None:
    browser = login(cast.owner)
    url = link(cast.owner, ready_video)
    browser.get(url)
    ExerciseVideo.objects.bulk_create(ExerciseVideo(title=f"Video {n}") for n in range(30))
    # session, user, permissions (2), site, clinic, client, video
    with django_assert_max_num_queries(8):
        assert browser.get(url).status_code == 200


VISIBLE = [
    ("everything", True, 200, 200),
    ("teaser", True, 404, 200),
    ("nothing", True, 404, 404),
    ("everything", False, 404, 404),
]


@pytest.mark.parametrize(("visibility", "live", "video", "poster"), VISIBLE)
def test_a_visitor_watches_what_its_exercise_opens(
    ready_video: ExerciseVideo, visibility: str, live: bool, video: int, poster: int
) -> None:
    exercise = factories.make_exercise("Squat")
    exercise.video, exercise.visibility, exercise.live = ready_video, visibility, live
    exercise.save()
    ready_video.captions = CAPTIONS
    ready_video.save()

    def status(name: str) -> int:
        return (
            Browser().get(reverse(f"asyncpt_library:{name}", args=[ready_video.uuid])).status_code
        )

    assert (status("video"), status("poster"), status("captions")) == (video, poster, video)


def test_captions_are_served_as_webvtt(
    cast: Cast, login: Login, ready_video: ExerciseVideo
) -> None:
    url = link(cast.owner, ready_video, "captions")
    browser = login(cast.owner)
    assert browser.get(url).status_code == 404
    ready_video.captions = CAPTIONS
    ready_video.save()
    answer = browser.get(url)
    assert answer["Content-Type"] == "text/vtt; charset=utf-8"
    assert answer.content.decode() == CAPTIONS
    assert answer["Cache-Control"] == "private, max-age=0, must-revalidate"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert Browser().get(url).status_code == 404


def test_a_link_that_ended_or_was_altered_opens_nothing_and_a_fresh_one_does(
    cast: Cast, login: Login, ready_video: ExerciseVideo, clock: MovableClock
) -> None:
    browser = login(cast.owner)
    fresh = reverse("asyncpt_library:links", args=[ready_video.uuid])
    ready_video.captions = CAPTIONS
    ready_video.save()
    for name, file in (("video", "video.mp4"), ("poster", "poster.jpg"), ("captions", None)):
        old = link(cast.owner, ready_video, name)
        assert browser.get(old).status_code == 200
        clock.move(hours=5)
        for wrong in (old, old.partition("?")[0], f"{old}x"):
            refused = browser.get(wrong, HTTP_RANGE="bytes=0-9", HTTP_IF_NONE_MATCH="*")
            assert refused.status_code == 404
            assert not refused.has_header("ETag")
        answer = browser.get(fresh)
        assert "no-store" in answer["Cache-Control"] and "private" in answer["Cache-Control"]
        renewed = answer.json()[file or "captions.vtt"]
        assert renewed != old
        assert browser.get(renewed).status_code == 200


def test_a_right_that_is_lost_ends_a_link_at_once(
    cast: Cast, login: Login, ready_video: ExerciseVideo
) -> None:
    user = cast.owner.user
    browser, address = login(user), link(user, ready_video)
    fresh = reverse("asyncpt_library:links", args=[ready_video.uuid])
    assert body(browser.get(address)) == BYTES
    assert browser.get(fresh).json()["video.mp4"] == address
    cast.owner.user = factories.make_user("New Account")
    cast.owner.save()
    assert browser.get(address).status_code == browser.get(fresh).status_code == 404
    cast.owner.user = user
    cast.owner.save()
    assert browser.get(address).status_code == 200
    browser.logout()
    assert browser.get(address).status_code == browser.get(fresh).status_code == 404


def test_what_is_open_to_everybody_needs_no_link_and_no_link_stops_it(
    cast: Cast, login: Login, ready_video: ExerciseVideo, clock: MovableClock
) -> None:
    exercise = factories.make_exercise("Squat")
    exercise.video, exercise.visibility = ready_video, "everything"
    exercise.save()
    old = link(cast.owner, ready_video)
    clock.move(hours=5)
    for browser in (Browser(), login(cast.owner)):
        assert body(browser.get(old)) == BYTES
        assert body(browser.get(old.partition("?")[0])) == BYTES


def test_a_page_with_links_is_kept_out_of_shared_caches_and_a_visitors_is_not(
    cast: Cast, login: Login, ready_video: ExerciseVideo, site: Any
) -> None:
    exercise = factories.make_exercise("Squat")
    exercise.video, exercise.visibility = ready_video, "everything"
    exercise.save()
    index = site.root_page.add_child(instance=ExerciseIndexPage(title="Exercises"))
    nobody = factories.make_user("Nobody Here")
    for address in (index.url, f"{index.url}{exercise.slug}/"):
        for person in (cast.owner, nobody):
            page = login(person).get(address)
            assert "?link=" in page.content.decode()
            assert "no-store" in page["Cache-Control"] and "private" in page["Cache-Control"]
        page = Browser().get(address)
        assert "?link=" not in page.content.decode()
        assert reverse("asyncpt_library:poster", args=[ready_video.uuid]) in page.content.decode()
        assert "no-store" not in page.get("Cache-Control", "")
