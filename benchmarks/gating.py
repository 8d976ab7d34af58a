"""What a gate costs: each page in turns with the same page, ungated, of a site without our app.

The app is taken away by its hooks of the page view; everything else of the request stays the same.
"""

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

ROUNDS = 60
WARM_UP = 5
LISTED = (5, 50)
FILM = bytes(range(256)) * 4096  # 1 MiB

HEAD = (
    f"{'a page of 20 blocks':<34}{'queries':>9}{'more':>7}{'goal':>6}"
    f"{'ms':>8}{'× plain':>9}{'goal':>7}"
)

Ask = Callable[[], Any]


@contextmanager
def _without_app() -> Iterator[None]:
    """Wagtail's page view without what this app hangs in front of it."""
    from wagtail import hooks

    hooks.search_for_hooks()
    kept = list(hooks._hooks["on_serve_page"])
    hooks._hooks["on_serve_page"] = [
        (hook, order) for hook, order in kept if not hook.__module__.startswith("wagtail_asyncpt")
    ]
    try:
        yield
    finally:
        hooks._hooks["on_serve_page"] = kept


def _ms(ask: Ask) -> float:
    began = time.perf_counter()
    if ask().status_code != 200:
        raise RuntimeError("no answer to measure")
    return (time.perf_counter() - began) * 1000


def _queries(ask: Ask) -> int:
    from benchmarks.measure import _queries as count

    return count(ask)


def _row(name: str, ask: Ask, plain: Ask, most_queries: int, most_times: float) -> str:
    """One line: ``most_queries`` is against the plain page's, ``most_times`` its time."""
    pairs = []
    for _round in range(WARM_UP + ROUNDS):
        with _without_app():
            before = _ms(plain)
        pairs.append((before, _ms(ask)))
    plain_times, times = zip(*pairs[WARM_UP:], strict=True)
    with _without_app():
        plain_queries = _queries(plain)
    queries = _queries(ask)
    took = statistics.median(times)
    ratio = took / statistics.median(plain_times)
    more = queries - plain_queries
    verdict = "ok" if more <= most_queries and ratio <= most_times else "over"
    return (
        f"{name:<34}{queries:>4} : {plain_queries:<2}{more:>+7}{most_queries:>+6}"
        f"{took:>8.1f}{ratio:>9.2f}{most_times:>7.2f}{verdict:>6}"
    )


def report() -> str:
    """The table, the list with lock marks, and who sends a film's bytes."""
    from django.conf import settings
    from django.test import Client as Browser
    from wagtail.models import Site

    from tests import factories
    from tests.gating.conftest import restrict
    from wagtail_asyncpt.people.models import Clinic

    def browser(person: Any) -> Browser:
        found = Browser()
        found.force_login(person.user, settings.AUTHENTICATION_BACKENDS[0])
        return found

    site = Site.objects.get(is_default_site=True)
    clinic = Clinic.for_site(site)
    tier = factories.make_tier(clinic, "Tier of the gates")
    member, newcomer, lapsed = (factories.make_client(clinic) for _ in range(3))
    factories.make_membership(member, tier)
    ended = factories.make_membership(lapsed, tier)
    ended.status, ended.ends_at = "canceled", ended.activated_at
    ended.save()
    plain, gated, partly = _pages(site.root_page, tier)
    restrict(gated, tier.group)
    asks = {
        "member": browser(member),
        "client without a plan": browser(newcomer),
        "lapsed member": browser(lapsed),
        "visitor": Browser(),
    }
    lines = [HEAD]

    def row(name: str, who: str, page: Any, most_queries: int, most_times: float) -> None:
        address, bare, person = page.get_url_parts()[2], plain.get_url_parts()[2], asks[who]
        lines.append(
            _row(
                f"{name}, {who}",
                lambda: person.get(address),
                lambda: person.get(bare),
                most_queries,
                most_times,
            )
        )

    row("granted", "member", gated, 2, 1.10)
    for who in ("visitor", "client without a plan", "lapsed member"):
        row("denied", who, gated, 0, 1.00)
    row("partly gated", "member", partly, 2, 1.10)
    row("no gate", "visitor", plain, 1, 1.10)
    return "\n".join([*lines, "", *_locks(site, tier, asks), "", *_film(asks["member"], member)])


def _pages(home: Any, tier: Any) -> tuple[Any, Any, Any]:
    """Three articles alike; in the last one half of the blocks are for members."""
    import datetime as dt

    from sandbox.blog.models import BlogIndexPage, BlogPage

    words = [{"type": "text", "value": f"<p>Paragraph {n} of the article.</p>"} for n in range(20)]
    section = {
        "type": "members_only",
        "value": {"tiers": [str(tier.group.pk)], "content": words[10:]},
    }
    blog = home.add_child(instance=BlogIndexPage(title="Costs", intro="All."))
    bodies = {"Plain": words, "Gated": words, "Partly": [*words[:10], section]}
    made = []
    for title, body in bodies.items():
        page = BlogPage(title=title, date=dt.date(2026, 1, 1), author_name="A", summary="S")
        page.body = body
        made.append(blog.add_child(instance=page))
    return made[0], made[1], made[2]


def _locks(site: Any, tier: Any, asks: dict[str, Any]) -> list[str]:
    """Queries of a blog's list of 5 and of 50 posts, every second one gated."""
    import datetime as dt

    from sandbox.blog.models import BlogIndexPage, BlogPage
    from tests.gating.conftest import restrict

    counts: dict[str, list[int]] = {"member": [], "visitor": []}
    for number in LISTED:
        blog = site.root_page.add_child(instance=BlogIndexPage(title=f"List {number}", intro="I"))
        for n in range(number):
            post = blog.add_child(
                instance=BlogPage(
                    title=f"Post {n}", date=dt.date(2026, 1, 1), author_name="A", summary="S"
                )
            )
            if n % 2:
                restrict(post, tier.group)
        address = blog.get_url_parts()[2]
        for who, found in counts.items():
            asks[who].get(address)
            found.append(_queries(lambda who=who, address=address: asks[who].get(address)))
    return [
        f"a list with lock marks, {who}: {few} queries with {LISTED[0]} posts, {many} with "
        f"{LISTED[1]}: {'ok' if few == many else 'over'}"
        for who, (few, many) in counts.items()
    ]


def _film(browser: Any, member: Any) -> list[str]:
    """How many bytes of a film Python sends, and in what time, by each way of sending it."""
    from django.conf import settings
    from django.core.files.base import ContentFile
    from django.test import override_settings

    from wagtail_asyncpt.core.links import media_url
    from wagtail_asyncpt.library.models import ExerciseVideo

    video = ExerciseVideo(title="Film", status="ready")
    video.video.save("video.mp4", ContentFile(FILM), save=False)
    video.save()
    link = media_url("asyncpt_library:video", video.uuid, member.user)
    lines = []
    for name, value in (("by Python", {}), ("X-Accel", {"X_ACCEL_PREFIX": "/files/"})):
        with override_settings(WAGTAIL_ASYNCPT={**settings.WAGTAIL_ASYNCPT, **value}):
            times = [_ms(lambda: browser.get(link)) for _round in range(ROUNDS)]
            sent = len(b"".join(browser.get(link)))
        lines.append(
            f"a film of {len(FILM):,} bytes, {name}: {sent:,} sent by Python, "
            f"answered in {statistics.median(times):.1f} ms"
        )
    return lines
