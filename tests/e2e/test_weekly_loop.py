"""Steps 1 to 6 of the weekly loop in real Chromium, against the running demo.

No fixture stands in for a step: a real card form, a real upload, a real worker, real mails.
"""

import re
import sqlite3
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from sandbox.content.clips import make_client_clip
from sandbox.content.people import DEMO_PASSWORD
from tests.browser import chromium  # noqa: F401 - a fixture
from tests.e2e.stack import Stack, running_stack

pytestmark = [pytest.mark.browser, pytest.mark.ffmpeg]

NAME = "Cleo Client"
CLIENT = "cleo.client@example.com"
PASSWORD = "a-quiet-harbor-26"
QUESTION = "Does the right knee stay over the foot?"
COMMENT = "Pause here: the knee drifts in as you push up."
REASON = "The knee needs control before load."
ANSWER = "Strong first week. We slow the squat down and keep the rest."


@pytest.fixture(scope="module")
def stack(tmp_path_factory: Any) -> Iterator[Stack]:
    with running_stack(tmp_path_factory.mktemp("stack")) as running:
        yield running


@pytest.fixture
def people(chromium: Any) -> Iterator[Callable[[int, int], Any]]:  # noqa: F811
    """Opens a browser of its own for each person; script errors fail the test."""
    contexts, faults = [], []

    def person(width: int, height: int) -> Any:
        context = chromium.new_context(viewport={"width": width, "height": height}, locale="en-US")
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(30_000)
        page.on("pageerror", lambda error: faults.append(f"{page.url}: {error}"))
        return page

    yield person
    for context in contexts:
        context.close()
    assert faults == []


def eventually(look: Callable[[], Any], seconds: float = 60) -> Any:
    """What ``look`` finds, as soon as it finds something: the worker takes its time."""
    deadline = time.monotonic() + seconds
    while not (found := look()):
        if time.monotonic() > deadline:
            raise AssertionError(f"nothing after {seconds} seconds")
        time.sleep(0.3)
    return found


def test_the_weekly_loop(stack: Stack, people: Callable[[int, int], Any], tmp_path: Path) -> None:
    client, visitor, therapist = people(390, 844), people(390, 844), people(1280, 900)
    join_and_pay(client, visitor, stack)
    enrol_and_publish(therapist, stack)
    train_and_film(client, stack, tmp_path)
    review_the_week(therapist, stack)
    adjust_next_week(therapist, stack)
    read_the_answer(client, stack)
    assert_accounted(stack)


def join_and_pay(client: Any, visitor: Any, stack: Stack) -> None:
    """Step 1: plans, account, a declined card, a good card; the gated page opens."""
    client.goto(f"{stack.site}/plans/")
    client.get_by_role("link", name="Choose Coached").click()
    client.get_by_role("link", name="Make an account").click()
    client.get_by_label("Email").fill(CLIENT)
    client.get_by_label("First name").fill("Cleo")
    client.get_by_label("Last name").fill(NAME.split()[1])
    client.locator("input[type=password]").nth(0).fill(PASSWORD)
    client.locator("input[type=password]").nth(1).fill(PASSWORD)
    client.locator("main form button[type=submit], main form button").last.click()
    client.get_by_role("button", name="Go to payment").click()
    client.wait_for_url(f"{stack.standin}/c/pay/**")
    pay(client, "4000 0000 0000 0002")
    client.get_by_text("declined").first.wait_for()
    pay(client, "4242 4242 4242 4242")
    client.wait_for_url(f"{stack.site}/care/join/done/**")
    client.get_by_role("heading", name="You’re in").wait_for()
    eventually(lambda: stack.mails_to(CLIENT))
    client.goto(f"{stack.site}/programs/stronger-knees/week-1/")
    client.get_by_text("Sit to stand").first.wait_for()
    visitor.goto(f"{stack.site}/programs/stronger-knees/week-1/")
    assert "Sit to stand" not in visitor.content()
    visitor.get_by_role("link", name=re.compile("Sign in", re.I)).first.wait_for()


