"""Changing the plan: up now and paid first, down when the paid period is over."""

import datetime as dt
from typing import Any

import pytest

from tests import factories
from tests.memberships.conftest import Shop
from tests.memberships.test_sync_operation import use_failing_card
from wagtail_asyncpt.core.errors import Conflict, DomainError
from wagtail_asyncpt.memberships import changes, operations, queries, signals
from wagtail_asyncpt.memberships.models import AccessPeriod, Invoice, Membership, Price
from wagtail_asyncpt.memberships.operations import plans
from wagtail_asyncpt.memberships.stripe import gateway
from wagtail_asyncpt.memberships.stripe.client import Unavailable
from wagtail_asyncpt.people.models import Client, Clinic, Letter


@pytest.fixture
def dear(shop: Shop) -> Price:
    """A tier above the others."""
    tier = operations.create_tier(
        clinic=shop.clinic, name="Blended", prices={"month": 29900}, includes=[shop.coached]
    )
    operations.sync_tiers(clinic=shop.clinic)
    return tier.prices.get()


def membership_of(client: Client) -> Membership:
    found = queries.open_membership(client)
    assert found is not None
    return found


def change(client: Client, price: Price) -> Membership:
    quote = operations.quote_change(membership=membership_of(client), price=price)
    return operations.change_plan(client=client, price=price, quote=quote.sign())


def letters() -> int:
    return Letter.objects.filter(key__startswith="plan-changed-").count()


def test_up_is_now_for_exactly_the_amount_that_was_shown(
    shop: Shop, client: Client, dear: Price
) -> None:
    shop.join(client)
    shop.advance(days=15)
    quote = operations.quote_change(membership=membership_of(client), price=dear)
    assert quote.is_now
    assert quote.amount == 7500  # half of 150.00
    assert quote.pays_next_at == membership_of(client).period_end
    shop.advance(minutes=20)  # the member thinks about it
    membership = operations.change_plan(client=client, price=dear, quote=quote.sign())
    assert (membership.price, membership.tier) == (dear, dear.tier)
    bill = Invoice.objects.latest("created_at")
    assert (bill.status, bill.amount_paid, bill.billing_reason) == (
        "paid",
        7500,
        "subscription_update",
    )
    assert client.user.groups.count() == 3
    assert "from Coached to Blended" in Letter.objects.get(key__startswith="plan-changed-").text
    shop.deliver()
    shop.advance(days=16)
    shop.deliver()
    assert Invoice.objects.latest("created_at").amount_paid == 29900
    assert letters() == 1


def test_a_refused_payment_leaves_the_old_plan_until_it_is_paid(
    shop: Shop, client: Client, dear: Price
) -> None:
    joined = shop.join(client)
    use_failing_card(shop, joined)
    shop.advance(days=15)
    membership = change(client, dear)
    assert (membership.price, membership.status) == (shop.price, "active")
    invoice = operations.open_change_invoice(membership)
    assert invoice is not None
    assert invoice.amount_due == 7500
    assert letters() == 0
    assert queries.live_membership(client) == membership, "nothing is taken away"
    with pytest.raises(DomainError, match="waits for its payment"):
        change(client, dear)
    shop.pay(invoice.hosted_url)
    shop.deliver()
    membership.refresh_from_db()
    assert membership.price == dear
    assert operations.open_change_invoice(membership) is None
    assert letters() == 1


def test_an_unpaid_change_is_forgotten(shop: Shop, client: Client, dear: Price) -> None:
    use_failing_card(shop, shop.join(client))
    shop.advance(days=15)
    change(client, dear)
    shop.advance(days=1)
    shop.deliver()
    membership = membership_of(client)
    assert membership.price == shop.price
    assert operations.open_change_invoice(membership) is None
    assert Invoice.objects.latest("created_at").status == "void"


