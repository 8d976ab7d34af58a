"""What an endpoint is: path, the SDK's parameter type, what we act on, and the operation."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .engine import Account
from .wire import page

Json = dict[str, Any]
Operation = Callable[..., Json]
Filter = Callable[[Account, Json], Callable[[Json], bool]]


@dataclass(frozen=True)
class Route:
    """One endpoint. ``acts_on``: the top-level parameters that change something here.

    Parameters that Stripe knows and the stand-in does not act on are refused, not ignored.
    """

    method: str
    pattern: re.Pattern[str]
    params: type
    acts_on: frozenset[str]
    operation: Operation


def route(method: str, path: str, params: type, acts_on: str, operation: Operation) -> Route:
    """An endpoint; ``<id>`` in the path is handed to the operation."""
    pattern = re.compile("^/v1" + re.sub(r"<\w+>", r"([A-Za-z0-9_-]{1,255})", path) + "$")
    return Route(method, pattern, params, frozenset({"expand", *acts_on.split()}), operation)


def retrieve(kind: str) -> Operation:
    """The operation that answers one object as it is."""
    return lambda account, params, identity: account.get(kind, identity)


PAGING = "limit starting_after ending_before "


def listing(kind: str, path: str, params: type, acts_on: str, wanted: Filter | None) -> Route:
    """A list with paging; ``wanted`` makes the filter."""

    def operation(account: Account, given: Json) -> Json:
        keep = wanted(account, given) if wanted else lambda row: True
        return page([r for r in account.rows(kind) if keep(r)], given, f"/v1{path}")

    created = "created " if "created" in params.__annotations__ else ""
    return route("GET", path, params, PAGING + created + acts_on, operation)
