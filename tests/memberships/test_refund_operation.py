"""What refunds, disputes and a second payment leave of what was paid for."""

import datetime as dt
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.stripe_standin.engine import disputes
from tests.conftest import Cast
from tests.memberships.conftest import KEY, Shop
from wagtail_asyncpt.memberships import operations, queries
from wagtail_asyncpt.memberships.models import (
    AccessPeriod,
    Credit,
    CreditKind,
    Dispute,
    EventStatus,
    Invoice,
    Membership,
    Refund,
    StripeEvent,
)
from wagtail_asyncpt.memberships.operations.sync.payments import Payment, settle
from wagtail_asyncpt.people.models import Client, Letter


def visits(client: Client) -> int:
    """The balance; it is the sum of the rows."""
    return sum(Credit.objects.filter(client=client).values_list("amount", flat=True))


def grant_visits(invoice: Invoice, amount: int) -> Credit:
    return Credit.objects.create(
        clinic=invoice.clinic,
        client=invoice.client,
        membership=invoice.membership,
        invoice=invoice,
        kind=CreditKind.GRANTED,
        amount=amount,
        key=f"visits-{invoice.pk}",
    )


def use(lot: Credit, amount: int) -> None:
    Credit.objects.create(
        clinic=lot.clinic,
        client=lot.client,
        lot=lot,
        kind=CreditKind.USED,
        amount=-amount,
        key=f"used-{lot.pk}-{lot.movements.count()}",
    )


@pytest.fixture
def invoice(shop: Shop, client: Client) -> Invoice:
    """The paid invoice of a new member."""
    shop.join(client)
    return Invoice.objects.get(client=client)


def refund(shop: Shop, invoice: Invoice, amount: int, effect: str = "") -> Any:
    metadata = {"asyncpt_effect": effect} if effect else {}
    return shop.stripe.v1.refunds.create(
        {"payment_intent": invoice.payment_intent_id, "amount": amount, "metadata": metadata}
    )


def test_an_invoice_names_its_payment_and_number(shop: Shop, invoice: Invoice) -> None:
    stripe_side = shop.stripe.v1.invoices.retrieve(invoice.stripe_id, {"expand": ["payments"]})
    assert invoice.number == stripe_side.number
    payment = stripe_side.payments.data[0].payment
    assert invoice.payment_intent_id == payment.payment_intent != ""


def test_two_refunds_in_part_add_up_and_do_not_compound(shop: Shop, invoice: Invoice) -> None:
    lot = grant_visits(invoice, 4)
    for amount in (7450, 3725):
        refund(shop, invoice, amount)
    shop.standin.engine.faults.set({"shuffle": True, "duplicate": 1})
    shop.deliver()
    invoice.refresh_from_db()
    assert invoice.amount_refunded == 11175
    assert sorted(Refund.objects.values_list("amount", flat=True)) == [3725, 7450]
    assert visits(invoice.client) == 1
    assert lot.movements.filter(kind=CreditKind.REVOKED).exists()
    assert queries.live_membership(invoice.client) is not None


def test_visits_that_were_used_are_not_taken_back(shop: Shop, invoice: Invoice) -> None:
    use(grant_visits(invoice, 4), 3)
    refund(shop, invoice, 14900)
    shop.deliver()
    assert visits(invoice.client) == 0


def test_a_refund_that_keeps_everything_keeps_the_visits(shop: Shop, invoice: Invoice) -> None:
    grant_visits(invoice, 4)
    refund(shop, invoice, 14900, "keep")
    shop.deliver()
    assert Refund.objects.get().effect == "keep"
    assert visits(invoice.client) == 4


def test_an_end_takes_every_unused_visit_whatever_went_back_before(
    shop: Shop, invoice: Invoice
) -> None:
    use(grant_visits(invoice, 4), 1)
    refund(shop, invoice, 4900, "keep")
    shop.deliver()
    assert visits(invoice.client) == 3
    refund(shop, invoice, 5000, "end")
    shop.deliver()
    assert visits(invoice.client) == 0


def test_a_refund_that_ends_access_takes_back_the_days_that_are_left(
    shop: Shop, invoice: Invoice
) -> None:
    shop.advance(days=10)
    refund(shop, invoice, 5000, "end")
    for _ in range(2):
        operations.sync_refunds(account="default", payment_intent=invoice.payment_intent_id)
    paid = AccessPeriod.objects.get(kind="paid")
    revoked = AccessPeriod.objects.get(kind="revoked")
    assert (revoked.starts_at, revoked.ends_at) == (shop.clock.moment, paid.ends_at)


