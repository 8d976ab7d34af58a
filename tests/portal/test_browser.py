"""The portal in real Chromium on a phone: one tap for each set, offline, corrections, axe."""

import time
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile

from tests.browser import chromium, phone, sign_in
from tests.conftest import Cast, MovableClock
from tests.library.conftest import film as played
from tests.portal.test_form_checks import answered, check, clip
from wagtail_asyncpt.care import operations as care
from wagtail_asyncpt.care.models import (
    Clip,
    ExerciseLog,
    FormCheck,
    PrescribedExercise,
    Review,
    SessionLog,
    SetLog,
    Upload,
)
from wagtail_asyncpt.library.models import ExerciseVideo

__all__ = ["answered", "check", "chromium", "clip", "phone", "played", "sign_in"]

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


@pytest.fixture
def session(phone: Any, sign_in: Any, live_server: Any, cast: Cast, started: SessionLog) -> Any:
    """The owner's phone on the started session, its queue at rest."""
    sign_in(phone, cast.owner)
    phone.goto(f"{live_server.url}/care/sessions/{started.session.uuid}/1/")
    phone.wait_for_selector(".js .steppers")
    return phone


def tick(page: Any, number: int) -> Any:
    """The tick of a set of the first exercise."""
    return page.locator("article").first.locator("[data-tick]").nth(number - 1)


def settled(page: Any, sets: int) -> None:
    """Wait until ``sets`` sets are done and nothing is being saved."""
    page.wait_for_function(
        """count => document.querySelectorAll('[data-set][data-done="true"]').length === count
        && ![...document.querySelectorAll('[data-state-text]')].some(one => one.textContent)""",
        arg=sets,
    )


def current(prescribed: PrescribedExercise) -> list[tuple[int, int | None]]:
    """The sets that count as done, as (number, reps)."""
    rows = SetLog.objects.filter(prescribed=prescribed, is_current=True, is_done=True)
    rows = rows.order_by("set_number")
    return [(row.set_number, row.reps) for row in rows]


def test_a_set_is_one_tap_and_starts_the_rest(session: Any, squat: PrescribedExercise) -> None:
    for number in (1, 2, 3):
        tick(session, number).click()
        assert session.locator(".rest [data-rest-clock]").inner_text().startswith("1:")
    settled(session, 3)
    assert current(squat) == [(1, 8), (2, 8), (3, 8)]
    assert {str(row.load) for row in SetLog.objects.all()} == {"20.00"}
    session.locator("[data-rest-add='-15']").click()
    assert session.locator("[data-rest-clock]").inner_text().startswith("1:1")
    session.reload()
    assert session.locator(".rest").is_visible()
    session.locator("[data-rest-skip]").click()
    assert session.locator(".rest").count() == 0
    assert session.locator("[data-set][data-done='true']").count() == 3


def test_steppers_and_a_changed_number_correct_a_set(
    session: Any, squat: PrescribedExercise
) -> None:
    session.get_by_role("button", name="More: Load in lb, set 1").click()
    tick(session, 1).click()
    settled(session, 1)
    assert str(SetLog.objects.get().load) == "25.00"
    session.get_by_label("Reps, set 1").first.fill("6")
    session.keyboard.press("Tab")
    session.wait_for_function("document.querySelector('[data-set]').dataset.sent.includes('6')")
    settled(session, 1)
    assert current(squat) == [(1, 6)]
    assert SetLog.objects.filter(is_current=False).count() == 1


def test_undo_opens_the_set_again(session: Any, squat: PrescribedExercise) -> None:
    tick(session, 1).click()
    settled(session, 1)
    session.get_by_role("button", name="Undo").click()
    settled(session, 0)
    assert current(squat) == []
    assert SetLog.objects.get(is_current=False).reps == 8
    session.reload()
    assert session.locator("[data-set][data-done='true']").count() == 0


def test_sets_logged_offline_are_sent_once_when_the_phone_is_online(
    session: Any, squat: PrescribedExercise
) -> None:
    session.context.set_offline(True)
    tick(session, 1).click()
    tick(session, 2).click()
    session.wait_for_selector("#queue-banner:not([hidden])")
    assert "2 entries will be sent" in session.locator("#queue-banner").inner_text()
    assert session.get_by_text("Waiting to send").count() == 2
    assert not SetLog.objects.exists()
    session.context.set_offline(False)
    session.evaluate("dispatchEvent(new Event('online'))")
    settled(session, 2)
    session.wait_for_selector("#queue-banner", state="hidden")
    assert current(squat) == [(1, 8), (2, 8)]


