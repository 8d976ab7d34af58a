"""Money that goes back: refunds in all and in part, and disputes with their outcome."""

from __future__ import annotations

from typing import Any

import pytest
import stripe

from .conftest import START, Receiver, Shop

HOUR = 3_600


def paid(shop: Shop, number: str = "4242424242424242") -> tuple[str, str]:
    """A member's first payment: its payment intent and its invoice."""
    _, subscription = shop.join(number)
    payments = shop.client.v1.invoice_payments.list({"invoice": subscription.latest_invoice})
    intent: str = payments.data[0].payment.payment_intent
    return intent, subscription.latest_invoice


def charge(shop: Shop, intent: str) -> Any:
    found = shop.client.v1.payment_intents.retrieve(intent, {"expand": ["latest_charge"]})
    return found.latest_charge


def test_a_payment_leads_to_its_invoice_and_its_receipt(shop: Shop) -> None:
    intent, invoice = paid(shop)
    wanted: Any = {"payment": {"type": "payment_intent", "payment_intent": intent}}
    found = shop.client.v1.invoice_payments.list(wanted)
    assert [row.invoice for row in found.data] == [invoice]
    one = charge(shop, intent)
    assert shop.client.v1.charges.retrieve(one.id).payment_intent == intent
    assert [c.id for c in shop.client.v1.charges.list({"customer": one.customer}).data] == [one.id]
    intents = shop.client.v1.payment_intents.list({"customer": one.customer}).data
    assert [i.id for i in intents] == [intent]
    assert "$149.00 paid on 31 Jan 2027" in shop.web.get(one.receipt_url).text


def test_a_full_refund_leaves_nothing_to_refund(shop: Shop, refused: Any) -> None:
    v1 = shop.client.v1
    intent, invoice = paid(shop)
    refund = v1.refunds.create(
        {"payment_intent": intent, "reason": "requested_by_customer", "metadata": {"why": "moved"}}
    )
    assert (refund.amount, refund.status, refund.payment_intent) == (14_900, "succeeded", intent)
    after = charge(shop, intent)
    assert (after.refunded, after.amount_refunded) == (True, 14_900)
    assert v1.invoices.retrieve(invoice).status == "paid"
    assert shop.events()[-2:] == ["charge.refunded", "refund.created"]
    assert refused(v1.refunds.create, {"charge": after.id}).code == "charge_already_refunded"
    assert v1.refunds.retrieve(refund.id).metadata["why"] == "moved"
    assert "$149.00 given back" in shop.web.get(after.receipt_url).text


def test_parts_add_up_and_more_than_is_left_is_refused(shop: Shop, refused: Any) -> None:
    v1 = shop.client.v1
    intent, _ = paid(shop)
    first = v1.refunds.create({"payment_intent": intent, "amount": 5_000})
    second = v1.refunds.create({"payment_intent": intent, "amount": 4_900})
    for amount in (5_001, 0, -1):
        error = refused(v1.refunds.create, {"payment_intent": intent, "amount": amount})
        assert error.param == "amount"
    after = charge(shop, intent)
    assert (after.amount_refunded, after.refunded) == (9_900, False)
    listed = v1.refunds.list({"payment_intent": intent}).data
    assert [r.id for r in listed] == [second.id, first.id]
    rest = v1.refunds.create({"charge": after.id})
    assert rest.amount == 5_000


def test_a_refund_with_the_same_key_is_made_once(shop: Shop) -> None:
    v1 = shop.client.v1
    intent, _ = paid(shop)
    options: Any = {"idempotency_key": "refund-1"}
    wanted: Any = {"payment_intent": intent, "amount": 1_000}
    assert v1.refunds.create(wanted, options).id == v1.refunds.create(wanted, options).id
    assert charge(shop, intent).amount_refunded == 1_000