def test_down_is_at_the_end_of_the_paid_period(shop: Shop, client: Client) -> None:
    end = shop.join(client).period_end
    shop.advance(days=15)
    quote = operations.quote_change(membership=membership_of(client), price=shop.basic_price)
    assert (quote.amount, quote.is_now, quote.starts_at) == (0, False, end)
    membership = operations.change_plan(client=client, price=shop.basic_price, quote=quote.sign())
    assert (membership.price, membership.next_price, membership.next_price_at) == (
        shop.price,
        shop.basic_price,
        end,
    )
    shop.deliver()
    assert membership_of(client).next_price == shop.basic_price
    assert Invoice.objects.count() == 1
    assert letters() == 0

    shop.advance(days=16)
    shop.deliver()
    membership = membership_of(client)
    assert (membership.price, membership.next_price) == (shop.basic_price, None)
    assert Invoice.objects.latest("created_at").amount_paid == 2900
    assert client.user.groups.count() == 1
    assert letters() == 1
    assert AccessPeriod.objects.latest("starts_at").tier == shop.basic


def test_a_planned_change_is_taken_back(shop: Shop, client: Client) -> None:
    shop.join(client)
    change(client, shop.basic_price)
    membership = operations.keep_plan(client=client)
    assert (membership.next_price, membership.stripe_schedule_id) == (None, "")
    assert operations.keep_plan(client=client) == membership
    shop.deliver()
    shop.advance(days=32)
    shop.deliver()
    assert membership_of(client).price == shop.price
    change(client, shop.basic_price)
    assert membership_of(client).next_price == shop.basic_price, "and planned again"


def test_another_choice_takes_the_place_of_a_planned_one(
    shop: Shop, client: Client, dear: Price
) -> None:
    shop.join(client)
    shop.advance(days=1)
    change(client, shop.basic_price)
    membership = change(client, dear)
    assert (membership.price, membership.next_price) == (dear, None)
    change(client, shop.price)
    paused = operations.pause_membership(client=client, weeks=2)
    assert (paused.status, paused.next_price) == ("paused", None)


def test_the_schedule_of_a_change_that_was_made_hinders_nothing(shop: Shop, client: Client) -> None:
    shop.join(client)
    change(client, shop.basic_price)
    shop.advance(days=32)
    shop.deliver()
    assert membership_of(client).stripe_schedule_id
    assert operations.pause_membership(client=client, weeks=2).status == "paused"


def test_a_year_instead_of_months_starts_with_the_next_payment(shop: Shop, client: Client) -> None:
    end = shop.join(client).period_end
    year = shop.coached.prices.get(interval="year")
    membership = change(client, year)
    assert (membership.next_price, membership.next_price_at) == (year, end)
    shop.advance(days=31)
    shop.deliver()
    membership = membership_of(client)
    assert membership.price == year
    assert membership.period_end - membership.period_start == dt.timedelta(days=365)
    assert Invoice.objects.latest("created_at").amount_paid == 149000


