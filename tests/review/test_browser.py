"""The cockpit in real Chromium at 1280 px: from the queue to the published change."""

import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from tests.browser import chromium  # noqa: F401
from tests.core.conftest import ffmpeg_program  # noqa: F401
from tests.review.conftest import Story
from wagtail_asyncpt.care import operations as care
from wagtail_asyncpt.care.days import as_raw
from wagtail_asyncpt.care.models import Change, ReviewStatus, VideoComment, Week, WeekStatus

pytestmark = [
    pytest.mark.browser,
    pytest.mark.ffmpeg,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]
SETS = "[name$='-exercises-0-value-dose-sets']"


@pytest.fixture
def desk(chromium: Any, live_server: Any, cast: Any) -> Iterator[Any]:  # noqa: F811
    """The therapist's browser; an uncaught script error fails the test."""
    signed_in = Browser()
    signed_in.force_login(cast.therapist.user)
    context = chromium.new_context(
        viewport={"width": 1280, "height": 900}, base_url=live_server.url
    )
    session = signed_in.cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": live_server.url}])
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    yield page
    context.close()
    assert faults == []


@pytest.fixture
def filmed(story: Story, ffmpeg_program: str, tmp_path: Path) -> Story:  # noqa: F811
    """The story with a real H.264 clip of four seconds."""
    path = tmp_path / "clip.mp4"
    source = ["-f", "lavfi", "-i", "testsrc2=size=320x240:rate=30:d=4"]
    shape = ["-pix_fmt", "yuv420p", "-g", "15", "-movflags", "+faststart"]
    subprocess.run([ffmpeg_program, "-v", "error", *source, *shape, str(path)], check=True)
    with story.clip.video.storage.open(story.clip.video.name, "wb") as file:
        file.write(path.read_bytes())
    return story


def open_review(page: Any, story: Story) -> Any:
    page.goto(reverse("asyncpt_review:review", args=[story.review.uuid]))
    return ready_player(page)


def ready_player(page: Any) -> Any:
    """The clip's player, when there is a picture to see."""
    player = page.locator("[data-check] asyncpt-player").first
    video = player.locator("video")
    until(page, lambda: video.evaluate("video => video.readyState") >= 2)
    return player


def until(page: Any, holds: Callable[[], bool]) -> None:
    """Wait for something that the page's policy forbids Playwright to poll by itself."""
    for _ in range(100):
        if holds():
            return
        page.wait_for_timeout(100)
    pytest.fail("It did not happen within ten seconds")


def open_editor(page: Any, week: Week) -> None:
    page.goto(reverse("asyncpt_review:week_editor", args=[week.uuid]))
    page.wait_for_selector("form[data-ready]")


def focus_field(page: Any) -> Any:
    return page.get_by_role("textbox", name="Focus")


def said(page: Any, text: str) -> None:
    page.get_by_role("status").filter(has_text=text).first.wait_for()


def sets_of(week: Week) -> Any:
    week.refresh_from_db()
    return as_raw(week.days)[0]["value"]["exercises"][0]["value"]["dose"]["sets"]


def wait_for_frame(page: Any, frame: int) -> None:
    page.wait_for_selector(f"asyncpt-player[data-frame='{frame}']")


def test_a_week_is_reviewed_adjusted_and_published(cast, filmed, desk):
    desk.goto(reverse("asyncpt_review:queue"))
    desk.get_by_role("link", name="Olive Owner").click()
    player = ready_player(desk)

    player.focus()
    for _ in range(5):
        desk.keyboard.press("ArrowRight")
    wait_for_frame(desk, 5)
    desk.get_by_role("button", name="One frame back").first.click()
    wait_for_frame(desk, 4)

    desk.get_by_role("button", name="Comment here").click()
    desk.keyboard.type("Knee drifts in here")
    desk.get_by_role("button", name="Comment at 0:00.2").click()
    desk.get_by_text("Comment saved.").wait_for()
    comment = VideoComment.objects.get()
    assert (comment.text, int(comment.at_seconds * 30)) == ("Knee drifts in here", 4)
    desk.keyboard.press("ArrowRight")
    desk.locator(".apt-marker").click()
    wait_for_frame(desk, 4)

    desk.get_by_label("Your answer to the week").fill("Good week. One thing to change.")
    desk.get_by_label("Cue: same dose, one thing to change").check()
    desk.get_by_label("Note to the client").fill("Push the floor apart.")
    desk.get_by_role("button", name="Save verdict").click()
    desk.get_by_text("Verdict saved.").wait_for()
    desk.get_by_role("button", name="Send answer and draft next week").click()

    desk.wait_for_selector("form[data-ready]")
    filmed.review.refresh_from_db()
    assert filmed.review.status == ReviewStatus.ANSWERED
    assert filmed.review.summary == "Good week. One thing to change."
    draft = Week.objects.get(number=2)
    desk.locator(SETS).fill("4")
    said(desk, "Saved at")
    assert sets_of(draft) == 4

    desk.get_by_role("button", name="Review changes and publish").click()
    desk.get_by_role("button", name="Publish week 2").click()
    desk.get_by_text("Give a reason; the client reads it.").wait_for()
    desk.get_by_label("Reason").fill("Too easy")
    desk.get_by_label("Message to the client").fill("One set more.")
    desk.get_by_role("button", name="Publish week 2").click()
    desk.get_by_text("Week 2 was published").wait_for()

    draft.refresh_from_db()
    assert draft.status == WeekStatus.PUBLISHED
    assert Change.objects.get().reason == "Too easy"