def test_a_refund_whose_answer_was_lost_is_not_made_twice(shop: Shop) -> None:
    """The SDK tries again with the same key by itself."""
    intent, _ = paid(shop)
    shop.standin.engine.faults.set({"fail_after_commit": 1})
    refund = shop.client.v1.refunds.create({"payment_intent": intent, "amount": 1_000})
    assert refund.last_response.headers["Idempotent-Replayed"] == "true"
    assert charge(shop, intent).amount_refunded == 1_000


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        {"charge": "ch_nobody"},
        {"payment_intent": "pi_nobody"},
        {"charge": "ch_1", "payment_intent": "pi_1"},
        {"payment_intent": "pi_1", "reason": "a whim"},
    ],
)
def test_a_refund_of_nothing_is_refused(shop: Shop, wanted: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        shop.client.v1.refunds.create(wanted)


def test_an_unpaid_intent_has_nothing_to_refund(shop: Shop, refused: Any) -> None:
    shop.submit(shop.session(), "4000000000000002")
    intent = shop.client.v1.payment_intents.list().data[0]
    error = refused(shop.client.v1.refunds.create, {"payment_intent": intent.id})
    assert "successful charge" in str(error)
    failed = shop.client.v1.charges.list().data[0]
    assert "nothing to refund" in str(refused(shop.client.v1.refunds.create, {"charge": failed.id}))


def test_a_refund_can_be_pending_first(shop: Shop) -> None:
    intent, _ = paid(shop, "4000000000007726")
    refund = shop.client.v1.refunds.create({"payment_intent": intent})
    assert (refund.status, refund.pending_reason) == ("pending", "processing")
    shop.standin.engine.advance(HOUR)
    assert shop.client.v1.refunds.retrieve(refund.id).status == "succeeded"
    assert shop.events("refund.updated") == ["refund.updated"]


def test_a_refund_can_come_back(shop: Shop) -> None:
    intent, _ = paid(shop, "4000000000005126")
    refund = shop.client.v1.refunds.create({"payment_intent": intent, "amount": 4_000})
    assert refund.status == "succeeded"
    shop.standin.engine.advance(HOUR)
    failed = shop.client.v1.refunds.retrieve(refund.id)
    assert (failed.status, failed.failure_reason) == ("failed", "unknown")
    after = charge(shop, intent)
    assert (after.amount_refunded, after.refunded) == (0, False)
    assert shop.events()[-3:] == ["refund.updated", "charge.refund.updated", "refund.failed"]
    assert shop.client.v1.refunds.create({"payment_intent": intent}).amount == 14_900


def test_a_disputed_payment_is_frozen_until_the_bank_decides(
    shop: Shop, receiver: Receiver, refused: Any
) -> None:
    v1, engine = shop.client.v1, shop.standin.engine
    intent, _ = paid(shop, "4000000000000259")
    assert shop.events()[-3:] == [
        "checkout.session.completed",
        "charge.dispute.created",
        "charge.dispute.funds_withdrawn",
    ]
    (dispute,) = v1.disputes.list({"payment_intent": intent}).data
    assert (dispute.status, dispute.reason, dispute.amount) == (
        "needs_response",
        "fraudulent",
        14_900,
    )
    assert dispute.evidence_details.due_by == START + 20 * 86_400
    assert charge(shop, intent).disputed is True
    assert refused(v1.refunds.create, {"payment_intent": intent}).code == "charge_disputed"
    answered = v1.disputes.update(dispute.id, {"evidence": {"customer_name": "Ana Silva"}})
    assert (answered.status, answered.evidence_details.submission_count) == ("under_review", 1)
    engine.close_dispute(dispute.id, "won")
    assert v1.disputes.retrieve(dispute.id).status == "won"
    assert shop.events()[-2:] == ["charge.dispute.closed", "charge.dispute.funds_reinstated"]
    assert refused(v1.disputes.close, dispute.id).http_status == 400
    assert v1.refunds.create({"payment_intent": intent}).status == "succeeded"
    engine.deliver_all(receiver)
    assert "charge.dispute.closed" in [event.type for event in receiver.events(shop.client)]


def test_a_lost_dispute_keeps_the_money_away(shop: Shop, refused: Any) -> None:
    v1 = shop.client.v1
    intent, _ = paid(shop, "4000000000002685")
    (dispute,) = v1.disputes.list().data
    assert dispute.reason == "product_not_received"
    assert v1.disputes.close(dispute.id).status == "lost"
    assert refused(v1.refunds.create, {"payment_intent": intent}).code == "charge_disputed"


def test_an_inquiry_withdraws_nothing(shop: Shop) -> None:
    v1 = shop.client.v1
    intent, _ = paid(shop, "4000000000001976")
    (dispute,) = v1.disputes.list().data
    assert dispute.status == "warning_needs_response"
    assert shop.events("charge.dispute.funds_withdrawn") == []
    v1.disputes.update(dispute.id, {"evidence": {"uncategorized_text": "?"}, "submit": False})
    assert v1.disputes.retrieve(dispute.id).status == "warning_needs_response"
    assert v1.refunds.create({"payment_intent": intent}).amount == 14_900
    assert v1.disputes.close(dispute.id).status == "warning_closed"


def test_any_payment_can_be_disputed_from_outside(shop: Shop) -> None:
    intent, _ = paid(shop)
    engine = shop.standin.engine
    opened = engine.open_dispute(charge(shop, intent).id, "duplicate")
    assert shop.client.v1.disputes.retrieve(opened["id"]).reason == "duplicate"
    with pytest.raises(Exception, match="cannot be disputed"):
        engine.open_dispute(charge(shop, intent).id)
    with pytest.raises(Exception, match="No such dispute"):
        engine.close_dispute("du_nobody", "won")
