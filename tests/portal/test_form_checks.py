"""A requested video, from the request to the answer, and the therapist's answers."""

import uuid
from typing import Any

import pytest

from tests.conftest import Cast
from wagtail_asyncpt.care import operations as care
from wagtail_asyncpt.care.models import Clip, FormCheck, FormCheckStatus, Review, Week
from wagtail_asyncpt.care.models.answers import ReviewReason
from wagtail_asyncpt.library.media import VideoStatus


def text(response: Any) -> str:
    """The page with runs of white space made one."""
    return " ".join(response.content.decode().split())


@pytest.fixture
def check(week: Week) -> FormCheck:
    """The form check of the week."""
    return week.form_checks.get()


def make_clip(check: FormCheck, status: str, **fields: Any) -> Clip:
    """A clip for ``check``."""
    return Clip.objects.create(
        clinic=check.clinic, client=check.client, form_check=check, status=status, **fields
    )


@pytest.fixture
def clip(check: FormCheck) -> Clip:
    """A clip that plays, waiting for its answer."""
    FormCheck.objects.update(status=FormCheckStatus.READY)
    care.open_review(week=check.week, reason=ReviewReason.CLIP)
    check.refresh_from_db()
    return make_clip(check, VideoStatus.READY, duration=8.0, fps=30, width=720, height=1280)


@pytest.fixture
def answered(cast: Cast, check: FormCheck, clip: Clip) -> Review:
    """The answer to the week, with two comments on the clip."""
    for at, words, drawing in (
        (4.25, "Left knee drifts in.", [{"tool": "line", "pts": [[0, 0], [1, 1]]}]),
        (1.0, "Good start.", []),
    ):
        care.add_video_comment(
            therapist=cast.therapist, clip=clip, key=uuid.uuid4(), at_seconds=at, text=words,
            drawing=drawing,
        )  # fmt: skip
    care.answer_form_check(
        therapist=cast.therapist, form_check=check, verdict="cue", note="Think knees out."
    )
    return care.answer_review(
        therapist=cast.therapist, review=Review.objects.get(), summary="Strong week."
    )


def page_of(check: FormCheck) -> str:
    """The address of the form check."""
    return f"/care/form-checks/{check.uuid}/"


def test_what_to_film_is_told_and_drawn(cast: Cast, check: FormCheck, login: Any) -> None:
    page = text(login(cast.owner).get(page_of(check)))
    for words in (
        "Goblet squat", "by Friday, Nov 6", "Film set 2 from the side", "Do the heels stay down?",
        "Seen from above: the phone films you from the side", 'data-url="/care/uploads/"',
        f'data-check="{check.uuid}"', 'accept="video/*" capture="environment"',
        "Sending a video needs JavaScript.",
    ):  # fmt: skip
        assert words in page


def test_a_clip_on_its_way_is_being_prepared(cast: Cast, check: FormCheck, login: Any) -> None:
    make_clip(check, VideoStatus.PROCESSING)
    FormCheck.objects.update(status=FormCheckStatus.RECEIVED)
    page = text(login(cast.owner).get(page_of(check)))
    assert "Your video is being prepared" in page
    assert f'data-status="{page_of(check)}status/"' in page
    assert "data-upload" not in page


def test_a_clip_that_plays_may_be_replaced_until_it_is_answered(
    cast: Cast, check: FormCheck, clip: Clip, login: Any
) -> None:
    page = text(login(cast.owner).get(page_of(check)))
    assert f"/care/clips/{clip.uuid}/video.mp4" in page
    assert "Thea Ray answers within 48 hours" in page
    assert "Send another take" in page


def test_a_clip_that_could_not_be_read_says_why(cast: Cast, check: FormCheck, login: Any) -> None:
    make_clip(check, VideoStatus.FAILED, failure="It is not a video.")
    page = text(login(cast.owner).get(page_of(check)))
    assert "That video could not be read." in page
    assert "It is not a video. Please send another one." in page
    assert "data-upload" in page


def test_comments_stay_hidden_until_the_answer(
    cast: Cast, check: FormCheck, clip: Clip, login: Any
) -> None:
    care.add_video_comment(
        therapist=cast.therapist, clip=clip, key=uuid.uuid4(), at_seconds=1, text="Draft words"
    )
    assert "Draft words" not in text(login(cast.owner).get(page_of(check)))