def test_keys_step_loop_and_comment_only_while_the_player_has_the_focus(filmed, desk):
    player = open_review(desk, filmed)
    note = desk.get_by_label("Note to the client")
    note.fill("")
    note.press_sequentially("c [ ]")
    assert note.input_value() == "c [ ]"
    assert player.get_attribute("data-frame") in (None, "0")

    player.focus()
    desk.keyboard.press("Shift+ArrowRight")
    wait_for_frame(desk, 10)
    desk.keyboard.press("[")
    desk.keyboard.press("Shift+ArrowRight")
    desk.keyboard.press("]")
    assert desk.locator(".apt-loop").count() == 2
    desk.keyboard.press("Escape")
    assert desk.locator(".apt-loop").count() == 0
    desk.keyboard.press(" ")
    video = player.locator("video")
    until(desk, lambda: not video.evaluate("video => video.paused"))
    desk.get_by_role("button", name="½×").first.click()
    assert video.evaluate("video => video.playbackRate") == 0.5
    player.focus()
    desk.keyboard.press("c")
    assert video.evaluate("video => video.paused")
    assert desk.evaluate("document.activeElement.name") == "text"


def test_a_wrong_verdict_leaves_the_rest_of_the_screen_alone(filmed, desk):
    open_review(desk, filmed)
    desk.get_by_label("Your answer to the week").fill("Half written")
    desk.get_by_label("Note to the client").fill("Typed with care")
    desk.get_by_role("button", name="Save verdict").click()

    desk.get_by_text("Choose a verdict.").wait_for()
    assert desk.get_by_label("Note to the client").input_value() == "Typed with care"
    assert desk.get_by_label("Your answer to the week").input_value() == "Half written"


def test_a_stale_save_asks_before_anything_is_lost(cast, next_week, desk):
    open_editor(desk, next_week)
    raw = as_raw(next_week.days)
    raw[0]["value"]["exercises"][0]["value"]["dose"]["sets"] = 6
    care.save_draft(
        therapist=cast.therapist, week=next_week, days=raw, focus="Theirs", base_version=0
    )

    desk.locator(SETS).fill("2")
    alert = desk.get_by_role("alert").filter(has_text="saved in another window")
    alert.wait_for()
    assert sets_of(next_week) == 6
    assert desk.locator(SETS).input_value() == "2"

    desk.get_by_role("button", name="Keep mine").click()
    said(desk, "Saved at")
    assert sets_of(next_week) == 2
    assert not alert.is_visible()


def test_publishing_waits_for_a_save_that_is_under_way(next_week, desk):
    """The server has saved and the page has not heard of it yet: no conflict with oneself."""
    desk.add_init_script(
        """
        const send = window.fetch;
        window.fetch = async (...what) => {
          const answer = await send(...what);
          if (!String(what[0]).includes("/weeks/")) return answer;
          document.documentElement.dataset.saves = "answered";
          await new Promise((go) => setTimeout(go, 1500));
          return answer;
        };
        """
    )
    open_editor(desk, next_week)
    desk.locator(SETS).fill("2")
    desk.locator("html[data-saves]").wait_for()

    focus_field(desk).fill("Slow down")
    desk.get_by_role("button", name="Review changes and publish").click()

    desk.get_by_label("Message to the client").wait_for(timeout=10_000)
    assert sets_of(next_week) == 2
    assert next_week.focus == "Slow down"


def test_the_other_version_can_be_shown_instead(cast, next_week, desk):
    open_editor(desk, next_week)
    care.save_draft(
        therapist=cast.therapist,
        week=next_week,
        days=as_raw(next_week.days),
        focus="Theirs",
        base_version=0,
    )
    focus_field(desk).fill("Mine")
    desk.get_by_role("button", name="Show the other version").click()

    desk.wait_for_selector("form[data-ready]")
    assert focus_field(desk).input_value() == "Theirs"


def test_a_wrong_number_is_told_at_its_field_until_it_is_right(next_week, desk):
    open_editor(desk, next_week)
    wrong = desk.get_by_text(re.compile("less than or equal to 20"))

    desk.locator(SETS).fill("99")
    wrong.wait_for()
    assert sets_of(next_week) == 3
    desk.locator(SETS).fill("4")
    said(desk, "Saved at")

    assert wrong.count() == 0
    assert sets_of(next_week) == 4


def test_moving_and_duplicating_lines_is_saved_too(next_week, desk):
    open_editor(desk, next_week)
    exercises = desk.locator("[data-contentpath='exercises']").first
    exercises.get_by_role("button", name="Duplicate").first.click()
    said(desk, "Saved at")

    next_week.refresh_from_db()
    items = as_raw(next_week.days)[0]["value"]["exercises"]
    assert len(items) == 3
    assert len({item["id"] for item in items}) == 3


def test_signed_out_the_text_stays_and_saving_waits(next_week, desk):
    open_editor(desk, next_week)
    cookies = desk.context.cookies()
    desk.context.clear_cookies()
    focus_field(desk).fill("Typed while signed out")
    said(desk, "you are signed out")

    desk.context.add_cookies(cookies)
    desk.get_by_role("button", name="Save draft").click()
    said(desk, "Saved at")
    next_week.refresh_from_db()
    assert next_week.focus == "Typed while signed out"


def test_leaving_with_unsaved_text_asks_first(next_week, desk):
    open_editor(desk, next_week)
    desk.route("**/weeks/**", lambda route: route.abort())
    focus_field(desk).press_sequentially("Unsaved")
    said(desk, "no connection")
    dialogs: list[str] = []

    def stay(dialog: Any) -> None:
        dialogs.append(dialog.type)
        dialog.dismiss()

    desk.on("dialog", stay)
    desk.evaluate("setTimeout(() => { window.location.href = '/admin/' }, 10)")
    until(desk, lambda: bool(dialogs))
    assert dialogs == ["beforeunload"]
    assert "/weeks/" in desk.url
    desk.unroute_all()
