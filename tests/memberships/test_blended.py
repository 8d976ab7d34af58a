"""One checkout for what recurs and what is paid once; trials; a fixed number of payments; tax."""

import datetime as dt
from typing import Any

import pytest
from django.db.models import Sum

from tests import factories
from tests.memberships.conftest import Shop
from wagtail_asyncpt.memberships import operations, queries
from wagtail_asyncpt.memberships.models import (
    AccessPeriod,
    Credit,
    Membership,
    Package,
    Price,
    Purchase,
    StripeEvent,
)
from wagtail_asyncpt.memberships.offers import payment_terms
from wagtail_asyncpt.people.models import Client, Letter


@pytest.fixture
def blended(shop: Shop) -> Price:
    """The coached tier with a set-up fee, sold together with five visits."""
    shop.coached.bundle = shop.sell()
    shop.coached.setup_fee = 5000
    shop.coached.save()
    operations.sync_tiers(clinic=shop.clinic)
    shop.coached.refresh_from_db()
    return shop.price


def test_one_checkout_takes_all_and_gives_all_once(
    shop: Shop, blended: Price, client: Client
) -> None:
    membership = shop.join(client, blended)
    assert membership.status == "active"
    invoice = membership.invoices.get()
    assert invoice.amount_paid == 14900 + 5000 + 45000
    purchase = Purchase.objects.get()
    assert (purchase.membership, purchase.status, purchase.amount) == (membership, "paid", 45000)
    lot = Credit.objects.get()
    assert (lot.amount, lot.purchase, lot.invoice) == (5, purchase, invoice)
    assert AccessPeriod.objects.get().membership == membership
    operations.sync_invoice(account="default", invoice_id=invoice.stripe_id)
    operations.confirm_checkout(client=client, session_id=membership.checkout_session_id)
    assert Credit.objects.count() == 1
    assert not StripeEvent.objects.filter(status="failed").exists()
    assert Letter.objects.filter(to=client.user.email).count() == 2
    shop.advance(days=32)
    shop.deliver()
    assert list(membership.invoices.values_list("amount_paid", flat=True)) == [14900, 64900]
    assert Credit.objects.count() == 1


@pytest.mark.parametrize(
    ("model", "changed"),
    [
        (Purchase, {"amount": 100}),
        (Purchase, {"stripe_price_id": "price_other"}),
        (Membership, {"setup_fee": 1}),
        (Membership, {"setup_fee": 0}),
        (Price, {"amount": 1}),
    ],
)
def test_a_line_that_differs_from_what_was_sold_grants_nothing(
    shop: Shop, blended: Price, client: Client, model: Any, changed: dict[str, Any]
) -> None:
    shop.pay(shop.start(client, blended))
    model.objects.filter(**{"pk": blended.pk} if model is Price else {}).update(**changed)
    assert shop.deliver_one("checkout.session.completed")
    assert queries.live_membership(client) is None
    assert not Credit.objects.exists()
    assert "Mismatch" in StripeEvent.objects.get(type="checkout.session.completed").error


def test_another_choice_leaves_no_purchase_open(shop: Shop, blended: Price, client: Client) -> None:
    shop.start(client, blended)
    shop.pay(shop.start(client, shop.basic_price))
    shop.deliver()
    assert Purchase.objects.get().status == "abandoned"
    assert queries.live_membership(client).tier == shop.basic


def test_a_package_alone_may_be_in_checkout_beside_the_bundle(
    shop: Shop, blended: Price, client: Client
) -> None:
    shop.start(client, blended)
    shop.buy(client, shop.coached.bundle)
    assert sorted(Purchase.objects.values_list("status", flat=True)) == ["paid", "pending"]


def test_changed_terms_are_sold_anew(shop: Shop, blended: Price, client: Client) -> None:
    first = shop.start(client, blended)
    assert shop.start(client, blended) == first
    shop.coached.setup_fee = 9000
    shop.coached.save()
    operations.sync_tiers(clinic=shop.clinic)
    shop.coached.refresh_from_db()
    second = shop.start(client, shop.price)
    assert second != first
    shop.pay(second)
    shop.deliver()
    assert Membership.objects.get(status="active").invoices.get().amount_paid == 68900


def test_a_trial_is_free_of_the_price_and_given_once(
    shop: Shop, blended: Price, client: Client
) -> None:
    shop.coached.trial_days = 14
    shop.coached.visits_per_period = 2
    shop.coached.save()
    membership = shop.join(client, blended)
    assert membership.status == "trialing"
    assert membership.invoices.get().amount_paid == 50000
    assert Credit.objects.aggregate(n=Sum("amount"))["n"] == 5
    shop.advance(days=15)
    shop.deliver()
    membership.refresh_from_db()
    assert membership.status == "active"
    assert Credit.objects.aggregate(n=Sum("amount"))["n"] == 7
    shop.stripe.v1.subscriptions.cancel(membership.stripe_subscription_id)
    shop.deliver()
    again = shop.join(client, blended)
    assert (again.status, again.trial_days) == ("active", 0)


