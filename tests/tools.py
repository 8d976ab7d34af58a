"""A pytest plugin for the programs that some tests need: skip plainly where one is missing.

With ``CI_REQUIRE_TOOLS=1`` a missing program, and any skip that nobody allowed, is a failure.
Also found here: which PostgreSQL and Redis answer on this machine, and where Chromium is.
"""

import os
import re
import shutil
import sys
from collections.abc import Callable, Generator
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import pytest

#: Addresses at which a PostgreSQL of a developer's machine answers without a password.
POSTGRES_GUESSES = (
    "postgres://postgres@127.0.0.1:5432/wagtail_asyncpt",
    "postgres:///wagtail_asyncpt",
    "postgres://postgres@/wagtail_asyncpt",
)
#: Skips that say nothing about this machine's tools.
ALLOWED_SKIPS = re.compile(
    r"PostgreSQL only|Stripe's test mode|Wagtail \d|Django \d|Python \d|wagtail\.api\.v3"
)


def tools_are_required() -> bool:
    """Whether a missing tool fails the run."""
    return os.environ.get("CI_REQUIRE_TOOLS") == "1"


@cache
def chromium_path() -> str | None:
    """The Chromium (or Chrome) program: $CHROMIUM, else the first on PATH."""
    names = (os.environ.get("CHROMIUM"), "chromium", "chromium-browser", "google-chrome")
    return next((path for name in names if name and (path := shutil.which(name))), None)


@cache
def ffmpeg_path() -> str | None:
    """The ffmpeg program as the product finds it."""
    from wagtail_asyncpt.core.ffmpeg import find_ffmpeg

    return find_ffmpeg()


@cache
def nginx_path() -> str | None:
    """The nginx program: $NGINX, else the one on PATH or where Debian keeps it."""
    names = (os.environ.get("NGINX"), "nginx", "/usr/sbin/nginx")
    return next((path for name in names if name and (path := shutil.which(name))), None)


@cache
def postgres_version(url: str) -> str | None:
    """The version of the PostgreSQL at ``url`` in which we may make a test database, or None."""
    try:
        import psycopg
    except ImportError:
        return None
    parts = urlsplit(url)
    target = {"host": parts.hostname, "port": parts.port, "user": parts.username}
    target |= {"password": parts.password, "dbname": "postgres", "connect_timeout": 2}
    try:
        with psycopg.connect(**{key: value for key, value in target.items() if value}) as link:
            query = "select rolcreatedb or rolsuper from pg_roles where rolname = current_user"
            row = link.execute(query).fetchone()
            version = link.info.server_version
    except psycopg.Error:
        return None
    return f"{version // 10000}.{version % 10000}" if row and row[0] else None


def find_postgres() -> str | None:
    """The address of a PostgreSQL: $DATABASE_URL if it is one, else the first guess that works."""
    given = os.environ.get("DATABASE_URL", "")
    guesses = (given,) if given.startswith("postgres") else POSTGRES_GUESSES
    return next((url for url in guesses if postgres_version(url)), None)


@cache
def redis_url() -> str | None:
    """The address of a Redis that answers: $REDIS_URL, else the one of this machine."""
    try:
        import redis
    except ImportError:
        return None
    url = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/9")
    try:
        redis.Redis.from_url(url, socket_connect_timeout=1).ping()
    except redis.RedisError:
        return None
    return url


@cache
def draws_pdfs() -> bool:
    """Whether WeasyPrint is installed and finds Pango."""
    from wagtail_asyncpt.core.pdf import why_no_pdf

    return why_no_pdf() is None


def runs_on_postgres() -> bool:
    """Whether this run's database is PostgreSQL."""
    from django.conf import settings

    return "postgresql" in settings.DATABASES["default"]["ENGINE"]


#: By marker: is the tool there, and what to say when it is not.
NEEDS: dict[str, tuple[Callable[[], Any], str]] = {
    "browser": (chromium_path, "Chromium is not installed"),
    "ffmpeg": (ffmpeg_path, "ffmpeg is not installed"),
    "nginx": (nginx_path, "nginx is not installed"),
    "pdf": (draws_pdfs, "WeasyPrint or Pango is not installed"),
    "redis": (redis_url, "no Redis answers"),
    "postgres": (runs_on_postgres, "runs on PostgreSQL only"),
    "live": (
        lambda: os.environ.get("STRIPE_SECRET_KEY", "").startswith(("sk_test_", "rk_test_")),
        "talks to Stripe's test mode, and STRIPE_SECRET_KEY is no test key (sk_test_…)",
    ),
}
#: Missing, these are never a fault of the machine.
OPTIONAL = {"postgres", "live"}


def pytest_runtest_setup(item: pytest.Item) -> None:
    """Skip a test whose tool is missing; fail it where tools are required."""
    for name, (is_there, reason) in NEEDS.items():
        if item.get_closest_marker(name) is None or is_there():
            continue
        if tools_are_required() and name not in OPTIONAL:
            pytest.fail(f"{reason}, and CI_REQUIRE_TOOLS=1", pytrace=False)
        pytest.skip(reason)


def _refuse_skip(report: pytest.TestReport | pytest.CollectReport) -> None:
    if not (tools_are_required() and report.skipped) or hasattr(report, "wasxfail"):
        return
    reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
    if not ALLOWED_SKIPS.search(reason):
        report.outcome = "failed"
        report.longrepr = f"Skipped where CI_REQUIRE_TOOLS=1 allows no such skip: {reason}"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a skip that hides a missing tool into a failure."""
    report = yield
    _refuse_skip(report)
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """The same for a whole module."""
    report = yield
    _refuse_skip(report)
    return report


if __name__ == "__main__":  # `python -m tests.tools postgres`: is one there? For scripts.
    sys.exit(0 if find_postgres() else 1)
