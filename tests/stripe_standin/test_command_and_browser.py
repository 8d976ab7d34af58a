"""The command line, and the hosted page in a real browser."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from .conftest import SECRET, Shop, connect

ROOT = Path(__file__).parents[2]


@pytest.fixture
def command(tmp_path: Path) -> Iterator[Any]:
    running: list[subprocess.Popen[str]] = []

    def start(*arguments: str) -> tuple[subprocess.Popen[str], str]:
        process = subprocess.Popen(
            [sys.executable, "-m", "sandbox.stripe_standin", "--port", "0", *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        running.append(process)
        assert process.stdout is not None
        line = process.stdout.readline()
        return process, line.rsplit(" ", 1)[-1].removesuffix("/_standin/\n")

    yield start
    for process in running:
        process.kill()
        process.communicate()


def test_the_command_serves_registers_its_webhook_once_and_stops(
    command: Any, tmp_path: Path
) -> None:
    state = tmp_path / "stripe.json"
    webhook = ("--webhook", "http://127.0.0.1:9/hook/", "--webhook-secret", SECRET)
    for _ in range(2):
        process, url = command("--state", str(state), "--strict", *webhook)
        endpoints = connect(url).v1.webhook_endpoints.list().data
        assert [e.url for e in endpoints] == ["http://127.0.0.1:9/hook/"]
        assert requests.get(f"{url}/_standin/", timeout=5).status_code == 200
        process.send_signal(signal.SIGTERM)
        assert process.wait(timeout=10) == 0
    assert list(json.loads(state.read_text())["accounts"]) == ["sk_test_standin"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--host", "0.0.0.0"), "loopback only"),  # noqa: S104
        (("--webhook", "http://127.0.0.1:9/"), "go together"),
    ],
)
def test_the_command_explains_what_it_will_not_do(
    command: Any, arguments: tuple[str, ...], words: str
) -> None:
    process, _ = command(*arguments)
    _, errors = process.communicate(timeout=10)
    assert process.returncode != 0
    assert words in errors


@pytest.mark.browser
@pytest.mark.skipif(not shutil.which("chromium"), reason="Chromium is not installed")
def test_a_phone_pays_after_a_mistake_with_three_d_secure(shop: Shop) -> None:
    """The page's security policy must let a real form through, errors and redirects included."""
    from playwright.sync_api import sync_playwright

    done = f"{shop.standin.url}/_standin/?session={{CHECKOUT_SESSION_ID}}"
    session = shop.session(success_url=done)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"),
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        page = browser.new_page(viewport={"width": 390, "height": 844})
        page.goto(session.url)
        page.get_by_label("Email").fill("ana@example.com")
        page.get_by_label("Card number").fill("4000000000000127")
        page.get_by_label("Expiry").fill("1234")
        page.get_by_label("CVC").fill("999")
        page.get_by_label("Name on card").fill("Ana Silva")
        page.keyboard.press("Enter")
        page.get_by_text("security code is incorrect").wait_for()
        assert page.get_by_label("CVC").input_value() == ""
        assert page.get_by_label("Email").input_value() == "ana@example.com"
        page.get_by_label("Card number").fill("4000 0027 6000 3184")
        page.get_by_label("CVC").fill("999")
        page.get_by_role("button", name="Subscribe and pay $149.00").click()
        page.get_by_role("button", name="Complete authentication").click()
        page.wait_for_url("**/_standin/?session=cs_test_*")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390
        browser.close()
    assert shop.client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"
