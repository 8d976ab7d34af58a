"""POST /v1/invoices/create_preview: what would be billed, worked out and not stored."""

from __future__ import annotations

from . import discounts, pausing, pending, plans
from .billing import quantity_of, recurring_price
from .changes import unused
from .discounts import Terms
from .errors import StripeError, invalid, only
from .invoice_shape import compose
from .lines import Line, recurring_line
from .store import Account, Json, random_text
from .subscriptions import OVER, first_period_end, new_item, next_period, rows_of

_DETAILS = (
    "items proration_behavior proration_date billing_cycle_anchor trial_end cancel_now resume_at "
    "pause"
)


def create_preview(account: Account, params: Json) -> Json:
    """Of a change, a pause, a resume or an end of ``subscription``; else of its next renewal."""
    details = params.get("subscription_details", {})
    only(details, _DETAILS, "subscription_details")
    if "subscription" not in params:
        return _of_a_new_one(account, params, details)
    subscription = account.get("subscription", params["subscription"], "subscription")
    if params.get("customer") not in (None, subscription["customer"]):
        raise invalid(f"No such subscription: '{subscription['id']}'", "subscription")
    if subscription["status"] in OVER:
        raise _nothing(subscription["customer"])
    lines = _lines(account, subscription, details)
    if not lines:
        raise _nothing(subscription["customer"])
    return compose(
        account,
        customer=subscription["customer"],
        currency=subscription["currency"],
        lines=lines,
        reason="upcoming",
        subscription=subscription,
        identity=f"upcoming_in_{random_text(24)}",
        terms=_terms(account, params, subscription),
    )


def _terms(account: Account, params: Json, subscription: Json | None) -> list[Terms] | None:
    """The discounts asked for, in place of the subscription's own."""
    if "discounts" not in params:
        return None
    lines = [
        {"amount_subtotal": item["price"]["unit_amount"] * item["quantity"]}
        for item in (rows_of(subscription) if subscription else [])
    ]
    chosen = discounts.wanted(
        account, params["discounts"] or [], customer=params.get("customer"), lines=lines
    )
    return [(f"di_preview{n}", coupon) for n, (coupon, _) in enumerate(chosen)]


def _nothing(customer: str) -> StripeError:
    return StripeError(
        f"No upcoming invoices for customer: {customer}",
        status=404,
        code="invoice_upcoming_none",
    )


def _lines(account: Account, subscription: Json, details: Json) -> list[Line]:
    where = "subscription_details"
    waiting = [pending.as_line(account, i) for i in pending.waiting(account, subscription["id"])]
    if details.get("cancel_now"):
        prorates = details.get("proration_behavior", "create_prorations") != "none"
        return waiting + (unused(account, subscription) if prorates else [])
    if details.get("resume_at") == "now":
        _, _, lines = pausing.resumed(account, subscription, details, where)
        return waiting + lines
    if details.get("pause"):
        return waiting + pausing.pause_lines(account, subscription, details["pause"], where)
    if subscription["status"] == "paused":
        return []
    change = plans.work_out(account, subscription, details, f"{where}.")
    if change.now:
        return waiting + change.lines
    if subscription["cancel_at"] or subscription["cancel_at_period_end"]:
        return waiting + change.lines
    return waiting + change.lines + _renewal(account, subscription, change)


def _renewal(account: Account, subscription: Json, change: plans.Change) -> list[Line]:
    """The lines of the next period, of the items that end first."""
    first = min(item["current_period_end"] for item in change.items)
    due = [item for item in change.items if item["current_period_end"] == first]
    moved = subscription | {"billing_cycle_anchor": change.anchor}
    return [recurring_line(account, next_period(moved, item)) for item in due]


def _of_a_new_one(account: Account, params: Json, details: Json) -> Json:
    """What subscribing ``customer`` to ``subscription_details.items`` would cost first."""
    rows = details.get("items")
    if not rows or "customer" not in params:
        raise invalid(
            "You must provide a subscription, or a customer and subscription_details[items].",
            "subscription",
        )
    customer = account.get("customer", params["customer"], "customer")
    now = account.now()
    items = []
    for index, row in enumerate(rows):
        where = f"subscription_details[items][{index}]"
        only(row, "price quantity", where)
        price, _ = recurring_price(account, row, where)
        end = first_period_end(price, now)
        items.append(new_item("sub_preview", price, quantity_of(row, where), now, end))
    if len({item["price"]["currency"] for item in items}) > 1:
        raise invalid("All prices must have the same currency.", "subscription_details[items]")
    return compose(
        account,
        customer=customer["id"],
        currency=items[0]["price"]["currency"],
        lines=[recurring_line(account, item) for item in items],
        reason="upcoming",
        identity=f"upcoming_in_{random_text(24)}",
        terms=_terms(account, params, None),
    )
