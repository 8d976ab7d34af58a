"""Buying, through Stripe's page, by every road and with every accident."""

import datetime as dt
from typing import Any

import pytest

from tests import factories
from tests.memberships.conftest import DECLINED_CARD, KEY, Shop
from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.memberships import operations, queries
from wagtail_asyncpt.memberships.models import (
    AccessPeriod,
    Invoice,
    Membership,
    MembershipStatus,
    StripeCustomer,
    StripeEvent,
)
from wagtail_asyncpt.memberships.stripe import gateway
from wagtail_asyncpt.memberships.stripe.client import Unavailable
from wagtail_asyncpt.people.models import Client, Letter


def groups_of(client: Client) -> set[str]:
    return set(client.user.groups.values_list("name", flat=True))


def assert_joined(client: Client, shop: Shop) -> Membership:
    """One membership, one period, one invoice, one letter, the right groups."""
    membership = Membership.objects.get(client=client)
    assert membership.status == MembershipStatus.ACTIVE
    assert membership.tier == shop.coached
    assert membership.stripe_subscription_id.startswith("sub_")
    assert membership.livemode is False
    assert queries.live_membership(client) == membership
    period = AccessPeriod.objects.get(client=client)
    assert (period.starts_at, period.ends_at) == (
        membership.period_start,
        membership.period_end,
    )
    assert period.tier == shop.coached
    assert period.key.startswith("default:il_")
    invoice = Invoice.objects.get(client=client)
    assert (invoice.status, invoice.amount_paid, invoice.currency) == ("paid", 14900, "usd")
    letter = Letter.objects.get(to=client.user.email)
    assert letter.key == f"welcome-{membership.stripe_subscription_id}"
    assert "$149.00 a month" in letter.text
    assert groups_of(client) == {shop.coached.group.name, shop.basic.group.name}
    return membership


def test_webhooks_alone_make_a_member(shop: Shop, client: Client) -> None:
    url = shop.start(client)
    pending = Membership.objects.get(client=client)
    assert pending.status == MembershipStatus.PENDING
    assert queries.live_membership(client) is None
    assert groups_of(client) == set()

    answer = shop.pay(url)
    assert answer.status_code == 303
    assert answer.headers["Location"].endswith(f"?session_id={pending.checkout_session_id}")
    assert shop.deliver() > 0

    assert_joined(client, shop)
    assert not StripeEvent.objects.filter(status="failed").exists()


def test_the_success_page_alone_makes_a_member(
    shop: Shop, client: Client, django_capture_on_commit_callbacks: Any
) -> None:
    shop.pay(shop.start(client))
    shop.discard()
    session = Membership.objects.get(client=client).checkout_session_id
    operations.confirm_checkout(client=client, session_id=session)
    assert_joined(client, shop)


def test_success_page_and_webhooks_in_both_orders_make_one_of_everything(
    shop: Shop, clinic: Any
) -> None:
    for page_first in (True, False):
        client = factories.make_client(clinic)
        shop.pay(shop.start(client))
        session = Membership.objects.get(client=client).checkout_session_id
        steps = [
            lambda s=session, c=client: operations.confirm_checkout(client=c, session_id=s),
            shop.deliver,
        ]
        for step in steps if page_first else reversed(steps):
            step()
        assert_joined(client, shop)


def test_only_ids_of_ours_reach_stripe(shop: Shop, client: Client) -> None:
    membership = shop.join(client)
    session = shop.stripe.v1.checkout.sessions.retrieve(membership.checkout_session_id)
    assert session.client_reference_id == str(membership.uuid)
    assert session.metadata.to_dict() == {"asyncpt_membership": str(membership.uuid)}
    customer = shop.stripe.v1.customers.retrieve(session.customer)
    assert customer.metadata.to_dict() == {"asyncpt_client": str(client.uuid)}
    assert customer.name is None


