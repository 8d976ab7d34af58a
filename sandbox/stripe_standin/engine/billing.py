"""Subscriptions and money together: the first invoice, collecting, and dunning."""

from __future__ import annotations

from . import discounts, held, invoices
from .catalog import active_price
from .clock import DAY, HOUR
from .errors import StripeError, invalid, only, required
from .invoices import subscription_of
from .lines import Line, one_time_line, recurring_line
from .payments import Outcome
from .store import Account, Json
from .subscriptions import OVER, build, end, method_for, rows_of, set_status

INCOMPLETE_FOR = 23 * HOUR
TRIAL_WARNING = 3 * DAY

# ------------------------------------------------------------------------------------- start


def first_lines(account: Account, subscription: Json, extras: list[Line]) -> list[Line]:
    trial = subscription["trial_end"] is not None
    rows = rows_of(subscription)
    return [recurring_line(account, item, trial=trial) for item in rows] + extras


def first_invoice(
    account: Account,
    subscription: Json,
    extras: list[Line],
    *,
    metadata: Json | None = None,
    use_balance: bool = True,
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
    invoices.finalize(account, invoice, use_balance=use_balance)
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
    rows = required(params, "items")
    for index, row in enumerate(rows):
        only(row, "price quantity", f"items[{index}]")
    items = [recurring_price(account, row, f"items[{i}]") for i, row in enumerate(rows)]
    method = params.get("default_payment_method")
    if method and account.get("payment_method", method)["customer"] != customer["id"]:
        raise invalid(f"No such PaymentMethod: '{method}'", "default_payment_method")
    trial_end = trial_end_of(account, params, "trial_end")
    only(params.get("automatic_tax", {}), "enabled", "automatic_tax")
    chosen = discounts.wanted(
        account,
        params.get("discounts") or [],
        customer=customer["id"],
        lines=[{"amount_subtotal": price["unit_amount"] * count} for price, count in items],
    )
    extras = _extras(account, params.get("add_invoice_items", []))
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
        taxed=params.get("automatic_tax", {}).get("enabled", False),
    )
    _refuse_without_card(account, subscription, params)
    discounts.put_on(account, subscription, chosen)
    _charge_first(account, subscription, extras, params)
    return subscription


def _extras(account: Account, rows: list[Json]) -> list[Line]:
    """One-time prices for the first invoice, such as a set-up fee."""
    lines = []
    for index, row in enumerate(rows):
        where = f"add_invoice_items[{index}]"
        only(row, "price quantity", where)
        price = active_price(account, row.get("price"), f"{where}[price]")
        if price["type"] != "one_time":
            raise invalid("This field only accepts one-time prices.", f"{where}[price]")
        lines.append(one_time_line(account, price, quantity_of(row, where)))
    return lines


def recurring_price(account: Account, row: Json, where: str) -> tuple[Json, int]:
    """The price that an item asks for, on sale and recurring, and how many of it."""
    price = active_price(account, row.get("price"), f"{where}[price]")
    if price["type"] != "recurring":
        raise invalid(
            "The price specified is set to `type=one_time` but this field only accepts prices "
            "with `type=recurring`.",
            f"{where}[price]",
        )
    return price, quantity_of(row, where)


def quantity_of(row: Json, where: str) -> int:
    """How many; one when unsaid."""
    quantity: int = row.get("quantity", 1)
    if not 1 <= quantity <= 999_999:
        raise invalid("Quantities are from 1 to 999999 here.", f"{where}[quantity]")
    return quantity


def _refuse_without_card(account: Account, subscription: Json, params: Json) -> None:
    free = subscription["trial_end"] is not None
    waits = params.get("payment_behavior") == "default_incomplete"
    if method_for(account, subscription) is None and not free and not waits:
        del account.objects["subscription"][subscription["id"]]
        raise StripeError(
            "This customer has no attached payment source or default payment method. Please "
            "consider adding a default payment method.",
            code="resource_missing",
        )


def _charge_first(account: Account, subscription: Json, extras: list[Line], params: Json) -> None:
    behavior = params.get("payment_behavior", "allow_incomplete")
    method = method_for(account, subscription)
    invoice = first_invoice(account, subscription, extras)
    account.emit("customer.subscription.created", subscription)
    if invoice["amount_remaining"] == 0:
        collect(account, invoice, method, on_session=False)
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
    if invoice["amount_remaining"] == 0:
        invoices.mark_paid(account, invoice)
        outcome = Outcome("succeeded")
    elif method is None:
        invoice["attempt_count"] += 1
        invoice["attempted"] = True
        outcome = Outcome("failed")
    else:
        outcome = invoices.charge(
            account, invoice, method, on_session=on_session, authenticated=authenticated
        )
    if outcome.status == "succeeded":
        after_payment(account, invoice, method)
    elif not (on_session and outcome.status == "requires_action"):
        _after_failure(account, invoice, outcome)
    return outcome


