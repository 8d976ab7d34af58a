"""Subscriptions and money together: first invoice, renewal, dunning, cancellation."""

from __future__ import annotations

from . import invoices
from .catalog import active_price
from .clock import DAY, HOUR
from .errors import StripeError, invalid, only, required
from .invoices import subscription_of
from .lines import Line, recurring_line
from .payments import Outcome
from .store import Account, Json
from .subscriptions import (
    OVER,
    build,
    end,
    method_for,
    next_period,
    replace_items,
    rows_of,
    set_status,
)

# Days from one failed attempt at a renewal to the next; after the last the subscription ends.
RETRY_DAYS = (3, 5, 7)
INCOMPLETE_FOR = 23 * HOUR
TRIAL_WARNING = 3 * DAY

# ------------------------------------------------------------------------------------- start


def first_lines(account: Account, subscription: Json, extras: list[Line]) -> list[Line]:
    trial = subscription["trial_end"] is not None
    return [
        recurring_line(
            account, item, item["current_period_start"], item["current_period_end"], trial=trial
        )
        for item in rows_of(subscription)
    ] + extras


def first_invoice(
    account: Account, subscription: Json, extras: list[Line], *, metadata: Json | None = None
) -> Json:
    """The finalized invoice of a new subscription; one-time ``extras`` are only on this one."""
    invoice = invoices.create(
        account,
        customer=subscription["customer"],
        currency=subscription["currency"],
        lines=first_lines(account, subscription, extras),
        reason="subscription_create",
        subscription=subscription,
        metadata=metadata,
    )
    subscription["latest_invoice"] = invoice["id"]
    invoices.finalize(account, invoice)
    return invoice


def trial_end_of(account: Account, params: Json, where: str = "") -> int | None:
    """Unix time at which a trial asked for as days or as a date ends; None for no trial."""
    days = params.get("trial_period_days")
    if days is not None:
        if not 1 <= days <= 730:
            raise invalid("Trials last from 1 to 730 days.", "trial_period_days")
        return account.now() + int(days) * DAY
    at = params.get("trial_end")
    if at in (None, "now"):
        return None
    return future(account, at, where)


def future(account: Account, at: int, where: str) -> int:
    """A moment from now to five years from now, or a 400."""
    if not account.now() < at <= account.now() + 5 * 366 * DAY:
        raise invalid(
            "Invalid timestamp: must be in the future and at most five years away.", where
        )
    return at


def create_subscription(account: Account, params: Json) -> Json:
    """Over the API: charges the default card at once; refused cards leave it ``incomplete``."""
    customer = account.get("customer", required(params, "customer"), "customer")
    items = [_wanted_item(account, row, i) for i, row in enumerate(required(params, "items"))]
    method = params.get("default_payment_method")
    if method and account.get("payment_method", method)["customer"] != customer["id"]:
        raise invalid(f"No such PaymentMethod: '{method}'", "default_payment_method")
    trial_end = trial_end_of(account, params, "trial_end")
    subscription = build(
        account,
        customer=customer["id"],
        items=items,
        status="trialing" if trial_end else "incomplete",
        trial_end=trial_end,
        method=method,
        metadata=params.get("metadata"),
        description=params.get("description"),
        trial_settings=params.get("trial_settings"),
        billing_mode=params.get("billing_mode", {}).get("type", "flexible"),
    )
    behavior = params.get("payment_behavior", "allow_incomplete")
    _charge_first(account, subscription, behavior)
    return subscription


def _wanted_item(account: Account, row: Json, index: int) -> tuple[Json, int]:
    only(row, "price quantity", f"items[{index}]")
    price = active_price(account, row.get("price"), f"items[{index}][price]")
    if price["type"] != "recurring":
        raise invalid(
            "The price specified is set to `type=one_time` but this field only accepts prices "
            "with `type=recurring`.",
            f"items[{index}][price]",
        )
    return price, quantity_of(row, f"items[{index}]")


def quantity_of(row: Json, where: str) -> int:
    """How many; one when unsaid."""
    quantity: int = row.get("quantity", 1)
    if not 1 <= quantity <= 999_999:
        raise invalid("Quantities are from 1 to 999999 here.", f"{where}[quantity]")
    return quantity


def _charge_first(account: Account, subscription: Json, behavior: str) -> None:
    method = method_for(account, subscription)
    free = subscription["trial_end"] is not None
    if method is None and not free and behavior != "default_incomplete":
        del account.objects["subscription"][subscription["id"]]
        raise StripeError(
            "This customer has no attached payment source or default payment method. Please "
            "consider adding a default payment method.",
            code="resource_missing",
        )
    invoice = first_invoice(account, subscription, [])
    account.emit("customer.subscription.created", subscription)
    if free:
        invoices.mark_paid(account, invoice)
    elif behavior == "default_incomplete":
        invoices.intent_of(account, invoice)
    elif method is not None:
        outcome = collect(account, invoice, method, on_session=False)
        if outcome.decline is not None and behavior == "error_if_incomplete":
            end(account, subscription, "payment_failed")
            raise outcome.decline.error()


# ----------------------------------------------------------------------------------- collect