def test_a_refund_that_failed_gives_the_visits_again_and_tells_the_managers(
    shop: Shop, invoice: Invoice, cast: Cast
) -> None:
    grant_visits(invoice, 4)
    made = refund(shop, invoice, 14900)
    shop.deliver()
    assert visits(invoice.client) == 0
    account = shop.standin.engine.account(KEY)
    account.get("refund", made.id)["status"] = "failed"
    for _ in range(2):
        operations.sync_refund(account="default", refund_id=made.id)
    invoice.refresh_from_db()
    assert (invoice.amount_refunded, visits(invoice.client)) == (0, 4)
    letter = Letter.objects.get(key__startswith="refund_failed-")
    assert letter.to == cast.manager.user.email
    assert "$149.00" in letter.text


def test_a_refund_heard_of_before_the_invoice_is_written_all_the_same(
    shop: Shop, client: Client
) -> None:
    shop.pay(shop.start(client))
    session = shop.stripe.v1.checkout.sessions.retrieve(
        Membership.objects.get(client=client).checkout_session_id
    )
    paid = shop.stripe.v1.invoices.retrieve(str(session.invoice), {"expand": ["payments"]})
    intent = paid.payments.data[0].payment.payment_intent  # type: ignore[union-attr]
    made = shop.stripe.v1.refunds.create({"payment_intent": str(intent)})
    shop.deliver_one("refund.created")
    assert Refund.objects.get().stripe_id == made.id
    assert Invoice.objects.get().amount_refunded == 14900


def test_a_refund_of_others_is_ignored(shop: Shop, client: Client) -> None:
    customer = shop.stripe.v1.customers.create({"email": "x@example.com"})
    card = shop.stripe.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    subscription = shop.stripe.v1.subscriptions.create(
        {
            "customer": customer.id,
            "items": [{"price": shop.price.stripe_price_id}],
            "default_payment_method": card.id,
        }
    )
    paid = shop.stripe.v1.invoices.retrieve(
        str(subscription.latest_invoice), {"expand": ["payments"]}
    )
    intent = str(paid.payments.data[0].payment.payment_intent)  # type: ignore[union-attr]
    shop.stripe.v1.refunds.create({"payment_intent": intent})
    shop.deliver()
    assert Refund.objects.count() == 0
    assert not StripeEvent.objects.filter(status=EventStatus.FAILED).exists()


def dispute(shop: Shop, invoice: Invoice) -> str:
    intent = shop.stripe.v1.payment_intents.retrieve(invoice.payment_intent_id)
    account = shop.standin.engine.account(KEY)
    return str(disputes.open_dispute(account, str(intent.latest_charge))["id"])


def test_a_dispute_freezes_the_visits_and_tells_the_managers_until_when(
    shop: Shop, invoice: Invoice, cast: Cast
) -> None:
    use(grant_visits(invoice, 4), 1)
    dispute(shop, invoice)
    shop.standin.engine.faults.set({"duplicate": 2})
    shop.deliver()
    row = Dispute.objects.get()
    assert row.due_by == shop.clock.moment + dt.timedelta(days=20)
    assert visits(invoice.client) == 0
    assert Credit.objects.filter(kind=CreditKind.FROZEN).count() == 1
    letter = Letter.objects.get(key__startswith="dispute_opened-")
    assert letter.to == cast.manager.user.email
    assert "Nov. 22, 2026" in letter.text