def test_a_refused_card_grants_nothing_and_the_right_card_after_it_does(
    shop: Shop, client: Client
) -> None:
    url = shop.start(client)
    refused = shop.pay(url, DECLINED_CARD)
    assert refused.status_code != 303
    assert "declined" in refused.text
    shop.deliver()
    assert queries.live_membership(client) is None
    assert not AccessPeriod.objects.exists()
    assert not Letter.objects.exists()

    assert shop.pay(url).status_code == 303
    shop.deliver()
    assert_joined(client, shop)


def test_a_closed_tab_loses_nothing_and_the_next_try_takes_up_the_same_session(
    shop: Shop, client: Client
) -> None:
    first = shop.start(client)
    assert shop.start(client) == first
    assert Membership.objects.filter(client=client).count() == 1
    assert len(shop.stripe.v1.checkout.sessions.list().data) == 1
    assert len(shop.stripe.v1.customers.list().data) == 1


def test_another_price_closes_the_earlier_session_so_that_it_cannot_be_paid(
    shop: Shop, client: Client
) -> None:
    first = shop.start(client)
    second = shop.start(client, shop.basic_price)
    assert second != first
    assert shop.pay(first).status_code != 303
    old, new = Membership.objects.filter(client=client).order_by("pk")
    assert (old.status, new.status) == ("abandoned", "pending")
    shop.pay(second)
    shop.deliver()
    assert queries.live_membership(client) == new
    old.refresh_from_db()
    assert old.status == "abandoned"


def test_a_session_that_ran_out_is_abandoned_and_a_new_one_opened(
    shop: Shop, client: Client
) -> None:
    first = shop.start(client)
    shop.advance(hours=25)
    second = shop.start(client)
    assert second != first
    assert sorted(Membership.objects.values_list("status", flat=True)) == [
        "abandoned",
        "pending",
    ]


def test_an_expired_session_is_abandoned_by_its_webhook(shop: Shop, client: Client) -> None:
    shop.start(client)
    shop.advance(hours=25)
    shop.deliver()
    assert Membership.objects.get(client=client).status == "abandoned"


def test_a_member_is_not_sold_a_second_membership(shop: Shop, client: Client) -> None:
    shop.join(client)
    with pytest.raises(operations.AlreadyMember, match="already have a membership: Coached"):
        shop.start(client, shop.basic_price)
    assert Membership.objects.filter(client=client).count() == 1


def test_paid_in_one_tab_and_started_again_in_another_before_any_webhook(
    shop: Shop, client: Client
) -> None:
    shop.pay(shop.start(client))
    with pytest.raises(operations.AlreadyMember):
        shop.start(client, shop.basic_price)
    shop.deliver()
    assert_joined(client, shop)


def test_a_price_of_another_clinic_or_off_sale_is_refused(shop: Shop, client: Client) -> None:
    inactive = shop.price
    operations.set_price(tier=shop.coached, interval="month", amount=19900)
    with pytest.raises(DomainError, match="not on sale"):
        shop.start(client, inactive)
    assert not Membership.objects.exists()