def test_the_answer_stands_at_its_moments(
    cast: Cast, check: FormCheck, clip: Clip, answered: Review, login: Any
) -> None:
    browser = login(cast.owner)
    for page in (
        text(browser.get(page_of(check))),
        text(browser.get(f"/care/answers/{answered.uuid}/")),
    ):
        assert 'data-at="4.250"' in page and "<time>0:04</time>" in page
        assert page.index("Good start.") < page.index("Left knee drifts in.")
        assert "&quot;tool&quot;: &quot;line&quot;" in page
        assert "Cue: same dose, one thing to change" in page
        assert "Think knees out." in page
        assert f"/care/clips/{clip.uuid}/video.mp4" in page
        assert "data-upload" not in page


def test_a_withdrawn_request_asks_for_nothing(cast: Cast, check: FormCheck, login: Any) -> None:
    FormCheck.objects.update(status=FormCheckStatus.WITHDRAWN)
    page = text(login(cast.owner).get(page_of(check)))
    assert "does not need this video any more" in page
    assert "data-upload" not in page


def test_answers_are_listed_and_acknowledged_once(
    cast: Cast, answered: Review, login: Any, clock: Any
) -> None:
    browser = login(cast.owner)
    page = text(browser.get("/care/answers/"))
    assert "Strong week." in page and "New" in page
    assert "1<span" in page
    address = f"/care/answers/{answered.uuid}/"
    assert "Got it" in text(browser.get(address))
    read = browser.post(f"{address}read/", follow=True)
    assert "You read this on Monday, Nov 2." in text(read)
    first = Review.objects.get().acknowledged_at
    clock.move(hours=2)
    browser.post(f"{address}read/")
    assert Review.objects.get().acknowledged_at == first is not None
    assert "New" not in text(browser.get("/care/answers/"))


def test_a_verdict_before_the_weeks_answer_is_listed(
    cast: Cast, check: FormCheck, clip: Clip, login: Any
) -> None:
    care.answer_form_check(therapist=cast.therapist, form_check=check, verdict="keep", note="")
    page = text(login(cast.owner).get("/care/answers/"))
    assert page_of(check) in page and "Keep: looks good" in page


def test_the_answer_leads_to_the_new_week(
    cast: Cast, week: Week, answered: Review, login: Any
) -> None:
    following = care.draft_next_week(therapist=cast.therapist, week=week)
    browser, address = login(cast.owner), f"/care/answers/{answered.uuid}/"
    assert str(following.uuid) not in text(browser.get(address))
    care.publish_week(therapist=cast.therapist, week=following, reasons={})
    assert f"/care/plan/{following.uuid}/" in text(browser.get(address))


def test_a_waiting_review_is_no_answer(cast: Cast, clip: Clip, login: Any) -> None:
    waiting = Review.objects.get()
    browser = login(cast.owner)
    assert browser.get(f"/care/answers/{waiting.uuid}/").status_code == 404
    assert browser.post(f"/care/answers/{waiting.uuid}/read/").status_code == 404
    assert "No answers yet" in text(browser.get("/care/answers/"))


def test_a_stranger_sees_no_video_and_no_answer(
    cast: Cast, check: FormCheck, answered: Review, login: Any
) -> None:
    for person in (cast.stranger, cast.lapsed, cast.therapist, cast.editor):
        browser = login(person)
        for response in (
            browser.get(page_of(check)),
            browser.get(f"/care/answers/{answered.uuid}/"),
            browser.post(f"/care/answers/{answered.uuid}/read/"),
        ):
            assert response.status_code == 404
            assert b"Olive" not in response.content and b"knees out" not in response.content
    assert Review.objects.get().acknowledged_at is None
    assert login(cast.owner).get(page_of(check)).status_code == 200


def test_signing_out_ends_the_session(cast: Cast, week: Week, login: Any) -> None:
    browser = login(cast.owner)
    assert browser.get("/care/sign-out/").status_code == 405
    assert browser.post("/care/sign-out/")["Location"] == "/"
    assert browser.get("/care/").status_code == 302


def test_personal_pages_are_never_cached(cast: Cast, check: FormCheck, login: Any) -> None:
    browser = login(cast.owner)
    for path in ("/care/", "/care/plan/", "/care/answers/", page_of(check)):
        assert "no-store" in browser.get(path)["Cache-Control"]