@pytest.mark.parametrize(("outcome", "left"), [("won", 3), ("lost", 0)])
def test_a_dispute_that_is_decided_thaws_or_takes_the_visits(
    shop: Shop, invoice: Invoice, cast: Cast, outcome: Any, left: int
) -> None:
    use(grant_visits(invoice, 4), 1)
    identity = dispute(shop, invoice)
    shop.deliver()
    disputes.decide(shop.standin.engine.account(KEY), identity, outcome)
    shop.standin.engine.faults.set({"duplicate": 1, "shuffle": True})
    shop.deliver()
    assert Dispute.objects.get().status == outcome
    assert visits(invoice.client) == left
    frozen = Credit.objects.filter(kind__in=(CreditKind.FROZEN, CreditKind.THAWED))
    assert sum(frozen.values_list("amount", flat=True)) == 0
    lost = Letter.objects.filter(key__startswith="dispute_lost-").count()
    assert lost == (outcome == "lost")


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("refund"), st.integers(1, 14900)),
        st.tuples(st.just("fail"), st.integers(0, 5)),
        st.tuples(st.just("use"), st.integers(1, 2)),
        st.tuples(st.just("dispute"), st.sampled_from(["needs_response", "won", "lost"])),
    ),
    max_size=8,
)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=STEPS, visits_paid=st.integers(1, 5))
def test_whatever_happens_the_visits_follow_from_what_was_given_back(
    cast: Cast, steps: list[tuple[str, Any]], visits_paid: int
) -> None:
    client = cast.owner
    _forget_payments()
    invoice = Invoice.objects.create(
        clinic=client.clinic,
        client=client,
        account="default",
        stripe_id="in_1",
        payment_intent_id="pi_1",
        status="paid",
        currency="usd",
        amount_paid=14900,
        created_at=client.created_at,
    )
    lot = grant_visits(invoice, visits_paid)
    payment = Payment(invoice)
    owner = {**payment.owner, "account": "default", "payment_intent_id": "pi_1", "currency": "usd"}
    for number, (what, value) in enumerate(steps):
        if what == "refund":
            Refund.objects.create(
                **owner,
                stripe_id=f"re_{number}",
                status="succeeded",
                amount=value,
                created_at=client.created_at,
            )
        elif what == "fail":
            Refund.objects.filter(stripe_id=f"re_{value}").update(status="failed")
        elif what == "use" and visits(client) >= value:
            use(lot, value)
        elif what == "dispute":
            Dispute.objects.update_or_create(
                account="default",
                stripe_id="dp_1",
                defaults={
                    **owner,
                    "status": value,
                    "amount": 14900,
                    "created_at": client.created_at,
                },
            )
        settle(payment)
        rows = Credit.objects.count()
        settle(payment)
        assert Credit.objects.count() == rows, "settling again writes nothing"

    used = -sum(lot.movements.filter(kind=CreditKind.USED).values_list("amount", flat=True))
    refunded = sum(Refund.objects.exclude(status="failed").values_list("amount", flat=True))
    status = Dispute.objects.values_list("status", flat=True).first()
    kept = visits_paid - visits_paid * min(refunded, 14900) // 14900
    if status in ("lost", "needs_response"):
        kept = 0
    assert visits(client) == max(0, kept - used)
    assert invoice.amount_refunded == refunded


def _forget_payments() -> None:
    """Every example starts anew."""
    Credit.objects.filter(lot__isnull=False).delete()
    for model in (Credit, Refund, Dispute, Invoice):
        model.objects.all().delete()


def test_a_second_membership_that_was_paid_is_canceled_and_refunded(
    shop: Shop, client: Client, cast: Cast
) -> None:
    url = shop.start(client, shop.basic_price)
    second = Membership.objects.get(client=client)
    # A lost expiry: the abandoned checkout stays payable at Stripe while another one is bought.
    Membership.objects.filter(pk=second.pk).update(status="abandoned")
    shop.join(client)
    running = Membership.objects.get(client=client, status="active")
    shop.pay(url)
    shop.standin.engine.faults.set({"duplicate": 1})
    shop.deliver()

    second.refresh_from_db()
    assert second.status == "canceled"
    running.refresh_from_db()
    assert running.status == "active"
    assert queries.live_membership(client) == running
    gone = shop.stripe.v1.subscriptions.retrieve(second.stripe_subscription_id)
    assert gone.status == "canceled"
    invoice = Invoice.objects.get(membership=second)
    assert invoice.amount_refunded == invoice.amount_paid == 2900
    assert Refund.objects.filter(client=client).count() == 1
    assert AccessPeriod.objects.filter(membership=second, kind="revoked").count() == 1
    letter = Letter.objects.get(key__startswith="double_payment-")
    assert letter.to == cast.manager.user.email
    assert "$29.00" in letter.text
    assert not StripeEvent.objects.filter(status=EventStatus.FAILED).exists()


def test_an_invoice_that_stripe_cannot_finish_is_told_to_the_managers_once(
    shop: Shop, invoice: Invoice, cast: Cast
) -> None:
    theirs = shop.standin.engine.account(KEY).get("invoice", invoice.stripe_id)
    theirs |= {
        "status": "draft",
        "last_finalization_error": {"type": "invalid_request_error", "code": "tax_id_invalid"},
    }
    for _ in range(2):
        operations.sync_invoice(account="default", invoice_id=invoice.stripe_id)
    letter = Letter.objects.get(key__startswith="not_billed-")
    assert letter.to == cast.manager.user.email
    assert "Nora New" in letter.subject
    assert "$149.00" in letter.text
