"""``make screenshots``: the README's pictures, taken from a demo of their own.

Starts a fresh demo in a temporary folder (ports 8660 and 8661), signs in as a client on a phone and
as a therapist at a desk, and writes ``docs/images/``. Needs Chromium and the ``[test]`` extra.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from sandbox.content.people import DEMO_PASSWORD

ROOT = Path(__file__).resolve().parent.parent
IMAGES = ROOT / "docs" / "images"
PORT, STANDIN_PORT = 8660, 8661
ORIGIN = f"http://127.0.0.1:{PORT}"
START_SECONDS = 600
CHROMIUM_ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]


@dataclass(frozen=True)
class Picture:
    """One picture: whose screen, of which size, showing what."""

    name: str
    email: str
    path: str
    width: int
    height: int
    scale: int


PICTURES = [
    Picture("portal.png", "priya@example.com", "/care/", 390, 844, 2),
    Picture("review-queue.png", "maya@harbor.example", "/admin/care/", 1280, 560, 1),
]


@contextmanager
def running_demo() -> Iterator[None]:
    """A demo with fresh data, for as long as the block lasts."""
    folder = tempfile.mkdtemp()
    env = {
        **os.environ,
        "ASYNCPT_DEMO_DIR": folder,
        "ASYNCPT_DEMO_PORT": str(PORT),
        "ASYNCPT_STANDIN_PORT": str(STANDIN_PORT),
    }
    log = Path(folder) / "demo.log"
    with log.open("wb") as output:
        command = [sys.executable, "-m", "sandbox.demo"]
        demo = subprocess.Popen(command, cwd=ROOT, env=env, stdout=output, stderr=output)
    try:
        deadline = time.monotonic() + START_SECONDS
        while "Ready after" not in log.read_text(errors="replace"):
            if demo.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"The demo did not start:\n{log.read_text(errors='replace')}")
            time.sleep(0.5)
        yield
    finally:
        demo.send_signal(signal.SIGTERM)
        demo.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def sign_in(page: Any, email: str) -> None:
    """Through the site's own login form."""
    page.goto(f"{ORIGIN}/accounts/login/")
    page.fill("[name=login]", email)
    page.fill("[name=password]", DEMO_PASSWORD)
    page.press("[name=password]", "Enter")
    page.wait_for_url(lambda url: "/login" not in url)


def take(browser: Browser, picture: Picture, folder: Path) -> Path:
    """Take one picture; return its file."""
    context = browser.new_context(
        viewport={"width": picture.width, "height": picture.height},
        device_scale_factor=picture.scale,
        reduced_motion="reduce",
        color_scheme="light",
    )
    page = context.new_page()
    sign_in(page, picture.email)
    page.goto(f"{ORIGIN}{picture.path}", wait_until="networkidle")
    path = folder / picture.name
    page.screenshot(path=path)
    context.close()
    return path


def main() -> None:
    """Take every picture."""
    IMAGES.mkdir(parents=True, exist_ok=True)
    program = shutil.which("chromium") or shutil.which("google-chrome")
    with running_demo(), sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=CHROMIUM_ARGUMENTS)
        for picture in PICTURES:
            print(take(browser, picture, IMAGES).relative_to(ROOT))
        browser.close()


if __name__ == "__main__":
    main()
