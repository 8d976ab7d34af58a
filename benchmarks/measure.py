"""Measure one database: ``DATABASE_URL=… python -m benchmarks.measure``. Prints two tables."""

import itertools
import json
import platform
import statistics
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import django

ROUNDS = 25
WARM_UP = 3
_TRANSACTION = ("BEGIN", "SAVEPOINT", "RELEASE", "COMMIT", "ROLLBACK")

Ask = Callable[[], Any]


@dataclass(frozen=True)
class Work:
    """One thing that is measured, and the bare page that it is set against.

    ``goal`` is the largest number of queries; with ``beside_bare`` that many above the bare page.
    """

    name: str
    ask: Ask
    bare: Ask
    goal: int
    beside_bare: bool = False


@dataclass(frozen=True)
class Figure:
    """What was measured: queries and median milliseconds, of the work and of the bare page."""

    name: str
    queries: int
    ms: float
    bare_queries: int
    bare_ms: float
    goal: int


def _milliseconds(ask: Ask) -> float:
    began = time.perf_counter()
    response = ask()
    took = (time.perf_counter() - began) * 1000
    if response.status_code != 200:
        raise RuntimeError(f"{response.request['PATH_INFO']} answered {response.status_code}")
    return took


def _queries(ask: Ask) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as captured:
        ask()
    return sum(not q["sql"].startswith(_TRANSACTION) for q in captured.captured_queries)


def measure(work: Work) -> Figure:
    """Ask for the work and the bare page in turns, so that both meet the same machine."""
    pairs = [(_milliseconds(work.bare), _milliseconds(work.ask)) for _ in range(WARM_UP + ROUNDS)]
    bare, ours = (statistics.median(times) for times in zip(*pairs[WARM_UP:], strict=True))
    bare_queries = _queries(work.bare)
    return Figure(
        name=work.name,
        queries=_queries(work.ask),
        ms=ours,
        bare_queries=bare_queries,
        bare_ms=bare,
        goal=work.goal + (bare_queries if work.beside_bare else 0),
    )


def _browser(person: Any) -> Any:
    from django.conf import settings
    from django.test import Client as Browser

    browser = Browser()
    browser.force_login(person.user, settings.AUTHENTICATION_BACKENDS[0])
    return browser


def works(world: Any) -> list[Work]:
    """Everything that is measured, in ``world``."""
    from django.urls import reverse

    member, other, therapist = (
        _browser(who) for who in (world.member, world.other, world.therapist)
    )
    today = reverse("asyncpt_portal:today")
    sets = reverse("asyncpt_portal:log_set")
    queue = reverse("asyncpt_review:queue")
    review = reverse("asyncpt_review:review", args=[world.review.uuid])
    # A new set each time, never a correction.
    numbers = itertools.count(1)

    def post_set() -> Any:
        body = {
            "key": str(uuid.uuid4()),
            "session_log": str(world.log.uuid),
            "prescribed": str(world.line.uuid),
            "set_number": next(numbers),
            "reps": 8,
        }
        return member.post(
            sets, json.dumps(body), content_type="application/json", HTTP_ACCEPT="application/json"
        )

    def bare(browser: Any) -> Ask:
        return lambda: browser.get(world.bare)

    return [
        Work("portal: Today", lambda: member.get(today), bare(member), 12),
        Work("portal: post one set", post_set, bare(member), 8),
        Work("review: the queue", lambda: therapist.get(queue), bare(therapist), 12),
        Work("review: open one", lambda: therapist.get(review), bare(therapist), 30),
        Work("gated page, member", lambda: member.get(world.gated), bare(member), 2, True),
        Work("gated page, no member", lambda: other.get(world.gated), bare(other), 2, True),
    ]


def table(figures: list[Figure]) -> str:
    """The figures as lines of text."""
    head = f"{'':<24}{'queries':>8}{'goal':>6}{'':>6}{'ms':>8}   beside a bare page"
    lines = [head]
    for f in figures:
        verdict = "ok" if f.queries <= f.goal else "over"
        ratio = f"{f.queries} : {f.bare_queries} queries, {f.ms / f.bare_ms:.1f} × its time"
        lines.append(f"{f.name:<24}{f.queries:>8}{f.goal:>6}{verdict:>6}{f.ms:>8.1f}   {ratio}")
    return "\n".join(lines)


def growth(small: list[Figure], large: list[Figure]) -> str:
    """Whether any count of queries grew with the data."""
    grew = [
        f"{a.name} ({a.queries} → {b.queries})"
        for a, b in zip(small, large, strict=True)
        if a.queries != b.queries
    ]
    if not grew:
        return "Queries are the same at both sizes."
    return f"Queries differ between the sizes: {', '.join(grew)}."


def main() -> None:
    """Migrate, build, measure at both sizes, print."""
    django.setup()
    import wagtail
    from django.core.management import call_command
    from django.db import connection

    from benchmarks.data import LARGE, SMALL, build

    call_command("migrate", verbosity=0, interactive=False)
    database = f"{connection.display_name} {'.'.join(map(str, connection.get_database_version()))}"
    versions = f"Python {platform.python_version()}, Django {django.get_version()}"
    print(f"\n{database}, {versions}, Wagtail {wagtail.__version__}", flush=True)
    results = []
    for size in (SMALL, LARGE):
        figures = [measure(work) for work in works(build(size))]
        results.append(figures)
        print(f"\n{size}\n{table(figures)}", flush=True)
    print(f"\n{growth(*results)}", flush=True)
    from benchmarks import gating, library, programs

    print(f"\n{gating.report()}", flush=True)
    print(f"\n{programs.report()}", flush=True)
    print(f"\n{library.report()}", flush=True)


if __name__ == "__main__":
    main()