def pay(page: Any, number: str) -> None:
    page.get_by_label("Card number").fill(number)
    page.get_by_label(re.compile("Expir", re.I)).fill("12 / 34")
    page.get_by_label(re.compile("CVC", re.I)).fill("123")
    page.get_by_label(re.compile("Name on card|Cardholder", re.I)).fill(NAME)
    page.get_by_role("button", name=re.compile("Subscribe|Pay", re.I)).click()


def sign_in(page: Any, stack: Stack, email: str, path: str) -> None:
    page.goto(f"{stack.site}{path}")
    page.get_by_label("Email").fill(email)
    page.get_by_label("Password:", exact=True).fill(DEMO_PASSWORD)
    page.get_by_role("button", name="Sign In", exact=True).click()
    page.wait_for_url(f"{stack.site}{path}**")


def enrol_and_publish(therapist: Any, stack: Stack) -> None:
    """Step 2: take the new client on, adjust a dose, ask for a clip, publish."""
    sign_in(therapist, stack, "maya@harbor.example", "/admin/")
    therapist.goto(f"{stack.site}/admin/care/clients/")
    therapist.get_by_role("link", name=f"Enroll {NAME}").click()
    program = therapist.get_by_label("Program")
    program.select_option(label="Stronger Knees")
    therapist.get_by_label("Goals").fill("Walk down stairs without thinking")
    therapist.get_by_role("button", name="Enroll and adjust week 1").click()
    therapist.locator("#days-root, [data-contentpath=days]").first.wait_for()
    line = second_line(therapist)
    line.locator("input[name$='-dose-sets']").fill("3")
    line.locator("[id$='-form_check-section'] [data-panel-toggle]").click()
    line.locator("select[name$='-form_check-camera_view']").select_option("front")
    line.locator("input[name$='-form_check-set_number']").fill("2")
    line.locator("select[name$='-form_check-due_day']").select_option("3")
    line.locator("input[name$='-form_check-question']").fill(QUESTION)
    therapist.get_by_role("button", name="Review changes and publish").click()
    therapist.get_by_label("Message").fill("Welcome! Film set 2, please.")
    therapist.get_by_role("button", name="Publish week 1").click()
    therapist.wait_for_url(f"{stack.site}/admin/care/**")
    eventually(lambda: [m for m in stack.mails_to(CLIENT) if "week 1" in m])


def second_line(page: Any) -> Any:
    """The week editor's second exercise line, opened."""
    line = page.locator("[data-contentpath=exercises] [data-streamfield-child]").nth(1)
    line.wait_for(state="attached")
    return line


def train_and_film(client: Any, stack: Stack, tmp_path: Path) -> None:
    """Step 3: log the first session with one tap a set, tell pain, comment, send the clip."""
    client.goto(f"{stack.site}/care/")
    client.get_by_role("button", name="Start").click()
    client.get_by_role("heading", name="Sit to stand").wait_for()
    ticks = client.locator("[data-tick]")
    for index in range(ticks.count()):
        ticks.nth(index).click()
    eventually(lambda: client.locator("form.set[data-done=true]").count() == ticks.count())
    client.get_by_role("link", name=re.compile("Film|video|Form check", re.I)).first.click()
    client.get_by_text(QUESTION).wait_for()
    clip = make_client_clip("sit_to_stand", tmp_path / "clip.mp4", fault="knee_valgus")
    client.locator("input[type=file]").nth(1).set_input_files(str(clip))
    client.get_by_role("heading", name="Sent").wait_for(timeout=120_000)
    eventually(lambda: client.locator("video").count(), 120)
    client.goto(f"{stack.site}/care/")
    client.get_by_role("link", name="Go on").click()
    client.get_by_role("link", name="Finish the session").click()
    client.locator("input[name=effort][value='6']").check(force=True)
    client.get_by_label("Anything your therapist should know?").fill("Right knee wanders a bit.")
    client.get_by_role("button", name="Finish").click()
    client.get_by_role("link", name="Back to today").wait_for()


