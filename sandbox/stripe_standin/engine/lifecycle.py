"""What the passing of time does: sessions expire, trials end, periods renew, invoices retry."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from . import billing, coupons, disputes, held, portal_plans, refunds, renewals, schedules
from .checkout import expire
from .store import Account, Json
from .subscriptions import OVER, end, period_end

if TYPE_CHECKING:
    from . import Engine

Action = Callable[[Account, Json], None]
Due = tuple[int, Account, Json, Action]


def run_due(engine: Engine, until: int) -> int:
    """Run everything due up to ``until``, earliest first, the clock standing at each moment.

    Returns how many things were run.
    """
    count = 0
    while True:
        upcoming = [due for due in _agenda(engine) if due[0] <= until]
        if not upcoming:
            return count
        count += 1
        at, account, obj, action = min(upcoming, key=lambda due: due[0])
        engine.clock.move_to(at)
        request, engine.current_request = engine.current_request, None
        try:
            action(account, obj)
        finally:
            engine.current_request = request


_ERRANDS: dict[str, Callable[[Account, str], object]] = {
    "dispute": disputes.open_dispute,
    "dispute_not_received": partial(disputes.open_dispute, reason="product_not_received"),
    "dispute_inquiry": partial(disputes.open_dispute, inquiry=True),
    "portal_resume": portal_plans.resume_by_itself,
    "refund_pending": refunds.settle,
    "refund_fails": refunds.fail,
}


def _run_errand(account: Account, errand: Json) -> None:
    account.errands.remove(errand)
    _ERRANDS[errand["do"]](account, errand["id"])


def _agenda(engine: Engine) -> Iterator[Due]:
    for account in engine.accounts():
        for errand in account.errands:
            yield errand["at"], account, errand, _run_errand
        for coupon in account.rows("coupon"):
            if coupon["valid"] and coupon["redeem_by"]:
                yield coupon["redeem_by"], account, coupon, coupons.expire_coupon
        for code in account.rows("promotion_code"):
            if code["active"] and code["expires_at"]:
                yield code["expires_at"], account, code, coupons.expire_code
        for session in account.rows("checkout.session"):
            if session["status"] == "open":
                yield session["expires_at"], account, session, expire
        for schedule in account.rows("subscription_schedule"):
            yield from _schedule_agenda(account, schedule)
        for invoice in account.rows("invoice"):
            if invoice["status"] == "draft" and invoice["automatically_finalizes_at"]:
                at = invoice["automatically_finalizes_at"]
                yield at, account, invoice, renewals.finalize_and_collect
            elif invoice["status"] == "open" and invoice["next_payment_attempt"]:
                yield invoice["next_payment_attempt"], account, invoice, renewals.retry
        for subscription in account.rows("subscription"):
            yield from _subscription_agenda(account, subscription)


def _schedule_agenda(account: Account, schedule: Json) -> Iterator[Due]:
    """Before subscriptions: at the same moment a phase begins first, then its period is billed."""
    at = schedules.next_moment(schedule)
    if at is None:
        return
    subscription = account.find("subscription", schedule["subscription"])
    if subscription is not None and subscription["status"] in OVER:
        yield subscription["ended_at"], account, schedule, schedules.follow_end
    else:
        yield at, account, schedule, schedules.turn


def _subscription_agenda(account: Account, subscription: Json) -> Iterator[Due]:
    status = subscription["status"]
    if status in OVER:
        return
    if subscription["cancel_at"]:
        yield subscription["cancel_at"], account, subscription, _cancel
    expires = held.expires_at(account, subscription)
    if expires is not None:
        yield expires, account, subscription, held.drop
    collecting = (subscription["pause_collection"] or {}).get("resumes_at")
    if collecting:
        yield collecting, account, subscription, renewals.collect_again
    if status == "incomplete":
        at = subscription["created"] + billing.INCOMPLETE_FOR
        yield at, account, subscription, billing.expire_incomplete
    elif status == "trialing":
        yield subscription["trial_end"], account, subscription, renewals.end_trial
        if not account.private.get(subscription["id"], {}).get("warned"):
            at = max(subscription["created"], subscription["trial_end"] - billing.TRIAL_WARNING)
            yield at, account, subscription, _warn
    elif status in ("active", "past_due", "unpaid"):
        yield period_end(subscription), account, subscription, renewals.renew


def _warn(account: Account, subscription: Json) -> None:
    account.private.setdefault(subscription["id"], {})["warned"] = True
    account.emit("customer.subscription.trial_will_end", subscription)


def _cancel(account: Account, subscription: Json) -> None:
    end(account, subscription, "cancellation_requested")