def collect(
    account: Account,
    invoice: Json,
    method: Json | None,
    *,
    on_session: bool,
    authenticated: bool = False,
) -> Outcome:
    """Try to collect an open invoice and let its subscription follow."""
    if method is None:
        invoice["attempt_count"] += 1
        invoice["attempted"] = True
        outcome = Outcome("failed")
    elif invoice["amount_remaining"] == 0:
        invoices.mark_paid(account, invoice)
        outcome = Outcome("succeeded")
    else:
        outcome = invoices.charge(
            account, invoice, method, on_session=on_session, authenticated=authenticated
        )
    subscription = account.find("subscription", subscription_of(invoice))
    if outcome.status == "succeeded":
        after_payment(account, invoice, method)
    elif not (on_session and outcome.status == "requires_action"):
        _after_failure(account, invoice, subscription, outcome)
    return outcome


def after_payment(account: Account, invoice: Json, method: Json | None) -> None:
    """A paid invoice brings its subscription back to life; a used card counts as set up."""
    if method is not None and invoice["parent"] is not None:
        account.private[method["id"]]["set_up"] = True
    subscription = account.find("subscription", subscription_of(invoice))
    if subscription is None:
        return
    latest = subscription["latest_invoice"] == invoice["id"]
    if latest and subscription["status"] in ("incomplete", "past_due", "unpaid"):
        set_status(account, subscription, "active")


def _after_failure(
    account: Account, invoice: Json, subscription: Json | None, outcome: Outcome
) -> None:
    renewal = invoice["billing_reason"] == "subscription_cycle"
    over = subscription is None or subscription["status"] in OVER
    tried = invoice["attempt_count"]
    last = tried > len(RETRY_DAYS)
    if renewal and not over:
        wait = None if last else account.now() + RETRY_DAYS[tried - 1] * DAY
        invoice |= {"next_payment_attempt": wait, "auto_advance": not last}
    account.emit("invoice.payment_failed", invoice)
    if outcome.status == "requires_action":
        account.emit("invoice.payment_action_required", invoice)
    if subscription is None or over or not renewal:
        return
    if last:
        end(account, subscription, "payment_failed")
    else:
        set_status(account, subscription, "past_due")


def pay_invoice(account: Account, params: Json, identity: str) -> Json:
    """POST /v1/invoices/<id>/pay: now, with the card on file or the one named."""
    invoice = account.get("invoice", identity)
    if invoice["status"] == "paid":
        raise StripeError("Invoice is already paid", code="invoice_already_paid")
    if invoice["status"] == "draft":
        invoices.finalize(account, invoice)
    if invoice["status"] != "open":
        raise StripeError("This invoice can no longer be paid", code="invoice_not_editable")
    method = _method_to_pay(account, invoice, params.get("payment_method"))
    if method is None:
        raise StripeError(
            "Cannot charge a customer that has no active card",
            status=402,
            kind="card_error",
            code="missing",
        )
    outcome = collect(account, invoice, method, on_session=not params.get("off_session", True))
    if outcome.decline is not None:
        raise outcome.decline.error()
    if outcome.status == "requires_action":
        raise StripeError(
            "Nothing to do: this payment needs authentication by the customer.",
            status=402,
            code="invoice_payment_intent_requires_action",
        )
    return invoice


def _method_to_pay(account: Account, invoice: Json, wanted: str | None) -> Json | None:
    if wanted:
        return account.get("payment_method", wanted, "payment_method")
    subscription = account.find("subscription", subscription_of(invoice))
    if subscription is not None:
        return method_for(account, subscription)
    customer = account.get("customer", invoice["customer"])
    return account.find("payment_method", customer["invoice_settings"]["default_payment_method"])


def void_invoice(account: Account, params: Json, identity: str) -> Json:
    invoice = account.get("invoice", identity)
    invoices.void(account, invoice)
    subscription = account.find("subscription", subscription_of(invoice))
    if subscription is not None and subscription["latest_invoice"] == identity:
        if subscription["status"] == "incomplete":
            expire_incomplete(account, subscription)
        elif subscription["status"] in ("past_due", "unpaid"):
            set_status(account, subscription, "active")
    return invoice


# ------------------------------------------------------------------------------------- renew


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
            lines=[
                recurring_line(
                    account,
                    item,
                    item["current_period_start"],
                    item["current_period_end"],
                    trial=False,
                )
                for item in due
            ],
            reason="subscription_cycle",
            subscription=subscription,
        )
        subscription["latest_invoice"] = invoice["id"]


def end_trial(account: Account, subscription: Json) -> None:
    """The trial is over: bill, or do what trial_settings says when there is no card."""
    missing = subscription["trial_settings"]["end_behavior"]["missing_payment_method"]
    if method_for(account, subscription) is None and missing == "cancel":
        end(account, subscription, "payment_failed")
    elif method_for(account, subscription) is None and missing == "pause":
        with account.changing(subscription, "customer.subscription.paused"):
            subscription["status"] = "paused"
    else:
        renew(account, subscription)


def finalize_and_collect(account: Account, invoice: Json) -> None:
    """The hour of a renewal's draft is over."""
    invoices.finalize(account, invoice)
    retry(account, invoice)


def retry(account: Account, invoice: Json) -> None:
    subscription = account.get("subscription", subscription_of(invoice) or "")
    if subscription["status"] in OVER:
        invoice |= {"next_payment_attempt": None, "auto_advance": False}
        return
    collect(account, invoice, method_for(account, subscription), on_session=False)


def expire_incomplete(account: Account, subscription: Json) -> None:
    with account.changing(subscription, "customer.subscription.updated"):
        subscription |= {"status": "incomplete_expired", "ended_at": account.now()}
    invoice = account.find("invoice", subscription["latest_invoice"])
    if invoice is not None and invoice["status"] == "open":
        invoices.void(account, invoice)