def test_what_waits_survives_a_closed_page(
    session: Any, squat: PrescribedExercise, live_server: Any
) -> None:
    session.route("**/care/sets/", lambda route: route.abort())
    session.get_by_label("Reps, set 1").first.fill("11")
    tick(session, 1).click()
    session.wait_for_selector("#queue-banner:not([hidden])")
    session.reload()
    session.wait_for_selector("#queue-banner:not([hidden])")
    assert session.get_by_label("Reps, set 1").first.input_value() == "11"
    assert not SetLog.objects.exists()
    session.unroute("**/care/sets/")
    with session.expect_response("**/care/sets/") as sent:
        session.goto(f"{live_server.url}/care/plan/")
    assert sent.value.ok
    assert current(squat) == [(1, 11)]


def test_after_the_session_is_over_the_queue_keeps_its_sets(
    session: Any, squat: PrescribedExercise, sign_in: Any, cast: Cast
) -> None:
    session.context.clear_cookies()
    tick(session, 1).click()
    session.get_by_text("Sign in to send one entry.").wait_for()
    assert not SetLog.objects.exists()
    sign_in(session, cast.owner)
    session.reload()
    settled(session, 1)
    assert current(squat) == [(1, 8)]


def test_letters_are_told_beside_the_set_and_kept(session: Any, squat: PrescribedExercise) -> None:
    reps = session.get_by_label("Reps, set 1").first
    reps.fill("eight")
    tick(session, 1).click()
    session.get_by_text("Write a whole number, for example 8.").wait_for()
    assert reps.input_value() == "eight"
    assert reps.get_attribute("aria-invalid") == "true"
    reps.fill("8")
    tick(session, 1).click()
    settled(session, 1)
    assert current(squat) == [(1, 8)]


def test_pain_is_two_taps_and_high_pain_gets_advice(session: Any) -> None:
    feel = session.locator("[data-feel]").first
    feel.get_by_label("7", exact=True).check()
    feel.get_by_text("Stop this exercise for today.").wait_for()
    feel.get_by_text("Your therapist has been told and will look at it.").wait_for()
    assert ExerciseLog.objects.get().pain == 7
    assert Review.objects.get().reasons == ["pain"]


def test_without_javascript_a_session_is_logged_and_finished(
    chromium: Any, sign_in: Any, live_server: Any, cast: Cast, started: SessionLog, squat: Any
) -> None:
    context = chromium.new_context(
        java_script_enabled=False, viewport={"width": 320, "height": 640}
    )
    page = context.new_page()
    sign_in(page, cast.owner)
    page.goto(f"{live_server.url}/care/sessions/{started.session.uuid}/1/")
    page.get_by_role("button", name="Set 1: tick when done").first.click()
    page.get_by_text("Set 1 saved.").wait_for()
    page.get_by_role("link", name="Finish the session").click()
    page.get_by_role("button", name="Finish").click()
    page.get_by_role("heading", name="Well done").wait_for()
    context.close()
    assert current(squat) == [(1, 8)]


def test_a_tap_on_a_comment_seeks_and_shows_it_with_its_drawing(
    phone: Any, sign_in: Any, live_server: Any, cast: Cast, answered: Review
) -> None:
    sign_in(phone, cast.owner)
    phone.goto(f"{live_server.url}/care/answers/{answered.uuid}/")
    phone.locator(".comment", has_text="Left knee drifts in.").click()
    assert phone.locator("[data-caption]").inner_text() == "Left knee drifts in."
    assert phone.locator(".player__drawing polyline").count() == 1
    assert phone.locator("[data-timeline] button[aria-current]").count() == 1


@pytest.fixture
def check_page(phone: Any, sign_in: Any, live_server: Any, cast: Cast, check: FormCheck) -> Any:
    """The owner's phone on the form check."""
    sign_in(phone, cast.owner)
    phone.goto(f"{live_server.url}/care/form-checks/{check.uuid}/")
    phone.get_by_text("Choose a video").wait_for()
    return phone


@pytest.fixture
def film(tmp_path: Path) -> Path:
    """Three and a half megabytes that are called a film."""
    path = tmp_path / "set2.mp4"
    path.write_bytes(bytes(range(256)) * (14 * 1024))
    return path


def test_a_cut_upload_goes_on_after_a_reload(check_page: Any, film: Path, clock: Any) -> None:
    sent: list[int] = []

    def cut(route: Any) -> None:
        if route.request.method == "PATCH" and len(sent) == 2:
            route.abort()
            return
        if route.request.method == "PATCH":
            sent.append(int(route.request.headers["upload-offset"]))
        route.continue_()

    check_page.route("**/care/uploads/**", cut)
    choose = check_page.locator("input[type=file]").nth(1)
    choose.set_input_files(film)
    check_page.get_by_text("57 % sent").first.wait_for()
    check_page.reload()
    check_page.unroute("**/care/uploads/**")
    with check_page.expect_response(lambda r: r.request.method == "PATCH") as first:
        check_page.locator("input[type=file]").nth(1).set_input_files(film)
    assert first.value.request.headers["upload-offset"] == str(2 * 1024 * 1024)
    check_page.get_by_text("Your video is being prepared").wait_for()
    upload = Upload.objects.get()
    assert upload.offset == upload.length == film.stat().st_size
    kept = Clip.objects.get()
    assert kept.source.read() == film.read_bytes()
    assert FormCheck.objects.get().status == "received"


