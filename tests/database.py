"""A pytest plugin: migrate the in-memory SQLite once, then start from a copy of the result.

Wagtail's history of migrations takes half a minute; a copy takes none. The copy is named by
what it depends on, so that a changed migration makes a new one. PostgreSQL always migrates.
"""

import hashlib
import sqlite3
from pathlib import Path
from typing import Any

import django
import pytest
import wagtail
from django.conf import settings
from django.core.management.commands import migrate
from django.db import connections

ROOT = Path(__file__).resolve().parent.parent


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
    """Put the copy between Django's test runner and its ``migrate``."""
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
