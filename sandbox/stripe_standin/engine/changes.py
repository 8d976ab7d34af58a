"""What the clinic changes: plan, collection, end, card; and a customer deleted."""

from __future__ import annotations

from . import discounts, held, invoices, pending, plans
from .billing import collect, future
from .clock import HOUR
from .customers import mark_deleted
from .errors import StripeError, invalid, only
from .lines import Line
from .payments import Outcome
from .proration import credit
from .store import Account, Json, assign
from .subscriptions import OVER, end, method_for, period_end, rows_of, schedule_cancel

PENDING_FOR = 23 * HOUR
_PLAN = {"items", "billing_cycle_anchor", "trial_end"}
# What a change that waits for its payment may carry.
_MAY_WAIT = {
    *("items", "billing_cycle_anchor", "payment_behavior", "proration_behavior"),
    *("proration_date", "metadata"),
}


def update_subscription(account: Account, params: Json, identity: str) -> Json:
    """Plan, end, collection, default card, description, metadata."""
    subscription = account.get("subscription", identity)
    _check(account, subscription, params)
    cancel_at = None
    if "cancel_at" in params:
        cancel_at = _cancel_date(account, subscription, params["cancel_at"])
    change = None
    if _PLAN & set(params):
        held.refuse_another(account, subscription)
        change = plans.work_out(account, subscription, params)
        behavior = params.get("payment_behavior", "allow_incomplete")
        if change.now and behavior in ("pending_if_incomplete", "error_if_incomplete"):
            return _pay_first(account, subscription, params, change)
    with account.changing(subscription, "customer.subscription.updated"):
        _assign(account, subscription, params)
        invoice = _bill(account, subscription, change) if change else None
    if "cancel_at" in params:
        schedule_cancel(account, subscription, cancel_at)
    if invoice is not None:
        _charge(account, subscription, invoice, params)
    return subscription


def _check(account: Account, subscription: Json, params: Json) -> None:
    if subscription["status"] in OVER:
        raise invalid("A canceled subscription can only update its cancellation_details.")
    if {"cancel_at", "cancel_at_period_end"} <= set(params):
        raise invalid("Only one of cancel_at and cancel_at_period_end may be given.", "cancel_at")
    if subscription["schedule"] and {"cancel_at", "cancel_at_period_end"} & set(params):
        raise invalid(
            "The subscription is managed by the subscription schedule "
            f"`{subscription['schedule']}`, and updating any cancelation behavior directly is not "
            "allowed. Please update the schedule instead."
        )
    method = params.get("default_payment_method")
    if method:
        account.get("payment_method", method, "default_payment_method")
    only(params.get("automatic_tax", {}), "enabled", "automatic_tax")
    paused = params.get("pause_collection") or {}
    if "resumes_at" in paused:
        future(account, paused["resumes_at"], "pause_collection[resumes_at]")
    if params.get("payment_behavior") == "pending_if_incomplete":
        for name in sorted(set(params) - _MAY_WAIT):
            raise invalid(
                "When updating a subscription with payment_behavior=pending_if_incomplete, "
                f"only some parameters may be given, and not {name}.",
                name,
            )


def _assign(account: Account, subscription: Json, params: Json) -> None:
    assign(subscription, params, "description", "default_payment_method")
    _details(subscription, params)
    if "trial_settings" in params:
        subscription["trial_settings"] = params["trial_settings"]
    if "automatic_tax" in params:
        enabled = params["automatic_tax"]["enabled"]
        subscription["automatic_tax"] = {
            "disabled_reason": None,
            "enabled": enabled,
            "liability": {"type": "self"} if enabled else None,
        }
    if "discounts" in params:
        _discount(account, subscription, params["discounts"] or [])
    if "pause_collection" in params:
        paused = params["pause_collection"]
        subscription["pause_collection"] = {"resumes_at": None} | paused if paused else None
    if "cancel_at_period_end" in params:
        _cancel_at_period_end(account, subscription, params["cancel_at_period_end"])


def _discount(account: Account, subscription: Json, rows: list[Json]) -> None:
    """New discounts in place of the old; those named by their id stay."""
    kept = [row["discount"] for row in rows if row.get("discount")]
    unknown = set(kept) - set(subscription["discounts"])
    if unknown:
        raise invalid(f"No such discount: '{min(unknown)}'", "discounts", "resource_missing")
    lines = [
        {"amount_subtotal": item["price"]["unit_amount"] * item["quantity"]}
        for item in rows_of(subscription)
    ]
    chosen = discounts.wanted(
        account,
        [row for row in rows if not row.get("discount")],
        customer=subscription["customer"],
        lines=lines,
    )
    discounts.put_on(account, subscription, chosen, keep=kept)


def _bill(account: Account, subscription: Json, change: plans.Change) -> Json | None:
    """Make the change; its lines go on an invoice now or wait for the next one."""
    plans.apply(account, subscription, change)
    if change.now:
        return _invoice(account, subscription, change)
    for line in change.lines:
        pending.keep(account, subscription, line)
    return None


def _invoice(account: Account, subscription: Json, change: plans.Change) -> Json:
    invoice = invoices.create(
        account,
        customer=subscription["customer"],
        currency=subscription["currency"],
        lines=change.lines,
        reason="subscription_update",
        subscription=subscription,
    )
    subscription["latest_invoice"] = invoice["id"]
    return invoice


