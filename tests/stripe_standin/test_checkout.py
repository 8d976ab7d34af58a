"""The join flow on the hosted page, with every documented card."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.stripe_standin.engine.cards import CARDS

from .conftest import DAY, START, Shop


def test_joining_creates_subscription_and_paid_invoice_only_after_payment(shop: Shop) -> None:
    customer = shop.client.v1.customers.create({"email": "ana@example.com"})
    session = shop.session(customer.id, client_reference_id="enrolment-1", metadata={"a": "1"})
    assert (session.status, session.payment_status, session.subscription) == (
        "open",
        "unpaid",
        None,
    )
    page = shop.web.get(session.url)
    assert page.status_code == 200
    for words in (
        "STAND-IN, not Stripe",
        "Remote coaching",
        "$149.00 per month",
        "clinic.test/back",
    ):
        assert words in page.text
    assert shop.client.v1.subscriptions.list({"status": "all"}).data == []

    answer = shop.submit(session, "4242 4242 4242 4242")

    assert answer.status_code == 303
    assert answer.headers["Location"] == f"http://clinic.test/done?s={session.id}"
    session = shop.client.v1.checkout.sessions.retrieve(
        session.id,
        {"expand": ["line_items", "subscription.latest_invoice.payments", "customer"]},
    )
    assert (session.status, session.payment_status) == ("complete", "paid")
    assert session.client_reference_id == "enrolment-1"
    assert session.customer.id == customer.id
    assert session.line_items.data[0].price.id == shop.monthly.id
    subscription = session.subscription
    assert subscription.status == "active"
    item = subscription.items.data[0]
    assert item.current_period_start == START
    assert item.current_period_end == START + 28 * DAY  # 31 January → 28 February
    invoice = subscription.latest_invoice
    assert (invoice.status, invoice.amount_paid, invoice.billing_reason) == (
        "paid",
        14_900,
        "subscription_create",
    )
    assert invoice.parent.subscription_details.subscription == subscription.id
    payment = invoice.payments.data[0].payment
    found = shop.client.v1.invoice_payments.list(
        {"payment": {"type": "payment_intent", "payment_intent": payment.payment_intent}}
    )
    assert [row.invoice for row in found.data] == [invoice.id]
    charge = shop.client.v1.payment_intents.retrieve(
        payment.payment_intent, {"expand": ["latest_charge"]}
    ).latest_charge
    assert (charge.paid, charge.amount, charge.customer) == (True, 14_900, customer.id)
    assert (
        shop.events()[-9:]
        == [
            "payment_intent.created",
            "charge.succeeded",
            "payment_intent.succeeded",
            "payment_method.attached",
            "invoice.created",
            "invoice.finalized",
            "customer.subscription.created",
            "invoice.paid",
            "invoice.payment_succeeded",
            "checkout.session.completed",
        ][-9:]
    )


REFUSED = {
    "4000000000000002": ("card_declined", "generic_decline"),
    "4000000000009995": ("card_declined", "insufficient_funds"),
    "4000000000009987": ("card_declined", "lost_card"),
    "4000000000009979": ("card_declined", "stolen_card"),
    "4000000000000069": ("expired_card", "expired_card"),
    "4000000000000127": ("incorrect_cvc", "incorrect_cvc"),
    "4000000000000119": ("processing_error", "processing_error"),
    "4000000000000341": ("card_declined", "generic_decline"),
}


@pytest.mark.parametrize("number", REFUSED)
def test_a_refused_card_is_explained_and_leaves_no_subscription(shop: Shop, number: str) -> None:
    session = shop.session()
    answer = shop.submit(session, number)
    assert answer.status_code == 402
    intents = shop.standin.engine.account("sk_test_standin").rows("payment_intent")
    error = intents[0]["last_payment_error"]
    assert (error["code"], error["decline_code"]) == REFUSED[number]
    assert error["message"].replace("'", "&#x27;") in answer.text
    assert 'value="Ana Silva"' in answer.text
    assert 'value="123"' not in answer.text
    assert shop.client.v1.subscriptions.list({"status": "all"}).data == []
    assert shop.client.v1.checkout.sessions.retrieve(session.id).status == "open"
    # The same page then takes a good card, on the same payment intent.
    assert shop.submit(session, "5555555555554444").status_code == 303
    assert shop.client.v1.payment_intents.retrieve(intents[0]["id"]).status == "succeeded"
    assert shop.events("charge.failed", "payment_intent.payment_failed") == [
        "charge.failed",
        "payment_intent.payment_failed",
    ]


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"number": "4242424242424241"}, "Your card number is incorrect."),
        ({"number": "4111 1111 1111 1111"}, "used a non test card"),
        ({"number": ""}, "Enter a card number."),
        ({"number": "four"}, "Your card number is incorrect."),
        ({"expiry": "01 / 25"}, "expiration date is in the past"),
        ({"expiry": "13 / 30"}, "expiration date is incomplete"),
        ({"cvc": "1"}, "security code is incomplete"),
        ({"name": " "}, "Enter the name on the card."),
        ({"email": "ana"}, "Enter an email address"),
    ],
)
def test_a_bad_field_is_explained_and_nothing_is_charged(
    shop: Shop, typed: dict[str, str], words: str
) -> None:
    session = shop.session()
    answer = shop.submit(session, typed.pop("number", "4242424242424242"), **typed)
    assert answer.status_code in (402, 422)
    assert words in answer.text
    assert shop.standin.engine.account("sk_test_standin").rows("payment_intent") == []


@pytest.mark.parametrize("number", ["4000002500003155", "4000002760003184", "4000000000003220"])
def test_three_d_secure_passed_completes_and_failed_can_be_tried_again(
    shop: Shop, number: str
) -> None:
    session = shop.session()
    answer = shop.submit(session, number)
    assert answer.headers["Location"] == f"/c/pay/{session.id}/authenticate"
    failed = shop.authenticate(session, "fail")
    assert failed.status_code == 402
    assert "unable to authenticate" in failed.text
    assert shop.client.v1.checkout.sessions.retrieve(session.id).status == "open"

    shop.submit(session, number)
    passed = shop.authenticate(session, "complete")
    assert passed.headers["Location"] == f"http://clinic.test/done?s={session.id}"
    done = shop.client.v1.checkout.sessions.retrieve(session.id)
    assert (done.status, done.payment_status) == ("complete", "paid")


@pytest.mark.parametrize(
    ("number", "words"),
    [
        ("4000008260003178", "insufficient funds"),
        ("4000008400001629", "Your card was declined."),
    ],
)
def test_a_card_can_pass_three_d_secure_and_still_be_refused(
    shop: Shop, number: str, words: str
) -> None:
    session = shop.session()
    shop.submit(session, number)
    answer = shop.authenticate(session, "complete")
    assert answer.status_code == 402
    assert words in answer.text
    assert shop.client.v1.checkout.sessions.retrieve(session.id).status == "open"


def test_every_card_of_the_table_is_listed_on_the_page(shop: Shop) -> None:
    text = shop.web.get(shop.session().url).text
    assert all(c.spaced in text for c in CARDS)


def test_a_second_submit_after_success_charges_nothing(shop: Shop) -> None:
    session = shop.session()
    shop.submit(session, "4242424242424242")
    again = shop.submit(session, "4242424242424242")
    assert "complete" in again.text
    assert len(shop.client.v1.subscriptions.list().data) == 1
    assert shop.events("charge.succeeded") == ["charge.succeeded"]


def test_an_unpaid_session_expires_by_the_clock_or_on_request(shop: Shop, refused: Any) -> None:
    first, second = shop.session(), shop.session(expires_at=START + 1800)
    shop.client.v1.checkout.sessions.expire(first.id)
    assert refused(shop.client.v1.checkout.sessions.expire, first.id).http_status == 400
    shop.standin.engine.advance(1800)
    gone = shop.client.v1.checkout.sessions.retrieve(second.id)
    assert (gone.status, gone.url) == ("expired", None)
    page = shop.web.get(f"{shop.standin.url}/c/pay/{second.id}")
    assert page.status_code == 410
    assert "expired" in page.text
    assert shop.events("checkout.session.expired") == ["checkout.session.expired"] * 2


def test_a_trial_saves_the_card_and_charges_nothing_today(shop: Shop) -> None:
    customer, subscription = shop.join(subscription_data={"trial_period_days": 7})
    assert subscription.status == "trialing"
    assert subscription.trial_end == START + 7 * DAY
    session = shop.client.v1.checkout.sessions.list({"customer": customer.id}).data[0]
    assert (session.amount_total, session.payment_status) == (0, "no_payment_required")
    invoice = shop.client.v1.invoices.retrieve(subscription.latest_invoice)
    assert (invoice.status, invoice.total) == ("paid", 0)
    assert shop.events("charge.succeeded") == []
    methods = shop.client.v1.customers.payment_methods.list(customer.id)
    assert [m.card.last4 for m in methods.data] == ["4242"]


def test_a_blended_plan_bills_the_one_time_line_once(shop: Shop) -> None:
    lines = [
        {"price": shop.monthly.id, "quantity": 1},
        {"price": shop.visit.id, "quantity": 2},
    ]
    _, subscription = shop.join(line_items=lines)
    first = shop.client.v1.invoices.retrieve(subscription.latest_invoice)
    assert first.total == 14_900 + 2 * 9_000
    assert len(subscription.items.data) == 1
    kinds = [line.parent.type for line in first.lines.data]
    assert kinds == ["subscription_item_details", "invoice_item_details"]
    shop.standin.engine.advance(29 * DAY)
    renewal = shop.client.v1.invoices.list({"subscription": subscription.id}).data[0]
    assert (renewal.billing_reason, renewal.total) == ("subscription_cycle", 14_900)


def test_a_package_is_paid_once_with_an_invoice_when_asked(shop: Shop) -> None:
    session = shop.session(
        mode="payment",
        line_items=[{"price": shop.visit.id, "quantity": 3}],
        invoice_creation={"enabled": True},
        payment_intent_data={"metadata": {"package": "p1"}},
    )
    assert shop.submit(session, "4242424242424242").status_code == 303
    session = shop.client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["payment_intent", "invoice"]}
    )
    assert session.payment_intent.metadata["package"] == "p1"
    assert session.payment_intent.amount_received == 27_000
    assert (session.invoice.status, session.invoice.parent) == ("paid", None)
    assert session.customer_details.email == "ana@example.com"


def test_html_in_names_is_escaped_and_no_script_or_style_is_inline(shop: Shop) -> None:
    shop.client.v1.products.update(shop.monthly.product, {"name": "<script>alert(1)</script>"})
    page = shop.web.get(shop.session().url)
    assert "<script" not in page.text
    assert "&lt;script&gt;" in page.text
    policy = page.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "form-action 'self' http://clinic.test" in policy
    assert " style=" not in page.text


def test_a_card_is_saved_without_a_charge(shop: Shop) -> None:
    v1 = shop.client.v1
    customer = v1.customers.create({"email": "ana@example.com"})
    session = v1.checkout.sessions.create(
        {
            "mode": "setup",
            "currency": "usd",
            "customer": customer.id,
            "success_url": "http://clinic.test/done?s={CHECKOUT_SESSION_ID}",
            "setup_intent_data": {"metadata": {"why": "new card"}},
        }
    )
    assert (session.amount_total, session.payment_status) == (None, "no_payment_required")
    assert "Save card" in shop.web.get(session.url).text
    assert shop.submit(session, "4000000000000002").status_code == 402
    failed = v1.setup_intents.retrieve(session.setup_intent)
    assert failed.last_setup_error.code == "card_declined"
    shop.submit(session, "4000002500003155")
    shop.authenticate(session, "fail")
    shop.submit(session, "4000002500003155")
    assert shop.authenticate(session, "complete").status_code == 303
    done = v1.checkout.sessions.retrieve(session.id, {"expand": ["setup_intent.payment_method"]})
    assert (done.status, done.setup_intent.status) == ("complete", "succeeded")
    assert done.setup_intent.payment_method.customer == customer.id
    assert done.setup_intent.metadata["why"] == "new card"
    assert shop.events("charge.succeeded") == []


def test_terms_must_be_agreed_to_when_asked(shop: Shop) -> None:
    session = shop.session(
        consent_collection={"terms_of_service": "required"},
        custom_text={"submit": {"message": "You can stop at any time."}},
    )
    page = shop.web.get(session.url).text
    assert "I agree to the terms" in page
    assert "You can stop at any time." in page
    refused = shop.submit(session, "4242424242424242")
    assert "Please agree to the terms" in refused.text
    assert shop.submit(session, "4242424242424242", terms="yes").status_code == 303
    done = shop.client.v1.checkout.sessions.retrieve(session.id)
    assert done.consent.terms_of_service == "accepted"


def test_automatic_tax_costs_nothing_until_a_rate_is_set(shop: Shop) -> None:
    free = shop.session(automatic_tax={"enabled": True}, tax_id_collection={"enabled": True})
    assert (free.amount_total, free.total_details.amount_tax) == (14_900, 0)
    assert free.tax_id_collection.enabled is True
    shop.standin.engine.account("sk_test_standin").settings["tax_percent"] = 10
    taxed = shop.session(automatic_tax={"enabled": True})
    assert (taxed.amount_total, taxed.total_details.amount_tax) == (16_390, 1_490)
    assert "$14.90" in shop.web.get(taxed.url).text
    shop.submit(taxed, "4242424242424242")
    done = shop.client.v1.checkout.sessions.retrieve(
        taxed.id, {"expand": ["subscription.latest_invoice"]}
    )
    assert done.subscription.automatic_tax.enabled is True
    assert done.subscription.latest_invoice.amount_paid == 16_390


def test_a_price_can_be_made_on_the_spot(shop: Shop) -> None:
    session = shop.session(
        mode="payment",
        line_items=[
            {
                "price_data": {
                    "currency": "usd",
                    "unit_amount": 4_000,
                    "product": shop.visit.product,
                },
                "quantity": 2,
            }
        ],
    )
    assert session.amount_total == 8_000
    shop.submit(session, "4242424242424242")
    assert shop.client.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_a_trial_with_a_fee_and_a_discount_charges_the_fee_only(shop: Shop) -> None:
    made = shop.client.v1.coupons.create({"percent_off": 50, "duration": "forever"})
    lines = [
        {"price": shop.monthly.id, "quantity": 1},
        {"price": shop.visit.id, "quantity": 1},
    ]
    session = shop.session(
        line_items=lines,
        discounts=[{"coupon": made.id}],
        subscription_data={
            "trial_period_days": 14,
            "trial_settings": {"end_behavior": {"missing_payment_method": "cancel"}},
        },
    )
    assert (session.amount_subtotal, session.amount_total) == (9_000, 4_500)
    shop.submit(session, "4242424242424242")
    done = shop.client.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["subscription.latest_invoice"]}
    )
    assert done.subscription.status == "trialing"
    assert done.subscription.latest_invoice.amount_paid == 4_500
    shop.standin.engine.advance(15 * DAY)
    invoices = shop.client.v1.invoices.list({"subscription": done.subscription.id}).data
    assert invoices[0].amount_paid == 7_450
