"""String templates with escaping, money in words, and security headers for the hosted pages."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from functools import cache
from html import escape
from pathlib import Path
from string import Template
from urllib.parse import urlsplit

from .api import Response

HERE = Path(__file__).parent

_SYMBOLS = {"usd": "$", "cad": "CA$", "aud": "A$", "eur": "€", "gbp": "£"}
_NO_DECIMALS = frozenset(
    "bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf".split()  # noqa: SIM905
)


class Html(str):
    """Text that is markup already."""

    __slots__ = ()


@cache
def _template(name: str) -> Template:
    return Template((HERE / "templates" / name).read_text())


def render(name: str, /, **values: object) -> Html:
    """Fill a template; everything but ``Html`` is escaped. KeyError for a missing value."""
    safe = {k: v if isinstance(v, Html) else escape(str(v)) for k, v in values.items()}
    return Html(_template(name).substitute(safe))


def join(parts: list[Html]) -> Html:
    return Html("".join(parts))


def page(
    title: str, body: Html, *, status: int = 200, leads_to: str | None = None, wide: bool = False
) -> Response:
    """A whole page. ``leads_to``: the address a form may end at after redirects."""
    html = render("base.html", title=title, body=body, width="wide" if wide else "narrow")
    return Response(status, html.encode(), _headers(leads_to))


def _headers(leads_to: str | None) -> dict[str, str]:
    # Browsers hold redirects after a form post to form-action too.
    parts = urlsplit(leads_to or "")
    target = f" {parts.scheme}://{parts.netloc}" if parts.scheme in ("http", "https") else ""
    return {
        "Content-Type": "text/html; charset=utf-8",
        "Content-Security-Policy": (
            "default-src 'none'; style-src 'self'; img-src 'self'; base-uri 'none'; "
            f"frame-ancestors 'none'; form-action 'self'{target}"
        ),
        "X-Content-Type-Options": "nosniff",
        # With "no-referrer" a browser posts forms with "Origin: null", which we refuse.
        "Referrer-Policy": "same-origin",
        "Cache-Control": "no-store",
    }


def redirect(location: str) -> Response:
    return Response(303, b"", {"Location": location, "Cache-Control": "no-store"})


def money(amount: int, currency: str) -> str:
    """Minor units as people write them: 14900 usd → $149.00, 500 jpy → 500 JPY."""
    size = abs(amount)
    number = f"{size:,}" if currency in _NO_DECIMALS else f"{size / 100:,.2f}"
    symbol = _SYMBOLS.get(currency)
    words = f"{symbol}{number}" if symbol else f"{number} {currency.upper()}"
    return f"-{words}" if amount < 0 else words


def amount_field(amount: int, currency: str) -> str:
    """Minor units as they are typed: 14900 usd → 149.00."""
    return str(amount) if currency in _NO_DECIMALS else f"{amount / 100:.2f}"


def read_amount(typed: str, currency: str) -> int | None:
    """What was typed, in minor units; None when it is no amount."""
    places = 0 if currency in _NO_DECIMALS else 2
    fraction = rf"(\.[0-9]{{1,{places}}})?" if places else ""
    if not re.fullmatch(rf"[0-9]{{1,8}}{fraction}", typed.strip()):
        return None
    return int(Decimal(typed.strip()).scaleb(places))


def day(timestamp: int) -> str:
    """``24 Nov 2026`` in UTC."""
    return f"{datetime.fromtimestamp(timestamp, UTC):%-d %b %Y}"


def time_of_day(timestamp: int) -> str:
    """``08:50:57`` in UTC."""
    return f"{datetime.fromtimestamp(timestamp, UTC):%H:%M:%S}"
