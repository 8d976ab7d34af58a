"""The event log, webhook endpoints and the queue of deliveries."""

from __future__ import annotations

import json
import random
import time
from collections.abc import Callable
from copy import deepcopy
from typing import TYPE_CHECKING, Any

import stripe

from .clock import DAY
from .legacy import in_old_shape
from .store import API_VERSION, Account, Json, assign, new_id, random_text

if TYPE_CHECKING:
    from . import Engine

Post = Callable[[str, bytes, dict[str, str]], int]

# Stripe lists events for 30 days.
KEPT = 30 * DAY
# Wall-clock seconds between tries; Stripe waits hours, a sandbox does not.
BACKOFF = (1.0, 3.0, 10.0, 30.0, 60.0, 300.0, 900.0)


class Webhooks:
    """Deliveries are rows ``{id, account, event, endpoint, state, tries, next_try, …}``.

    state: pending → delivered | failed (all tries used) | dropped (by a fault).
    """

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.deliveries: list[Json] = []

    def emit(
        self, account: Account, event_type: str, obj: Json, previous: Json | None = None
    ) -> None:
        data: Json = {"object": deepcopy(obj)}
        if previous is not None:
            data["previous_attributes"] = previous
        event = {
            "id": new_id("event"),
            "object": "event",
            "api_version": API_VERSION,
            "created": account.now(),
            "data": data,
            "livemode": False,
            "pending_webhooks": 0,
            "request": self.engine.current_request or {"id": None, "idempotency_key": None},
            "type": event_type,
        }
        account.put(event)
        self._queue(account, event)

    def _queue(self, account: Account, event: Json) -> None:
        faults = self.engine.faults
        wanted = [e for e in account.rows("webhook_endpoint") if _wants(e, event["type"])]
        if not wanted:
            return
        dropped = faults.strikes("drop")
        for endpoint in wanted:
            for _ in range(1 + faults.duplicate):
                self.deliveries.append(
                    {
                        "id": random_text(16),
                        "account": account.key,
                        "event": event["id"],
                        "endpoint": endpoint["id"],
                        "state": "dropped" if dropped else "pending",
                        "tries": [],
                        "next_try": time.time() + faults.delay,
                    }
                )

    def pending_for(self, event_id: str) -> int:
        """Endpoints that have not taken the event yet (Event.pending_webhooks)."""
        rows = [d for d in self.deliveries if d["event"] == event_id]
        taken = {d["endpoint"] for d in rows if d["state"] == "delivered"}
        return len({d["endpoint"] for d in rows} - taken)

    def waiting_events(self) -> set[str]:
        """Events that some endpoint has not taken yet."""
        wanted = {(d["event"], d["endpoint"]) for d in self.deliveries}
        taken = {(d["event"], d["endpoint"]) for d in self.deliveries if d["state"] == "delivered"}
        return {event for event, _ in wanted - taken}

    def for_event(self, event_id: str) -> list[Json]:
        return [d for d in self.deliveries if d["event"] == event_id]

    def resend(self, account: Account, event_id: str) -> int:
        """Queue an event once more for every endpoint that wants it; the number queued."""
        event = account.get("event", event_id)
        before = len(self.deliveries)
        self._queue(account, event)
        return len(self.deliveries) - before

    def pending(self, at: float | None = None) -> list[Json]:
        """Deliveries still to make; with ``at``, only those whose time (wall clock) has come."""
        rows = [
            d
            for d in self.deliveries
            if d["state"] == "pending" and (at is None or d["next_try"] <= at)
        ]
        if self.engine.faults.shuffle:
            random.shuffle(rows)
        return rows

    def attempt(self, delivery: Json, post: Post) -> bool:
        """Make one try, signed with the present wall-clock time; record how it went."""
        with self.engine.lock:
            account = self.engine.account(delivery["account"])
            endpoint = account.find("webhook_endpoint", delivery["endpoint"])
            event = account.find("event", delivery["event"])
            if endpoint is None or event is None or endpoint["status"] == "disabled":
                delivery["state"] = "failed"
                return False
            body, headers = self._signed(account, endpoint, event)
            url: str = endpoint["url"]
        # The lock is free here: the receiver may call the API before it answers.
        status, error = _send(post, url, body, headers)
        with self.engine.lock:
            self._record(delivery, status, error)
        return delivery["state"] == "delivered"

    def _signed(
        self, account: Account, endpoint: Json, event: Json
    ) -> tuple[bytes, dict[str, str]]:
        payload = event | {
            "api_version": endpoint["api_version"] or API_VERSION,
            "pending_webhooks": max(1, self.pending_for(event["id"])),
        }
        if self.engine.faults.old_api_version:
            payload = in_old_shape(payload)
        body = json.dumps(payload, indent=2)
        hidden = account.private[endpoint["id"]]
        secrets = [hidden["secret"]]
        if time.time() < hidden.get("old_until", 0):
            secrets.append(hidden["old_secret"])
        header = _signature_header(body, secrets)
        return body.encode(), {
            "Content-Type": "application/json; charset=utf-8",
            "User-Agent": "Stripe/1.0 (stand-in; not Stripe)",
            "Stripe-Signature": header,
        }

    @staticmethod
    def _record(delivery: Json, status: int | None, error: str | None) -> None:
        now = time.time()
        delivery["tries"].append({"at": now, "status": status, "error": error})
        tried = len(delivery["tries"])
        if status is not None and 200 <= status < 300:
            delivery["state"] = "delivered"
        elif tried > len(BACKOFF):
            delivery["state"] = "failed"
        else:
            delivery["next_try"] = now + BACKOFF[tried - 1]


