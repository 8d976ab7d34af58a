"""``make test``: the suite on SQLite, then on PostgreSQL where one answers; says what it left out.

Arguments go to pytest: ``python -m tests tests/care -x``. Tests in the browser and behind nginx run
once, on SQLite. ``TESTS_BROWSER=0`` leaves those out, ``TESTS_DATABASES=sqlite`` the second pass.
"""

import os
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass

from tests import tools

#: More workers than this only compete for memory, and for Chromium.
MOST_WORKERS = 4
NO_TESTS = 5
#: Tests that touch no database of ours, make sites with their own, or ask nothing of it but
#: pages and words: once is enough.
WITHOUT_DATABASE = (
    "--ignore=tests/stripe_standin",
    "--ignore=tests/core",
    "--ignore=tests/projects",
    "--ignore=tests/packaging",
    "--ignore=tests/programs",
    "--ignore=tests/sandbox",
)


@dataclass(frozen=True)
class Run:
    """One pass of the suite over one database."""

    name: str
    database_url: str
    left_out: str
    ignored: tuple[str, ...] = ()

    def command(self, extra: list[str]) -> list[str]:
        """The pytest command."""
        workers = str(min(os.cpu_count() or 1, MOST_WORKERS))
        # Not by scope: that would run tests that empty the database before others have ended.
        command = [sys.executable, "-m", "pytest", "-q", "-n", workers, "--dist", "load"]
        command += ["--durations=20", "--durations-min=2"]
        return [*command, "-m", self.left_out, *self.ignored, *extra]

    def execute(self, extra: list[str]) -> int:
        """Run it; pytest's exit code."""
        env = {**os.environ, "DATABASE_URL": self.database_url}
        if not self.database_url:
            del env["DATABASE_URL"]
        command = self.command(extra)
        print(f"\n{self.name}: {shlex.join(command[1:])}", flush=True)
        began = time.monotonic()
        code = subprocess.run(command, env=env, check=False).returncode
        print(f"{self.name}: {time.monotonic() - began:.0f} s", flush=True)
        return code


def _missing() -> list[str]:
    lines = []
    if not tools.chromium_path():
        lines.append("browser tests: Chromium is not installed (apt-get install chromium)")
    if not tools.ffmpeg_path():
        lines.append("video tests: ffmpeg is not installed")
    if not tools.nginx_path():
        lines.append("tests behind nginx: nginx is not installed (apt-get install nginx-light)")
    if not tools.draws_pdfs():
        lines.append("PDF tests: WeasyPrint finds no Pango (apt-get install libpangoft2-1.0-0)")
    if not tools.find_postgres():
        lines.append("the second pass and the lock tests: no PostgreSQL answers (DATABASE_URL)")
    if not tools.redis_url():
        lines.append("tests of several processes: no Redis answers (REDIS_URL)")
    return lines


def _runs(postgres: str | None) -> list[Run]:
    asked = os.environ.get("TESTS_BROWSER", "1") == "1"
    browser = "" if asked else " and not browser and not nginx"
    runs = [Run("SQLite", "", f"not postgres{browser}")]
    if postgres and os.environ.get("TESTS_DATABASES") != "sqlite":
        version = tools.postgres_version(postgres)
        runs.append(
            Run(f"PostgreSQL {version}", postgres, "not browser and not nginx", WITHOUT_DATABASE)
        )
    return runs


def main(extra: list[str]) -> int:
    """Run every pass, then the summary; 0 when all passed and, if required, nothing was missing."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sandbox.settings.test")
    runs = _runs(tools.find_postgres())
    codes = [run.execute(extra) for run in runs]
    ran = ", ".join(run.name for run in runs)
    print("\nNot asked for: Stripe's own test mode (make test-live with STRIPE_SECRET_KEY).")
    missing = _missing()
    print(f"Ran on {ran}. Left out: {'nothing' if not missing else ''}")
    for line in missing:
        print(f"  - {line}")
    if all(code == NO_TESTS for code in codes):
        print("No test was found.")
        return NO_TESTS
    if missing and tools.tools_are_required():
        print("CI_REQUIRE_TOOLS=1: that is a failure.")
        return 1
    return 0 if all(code in (0, NO_TESTS) for code in codes) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
