"""Test clocks. The stand-in has one clock for everybody; a test clock is a handle on it.

Stripe's rules that scripts must live by are kept: not back in time, and at most two intervals of
the shortest subscription in one step.
"""

from __future__ import annotations

from .clock import DAY, add_interval
from .errors import StripeError, invalid
from .store import Account, Json, new_id
from .subscriptions import OVER, rows_of

LIVES = 30 * DAY


def create_clock(account: Account, params: Json) -> Json:
    """Moves the stand-in's clock to ``frozen_time`` if that is later."""
    at = params["frozen_time"]
    if at > account.now() + 5 * 366 * DAY:
        raise invalid("frozen_time is too far away.", "frozen_time")
    if at > account.now():
        account.engine.advance(to=at)
    clock = account.put(
        {
            "id": new_id("test_helpers.test_clock"),
            "object": "test_helpers.test_clock",
            "created": account.now(),
            "deletes_after": account.now() + LIVES,
            "frozen_time": at,
            "livemode": False,
            "name": params.get("name"),
            "status": "ready",
            "status_details": {},
        }
    )
    account.emit("test_helpers.test_clock.created", clock)
    return clock


def advance_clock(account: Account, params: Json, identity: str) -> Json:
    """Everything due on the way runs before the answer; the status is ``ready`` again at once."""
    clock = account.get("test_helpers.test_clock", identity)
    at = params["frozen_time"]
    if at <= clock["frozen_time"]:
        raise invalid("frozen_time must be after the clock's present time.", "frozen_time")
    furthest = _furthest(account, clock)
    if furthest is not None and at > furthest:
        raise StripeError(
            "You cannot advance a clock by more than two intervals of its shortest subscription.",
            code="test_clock_advance_too_far",
            param="frozen_time",
        )
    clock |= {"status": "advancing"}
    account.emit("test_helpers.test_clock.advancing", clock)
    account.engine.advance(to=at)
    clock |= {"status": "ready", "frozen_time": at}
    account.emit("test_helpers.test_clock.ready", clock)
    return clock


def _furthest(account: Account, clock: Json) -> int | None:
    ends = [
        add_interval(clock["frozen_time"], every["interval"], 2 * every["interval_count"])
        for subscription in account.rows("subscription")
        if subscription["test_clock"] == clock["id"] and subscription["status"] not in OVER
        for every in (item["price"]["recurring"] for item in rows_of(subscription))
    ]
    return min(ends, default=None)


def delete_clock(account: Account, params: Json, identity: str) -> Json:
    """The handle only; customers of the clock stay here (Stripe deletes them)."""
    clock = account.get("test_helpers.test_clock", identity)
    del account.objects["test_helpers.test_clock"][identity]
    account.emit("test_helpers.test_clock.deleted", clock)
    return {"id": identity, "object": "test_helpers.test_clock", "deleted": True}
