"""Whatever is done in whatever order: the books add up, and every object keeps its shape."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.stripe_standin.engine import (
    Account,
    Engine,
    catalog,
    changes,
    coupons,
    customers,
    pausing,
    refunds,
    schedules,
)
from sandbox.stripe_standin.engine.billing import create_subscription, pay_invoice
from sandbox.stripe_standin.engine.errors import StripeError
from sandbox.stripe_standin.engine.store import Json
from sandbox.stripe_standin.shapes import response_findings

from .conftest import DAY, KEY, START

PRICES = ((4_900, "month"), (14_900, "month"), (149_000, "year"), (2_500, "week"))


class Member:
    """A subscription on the engine alone, and everything that may happen to it."""

    def __init__(self) -> None:
        self.account: Account = Engine(now=START).account(KEY)
        product = catalog.create_product(self.account, {"name": "Plan"})["id"]
        self.prices = [self._price(product, *terms) for terms in PRICES]
        self.coupon = coupons.create_coupon(
            self.account, {"percent_off": 30, "duration": "repeating", "duration_in_months": 2}
        )["id"]
        self.customer: str = customers.create_customer(self.account, {})["id"]
        owner = {"customer": self.customer}
        card = customers.attach(self.account, owner, "pm_card_visa")["id"]
        wanted = {**owner, "items": [{"price": self.prices[1]}], "default_payment_method": card}
        self.subscription = create_subscription(self.account, wanted)

    def _price(self, product: str, amount: int, interval: str) -> str:
        wanted = {
            "product": product,
            "unit_amount": amount,
            "currency": "usd",
            "recurring": {"interval": interval},
        }
        return str(catalog.create_price(self.account, wanted)["id"])

    def do(self, what: str, number: int) -> None:
        """One step; a refusal is an answer too."""
        try:
            getattr(self, f"do_{what}")(number)
        except StripeError:
            return

    def do_wait(self, number: int) -> None:
        self.account.engine.advance(number * DAY)

    def do_change(self, number: int) -> None:
        behaviors = ("always_invoice", "create_prorations", "none")
        payments = ("allow_incomplete", "pending_if_incomplete", "error_if_incomplete")
        item = self.subscription["items"]["data"][0]["id"]
        wanted = {
            "items": [{"id": item, "price": self.prices[number % 4]}],
            "proration_behavior": behaviors[number % 3],
            "payment_behavior": payments[number // 4 % 3],
        }
        changes.update_subscription(self.account, wanted, self.subscription["id"])

    def do_pause(self, number: int) -> None:
        behavior = ("pending_invoice_item", "invoice")[number % 2]
        wanted = {"invoicing_behavior": behavior}
        pausing.pause_subscription(self.account, wanted, self.subscription["id"])

    def do_resume(self, number: int) -> None:
        wanted: Json = {"payment_behavior": "resume_on_payment_success"}
        if number % 3 == 0:
            wanted["billing_cycle_anchor"] = {"type": "unchanged"}
        pausing.resume_subscription(self.account, wanted, self.subscription["id"])

    def do_decline(self, number: int) -> None:
        self.account.engine.faults.set({"decline_charges": number % 4})

    def do_pay(self, number: int) -> None:
        pay_invoice(self.account, {}, self.subscription["latest_invoice"])

    def do_discount(self, number: int) -> None:
        wanted = {"discounts": [{"coupon": self.coupon}] if number % 3 else []}
        changes.update_subscription(self.account, wanted, self.subscription["id"])

    def do_trial(self, number: int) -> None:
        ends: Any = self.account.now() + (number + 1) * DAY if number % 2 else "now"
        changes.update_subscription(self.account, {"trial_end": ends}, self.subscription["id"])

    def do_free(self, number: int) -> None:
        until = self.account.now() + (number + 1) * DAY
        wanted = {"pause_collection": {"behavior": "void", "resumes_at": until}}
        changes.update_subscription(self.account, wanted, self.subscription["id"])

    def do_refund(self, number: int) -> None:
        charges = [c for c in self.account.rows("charge") if c["paid"]]
        charge = charges[number % len(charges)]["id"]
        refunds.create_refund(self.account, {"charge": charge, "amount": 1 + number * 100})

    def do_schedule(self, number: int) -> None:
        wanted = {"from_subscription": self.subscription["id"]}
        schedules.create_schedule(self.account, wanted)

    def do_release(self, number: int) -> None:
        known = self.subscription["schedule"] or "sub_sched_none"
        schedules.release_schedule(self.account, {}, known)

    def do_cancel(self, number: int) -> None:
        if number % 5:
            wanted = {"cancel_at_period_end": bool(number % 2)}
            changes.update_subscription(self.account, wanted, self.subscription["id"])
        elif number:
            how = {"prorate": True, "invoice_now": number % 2 == 0}
            changes.cancel_subscription(self.account, how, self.subscription["id"])


STEPS = [name.removeprefix("do_") for name in vars(Member) if name.startswith("do_")]


@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 40)), min_size=1, max_size=14))
@settings(max_examples=40, deadline=None)
def test_the_books_add_up(steps: list[tuple[str, int]]) -> None:
    member = Member()
    for what, number in steps:
        member.do(what, number)
    account = member.account
    for invoice in account.rows("invoice"):
        check_invoice(account, invoice)
    check_balance(account, member.customer)
    check_subscription(account, member.subscription)
    for kind in ("subscription", "invoice", "invoiceitem", "refund", "subscription_schedule"):
        for obj in account.rows(kind):
            assert response_findings(obj) == []


def check_invoice(account: Account, invoice: Json) -> None:
    lines = invoice["lines"]["data"]
    off = sum(row["amount"] for row in invoice["total_discount_amounts"])
    tax = sum(row["amount"] for row in invoice["total_taxes"])
    assert invoice["subtotal"] == sum(line["amount"] for line in lines)
    assert invoice["total"] == invoice["subtotal"] - off + tax
    if invoice["status"] == "draft":
        return
    assert invoice["amount_due"] == max(0, invoice["total"] + invoice["starting_balance"])
    paid = sum(
        account.get("payment_intent", row["payment"]["payment_intent"])["amount_received"]
        for row in account.rows("invoice_payment")
        if row["invoice"] == invoice["id"]
    )
    assert paid == (invoice["amount_due"] if invoice["status"] == "paid" else 0)


def check_balance(account: Account, customer: str) -> None:
    """The customer's balance is what the invoices that count moved it by."""
    moved = sum(
        invoice["ending_balance"] - invoice["starting_balance"]
        for invoice in account.rows("invoice")
        if invoice["status"] in ("open", "paid", "uncollectible")
    )
    assert account.get("customer", customer)["balance"] == moved <= 0


def check_subscription(account: Account, subscription: Json) -> None:
    now = account.now()
    if subscription["status"] in ("active", "trialing", "past_due"):
        for item in subscription["items"]["data"]:
            assert item["current_period_start"] <= now < item["current_period_end"]
    assert (subscription["status_details"] is not None) == (subscription["status"] == "paused")
    for charge in account.rows("charge"):
        assert 0 <= charge["amount_refunded"] <= charge["amount"]
