"""What the stand-in remembers: accounts, their objects and their events, all plain JSON."""

from __future__ import annotations

import secrets
import string
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from typing import TYPE_CHECKING, Any

from .errors import missing

if TYPE_CHECKING:
    from . import Engine

Json = dict[str, Any]

API_VERSION = "2026-10-28.endive"

KINDS = {
    "cus": "customer",
    "prod": "product",
    "price": "price",
    "cs": "checkout.session",
    "sub": "subscription",
    "si": "subscription_item",
    "in": "invoice",
    "inpay": "invoice_payment",
    "ii": "invoiceitem",
    "pi": "payment_intent",
    "ch": "charge",
    "re": "refund",
    "promo": "promotion_code",
    "di": "discount",
    "seti": "setup_intent",
    "sub_sched": "subscription_schedule",
    "bpc": "billing_portal.configuration",
    "clock": "test_helpers.test_clock",
    "du": "dispute",
    "pm": "payment_method",
    "evt": "event",
    "we": "webhook_endpoint",
    "bps": "billing_portal.session",
}
# What is set in the dashboard. retry_days: from one failed attempt at a renewal to the next;
# after_retries: cancel, unpaid, pause or past_due. tax_percent: a whole number, for automatic tax.
SETTINGS: Json = {"retry_days": [3, 5, 7], "after_retries": "cancel", "tax_percent": 0}
_PREFIXES = {kind: prefix for prefix, kind in KINDS.items()}
_ALPHABET = string.ascii_letters + string.digits


def random_text(length: int) -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(length))


def new_id(kind: str) -> str:
    """A fresh id with Stripe's prefix for ``kind`` (``cs_test_…`` for Checkout)."""
    if kind == "checkout.session":
        return f"cs_test_{random_text(58)}"
    return f"{_PREFIXES.get(kind, kind)}_{random_text(24)}"


def kind_of(identity: str) -> str | None:
    """The kind of object that an id names, from its prefix."""
    return KINDS.get(identity.rsplit("_", 1)[0]) or KINDS.get(identity.split("_", 1)[0])


class Account:
    """One Stripe account: everything behind one API key.

    ``objects`` holds the public objects by kind and id, ``private`` what Stripe knows and never
    shows (which test card a payment method is, webhook secrets, a payment being authenticated),
    ``settings`` what is set in Stripe's dashboard.
    """

    def __init__(self, engine: Engine, key: str, state: Json | None = None) -> None:
        self.engine = engine
        self.key = key
        state = state or {}
        self.id: str = state.get("id") or f"acct_{random_text(16)}"
        self.objects: dict[str, dict[str, Json]] = state.get("objects", {})
        self.private: dict[str, Json] = state.get("private", {})
        self.sequence: int = state.get("sequence", 0)
        self.settings: Json = SETTINGS | state.get("settings", {})
        self.errands: list[Json] = state.get("errands", [])

    def dump(self) -> Json:
        return {
            "id": self.id,
            "objects": self.objects,
            "private": self.private,
            "sequence": self.sequence,
            "settings": self.settings,
            "errands": self.errands,
        }

    def now(self) -> int:
        return self.engine.clock.now()

    def later(self, seconds: int, action: str, identity: str) -> None:
        """Leave an errand for ``lifecycle``: what is to happen to an object, and when."""
        self.errands.append({"at": self.now() + seconds, "do": action, "id": identity})

    def number(self) -> int:
        """The next invoice number of this account."""
        self.sequence += 1
        return self.sequence

    def rows(self, kind: str) -> list[Json]:
        """Objects of a kind, oldest first."""
        return list(self.objects.get(kind, {}).values())

    def put(self, obj: Json) -> Json:
        self.objects.setdefault(obj["object"], {})[obj["id"]] = obj
        return obj

    def find(self, kind: str, identity: str | None) -> Json | None:
        return self.objects.get(kind, {}).get(identity or "")

    def get(self, kind: str, identity: str, param: str | None = None) -> Json:
        """The live object, or Stripe's resource_missing (404 from a path, 400 from a parameter)."""
        found = self.find(kind, identity)
        if found is None or (param and found.get("deleted")):
            raise missing(kind, identity, param or "id", 400 if param else 404)
        return found

    def emit(self, event_type: str, obj: Json, previous: Json | None = None) -> None:
        """Append to the event log and queue its deliveries."""
        self.engine.webhooks.emit(self, event_type, obj, previous)

    @contextmanager
    def changing(self, obj: Json, event_type: str) -> Iterator[Json]:
        """Change ``obj`` in place; if something changed, emit with ``previous_attributes``."""
        before = deepcopy(obj)
        yield obj
        previous = {k: before.get(k) for k in obj if before.get(k) != obj[k]}
        if previous:
            self.emit(event_type, obj, previous)


def merge_metadata(old: Json, new: Json | str) -> Json:
    """Stripe's rule: keys are merged, an empty value deletes its key, "" deletes all."""
    if isinstance(new, str):
        return {}
    merged = old | new
    return {key: value for key, value in merged.items() if value != ""}


def assign(obj: Json, params: Json, *names: str) -> None:
    """Copy the named parameters that were sent; "" clears; metadata is merged."""
    for name in names:
        if name in params:
            obj[name] = None if params[name] == "" else params[name]
    if "metadata" in params:
        obj["metadata"] = merge_metadata(obj["metadata"], params["metadata"])
