"""Idempotency keys: the first answer is kept for a day and given again."""

from __future__ import annotations

import threading
from typing import Any

from .clock import DAY
from .errors import StripeError


class IdempotencyTable:
    """Rows by (API key, idempotency key): fingerprint of the request and its stored answer.

    Has its own lock, so that a second request is refused while the first is still running.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._rows: dict[str, dict[str, Any]] = {}

    def begin(self, owner: str, key: str, fingerprint: str, now: int) -> dict[str, Any] | None:
        """Claim the key (None), or return the stored ``{status, body}`` to replay.

        Raises StripeError: 400 for the same key with another request, 409 while in flight.
        """
        with self._lock:
            self._rows = {k: r for k, r in self._rows.items() if now - r["at"] <= DAY}
            row = self._rows.get(f"{owner} {key}")
            if row is None:
                self._rows[f"{owner} {key}"] = {"fingerprint": fingerprint, "at": now}
                return None
            if row["fingerprint"] != fingerprint:
                raise StripeError(
                    "Keys for idempotent requests can only be used with the same parameters they "
                    f"were first used with. Try using a key other than '{key}' if you meant to "
                    "execute a different request.",
                    kind="idempotency_error",
                )
            if "status" not in row:
                raise StripeError(
                    "There is currently another in-progress request using this idempotency key.",
                    status=409,
                    kind="idempotency_error",
                    code="idempotency_key_in_use",
                )
            return row

    def finish(self, owner: str, key: str, status: int, body: str) -> None:
        with self._lock:
            self._rows[f"{owner} {key}"] |= {"status": status, "body": body}

    def release(self, owner: str, key: str) -> None:
        """Forget a key whose request never started to run (bad parameters, 429)."""
        with self._lock:
            self._rows.pop(f"{owner} {key}", None)

    def dump(self) -> dict[str, Any]:
        with self._lock:
            return {k: dict(row) for k, row in self._rows.items() if "status" in row}

    def load(self, rows: dict[str, Any]) -> None:
        with self._lock:
            self._rows = rows