def test_from_a_year_up_to_a_dearer_month(shop: Shop, client: Client, dear: Price) -> None:
    year = shop.coached.prices.get(interval="year")
    shop.join(client, year)
    shop.advance(days=365 // 2)
    quote = operations.quote_change(membership=membership_of(client), price=dear)
    assert quote.amount == 0, "what is left of the year pays for it"
    membership = operations.change_plan(client=client, price=dear, quote=quote.sign())
    assert membership.price == dear
    assert membership.period_end == quote.pays_next_at


def test_a_change_made_in_stripes_portal_is_followed(
    shop: Shop, client: Client, dear: Price
) -> None:
    membership = shop.join(client)
    held = shop.stripe.v1.subscriptions.retrieve(membership.stripe_subscription_id)
    shop.stripe.v1.subscriptions.update(
        held.id, {"items": [{"id": held.items.data[0].id, "price": dear.stripe_price_id}]}
    )
    heard: list[tuple[Price, Price]] = []

    def hear(sender: Any, *, before: Price, after: Price, **kwargs: Any) -> None:
        heard.append((before, after))

    signals.plan_changed.connect(hear)
    try:
        shop.deliver()
        shop.deliver()
    finally:
        signals.plan_changed.disconnect(hear)
    assert heard == [(shop.price, dear)]
    assert membership_of(client).tier == dear.tier


def test_a_forged_old_or_foreign_quote_changes_nothing(
    shop: Shop, client: Client, dear: Price
) -> None:
    shop.join(client)
    quote = operations.quote_change(membership=membership_of(client), price=dear)
    token = quote.sign()
    for bad in ("", "x", token[:-2], token + "x"):
        with pytest.raises(Conflict):
            operations.change_plan(client=client, price=dear, quote=bad)
    with pytest.raises(Conflict):
        operations.change_plan(client=client, price=shop.basic_price, quote=token)
    change(client, dear)
    with pytest.raises(Conflict):
        operations.change_plan(client=client, price=shop.basic_price, quote=token)
    assert membership_of(client).price == dear
    assert Invoice.objects.count() == 2


def test_a_quote_that_was_left_lying_is_refused(
    shop: Shop, client: Client, dear: Price, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.join(client)
    token = operations.quote_change(membership=membership_of(client), price=dear).sign()
    monkeypatch.setattr(plans, "QUOTE_FOR", -1)
    with pytest.raises(Conflict, match="not up to date"):
        operations.change_plan(client=client, price=dear, quote=token)


def test_sent_twice_is_paid_once(shop: Shop, client: Client, dear: Price) -> None:
    shop.join(client)
    shop.advance(days=10)
    token = operations.quote_change(membership=membership_of(client), price=dear).sign()
    for _ in range(2):
        operations.change_plan(client=client, price=dear, quote=token)
    assert Invoice.objects.count() == 2


@pytest.mark.parametrize("down", [False, True])
@pytest.mark.parametrize("repair", ["webhook", "again"])
def test_a_crash_after_stripes_answer_is_repaired(
    shop: Shop,
    client: Client,
    dear: Price,
    monkeypatch: pytest.MonkeyPatch,
    down: bool,
    repair: str,
) -> None:
    shop.join(client)
    shop.advance(days=10)
    name = "change_price_later" if down else "change_price"
    price = shop.basic_price if down else dear
    real = getattr(gateway, name)

    def answered_then_crash(*args: Any, **kwargs: Any) -> None:
        real(*args, **kwargs)
        raise Unavailable("the process died")

    token = operations.quote_change(membership=membership_of(client), price=price).sign()
    monkeypatch.setattr(gateway, name, answered_then_crash)
    with pytest.raises(Unavailable):
        operations.change_plan(client=client, price=price, quote=token)
    monkeypatch.undo()
    assert membership_of(client).price == shop.price
    assert membership_of(client).next_price is None
    if repair == "webhook":
        shop.deliver()
    else:
        operations.change_plan(client=client, price=price, quote=token)
    membership = membership_of(client)
    assert (membership.next_price if down else membership.price) == price
    shop.deliver()
    assert Invoice.objects.count() == (1 if down else 2)


def test_what_cannot_be_changed_is_said(
    shop: Shop, client: Client, clinic: Clinic, dear: Price
) -> None:
    free = factories.make_client(clinic)
    complimentary = operations.grant_membership(client=free, tier=shop.basic, reason="Pilot")
    with pytest.raises(DomainError, match="no membership"):
        operations.quote_change(membership=complimentary, price=dear)
    membership = shop.join(client)
    with pytest.raises(DomainError, match="your plan already"):
        operations.quote_change(membership=membership, price=shop.price)
    token = operations.quote_change(membership=membership, price=dear).sign()
    operations.pause_membership(client=client, weeks=2)
    with pytest.raises(DomainError, match="paused"):
        operations.change_plan(client=client, price=dear, quote=token)


def test_prices_of_others_are_none_to_change_to(shop: Shop, client: Client, dear: Price) -> None:
    membership = shop.join(client)
    found = set(changes.prices_to_change_to(membership))
    assert found == {shop.basic_price, shop.coached.prices.get(interval="year"), dear}
    for field, value in (("is_public", False), ("is_listed", False), ("payment_count", 3)):
        setattr(dear.tier, field, value)
        dear.tier.save()
        assert dear not in changes.prices_to_change_to(membership)
        assert changes.price_to_change_to(membership, dear.uuid) is None
        dear.tier.refresh_from_db()
        setattr(dear.tier, field, {"payment_count": None}.get(field, True))
        dear.tier.save()
    assert changes.price_to_change_to(None, dear.uuid) is None


def test_a_full_plan_takes_nobody_more(shop: Shop, client: Client, dear: Price) -> None:
    shop.join(client)
    dear.tier.seats_on_sale = 0
    dear.tier.save()
    with pytest.raises(DomainError, match="is taken"):
        change(client, dear)
    assert membership_of(client).price == shop.price
    dear.tier.seats_on_sale = 1
    dear.tier.save()
    assert change(client, dear).price == dear