def test_an_upload_can_be_cancelled(check_page: Any, film: Path) -> None:
    check_page.route(
        "**/care/uploads/**",
        lambda route: None if route.request.method == "PATCH" else route.continue_(),
    )
    check_page.locator("input[type=file]").nth(1).set_input_files(film)
    check_page.get_by_role("button", name="Cancel").click()
    check_page.get_by_text("Stopped. Nothing was kept.").wait_for()
    assert check_page.get_by_text("Choose a video").is_visible()
    assert not Clip.objects.exists()


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("empty.mp4", b"", "This file is empty. Please choose another video."),
        ("notes.txt", b"Dear diary", "This is not a video. Please choose another file."),
    ],
)
def test_a_wrong_file_is_told_before_it_is_sent(
    check_page: Any, tmp_path: Path, name: str, content: bytes, words: str
) -> None:
    (tmp_path / name).write_bytes(content)
    check_page.locator("input[type=file]").nth(1).set_input_files(tmp_path / name)
    check_page.get_by_text(words).wait_for()
    assert not Upload.objects.exists()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_every_screen_passes_axe_and_fits(
    chromium: Any,
    sign_in: Any,
    live_server: Any,
    cast: Cast,
    started: SessionLog,
    answered: Review,
    check: FormCheck,
    squat: PrescribedExercise,
    width: int,
    scheme: str,
) -> None:
    from axe_playwright_python.sync_playwright import Axe

    care.log_set(
        client=cast.owner, session_log=started, prescribed=squat, key=uuid.uuid4(),
        set_number=1, reps=8,
    )  # fmt: skip
    context = chromium.new_context(
        viewport={"width": width, "height": 844}, color_scheme=scheme, bypass_csp=True
    )
    page = context.new_page()
    sign_in(page, cast.owner)
    session = f"sessions/{started.session.uuid}/1/"
    paths = [
        "", session, f"{session}finish/", f"{session}skip/", "plan/", "answers/",
        f"answers/{answered.uuid}/", f"form-checks/{check.uuid}/",
    ]  # fmt: skip
    for path in paths:
        page.goto(f"{live_server.url}/care/{path}")
        results = Axe().run(page)
        assert results.violations_count == 0, f"{path}: {results.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    FormCheck.objects.filter(pk=check.pk).update(status="requested", verdict="", answered_at=None)
    page.goto(f"{live_server.url}/care/form-checks/{check.uuid}/")
    page.get_by_role("heading", name="Send another take").wait_for()
    results = Axe().run(page)
    assert results.violations_count == 0, results.generate_report()
    context.close()


@pytest.mark.ffmpeg
def test_a_video_whose_link_has_ended_fetches_a_fresh_one_and_plays(
    phone: Any,
    sign_in: Any,
    live_server: Any,
    cast: Cast,
    clock: MovableClock,
    started: SessionLog,
    squat: PrescribedExercise,
    played: bytes,
) -> None:
    video = ExerciseVideo(title="Squat", status="ready", processed_at=clock.moment)
    video.video.save("video.mp4", ContentFile(played), save=False)
    video.save()
    squat.exercise.video = video
    squat.exercise.save()
    sign_in(phone, cast.owner)
    answers: list[int] = []
    phone.on(
        "response",
        lambda answer: answers.append(answer.status) if "/video.mp4" in answer.url else None,
    )
    page = f"{live_server.url}/care/sessions/{started.session.uuid}/1/"
    phone.goto(page)
    play = phone.locator(".clip__play")
    play.wait_for()
    clock.move(hours=5)
    play.click()
    until = time.monotonic() + 30
    state = "video => video.currentTime > 0.1 && !video.error"
    while not phone.locator(".clip video").evaluate(state):
        assert time.monotonic() < until, answers
        time.sleep(0.1)
    assert answers[0] == 404
    assert set(answers[1:]) <= {200, 206} and len(answers) > 1
    # Whoever may not watch any more is told so.
    phone.goto(page)
    play.wait_for()
    cast.owner.user.is_active = False
    cast.owner.user.save()
    play.click()
    phone.get_by_text("This video cannot be played at the moment.").wait_for()
