"""What must be true of Stripe and of the stand-in alike, over the API and with a test clock.

Each function drives a ``Bench`` and asserts; ``test_scenarios`` runs them against the stand-in,
``test_live`` against Stripe's test mode with the user's own key.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
import stripe

HOUR = 3_600
DAY = 24 * HOUR
MONTHLY, DEARER = 14_900, 29_900
PATIENCE = 90.0


@dataclass
class Bench:
    """A test clock, a catalog, and one customer with a card."""

    client: stripe.StripeClient
    begins: int
    pause: float = 0.0
    clock: Any = None
    product: Any = None
    monthly: Any = None
    dearer: Any = None
    customer: Any = None
    coupons: list[str] = field(default_factory=list)

    @property
    def v1(self) -> Any:
        return self.client.v1

    def set_up(self, card: str = "pm_card_visa") -> None:
        v1 = self.v1
        if self.product is None:
            self.clock = v1.test_helpers.test_clocks.create({"frozen_time": self.begins})
            self.product = v1.products.create({"name": "wagtail-asyncpt test plan"})
            self.monthly, self.dearer = self._price(MONTHLY), self._price(DEARER)
        self.customer = v1.customers.create(
            {"email": "asyncpt-test@example.com", "test_clock": self.clock.id}
        )
        method = v1.payment_methods.attach(card, {"customer": self.customer.id})
        v1.customers.update(
            self.customer.id, {"invoice_settings": {"default_payment_method": method.id}}
        )

    def _price(self, amount: int) -> Any:
        return self.v1.prices.create(
            {
                "product": self.product.id,
                "unit_amount": amount,
                "currency": "usd",
                "recurring": {"interval": "month"},
            }
        )

    def tidy_up(self) -> None:
        """Leave nothing that is sold behind."""
        v1 = self.v1
        if self.clock is not None:
            v1.test_helpers.test_clocks.delete(self.clock.id)
        if self.product is not None:
            v1.products.update(self.product.id, {"active": False})
        for coupon in self.coupons:
            v1.coupons.delete(coupon)

    def subscribe(self, **params: Any) -> Any:
        return self.v1.subscriptions.create(
            {"customer": self.customer.id, "items": [{"price": self.monthly.id}], **params}
        )

    def subscription(self, known: Any) -> Any:
        return self.v1.subscriptions.retrieve(known.id)

    def invoices(self, subscription: Any) -> list[Any]:
        """Newest first."""
        found: list[Any] = self.v1.invoices.list({"subscription": subscription.id}).data
        return found

    def period_end(self, subscription: Any) -> int:
        end: int = self.subscription(subscription).items.data[0].current_period_end
        return end

    def advance(self, to: int) -> None:
        clocks = self.v1.test_helpers.test_clocks
        clocks.advance(self.clock.id, {"frozen_time": to})
        self.wait(lambda: clocks.retrieve(self.clock.id).status == "ready", "the clock is ready")

    def wait(self, true: Callable[[], bool], what: str) -> None:
        """Until something is so; at once with the stand-in, within seconds at Stripe."""
        deadline = time.monotonic() + (PATIENCE if self.pause else 0)
        while not true():
            assert time.monotonic() < deadline, f"never so: {what}"
            time.sleep(self.pause)


def renews(bench: Bench) -> None:
    """A period ends: an hour's draft, then the card is charged and the period moves."""
    subscription = bench.subscribe()
    assert subscription.status == "active"
    ends = bench.period_end(subscription)
    bench.advance(ends + 2 * HOUR)
    bench.wait(lambda: bench.invoices(subscription)[0].status == "paid", "the renewal is paid")
    renewal = bench.invoices(subscription)[0]
    assert (renewal.billing_reason, renewal.amount_paid) == ("subscription_cycle", MONTHLY)
    assert renewal.parent.subscription_details.subscription == subscription.id
    assert bench.period_end(subscription) > ends