def review_the_week(therapist: Any, stack: Stack) -> None:
    """Step 4: the queue, the clip, a comment at a moment, the verdict."""
    therapist.goto(f"{stack.site}/admin/")
    therapist.get_by_text(NAME).first.wait_for()
    therapist.goto(f"{stack.site}/admin/care/")
    therapist.get_by_role("link", name=re.compile(NAME)).first.click()
    player = therapist.locator("asyncpt-player:not(.apt-player--compact)").first
    player.locator("video").evaluate("video => { video.currentTime = 2.5; }")
    player.locator("[data-do=comment]").click()
    therapist.locator("textarea[name$=text]").first.fill(COMMENT)
    therapist.get_by_role(
        "button", name=re.compile("Add|Comment at|Save comment", re.I)
    ).first.click()
    therapist.get_by_text(COMMENT).first.wait_for()
    therapist.get_by_text("Right knee wanders a bit.").first.wait_for()
    therapist.locator("input[type=radio][value=cue]").first.check(force=True)
    therapist.locator("textarea[name$=note]").first.fill("Spread the floor apart.")
    therapist.get_by_role("button", name=re.compile("verdict", re.I)).first.click()
    therapist.get_by_text("Spread the floor apart.").first.wait_for()


def adjust_next_week(therapist: Any, stack: Stack) -> None:
    """Step 5: answer, draft next week from this one, change a line with its reason, publish."""
    therapist.get_by_label(re.compile("answer", re.I)).last.fill(ANSWER)
    therapist.get_by_role("button", name="Send answer and draft next week").click()
    therapist.locator("[data-contentpath=days]").first.wait_for()
    line = second_line(therapist)
    line.locator("input[name$='-dose-tempo']").fill("4-0-1")
    therapist.get_by_role("button", name="Review changes and publish").click()
    therapist.get_by_role("button", name="Publish week 2").click()
    therapist.get_by_text(re.compile("reason", re.I)).first.wait_for()  # refused without one
    therapist.locator(".apt-change__why input, .apt-change__why textarea").first.fill(REASON)
    therapist.get_by_role("button", name="Publish week 2").click()
    therapist.wait_for_url(lambda url: "publish" not in url)


def read_the_answer(client: Any, stack: Stack) -> None:
    """The client sees the answer at its moment in the video, the new week, and the reason."""
    eventually(lambda: [m for m in stack.mails_to(CLIENT) if "week 2" in m])
    client.goto(f"{stack.site}/care/answers/")
    client.get_by_role("link", name=re.compile("week 1", re.I)).first.click()
    client.get_by_text(ANSWER).wait_for()
    client.get_by_text("Spread the floor apart.").wait_for()
    client.locator("button.comment", has_text=COMMENT).click()
    at = eventually(lambda: client.locator(".player video").evaluate("video => video.currentTime"))
    assert abs(at - 2.5) < 0.2
    client.get_by_role("link", name=re.compile("See week 2")).click()
    client.get_by_text(REASON).wait_for()
    client.get_by_text("tempo 4-0-1").first.wait_for()
    client.go_back()
    client.get_by_role("button", name="Got it").click()


def assert_accounted(stack: Stack) -> None:
    """Step 6: touch points and worked seconds are in the ledger."""
    with sqlite3.connect(stack.folder / "db.sqlite3") as database:
        kinds = {
            kind for (kind,) in database.execute("select kind from wagtail_asyncpt_touchpoint")
        }
        [(seconds,)] = database.execute(
            "select sum((julianday(ended_at) - julianday(started_at)) * 86400) "
            "from wagtail_asyncpt_worktime"
        )
    assert {
        "enrolled", "week_published", "session_logged", "comment", "clip",
        "video_comment", "verdict", "review", "read",
    } <= kinds  # fmt: skip
    assert 1 <= seconds < 600
