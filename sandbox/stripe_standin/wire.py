"""Stripe's form encoding: ``a[b][0][c]=v`` to nested data, and paging and expansion of answers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from copy import deepcopy
from typing import Any
from urllib.parse import parse_qsl

from .engine import Account
from .engine.checkout import line_items
from .engine.coupons import applies_to
from .engine.errors import invalid
from .engine.invoices import payments_of
from .engine.store import kind_of

Json = dict[str, Any]

_PART = re.compile(r"\[([^\[\]]*)\]")
MAX_DEPTH = 10


def decode(text: str) -> Json:
    """Form-encoded text as nested dicts and lists of strings.

    ``a[]`` appends, ``a[0]`` is an index. Raises StripeError 400 for a malformed name.
    """
    nested: Json = {}
    for name, value in parse_qsl(text, keep_blank_values=True, max_num_fields=5_000):
        _put(nested, _path(name), value)
    listed = _lists(nested)
    return listed if isinstance(listed, dict) else {}


def _path(name: str) -> list[str]:
    head, bracket, rest = name.partition("[")
    parts = _PART.findall(bracket + rest)
    if not head or "".join(f"[{p}]" for p in parts) != bracket + rest or len(parts) > MAX_DEPTH:
        raise invalid(f"Invalid parameter name: {name[:100]}", "", "parameter_unknown")
    return [head, *parts]


def _put(nested: Json, path: list[str], value: str) -> None:
    here: Any = nested
    for part in path[:-1]:
        here = here.setdefault(part, {})
        if not isinstance(here, dict):
            raise invalid(f"Invalid parameter: {path[0]} is both a value and a group.", path[0])
    last = str(len(here)) if path[-1] == "" else path[-1]
    if last in here:
        raise invalid(f"Parameter given twice: {path[0]}", path[0])
    here[last] = value


def _lists(value: Any) -> Any:
    if not isinstance(value, dict):
        return value
    if value and all(key.isdigit() for key in value):
        return [_lists(value[key]) for key in sorted(value, key=int)]
    return {key: _lists(item) for key, item in value.items()}


# --------------------------------------------------------------------------------------- lists


def page(rows: Iterable[Json], params: Json, url: str, *, newest_first: bool = True) -> Json:
    """One page of rows (given oldest first) by Stripe's cursors; ``limit`` 1-100, 10 if unsaid."""
    limit = params.get("limit", 10)
    if not 1 <= limit <= 100:
        raise invalid("Invalid limit: must be between 1 and 100.", "limit")
    found = [row for row in rows if _created_fits(row, params.get("created"))]
    if newest_first:
        found.reverse()
    after, before = params.get("starting_after"), params.get("ending_before")
    if after and before:
        raise invalid("Only one of starting_after and ending_before may be given.")
    if after:
        found = found[_position(found, after, "starting_after") + 1 :]
        shown, more = found[:limit], len(found) > limit
    elif before:
        found = found[: _position(found, before, "ending_before")]
        shown, more = found[-limit:], len(found) > limit
    else:
        shown, more = found[:limit], len(found) > limit
    return {"object": "list", "data": shown, "has_more": more, "url": url}


def _created_fits(row: Json, wanted: Json | int | None) -> bool:
    if wanted is None:
        return True
    if isinstance(wanted, int):
        return bool(row["created"] == wanted)
    checks: dict[str, Callable[[int, int], bool]] = {
        "gt": lambda a, b: a > b,
        "gte": lambda a, b: a >= b,
        "lt": lambda a, b: a < b,
        "lte": lambda a, b: a <= b,
    }
    return all(checks[name](row["created"], limit) for name, limit in wanted.items())


def _position(rows: list[Json], identity: str, param: str) -> int:
    for index, row in enumerate(rows):
        if row["id"] == identity:
            return index
    raise invalid(f"No such object: '{identity}'", param, "resource_missing")


# ------------------------------------------------------------------------------------- expand


def expand(account: Account, answer: Json, paths: list[str]) -> Json:
    """A copy of ``answer`` with ids on the given paths replaced by their objects.

    Raises StripeError 400 for a path that cannot be expanded or is deeper than four levels.
    """
    answer = deepcopy(answer)
    for path in paths:
        parts = path.split(".")
        if len(parts) > 4:
            raise invalid("You cannot expand more than 4 levels of a property.", "expand")
        _expand(account, answer, parts, path)
    return answer


def _expand(account: Account, here: Any, parts: list[str], path: str) -> None:
    if isinstance(here, list):
        for row in here:
            _expand(account, row, parts, path)
        return
    name, rest = parts[0], parts[1:]
    if not isinstance(here, dict):
        return
    if isinstance(here.get(name), list) and all(isinstance(row, str) for row in here[name]):
        here[name] = [_found(account, row, path) for row in here[name]]
    if name not in here:
        included = _include(account, here, name)
        if included is None and (here.get("object"), name) == ("coupon", "applies_to"):
            return
        if included is None:
            raise invalid(f"This property cannot be expanded ({path}).", "expand")
        here[name] = included
    value = here[name]
    if isinstance(value, str):
        here[name] = _found(account, value, path, name)
    if rest:
        _expand(account, here[name], rest, path)


def _found(account: Account, identity: str, path: str, name: str = "") -> Json:
    """The object behind an id; a coupon's id has no prefix, so the property's name counts too."""
    found = account.find(kind_of(identity) or name, identity) or account.find(name, identity)
    if found is None:
        raise invalid(f"This property cannot be expanded ({path}).", "expand")
    return deepcopy(found)


def _include(account: Account, obj: Json, name: str) -> Json | None:
    """Properties that Stripe leaves out unless asked for."""
    identity = obj.get("id", "")
    if (obj.get("object"), name) == ("checkout.session", "line_items"):
        url = f"/v1/checkout/sessions/{identity}/line_items"
        return {
            "object": "list",
            "data": deepcopy(line_items(account, identity)),
            "has_more": False,
            "url": url,
        }
    if (obj.get("object"), name) == ("coupon", "applies_to"):
        return applies_to(account, identity)
    if (obj.get("object"), name) == ("invoice", "payments"):
        return {
            "object": "list",
            "data": deepcopy(payments_of(account, identity)),
            "has_more": False,
            "url": "/v1/invoice_payments",
        }
    if (obj.get("object"), name) == ("invoice", "confirmation_secret"):
        return _confirmation_secret(account, identity)
    return None


def _confirmation_secret(account: Account, invoice: str) -> Json | None:
    for payment in payments_of(account, invoice):
        intent = account.get("payment_intent", payment["payment"]["payment_intent"])
        return {"client_secret": intent["client_secret"], "type": "payment_intent"}
    return None