@pytest.mark.parametrize("call", ["create_customer", "create_checkout"])
def test_a_crash_after_stripes_answer_is_repaired_by_the_same_key(
    shop: Shop, client: Client, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    real = getattr(gateway, call)

    def crash(*args: Any, **kwargs: Any) -> None:
        real(*args, **kwargs)
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(gateway, call, crash)
        with pytest.raises(KeyboardInterrupt):
            shop.start(client)
    assert Membership.objects.get(client=client).status == "pending"

    url = shop.start(client)

    assert len(shop.stripe.v1.customers.list().data) == 1
    assert StripeCustomer.objects.filter(client=client).count() == 1
    assert [s.url for s in shop.stripe.v1.checkout.sessions.list().data] == [url]


def test_a_fault_at_stripe_after_it_did_the_work_makes_nothing_twice(
    shop: Shop, client: Client
) -> None:
    shop.standin.engine.faults.set({"fail_after_commit": 2})
    shop.pay(shop.start(client))
    shop.deliver()
    assert len(shop.stripe.v1.customers.list().data) == 1
    assert_joined(client, shop)


def test_a_session_of_which_we_lost_the_id_is_found_by_its_webhook(
    shop: Shop, client: Client
) -> None:
    shop.pay(shop.start(client))
    Membership.objects.filter(client=client).update(checkout_session_id="", checkout_url="")
    shop.deliver()
    membership = assert_joined(client, shop)
    assert membership.checkout_session_id.startswith("cs_")


def test_stripe_out_of_reach_keeps_the_purchase_for_the_next_try(
    shop: Shop, client: Client
) -> None:
    shop.standin.engine.faults.set({"rate_limit": 20})
    with pytest.raises(Unavailable):
        shop.start(client)
    shop.standin.engine.faults.clear()
    shop.pay(shop.start(client))
    shop.deliver()
    assert_joined(client, shop)


@pytest.mark.parametrize("column", ["amount", "currency", "stripe_price_id"])
def test_a_price_that_differs_at_stripe_grants_nothing(
    shop: Shop, client: Client, column: str
) -> None:
    shop.pay(shop.start(client))
    changed = {"amount": 100, "currency": "eur", "stripe_price_id": "price_other"}[column]
    type(shop.price).objects.filter(pk=shop.price.pk).update(**{column: changed})
    shop.deliver()
    assert queries.live_membership(client) is None
    assert not AccessPeriod.objects.exists()
    assert groups_of(client) == set()
    failed = StripeEvent.objects.filter(status="failed")
    assert failed.exists()
    assert all("Mismatch" in event.error for event in failed)


@pytest.mark.parametrize("where", ["line", "item"])
def test_another_quantity_than_one_grants_nothing(shop: Shop, client: Client, where: str) -> None:
    """Two of a plan in the session, or on the subscription, were not sold."""
    shop.pay(shop.start(client))
    session = Membership.objects.get(client=client).checkout_session_id
    engine = shop.standin.engine.account(KEY)
    if where == "line":
        engine.private[session]["lines"][0]["quantity"] = 2
        shop.deliver_one("checkout.session.completed")
    else:
        [subscription] = engine.rows("subscription")
        subscription["items"]["data"][0]["quantity"] = 2
        shop.deliver()
    assert queries.live_membership(client) is None
    assert not AccessPeriod.objects.exists()
    assert groups_of(client) == set()
    assert "Mismatch" in StripeEvent.objects.filter(status="failed")[0].error


def test_a_customer_who_is_not_the_buyer_grants_nothing(shop: Shop, client: Client) -> None:
    shop.pay(shop.start(client))
    StripeCustomer.objects.filter(client=client).update(stripe_id="cus_other")
    shop.deliver()
    assert queries.live_membership(client) is None
    assert not Invoice.objects.exists()


def test_the_billing_portal_opens_for_the_clients_own_customer(shop: Shop, client: Client) -> None:
    with pytest.raises(DomainError):
        operations.open_billing_portal(client=client, return_url="http://localhost/")
    shop.join(client)
    url = operations.open_billing_portal(client=client, return_url="http://localhost/")
    assert url.startswith(f"{shop.standin.url}/p/session/")
    assert "Coached" in shop.web.get(url).text


def test_pending_memberships_give_no_access(shop: Shop, client: Client) -> None:
    shop.start(client)
    assert queries.live_membership(client) is None
    access = queries.program_access(client)
    assert (access.is_open, access.message) == (False, "You have no membership yet.")


def test_a_complimentary_membership_gives_access_until_its_end(shop: Shop, client: Client) -> None:
    end = shop.clock.moment + dt.timedelta(days=30)
    operations.grant_membership(client=client, tier=shop.coached, reason="Pilot", ends_at=end)
    assert groups_of(client) == {shop.coached.group.name, shop.basic.group.name}
    with pytest.raises(DomainError):
        operations.grant_membership(client=client, tier=shop.basic, reason="Twice")
    shop.clock.set(end)
    assert queries.live_membership(client) is None
