"""A pytest plugin: migrate the in-memory SQLite once, then start from a copy of the result.

Wagtail's history of migrations takes half a minute; a copy takes none. The copy is named by
what it depends on, so that a changed migration makes a new one. PostgreSQL always migrates.

It also empties the tables only when the live server is idle: a browser that closes leaves a
last request behind, and SQLite refuses to empty a table that is being read.
"""

import gc
import hashlib
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import django
import pytest
import wagtail
from django.conf import settings
from django.core.management import CommandError
from django.core.management.commands import migrate
from django.core.signals import request_finished, request_started
from django.db import connections
from django.test import TransactionTestCase

ROOT = Path(__file__).resolve().parent.parent


class InFlight:
    """How many requests other threads are answering."""

    def __init__(self) -> None:
        self.count = 0
        self.changed = threading.Condition()
        request_started.connect(self.started)
        request_finished.connect(self.finished)

    def add(self, number: int) -> None:
        """Count a request that began (1) or ended (-1), but none of the test's own."""
        if threading.current_thread() is threading.main_thread():
            return
        with self.changed:
            self.count = max(0, self.count + number)
            self.changed.notify_all()

    def started(self, **kwargs: Any) -> None:
        """A request began."""
        self.add(1)

    def finished(self, **kwargs: Any) -> None:
        """A response was closed."""
        self.add(-1)

    def wait(self, seconds: float) -> None:
        """Return when none is left, or after some seconds."""
        with self.changed:
            self.changed.wait_for(lambda: self.count == 0, timeout=seconds)


def _empty_when_idle() -> None:
    """Put the wait between a transactional test and the emptying of its tables."""
    in_flight = InFlight()
    original = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]

    def teardown(self: Any) -> None:
        for attempt in range(20):
            in_flight.wait(seconds=5)
            try:
                original(self)
                return
            except CommandError as error:
                # A request that was accepted but had not begun when we looked.
                if "locked" not in repr(error.__cause__) or attempt == 19:
                    raise
                time.sleep(0.25)

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[attr-defined]


def _name() -> str:
    """A digest of everything that decides what the migrated database looks like."""
    digest = hashlib.sha256(
        repr((django.VERSION, wagtail.VERSION, settings.INSTALLED_APPS)).encode()
    )
    for folder in (ROOT / "wagtail_asyncpt", ROOT / "sandbox"):
        for path in sorted(folder.rglob("migrations/*.py")):
            digest.update(path.read_bytes())
    return f"{digest.hexdigest()[:16]}.sqlite3"


def pytest_configure(config: pytest.Config) -> None:
    """Put the copy before Django's ``migrate``, and the wait before its emptying of tables."""
    _empty_when_idle()
    # Requests make many short-lived objects: looking for cycles less often saves a twentieth.
    gc.set_threshold(50_000, 20, 50)
    if config.getoption("create_db", default=False):
        return
    folder = Path(config.rootpath) / ".pytest_cache" / "asyncpt-databases"
    original = migrate.Command.handle

    def handle(self: Any, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        if connection.vendor != "sqlite" or "memory" not in str(connection.settings_dict["NAME"]):
            return original(self, *args, **options)
        copy = folder / _name()
        connection.ensure_connection()
        if copy.exists():
            with sqlite3.connect(copy) as source:
                source.backup(connection.connection)
            return None
        original(self, *args, **options)
        _store(connection.connection, copy)
        return None

    migrate.Command.handle = handle  # type: ignore[method-assign]


def _store(connection: sqlite3.Connection, copy: Path) -> None:
    copy.parent.mkdir(parents=True, exist_ok=True)
    partial = copy.with_suffix(f".{id(connection)}")
    with sqlite3.connect(partial) as target:
        connection.backup(target)
    partial.replace(copy)
