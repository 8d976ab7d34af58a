"""``python -m benchmarks``: a fresh SQLite file, then a fresh PostgreSQL database if there is one.

Benchmarks inform and never fail: the exit code says only whether they could run.
"""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from tests import tools

DATABASE = "wagtail_asyncpt_bench"
CAPTION = """\
In-process through Django's test client, tasks at once, median of 25 requests after 3, in turns
with a bare Wagtail page of 20 blocks of the same site, asked by the same person. Queries leave out
BEGIN, SAVEPOINT, RELEASE, COMMIT and ROLLBACK. Trust counts and ratios; milliseconds are this
machine's. Goals are largest counts of queries; a gated page may take 2 more than the bare one."""


@contextmanager
def _postgres(url: str) -> Iterator[str]:
    """The address of an empty database, dropped at the end."""
    import psycopg

    parts = urlsplit(url)
    maintenance = urlunsplit(parts._replace(scheme="postgresql", path="/postgres"))
    with psycopg.connect(maintenance, autocommit=True) as link:
        link.execute(f"drop database if exists {DATABASE} with (force)")
        link.execute(f"create database {DATABASE}")
        try:
            yield urlunsplit(parts._replace(path=f"/{DATABASE}"))
        finally:
            link.execute(f"drop database if exists {DATABASE} with (force)")


def _measure(url: str, folder: str, module: str = "measure") -> int:
    """Measure in a process of its own, whose settings read ``url``."""
    env = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "sandbox.settings.test",
        "DATABASE_URL": url,
        "TMPDIR": folder,
    }
    command = [sys.executable, "-m", f"benchmarks.{module}"]
    return subprocess.run(command, env=env, check=False).returncode


def main() -> int:
    """Run; 0 unless a measurement broke off."""
    print(CAPTION, flush=True)
    postgres = tools.find_postgres()
    with tempfile.TemporaryDirectory() as folder:
        code = _measure(f"sqlite:///{Path(folder) / 'bench.sqlite3'}", folder)
        if postgres:
            with _postgres(postgres) as url:
                code = _measure(url, folder) or code
                code = _measure(url, folder, "billing") or code
        else:
            print("\nLeft out: PostgreSQL (none answers; see DATABASE_URL).")
            billing = f"sqlite:///{Path(folder) / 'billing.sqlite3'}"
            code = _measure(billing, folder, "billing") or code
    return code


if __name__ == "__main__":
    sys.exit(main())
