"""What a period's end brings: the next invoice, a trial's end, retries."""

from __future__ import annotations

from . import held, invoices
from .billing import collect, method_to_pay
from .invoices import subscription_of
from .lines import recurring_line
from .store import Account, Json
from .subscriptions import OVER, end, method_for, next_period, replace_items, rows_of


def renew(account: Account, subscription: Json) -> None:
    """A period is over: end the subscription if so asked, else open the next with a draft."""
    now = account.now()
    at = subscription["cancel_at"]
    if subscription["cancel_at_period_end"] or (at and at <= now):
        end(account, subscription, "cancellation_requested")
        return
    due, items = [], []
    for item in rows_of(subscription):
        over = item["current_period_end"] <= now
        moved = next_period(subscription, item) if over else item
        items.append(moved)
        if over:
            due.append(moved)
    with account.changing(subscription, "customer.subscription.updated"):
        replace_items(subscription, items)
        if subscription["status"] == "trialing":
            subscription["status"] = "active"
        invoice = invoices.create(
            account,
            customer=subscription["customer"],
            currency=subscription["currency"],
            lines=[recurring_line(account, item) for item in due],
            reason="subscription_cycle",
            subscription=subscription,
        )
        subscription["latest_invoice"] = invoice["id"]
    _hold_back(account, subscription, invoice)


def _hold_back(account: Account, subscription: Json, invoice: Json) -> None:
    """With collection paused the invoice is made and nobody pays it; unpaid: it stays a draft."""
    paused = subscription["pause_collection"]
    if paused is None and subscription["status"] != "unpaid":
        return
    if paused is None or paused["behavior"] == "keep_as_draft":
        invoice |= {
            "auto_advance": False,
            "automatically_finalizes_at": None,
            "next_payment_attempt": None,
        }
        return
    invoices.finalize(account, invoice, use_balance=False)
    settle = invoices.void if paused["behavior"] == "void" else invoices.give_up
    settle(account, invoice)


def collect_again(account: Account, subscription: Json) -> None:
    """The date until which collection was paused has come."""
    with account.changing(subscription, "customer.subscription.updated"):
        subscription["pause_collection"] = None


def end_trial(account: Account, subscription: Json) -> None:
    """The trial is over: bill, or do what trial_settings says when there is no card."""
    missing = subscription["trial_settings"]["end_behavior"]["missing_payment_method"]
    if method_for(account, subscription) is None and missing == "cancel":
        end(account, subscription, "payment_failed")
    elif method_for(account, subscription) is None and missing == "pause":
        held.pause(account, subscription, "trial_end_without_payment_method")
    else:
        renew(account, subscription)


def finalize_and_collect(account: Account, invoice: Json) -> None:
    """The hour of a renewal's draft is over."""
    invoices.finalize(account, invoice)
    retry(account, invoice)


def retry(account: Account, invoice: Json) -> None:
    subscription = account.find("subscription", subscription_of(invoice))
    if subscription is not None and subscription["status"] in OVER:
        invoice |= {"next_payment_attempt": None, "auto_advance": False}
        return
    collect(account, invoice, method_to_pay(account, invoice), on_session=False)