def fails_to_renew(bench: Bench) -> None:
    """A card that fails leaves the subscription past due, until another card pays."""
    subscription = bench.subscribe()
    bad = bench.v1.payment_methods.attach(
        "pm_card_chargeCustomerFail", {"customer": bench.customer.id}
    )
    bench.v1.subscriptions.update(subscription.id, {"default_payment_method": bad.id})
    bench.advance(bench.period_end(subscription) + 2 * HOUR)
    bench.wait(lambda: bench.subscription(subscription).status == "past_due", "past due")
    invoice = bench.invoices(subscription)[0]
    assert (invoice.status, invoice.attempt_count) == ("open", 1)
    good = bench.v1.payment_methods.attach("pm_card_visa", {"customer": bench.customer.id})
    bench.v1.invoices.pay(invoice.id, {"payment_method": good.id})
    bench.wait(lambda: bench.subscription(subscription).status == "active", "active again")


def upgrades_for_the_amount_shown(bench: Bench) -> None:
    """A preview with a proration date is charged to the cent."""
    subscription = bench.subscribe()
    item = subscription.items.data[0]
    middle = (item.current_period_start + item.current_period_end) // 2
    bench.advance(middle)
    change: Any = {"id": item.id, "price": bench.dearer.id}
    how: Any = {"proration_behavior": "always_invoice", "proration_date": middle}
    preview = bench.v1.invoices.create_preview(
        {"subscription": subscription.id, "subscription_details": {"items": [change], **how}}
    )
    bench.v1.subscriptions.update(
        subscription.id,
        {"items": [change], "payment_behavior": "pending_if_incomplete", **how},
    )
    newest = bench.invoices(subscription)[0]
    assert newest.amount_paid == preview.amount_due
    assert abs(newest.amount_paid - (DEARER - MONTHLY) // 2) <= 100
    assert bench.subscription(subscription).items.data[0].price.id == bench.dearer.id


def pauses_and_resumes(bench: Bench) -> None:
    """Nothing is billed in a pause; a resume begins a new period, less the unused time."""
    subscription = bench.subscribe()
    item = subscription.items.data[0]
    bench.advance((item.current_period_start + item.current_period_end) // 2)
    paused = bench.v1.subscriptions.pause(subscription.id)
    assert paused.status == "paused"
    assert paused.status_details.paused.subscription.type == "pause_requested"
    bench.advance(item.current_period_end + 10 * DAY)
    assert len(bench.invoices(subscription)) == 1
    bench.v1.subscriptions.resume(
        subscription.id, {"payment_behavior": "resume_on_payment_success"}
    )
    bench.wait(lambda: bench.subscription(subscription).status == "active", "resumed")
    assert 0 < bench.invoices(subscription)[0].amount_paid < MONTHLY
    assert bench.period_end(subscription) > item.current_period_end + 30 * DAY


def ends_with_its_period(bench: Bench) -> None:
    """Canceled at the period's end: access until then, and no invoice after."""
    subscription = bench.subscribe()
    bench.v1.subscriptions.update(subscription.id, {"cancel_at_period_end": True})
    ends = bench.period_end(subscription)
    assert bench.subscription(subscription).status == "active"
    bench.advance(ends + 2 * HOUR)
    bench.wait(lambda: bench.subscription(subscription).status == "canceled", "over")
    assert len(bench.invoices(subscription)) == 1


def refunds_in_parts(bench: Bench) -> None:
    """From an invoice to its payment and back; parts add up, more than is left is refused."""
    v1 = bench.v1
    subscription = bench.subscribe()
    invoice = bench.invoices(subscription)[0]
    payment = v1.invoice_payments.list({"invoice": invoice.id}).data[0].payment
    wanted = {"payment": {"type": "payment_intent", "payment_intent": payment.payment_intent}}
    assert v1.invoice_payments.list(wanted).data[0].invoice == invoice.id
    v1.refunds.create({"payment_intent": payment.payment_intent, "amount": 5_000})
    with pytest.raises(stripe.InvalidRequestError):
        v1.refunds.create({"payment_intent": payment.payment_intent, "amount": MONTHLY})
    v1.refunds.create({"payment_intent": payment.payment_intent})
    intent = v1.payment_intents.retrieve(payment.payment_intent, {"expand": ["latest_charge"]})
    assert (intent.latest_charge.refunded, intent.latest_charge.amount_refunded) == (True, MONTHLY)
    assert v1.invoices.retrieve(invoice.id).status == "paid"


def takes_a_coupon_off_once(bench: Bench) -> None:
    """A coupon for once is on the first invoice and not on the second."""
    coupon = bench.v1.coupons.create({"percent_off": 50, "duration": "once"})
    bench.coupons.append(coupon.id)
    subscription = bench.subscribe(discounts=[{"coupon": coupon.id}])
    assert bench.invoices(subscription)[0].amount_paid == MONTHLY // 2
    bench.advance(bench.period_end(subscription) + 2 * HOUR)
    bench.wait(lambda: bench.invoices(subscription)[0].status == "paid", "the renewal is paid")
    assert bench.invoices(subscription)[0].amount_paid == MONTHLY


def downgrades_at_the_end_of_the_period(bench: Bench) -> None:
    """A schedule with two phases changes the price when the period is over."""
    subscription = bench.subscribe(items=[{"price": bench.dearer.id}])
    v1, ends = bench.v1, bench.period_end(subscription)
    schedule = v1.subscription_schedules.create({"from_subscription": subscription.id})
    now = {
        "items": [{"price": bench.dearer.id, "quantity": 1}],
        "start_date": schedule.phases[0].start_date,
        "end_date": schedule.phases[0].end_date,
    }
    then = {"items": [{"price": bench.monthly.id, "quantity": 1}]}
    v1.subscription_schedules.update(
        schedule.id,
        {"phases": [now, then | {"duration": {"interval": "month"}}], "end_behavior": "release"},
    )
    bench.advance(ends + 2 * HOUR)
    bench.wait(lambda: bench.invoices(subscription)[0].status == "paid", "the renewal is paid")
    assert bench.invoices(subscription)[0].amount_paid == MONTHLY
    assert bench.subscription(subscription).items.data[0].price.id == bench.monthly.id


def answers_the_same_key_once(bench: Bench) -> None:
    """An idempotency key is good for one subscription."""
    wanted: Any = {"customer": bench.customer.id, "items": [{"price": bench.monthly.id}]}
    options: Any = {"idempotency_key": f"asyncpt-{bench.customer.id}"}
    first = bench.v1.subscriptions.create(wanted, options)
    assert bench.v1.subscriptions.create(wanted, options).id == first.id
    assert len(bench.v1.subscriptions.list({"customer": bench.customer.id}).data) == 1


def opens_hosted_pages(bench: Bench) -> None:
    """A Checkout session for plan and fee, and a portal session, have addresses."""
    v1 = bench.v1
    fee = v1.prices.create({"product": bench.product.id, "unit_amount": 5_000, "currency": "usd"})
    session = v1.checkout.sessions.create(
        {
            "mode": "subscription",
            "customer": bench.customer.id,
            "line_items": [
                {"price": bench.monthly.id, "quantity": 1},
                {"price": fee.id, "quantity": 1},
            ],
            "allow_promotion_codes": True,
            "success_url": "https://example.com/done?session={CHECKOUT_SESSION_ID}",
        }
    )
    assert (session.status, session.amount_total) == ("open", MONTHLY + 5_000)
    assert session.url.startswith("http")
    assert v1.checkout.sessions.expire(session.id).status == "expired"


ALL: tuple[Callable[[Bench], None], ...] = (
    renews,
    fails_to_renew,
    upgrades_for_the_amount_shown,
    pauses_and_resumes,
    ends_with_its_period,
    refunds_in_parts,
    takes_a_coupon_off_once,
    downgrades_at_the_end_of_the_period,
    answers_the_same_key_once,
    opens_hosted_pages,
)
