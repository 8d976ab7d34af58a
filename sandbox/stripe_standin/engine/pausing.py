"""Pausing a subscription and resuming it (API 2026-09-30.endive and later)."""

from __future__ import annotations

from . import held, invoices, pending
from .billing import collect
from .changes import PENDING_FOR
from .errors import invalid, only
from .lines import Line, recurring_line
from .plans import from_now
from .proration import credit, debit
from .store import Account, Json
from .subscriptions import method_for, next_period, rows_of


def pause_subscription(account: Account, params: Json, identity: str) -> Json:
    """No service, no periods, no invoices until it is resumed; unused time is credited."""
    subscription = account.get("subscription", identity)
    lines = pause_lines(account, subscription, params)
    for line in lines:
        pending.keep(account, subscription, line)
    hidden = account.private.setdefault(identity, {})
    hidden["credited"] = bool(lines)
    held.pause(account, subscription, "pause_requested")
    if params.get("invoicing_behavior") == "invoice" and pending.waiting(account, identity):
        invoice = _invoice(account, subscription, [])
        invoices.finalize(account, invoice)
        collect(account, invoice, method_for(account, subscription), on_session=False)
    return subscription


def pause_lines(account: Account, subscription: Json, params: Json, where: str = "") -> list[Line]:
    """The credits of a pause now. Refused when the subscription may not be paused."""
    if subscription["status"] not in ("active", "trialing") or not held.may_pause(subscription):
        raise invalid(
            "Only active or trialing subscriptions in flexible billing mode and without a "
            "schedule can be paused."
        )
    held.refuse_another(account, subscription)
    wanted = params.get("bill_for", {})
    only(wanted, "unused_time_from outstanding_usage_through", f"{where}bill_for")
    since = wanted.get("unused_time_from", {"type": "now"})["type"]
    if since == "none" or subscription["status"] == "trialing":
        return []
    rows = rows_of(subscription)
    if since == "now":
        lines = [credit(account, subscription, item, account.now()) for item in rows]
    else:
        lines = [credit(account, subscription, i, i["current_period_start"]) for i in rows]
    return [line for line in lines if line.amount]


def resume_subscription(account: Account, params: Json, identity: str) -> Json:
    """Out of a pause: a new period from now, or the old rhythm with the rest of its period.

    With something to pay the subscription stays paused until the invoice is paid
    (resume_on_payment_success, tried at once) or a payment is tried (resume_on_payment_attempt).
    """
    subscription = account.get("subscription", identity)
    items, anchor, lines = resumed(account, subscription, params)
    waiting = params.get("proration_behavior", "create_prorations") == "create_prorations"
    if waiting and not _restarts(params):
        for line in lines:
            pending.keep(account, subscription, line)
        held.resume(account, subscription, items, anchor, "active")
        return subscription
    if not lines:
        held.resume(account, subscription, items, anchor, "active")
        return subscription
    invoice = _invoice(account, subscription, lines)
    invoices.finalize(account, invoice)
    tries = params.get("payment_behavior") == "resume_on_payment_success"
    held.hold(
        account,
        subscription,
        kind="resume",
        invoice=invoice["id"],
        items=items,
        anchor=anchor,
        expires=None if tries else account.now() + PENDING_FOR,
        payment="success" if tries else "attempt",
    )
    if tries or invoice["amount_remaining"] == 0:
        collect(account, invoice, method_for(account, subscription), on_session=False)
    return subscription


def resumed(
    account: Account, subscription: Json, params: Json, where: str = ""
) -> tuple[list[Json], int, list[Line]]:
    """Items, billing anchor and lines of a resume now. Refused when it is not paused."""
    if subscription["status"] != "paused":
        raise invalid("The subscription is not paused, so it cannot be resumed.")
    held.refuse_another(account, subscription)
    if _restarts(params):
        items = from_now(account, rows_of(subscription))
        return items, account.now(), [recurring_line(account, item) for item in items]
    at = params.get("proration_date", account.now())
    items = [_catch_up(account, subscription, item) for item in rows_of(subscription)]
    credited = account.private.get(subscription["id"], {}).get("credited")
    owed = [item for item in items if credited or item not in rows_of(subscription)]
    if params.get("proration_behavior") == "none":
        owed = []
    lines = [debit(account, subscription, items, item, at) for item in owed]
    return items, subscription["billing_cycle_anchor"], lines


def _restarts(params: Json) -> bool:
    return bool(params.get("billing_cycle_anchor", {"type": "now"})["type"] == "now")


def _catch_up(account: Account, subscription: Json, item: Json) -> Json:
    """The item in the period of the old rhythm that runs now."""
    while item["current_period_end"] <= account.now():
        item = next_period(subscription, item)
    return item


def _invoice(account: Account, subscription: Json, lines: list[Line]) -> Json:
    invoice = invoices.create(
        account,
        customer=subscription["customer"],
        currency=subscription["currency"],
        lines=lines,
        reason="subscription_update",
        subscription=subscription,
    )
    with account.changing(subscription, "customer.subscription.updated"):
        subscription["latest_invoice"] = invoice["id"]
    return invoice