def test_it_ends_by_itself_after_its_payments(shop: Shop, client: Client) -> None:
    shop.coached.payment_count = 3
    shop.coached.save()
    membership = shop.join(client)
    for _month in range(5):
        shop.advance(days=31)
        shop.deliver()
    membership.refresh_from_db()
    assert membership.status == "canceled"
    assert membership.invoices.filter(amount_paid=14900).count() == 3
    assert AccessPeriod.objects.filter(membership=membership).count() == 3


def test_a_trial_and_a_pause_do_not_count_as_payments(shop: Shop, client: Client) -> None:
    shop.coached.payment_count, shop.coached.trial_days = 2, 7
    shop.coached.save()
    membership = shop.join(client)
    shop.advance(days=8)
    shop.deliver()
    operations.pause_membership(client=client, weeks=4)
    shop.deliver()
    shop.advance(days=40)
    shop.deliver()
    membership.refresh_from_db()
    assert membership.status == "paused"
    operations.resume_membership(client=client)
    shop.deliver()
    for _month in range(3):
        shop.advance(days=31)
        shop.deliver()
    membership.refresh_from_db()
    assert membership.status == "canceled"
    paid = membership.invoices.filter(status="paid", amount_due__gt=0)
    assert paid.count() == 2


def test_a_member_who_leaves_earlier_is_let_go(shop: Shop, client: Client) -> None:
    shop.coached.payment_count = 6
    shop.coached.save()
    membership = shop.join(client)
    assert membership.ends_at is None
    shop.stripe.v1.subscriptions.update(
        membership.stripe_subscription_id, {"cancel_at_period_end": True}
    )
    shop.deliver()
    membership.refresh_from_db()
    assert membership.ends_at == membership.period_end
    shop.advance(days=32)
    shop.deliver()
    membership.refresh_from_db()
    assert membership.status == "canceled"


def test_tax_is_added_where_the_clinic_wants_it(shop: Shop, client: Client) -> None:
    shop.clinic.collects_tax = True
    shop.clinic.save()
    shop.start(client)
    session = shop.stripe.v1.checkout.sessions.list().data[0]
    assert session.automatic_tax.enabled is True
    assert session.tax_id_collection.enabled is True


def test_the_join_page_says_what_is_paid_and_when(
    shop: Shop, blended: Price, client: Client, login: Any
) -> None:
    tier = blended.tier
    tier.trial_days, tier.payment_count = 14, 3
    with_trial = " ".join(payment_terms(blended, with_trial=True))
    assert "Today: $500.00" in with_trial
    assert "set-up fee, $50.00" in with_trial
    assert "Five visits, $450.00" in with_trial
    assert "first 14 days are free" in with_trial
    assert "3 payments in all, $149.00 a month" in with_trial
    assert "Today: $649.00" in payment_terms(blended, with_trial=False)[0]
    html = login(client).get(f"/care/join/{blended.uuid}/").content.decode()
    assert "Today: $649.00" in html
    assert "5 in-person visits" in html


def test_a_refund_of_the_first_invoice_takes_its_share_of_the_visits(
    shop: Shop, blended: Price, client: Client
) -> None:
    invoice = shop.join(client, blended).invoices.get()
    shop.stripe.v1.refunds.create(
        {
            "payment_intent": invoice.payment_intent_id,
            "amount": invoice.amount_paid,
            "metadata": {"asyncpt_effect": "end"},
        }
    )
    shop.deliver()
    assert Credit.objects.aggregate(n=Sum("amount"))["n"] == 0


def test_weeks_in_a_bundle_end_with_a_refund_that_ends_access(shop: Shop, client: Client) -> None:
    package: Package = shop.sell("Kickoff", visits=0, tier=shop.coached, weeks=4)
    shop.basic.bundle = package
    shop.basic.save()
    membership = shop.join(client, shop.basic_price)
    assert queries.program_access(client).is_open is True
    invoice = membership.invoices.get()
    shop.stripe.v1.refunds.create(
        {
            "payment_intent": invoice.payment_intent_id,
            "amount": invoice.amount_paid,
            "metadata": {"asyncpt_effect": "end"},
        }
    )
    shop.deliver()
    shop.clock.move(seconds=1)
    assert queries.program_access(client).is_open is False
    other = factories.make_client(shop.clinic)
    assert queries.program_access(other, shop.clock.moment + dt.timedelta(1)).is_open is False
