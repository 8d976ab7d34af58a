"""A small, stateful Stripe: state, events and a clock, without HTTP.

Every operation is a function ``(account, params, *ids) -> object`` on plain JSON. One lock guards
all of it: callers hold ``engine.lock`` around operations.
"""

from __future__ import annotations

import json
import os
import threading
import time
from pathlib import Path
from typing import Any

from . import disputes
from .clock import Clock
from .errors import missing
from .faults import Faults
from .idempotency import IdempotencyTable
from .lifecycle import run_due
from .store import Account, Json
from .webhooks import Post, Webhooks, roll_secret

__all__ = ["Account", "Engine"]


class Engine:
    """All accounts, the clock, the fault knobs and the webhook queue.

    ``now``: freeze the clock at this Unix time; None follows the wall clock. ``state_file``: where
    the state is kept between runs; None keeps it in memory only. ``base_url``: where the hosted
    pages are, for the addresses handed out.
    """

    def __init__(
        self,
        *,
        now: int | None = None,
        state_file: Path | None = None,
        base_url: str = "http://127.0.0.1",
    ) -> None:
        self.lock = threading.RLock()
        self.clock = Clock(now)
        self.faults = Faults()
        self.idempotency = IdempotencyTable()
        self.webhooks = Webhooks(self)
        self.base_url = base_url
        self.current_request: Json | None = None
        self._accounts: dict[str, Account] = {}
        self._state_file = state_file
        if state_file is not None and state_file.exists():
            self._load(json.loads(state_file.read_text()))

    # accounts

    def account(self, key: str) -> Account:
        """The account behind an API key; made on first use."""
        if key not in self._accounts:
            self._accounts[key] = Account(self, key)
        return self._accounts[key]

    def accounts(self) -> list[Account]:
        return list(self._accounts.values())

    def locate(self, kind: str, identity: str) -> tuple[Account, Json] | None:
        """An object and its account, for hosted pages, which carry no key."""
        for account in self._accounts.values():
            found = account.find(kind, identity)
            if found is not None:
                return account, found
        return None

    # time

    def now(self) -> int:
        return self.clock.now()

    def advance(self, seconds: int = 0, *, to: int | None = None) -> int:
        """Move the clock and run all that falls due on the way, in order; the new time."""
        with self.lock:
            target = to if to is not None else self.now() + seconds
            run_due(self, target)
            self.clock.move_to(target)
            self.changed()
            return self.now()

    def run_due(self) -> None:
        """Run what the passing of time has made due."""
        with self.lock:
            if run_due(self, self.now()):
                self.changed()

    # what banks and cardholders do

    def open_dispute(self, charge: str, reason: str = "fraudulent") -> Json:
        """The holder of the card disputes a charge."""
        with self.lock:
            account, _ = self._located("charge", charge)
            dispute = disputes.open_dispute(account, charge, reason)
            self.changed()
            return dispute

    def close_dispute(self, dispute: str, outcome: disputes.Outcome) -> Json:
        """The bank decides a dispute: "won" or "lost"."""
        with self.lock:
            account, _ = self._located("dispute", dispute)
            decided = disputes.decide(account, dispute, outcome)
            self.changed()
            return decided

    def roll_secret(self, endpoint: str, *, keep_for: float = 0) -> str:
        """A new signing secret for a webhook endpoint; ``keep_for``: seconds the old one lives."""
        with self.lock:
            account, _ = self._located("webhook_endpoint", endpoint)
            secret = roll_secret(account, endpoint, keep_for=keep_for)
            self.changed()
            return secret

    def _located(self, kind: str, identity: str) -> tuple[Account, Json]:
        found = self.locate(kind, identity)
        if found is None:
            raise missing(kind, identity)
        return found

    # webhooks

    def pending_deliveries(self, *, due_only: bool = False) -> list[Json]:
        """Deliveries not made yet; ``due_only`` leaves out those waiting for their next try."""
        with self.lock:
            return self.webhooks.pending(time.time() if due_only else None)

    def deliver_all(self, post: Post, *, due_only: bool = False) -> int:
        """One try for each pending delivery, in this thread; how many were taken.

        ``post(url, body, headers)`` returns the HTTP status; an exception is a failed try.
        """
        pending = self.pending_deliveries(due_only=due_only)
        taken = sum(self.webhooks.attempt(delivery, post) for delivery in pending)
        if pending:
            # Once for the batch: after a crash some are sent twice, which receivers must bear.
            with self.lock:
                self.changed()
        return taken

    # state

    def changed(self) -> None:
        """Write the state file, if there is one, in one atomic step."""
        if self._state_file is None:
            return
        temporary = self._state_file.with_suffix(".writing")
        temporary.write_text(json.dumps(self.dump()))
        os.replace(temporary, self._state_file)

    def dump(self) -> dict[str, Any]:
        return {
            "version": 1,
            "offset": self.clock.offset,
            "now": self.now(),
            "accounts": {key: account.dump() for key, account in self._accounts.items()},
            "deliveries": self.webhooks.deliveries,
            "idempotency": self.idempotency.dump(),
            "faults": self.faults.dump(),
        }

    def _load(self, state: dict[str, Any]) -> None:
        self.clock.offset = state["offset"]
        self.clock.move_to(state["now"])
        self._accounts = {
            key: Account(self, key, saved) for key, saved in state["accounts"].items()
        }
        self.webhooks.deliveries = state["deliveries"]
        self.idempotency.load(state["idempotency"])
        self.faults.set(state["faults"])