def _signature_header(body: str, secrets: list[str]) -> str:
    """One timestamp and a ``v1`` signature for each secret: two while one is being rolled."""
    at = int(time.time())
    headers = [
        stripe.WebhookSignature.generate_signature_header(body, secret, at) for secret in secrets
    ]
    return ",".join([headers[0], *(h.split(",", 1)[1] for h in headers[1:])])


def roll_secret(account: Account, endpoint_id: str, *, keep_for: float = 0) -> str:
    """A new signing secret, as the dashboard gives; the old one signs too for ``keep_for`` s."""
    account.get("webhook_endpoint", endpoint_id)
    hidden = account.private[endpoint_id]
    hidden |= {
        "old_secret": hidden["secret"],
        "old_until": time.time() + keep_for,
        "secret": f"whsec_{random_text(32)}",
    }
    return str(hidden["secret"])


def _send(
    post: Post, url: str, body: bytes, headers: dict[str, str]
) -> tuple[int | None, str | None]:
    try:
        return post(url, body, headers), None
    except Exception as error:  # any failure of the receiver is a failed try, never ours
        return None, f"{type(error).__name__}: {error}"


def _wants(endpoint: Json, event_type: str) -> bool:
    enabled: list[str] = endpoint["enabled_events"]
    return endpoint["status"] == "enabled" and ("*" in enabled or event_type in enabled)


def create_endpoint(account: Account, params: Json) -> Json:
    """The secret is shown in this answer only."""
    secret = f"whsec_{random_text(32)}"
    return add_endpoint(account, params, secret) | {"secret": secret}


def add_endpoint(account: Account, params: Json, secret: str) -> Json:
    """Register an endpoint with a secret of our choosing (command line, tests)."""
    endpoint = account.put(
        {
            "id": new_id("webhook_endpoint"),
            "object": "webhook_endpoint",
            "api_version": params.get("api_version"),
            "application": None,
            "created": account.now(),
            "description": params.get("description") or None,
            "enabled_events": params["enabled_events"],
            "livemode": False,
            "metadata": params.get("metadata") or {},
            "status": "enabled",
            "url": params["url"],
        }
    )
    account.private[endpoint["id"]] = {"secret": secret}
    return endpoint


def update_endpoint(account: Account, params: Json, identity: str) -> Json:
    endpoint = account.get("webhook_endpoint", identity)
    assign(endpoint, params, "url", "description", "enabled_events")
    if "disabled" in params:
        endpoint["status"] = "disabled" if params["disabled"] else "enabled"
    return endpoint


def delete_endpoint(account: Account, params: Json, identity: str) -> Json:
    account.get("webhook_endpoint", identity)
    del account.objects["webhook_endpoint"][identity]
    return {"id": identity, "object": "webhook_endpoint", "deleted": True}


def retrieve_event(account: Account, params: Json, identity: str) -> Json:
    return shown_event(account, account.get("event", identity))


def shown_event(account: Account, event: Json) -> Json:
    pending = account.engine.webhooks.pending_for(event["id"])
    return event | {"pending_webhooks": pending}


def event_filter(account: Account, params: dict[str, Any]) -> Callable[[Json], bool]:
    """``type`` (with a trailing ``*``), ``types`` and ``delivery_success``; the last 30 days."""
    oldest = account.now() - KEPT
    kinds = params.get("types") or ([params["type"]] if params.get("type") else [])
    success = params.get("delivery_success")
    waiting = account.engine.webhooks.waiting_events() if success is not None else set()

    def keep(event: Json) -> bool:
        named = not kinds or any(_matches(event["type"], kind) for kind in kinds)
        recent = event["created"] > oldest
        return recent and named and (success is None or (event["id"] in waiting) != success)

    return keep


def _matches(event_type: str, kind: str) -> bool:
    return event_type.startswith(kind[:-1]) if kind.endswith("*") else event_type == kind
