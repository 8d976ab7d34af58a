"""Changes that wait for a payment (a resume, a pending update), and pausing itself.

A held change is a hidden row ``{kind, invoice, items, anchor, expires, payment, metadata}`` under
the subscription: ``kind`` is "resume" or "update"; ``payment`` is "attempt" or "success".
"""

from __future__ import annotations

from typing import Any

from . import invoices
from .errors import invalid
from .store import Account, Json, merge_metadata
from .subscriptions import OVER, replace_items


def hold(account: Account, subscription: Json, **change: Any) -> None:
    """Keep a change until its invoice is paid, or its time is over."""
    _hidden(account, subscription)["held"] = change


def of(account: Account, subscription: Json) -> Json | None:
    """The change that waits, if any."""
    found: Json | None = _hidden(account, subscription).get("held")
    return found


def _hidden(account: Account, subscription: Json) -> Json:
    hidden: Json = account.private.setdefault(subscription["id"], {})
    return hidden


def refuse_another(account: Account, subscription: Json) -> None:
    """400 while a change waits for its payment."""
    change = of(account, subscription)
    if change is not None:
        raise invalid(
            f"This subscription has a pending {change['kind']}; its invoice "
            f"`{change['invoice']}` must be paid or voided first."
        )


def waits_for(account: Account, subscription: Json, invoice: Json) -> bool:
    change = of(account, subscription)
    return change is not None and bool(change["invoice"] == invoice["id"])


def retried(account: Account, subscription: Json) -> bool:
    """A resume on success is tried again; other held changes get one attempt."""
    change = of(account, subscription)
    return change is not None and change["kind"] == "resume" and change["payment"] == "success"


def on_attempt(account: Account, subscription: Json) -> bool:
    change = of(account, subscription)
    return change is not None and bool(change["payment"] == "attempt")


def expires_at(account: Account, subscription: Json) -> int | None:
    change = of(account, subscription)
    return change["expires"] if change else None


def carry_out(account: Account, subscription: Json, status: str) -> None:
    """Make the held change; the subscription is then ``status``."""
    change = _hidden(account, subscription).pop("held")
    if change["kind"] == "resume":
        resume(account, subscription, change["items"], change["anchor"], status)
        return
    names = ("items", "billing_cycle_anchor", "pending_update", "metadata")
    before = {name: subscription[name] for name in names}
    replace_items(subscription, change["items"])
    subscription |= {
        "billing_cycle_anchor": change["anchor"],
        "pending_update": None,
        "metadata": merge_metadata(subscription["metadata"], change["metadata"]),
    }
    account.emit("customer.subscription.updated", subscription, before)
    account.emit("customer.subscription.pending_update_applied", subscription, before)


def drop(account: Account, subscription: Json) -> None:
    """Too late: the change is forgotten and its invoice voided."""
    change = _hidden(account, subscription).pop("held")
    invoice = account.get("invoice", change["invoice"])
    if invoice["status"] == "open":
        invoices.void(account, invoice)
    if change["kind"] == "update":
        with account.changing(subscription, "customer.subscription.pending_update_expired"):
            subscription["pending_update"] = None


# ------------------------------------------------------------------------------------- pausing


def may_pause(subscription: Json) -> bool:
    """Flexible billing mode, no schedule, not over."""
    return (
        subscription["billing_mode"]["type"] == "flexible"
        and subscription["schedule"] is None
        and subscription["status"] not in (*OVER, "incomplete", "paused")
    )


def pause(account: Account, subscription: Json, why: str) -> None:
    """→ paused: no periods, no invoices until it is resumed."""
    before = subscription["status"]
    subscription |= {
        "status": "paused",
        "status_details": {
            "paused": {
                "subscription": {"type": why},
                "transitioned_at": account.now(),
                "type": "subscription",
            }
        },
    }
    changed = {"status": before, "status_details": None}
    account.emit("customer.subscription.updated", subscription, changed)
    account.emit("customer.subscription.paused", subscription, changed)


def resume(
    account: Account, subscription: Json, items: list[Json], anchor: int, status: str
) -> None:
    """paused → ``status``, with the periods of ``items``."""
    before = {name: subscription[name] for name in ("items", "status", "status_details")}
    replace_items(subscription, items)
    subscription |= {"billing_cycle_anchor": anchor, "status": status, "status_details": None}
    account.emit("customer.subscription.updated", subscription, before)
    account.emit("customer.subscription.resumed", subscription, before)
