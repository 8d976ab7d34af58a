"""A few free member pages a month, counted in a signed cookie that names nobody."""

from dataclasses import dataclass
from typing import Any

from django.core import signing
from django.http import HttpRequest
from django.template.loader import render_to_string

from wagtail_asyncpt.conf import settings as asyncpt_settings
from wagtail_asyncpt.core import clock
from wagtail_asyncpt.gating.grounds import Denial

COOKIE = "asyncpt_read"
#: Whom free pages are for: people who might join. Who owes a payment is told so instead.
CASES = {"visitor", "no_membership"}
_SALT = "wagtail_asyncpt.read"
_MAX_AGE = 32 * 24 * 60 * 60


@dataclass(frozen=True)
class Allowance:
    """A free page: the ``number``-th of ``limit`` this month; ``read`` is what the cookie keeps."""

    number: int
    limit: int
    read: dict[str, list[int]]


def allowance(request: HttpRequest, page: Any, denial: Denial) -> Allowance | None:
    """The free reading of ``page``, or ``None`` where there is none (left)."""
    label = page._meta.label
    limit = asyncpt_settings.METERED_PAGES.get(label, 0)
    if not limit or denial.code not in CASES or request.method != "GET":
        return None
    read = _read(request)
    pages = read.get(label, [])
    if page.pk not in pages:
        pages = [*pages, page.pk]
    if len(pages) > limit:
        return None
    return Allowance(pages.index(page.pk) + 1, limit, {**read, label: pages})


def remember(response: Any, request: HttpRequest, found: Allowance) -> None:
    """Let the reader's browser keep what was read this month."""
    response.set_cookie(
        COOKIE,
        signing.dumps([_month(), found.read], salt=_SALT, compress=True),
        max_age=_MAX_AGE,
        secure=request.is_secure(),
        httponly=True,
        samesite="Lax",
    )


def notice(found: Allowance, denial: Denial | None) -> str:
    """Words above the page: which of the free ones it is, and how to read them all."""
    context = {"number": found.number, "limit": found.limit, "denial": denial}
    return render_to_string("wagtail_asyncpt/gating/metered_bar.html", context)


def _read(request: HttpRequest) -> dict[str, list[int]]:
    try:
        month, read = signing.loads(request.COOKIES.get(COOKIE, ""), salt=_SALT, max_age=_MAX_AGE)
    except (signing.BadSignature, ValueError, TypeError):
        return {}
    return read if month == _month() else {}


def _month() -> str:
    return f"{clock.today():%Y-%m}"