def _charge(account: Account, subscription: Json, invoice: Json, params: Json) -> None:
    """After the change is made: a failed payment leaves it past due."""
    invoices.finalize(account, invoice)
    waits = params.get("payment_behavior") == "default_incomplete"
    if waits and invoice["amount_remaining"]:
        invoices.intent_of(account, invoice)
        with account.changing(subscription, "customer.subscription.updated"):
            subscription["status"] = "past_due"
    else:
        collect(account, invoice, method_for(account, subscription), on_session=False)


# ------------------------------------------------------------------------------ payment first


def _pay_first(account: Account, subscription: Json, params: Json, change: plans.Change) -> Json:
    """The change is made only if its invoice is paid; else it waits, or is refused."""
    with account.changing(subscription, "customer.subscription.updated"):
        invoice = _invoice(account, subscription, change)
        invoices.finalize(account, invoice)
        method = method_for(account, subscription)
        outcome = _attempt(account, invoice, method)
        if outcome.status == "succeeded":
            plans.apply(account, subscription, change)
            _assign(account, subscription, params)
        elif params["payment_behavior"] == "pending_if_incomplete":
            _wait(account, subscription, params, change, invoice)
    if outcome.status == "succeeded":
        return subscription
    if params["payment_behavior"] == "error_if_incomplete":
        invoices.void(account, invoice)
        raise _refusal(outcome)
    account.emit("invoice.payment_failed", invoice)
    if outcome.status == "requires_action":
        account.emit("invoice.payment_action_required", invoice)
    return subscription


def _attempt(account: Account, invoice: Json, method: Json | None) -> Outcome:
    if invoice["amount_remaining"] == 0:
        invoices.mark_paid(account, invoice)
        return Outcome("succeeded")
    if method is None:
        return Outcome("failed")
    return invoices.charge(account, invoice, method, on_session=False)


def _wait(
    account: Account, subscription: Json, params: Json, change: plans.Change, invoice: Json
) -> None:
    expires = account.now() + PENDING_FOR
    held.hold(
        account,
        subscription,
        kind="update",
        invoice=invoice["id"],
        items=change.items,
        anchor=change.anchor,
        expires=expires,
        payment="success",
        metadata=params.get("metadata", {}),
    )
    moved = change.anchor != subscription["billing_cycle_anchor"]
    subscription["pending_update"] = {
        "billing_cycle_anchor": change.anchor if moved else None,
        "expires_at": expires,
        "subscription_items": change.items,
        "trial_end": None,
        "trial_from_plan": None,
    }


def _refusal(outcome: Outcome) -> StripeError:
    if outcome.decline is not None:
        return outcome.decline.error()
    return StripeError(
        "This customer has no attached payment source or default payment method.",
        code="resource_missing",
    )


# ------------------------------------------------------------------------------------- the end


def _details(subscription: Json, params: Json) -> None:
    details = params.get("cancellation_details") or {}
    subscription["cancellation_details"] = subscription["cancellation_details"] | {
        k: v or None for k, v in details.items()
    }


def _cancel_at_period_end(account: Account, subscription: Json, wanted: bool) -> None:
    subscription |= {
        "cancel_at_period_end": wanted,
        "cancel_at": period_end(subscription) if wanted else None,
        "canceled_at": account.now() if wanted else None,
    }
    subscription["cancellation_details"] = subscription["cancellation_details"] | {
        "reason": "cancellation_requested" if wanted else None
    }


def _cancel_date(account: Account, subscription: Json, wanted: int | str) -> int | None:
    ends = [item["current_period_end"] for item in rows_of(subscription)]
    named = {"": None, "min_period_end": min(ends), "max_period_end": max(ends)}
    if isinstance(wanted, int):
        return future(account, wanted, "cancel_at")
    if wanted not in named:
        raise invalid(f"The stand-in does not know cancel_at={wanted}.", "cancel_at")
    return named[wanted]


def cancel_subscription(account: Account, params: Json, identity: str) -> Json:
    """Now. ``prorate`` credits the unused time; ``invoice_now`` bills what waits, and that."""
    subscription = account.get("subscription", identity)
    if subscription["status"] in OVER:
        raise StripeError(
            f"No such subscription: '{identity}'", status=404, code="resource_missing", param="id"
        )
    details = {k: v or None for k, v in (params.get("cancellation_details") or {}).items()}
    if params.get("prorate"):
        for line in unused(account, subscription):
            pending.keep(account, subscription, line)
    end(account, subscription, "cancellation_requested", details)
    if params.get("invoice_now") and pending.waiting(account, identity):
        invoice = _invoice(account, subscription, plans.Change([], 0, None))
        invoices.finalize(account, invoice)
        collect(account, invoice, method_for(account, subscription), on_session=False)
    return subscription


def unused(account: Account, subscription: Json) -> list[Line]:
    """Credits for what was billed and not yet had; nothing in a trial or a pause."""
    if subscription["status"] in ("trialing", "paused", "incomplete"):
        return []
    return [credit(account, subscription, item, account.now()) for item in rows_of(subscription)]


def delete_customer(account: Account, params: Json, identity: str) -> Json:
    """Deleting a customer cancels what they still pay for."""
    if account.get("customer", identity).get("deleted"):
        raise StripeError(f"No such customer: '{identity}'", status=404, code="resource_missing")
    for subscription in account.rows("subscription"):
        if subscription["customer"] == identity and subscription["status"] not in OVER:
            end(account, subscription, "cancellation_requested")
    return mark_deleted(account, identity)
