"""Real Chromium for tests that need a browser; import the fixtures where they are used."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client as Browser

from tests.tools import chromium_path

#: The Chromium program; None for Playwright's own copy.
CHROMIUM = chromium_path()
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def chromium(django_db_setup: None) -> Iterator[Any]:
    """One Chromium for a module; its tests are skipped where there is none.

    Mark them ``django_db(transaction=True, serialized_rollback=True)``: a transactional test
    empties every table, the rows of migrations included.
    """
    from playwright.sync_api import Error, sync_playwright

    # Playwright's sync API runs a loop in this thread. Django takes that for an async context, in
    # which it has other connections: they need the rows of migrations too.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    rows = getattr(connection, "_test_serialized_contents", None)
    with sync_playwright() as playwright:
        try:
            browser = playwright.chromium.launch(
                executable_path=CHROMIUM,
                args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
            )
        except Error as error:
            pytest.skip(f"Chromium does not start: {error}")
        if rows is not None:
            connections["default"]._test_serialized_contents = rows  # type: ignore[attr-defined]
        yield browser
        browser.close()


@pytest.fixture
def phone(chromium: Any) -> Iterator[Any]:
    """A page of 390 px; an uncaught script error or a CSP report fails the test."""
    context = chromium.new_context(viewport=PHONE)
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    page.on(
        "console",
        lambda message: (
            faults.append(message.text) if "Content Security Policy" in message.text else None
        ),
    )
    yield page
    context.close()
    assert faults == []


@pytest.fixture
def sign_in(live_server: Any) -> Callable[[Any, Any], None]:
    """``sign_in(page, person)``: the page's browser holds the session of a client or therapist."""

    def signed_in(page: Any, person: Any) -> None:
        browser = Browser()
        browser.force_login(getattr(person, "user", person))
        cookie = browser.cookies["sessionid"].value
        page.context.add_cookies([{"name": "sessionid", "value": cookie, "url": live_server.url}])

    return signed_in


def stand_still(page: Any) -> None:
    """Wait until no color fades and nothing moves, so that what is measured stays so."""
    for _ in range(100):
        running = "document.getAnimations().filter(one => one.playState === 'running').length"
        if not page.evaluate(running):
            return
        page.wait_for_timeout(50)
    pytest.fail("The page did not come to rest within five seconds")
