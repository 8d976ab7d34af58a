"""Stripe's search language, as far as ``field:'value'`` clauses joined by AND or by OR.

Stripe's index lags behind by seconds; this one does not, so never read your own writes by search.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from .errors import invalid
from .store import Account, Json

_CLAUSE = re.compile(
    r"""\s*(?P<not>-)?(?P<field>\w+)(?:\[(?P<kq>["'])(?P<key>.*?)(?P=kq)\])?
    \s*(?P<op>:|~|>=|<=|>|<)\s*
    (?:(?P<q>["'])(?P<text>.*?)(?P=q)|(?P<bare>\w+))\s*""",
    re.VERBOSE,
)
_FIELDS = {
    "customer": ("created", "email", "metadata", "name", "phone"),
    "subscription": ("canceled_at", "created", "metadata", "status"),
    "invoice": ("created", "currency", "customer", "metadata", "number", "status", "total"),
}
Test = Callable[[Json], bool]


def search(kind: str) -> Callable[[Account, Json], Json]:
    """The operation of ``GET /v1/<kind>s/search``."""

    def operation(account: Account, params: Json) -> Json:
        keep = parse(params["query"], kind)
        rows = [r for r in reversed(account.rows(kind)) if not r.get("deleted") and keep(r)]
        return _page(rows, params, f"/v1/{kind}s/search")

    return operation


def _page(rows: list[Json], params: Json, url: str) -> Json:
    limit, page = params.get("limit", 10), params.get("page", "0")
    if not 1 <= limit <= 100:
        raise invalid("Invalid limit: must be between 1 and 100.", "limit")
    if not page.isdigit():
        raise invalid("Invalid page.", "page")
    start = int(page)
    shown = rows[start : start + limit]
    more = start + limit < len(rows)
    return {
        "object": "search_result",
        "data": shown,
        "has_more": more,
        "next_page": str(start + limit) if more else None,
        "url": url,
    }


def parse(query: str, kind: str) -> Test:
    """A test for objects of ``kind``. Raises StripeError 400 for what it does not understand."""
    tests, words, at = [], [], 0
    while True:
        match = _CLAUSE.match(query, at)
        if match is None:
            raise invalid(f"We were unable to parse your search query near: {query[at:][:50]}")
        tests.append(_clause(match, kind))
        at = match.end()
        if at >= len(query):
            break
        joined = re.compile(r"(AND|OR)\b", re.IGNORECASE).match(query, at)
        words.append(joined[1].upper() if joined else "AND")
        at = joined.end() if joined else at
    if len(set(words)) > 1:
        raise invalid("A search query cannot mix AND and OR.", "query")
    together = any if words[:1] == ["OR"] else all
    return lambda row: together(test(row) for test in tests)


def _clause(match: re.Match[str], kind: str) -> Test:
    field, key, op = match["field"], match["key"], match["op"]
    if field not in _FIELDS[kind] or (field == "metadata") != (key is not None):
        raise invalid(f"Field `{field}` is not searchable on {kind}s here.", "query")
    wanted = match["text"] if match["text"] is not None else match["bare"]
    if op in "<=>=" and not wanted.isdigit():
        raise invalid(f"`{op}` compares numbers.", "query")
    negated = bool(match["not"])

    def test(row: Json) -> bool:
        value = row["metadata"].get(key) if key is not None else row.get(field)
        return _fits(value, op, wanted) != negated

    return test


def _fits(value: Any, op: str, wanted: str) -> bool:
    if wanted == "null":
        return value is None
    if value is None:
        return False
    text = str(value).lower()
    if op == ":":
        return text == wanted.lower()
    if op == "~":
        return wanted.lower() in text
    number = int(value)
    limit = int(wanted)
    found = {">": number > limit, "<": number < limit, ">=": number >= limit}
    return found.get(op, number <= limit)