def after_payment(account: Account, invoice: Json, method: Json | None) -> None:
    """A paid invoice brings its subscription back to life; a used card counts as set up."""
    if method is not None and invoice["parent"] is not None:
        account.private[method["id"]]["set_up"] = True
    subscription = account.find("subscription", subscription_of(invoice))
    if subscription is None:
        return
    if held.waits_for(account, subscription, invoice):
        held.carry_out(account, subscription, "active")
        return
    latest = subscription["latest_invoice"] == invoice["id"]
    if latest and subscription["status"] in ("incomplete", "past_due", "unpaid"):
        set_status(account, subscription, "active")


def _after_failure(account: Account, invoice: Json, outcome: Outcome) -> None:
    subscription = account.find("subscription", subscription_of(invoice))
    if subscription is not None and subscription["status"] in OVER:
        subscription = None
    waited_for = subscription is not None and held.waits_for(account, subscription, invoice)
    retries = subscription is not None and _is_retried(account, subscription, invoice)
    days = account.settings["retry_days"]
    tried = invoice["attempt_count"]
    last = tried > len(days)
    if retries:
        wait = None if last else account.now() + days[tried - 1] * DAY
        invoice |= {"next_payment_attempt": wait, "auto_advance": not last}
    else:
        invoice["next_payment_attempt"] = None
    account.emit("invoice.payment_failed", invoice)
    if outcome.status == "requires_action":
        account.emit("invoice.payment_action_required", invoice)
    if subscription is None:
        return
    if waited_for:
        _after_waiting_in_vain(account, subscription, invoice, last and retries)
    elif retries:
        _dun(account, subscription, invoice, last=last)


def _is_retried(account: Account, subscription: Json, invoice: Json) -> bool:
    if held.waits_for(account, subscription, invoice):
        return held.retried(account, subscription)
    return invoice["billing_reason"] in ("subscription_cycle", "subscription_update")


def _after_waiting_in_vain(
    account: Account, subscription: Json, invoice: Json, given_up: bool
) -> None:
    """A resume that was to happen on the attempt happens now, and owes; others go on waiting."""
    if held.on_attempt(account, subscription):
        held.carry_out(account, subscription, "past_due")
    elif given_up:
        held.drop(account, subscription)


def _dun(account: Account, subscription: Json, invoice: Json, *, last: bool) -> None:
    after = account.settings["after_retries"] if last else "past_due"
    if after == "pause" and held.may_pause(subscription):
        invoices.give_up(account, invoice)
        held.pause(account, subscription, "final_payment_failure")
    elif after in ("cancel", "pause"):
        end(account, subscription, "payment_failed")
    else:
        set_status(account, subscription, after)


def pay_invoice(account: Account, params: Json, identity: str) -> Json:
    """POST /v1/invoices/<id>/pay: now, with the card on file or the one named."""
    invoice = account.get("invoice", identity)
    if invoice["status"] == "paid":
        raise StripeError("Invoice is already paid", code="invoice_already_paid")
    if invoice["status"] == "draft":
        invoices.finalize(account, invoice)
    if invoice["status"] not in ("open", "uncollectible"):
        raise StripeError("This invoice can no longer be paid", code="invoice_not_editable")
    method = method_to_pay(account, invoice, params.get("payment_method"))
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


def finalize_invoice(account: Account, params: Json, identity: str) -> Json:
    """POST /v1/invoices/<id>/finalize: a draft becomes payable; it collects itself later."""
    invoice = account.get("invoice", identity)
    if invoice["status"] != "draft":
        raise StripeError(
            "This invoice is already finalized, you can't re-finalize a non-draft invoice.",
            code="invoice_not_editable",
        )
    invoices.finalize(account, invoice)
    if not params.get("auto_advance", True):
        invoice |= {"auto_advance": False, "next_payment_attempt": None}
    elif invoice["amount_remaining"] == 0:
        collect(account, invoice, None, on_session=False)
    else:
        invoice["next_payment_attempt"] = account.now() + HOUR
    return invoice


def mark_uncollectible(account: Account, params: Json, identity: str) -> Json:
    invoice = account.get("invoice", identity)
    if invoice["status"] != "open":
        raise StripeError("Only open invoices can be given up.", code="invoice_not_open")
    invoices.give_up(account, invoice)
    return invoice


def method_to_pay(account: Account, invoice: Json, wanted: str | None = None) -> Json | None:
    """The card named, else the subscription's, else the customer's."""
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


def expire_incomplete(account: Account, subscription: Json) -> None:
    with account.changing(subscription, "customer.subscription.updated"):
        subscription |= {"status": "incomplete_expired", "ended_at": account.now()}
    invoice = account.find("invoice", subscription["latest_invoice"])
    if invoice is not None and invoice["status"] == "open":
        invoices.void(account, invoice)
