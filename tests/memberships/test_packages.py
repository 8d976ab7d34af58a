"""Packages: written in the admin, bought once, delivered once, by every road."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.db.models import Sum
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Page, Site

from tests import factories
from tests.memberships.conftest import Shop
from wagtail_asyncpt.core.errors import Conflict, DomainError
from wagtail_asyncpt.memberships import operations, queries
from wagtail_asyncpt.memberships.models import (
    AccessPeriod,
    Credit,
    Invoice,
    Package,
    Purchase,
    PurchaseStatus,
    StripeCustomer,
    StripeEvent,
)
from wagtail_asyncpt.memberships.offers import package_promises
from wagtail_asyncpt.people.models import Client, Clinic, Letter, Role

Login = Callable[[Any], Browser]


def groups_of(client: Client) -> set[str]:
    return set(client.user.groups.values_list("name", flat=True))


def buy_path(package: Package) -> str:
    return reverse("asyncpt_memberships:buy", args=[package.uuid])


def assert_delivered(client: Client, shop: Shop) -> Purchase:
    """One paid purchase, lot, period, invoice and letter."""
    purchase = Purchase.objects.get(client=client)
    assert purchase.status == PurchaseStatus.PAID
    assert purchase.payment_intent_id.startswith("pi_")
    lot = Credit.objects.get(client=client)
    assert (lot.amount, lot.purchase) == (5, purchase)
    assert lot.expires_at == purchase.paid_at + dt.timedelta(days=90)
    period = AccessPeriod.objects.get(client=client)
    assert period.ends_at - period.starts_at == dt.timedelta(weeks=6)
    assert (period.purchase, period.membership) == (purchase, None)
    invoice = Invoice.objects.get(client=client)
    assert (invoice.purchase, invoice.amount_paid) == (purchase, 45000)
    assert invoice.payment_intent_id == purchase.payment_intent_id
    letter = Letter.objects.get(to=client.user.email)
    assert "5 in-person visits" in letter.text
    assert "$450.00" in letter.text
    assert groups_of(client) == {shop.coached.group.name, shop.basic.group.name}
    return purchase


@pytest.fixture
def package(shop: Shop) -> Package:
    """Five visits within 90 days, and six weeks of the coached tier."""
    return shop.sell(tier=shop.coached, weeks=6, visits_expire_after_days=90)


def test_webhooks_and_success_page_in_every_order_deliver_once(
    shop: Shop, package: Package, clinic: Clinic
) -> None:
    for roads in (("webhook",), ("page",), ("page", "webhook"), ("webhook", "page", "page")):
        client = factories.make_client(clinic)
        shop.pay(shop.start_package(client, package))
        assert queries.program_access(client).is_open is False
        session = Purchase.objects.get(client=client).checkout_session_id
        for road in roads:
            if road == "webhook":
                shop.deliver()
            else:
                operations.confirm_checkout(client=client, session_id=session)
        shop.discard()
        assert_delivered(client, shop)
        assert queries.program_access(client).is_open is True
    assert not StripeEvent.objects.filter(status="failed").exists()


def test_what_it_opened_closes_after_its_weeks(
    shop: Shop, package: Package, client: Client
) -> None:
    purchase = shop.buy(client, package)
    now = shop.clock.moment
    assert queries.reply_hours(client) == 24
    assert queries.entitlements({client.user_id}, now) == {
        client.user_id: queries.entitled_group_ids(client.user, now)
    }
    assert client.user_id in queries.member_user_ids()
    shop.clock.set(purchase.ends_at)
    access = queries.program_access(client)
    assert (access.is_open, "Your package, Five visits, ended on" in access.message) == (
        False,
        True,
    )
    assert queries.entitled_group_ids(client.user, shop.clock.moment) == set()
    assert queries.entitlements({client.user_id}, shop.clock.moment) == {}


def test_entitlement_of_a_member_with_a_package_is_one_query(
    shop: Shop, package: Package, client: Client
) -> None:
    shop.buy(client, package)
    shop.join(client, shop.basic_price)
    with CaptureQueriesContext(connection) as work:
        assert len(queries.entitled_group_ids(client.user, shop.clock.moment)) == 2
    assert len(work) == 1
    with CaptureQueriesContext(connection) as work:
        assert queries.program_access(client).is_open is True
    assert len(work) == 1


def test_a_second_one_begins_where_the_first_ends(
    shop: Shop, package: Package, client: Client
) -> None:
    first, second = shop.buy(client, package), shop.buy(client, package)
    assert first.pk != second.pk
    assert second.starts_at == first.ends_at
    assert Credit.objects.filter(client=client).count() == 2


def test_a_double_click_is_one_purchase_and_one_session(
    shop: Shop, package: Package, client: Client
) -> None:
    assert shop.start_package(client, package) == shop.start_package(client, package)
    assert Purchase.objects.count() == 1


def test_paid_in_one_tab_and_started_again_in_another_is_not_charged_twice(
    shop: Shop, package: Package, client: Client
) -> None:
    shop.pay(shop.start_package(client, package))
    with pytest.raises(Conflict, match="just bought"):
        shop.start_package(client, package)
    shop.deliver()
    assert_delivered(client, shop)


def test_a_package_that_changed_meanwhile_is_sold_anew_and_the_old_session_cannot_be_paid(
    shop: Shop, package: Package, client: Client
) -> None:
    first = shop.start_package(client, package)
    operations.save_package(
        clinic=shop.clinic,
        package=package,
        values={
            "name": package.name,
            "visits": 4,
            "amount": 40000,
            "tier": package.tier,
            "weeks": 6,
            "visits_expire_after_days": 90,
        },
    )
    operations.sync_tiers(clinic=shop.clinic)
    package.refresh_from_db()
    second = shop.start_package(client, package)
    assert second != first
    assert shop.pay(first).status_code != 303
    shop.pay(second)
    shop.deliver()
    assert list(Purchase.objects.order_by("pk").values_list("status", "amount", "visits")) == [
        ("abandoned", 45000, 5),
        ("paid", 40000, 4),
    ]
    assert Credit.objects.get().amount == 4


def test_a_change_after_the_checkout_began_does_not_change_what_was_sold(
    shop: Shop, package: Package, client: Client
) -> None:
    shop.pay(shop.start_package(client, package))
    Package.objects.filter(pk=package.pk).update(visits=1, weeks=1)
    shop.deliver()
    assert_delivered(client, shop)


@pytest.mark.parametrize("column", ["amount", "currency", "stripe_price_id"])
def test_a_payment_that_differs_from_what_was_sold_grants_nothing(
    shop: Shop, package: Package, client: Client, column: str
) -> None:
    shop.pay(shop.start_package(client, package))
    changed = {"amount": 100, "currency": "eur", "stripe_price_id": "price_other"}[column]
    Purchase.objects.update(**{column: changed})
    shop.deliver()
    assert Purchase.objects.get().status == "pending"
    assert not Credit.objects.exists()
    assert not AccessPeriod.objects.exists()
    assert StripeEvent.objects.filter(status="failed", error__contains="Mismatch").exists()


def test_another_customers_payment_grants_nothing(
    shop: Shop, package: Package, client: Client
) -> None:
    shop.pay(shop.start_package(client, package))
    StripeCustomer.objects.update(stripe_id="cus_other")
    shop.deliver()
    assert not Credit.objects.exists()


def test_an_expired_session_is_abandoned(shop: Shop, package: Package, client: Client) -> None:
    shop.start_package(client, package)
    shop.advance(hours=25)
    shop.deliver()
    assert Purchase.objects.get().status == "abandoned"
    assert shop.start_package(client, package)


def test_a_session_of_which_we_lost_the_id_is_found_by_its_webhook(
    shop: Shop, package: Package, client: Client
) -> None:
    shop.pay(shop.start_package(client, package))
    Purchase.objects.update(checkout_session_id="", checkout_url="")
    shop.deliver()
    assert_delivered(client, shop)


def test_visitor_and_client_buy_it_in_the_browser(
    shop: Shop, package: Package, login: Login
) -> None:
    html = Browser().get(buy_path(package)).content.decode()
    assert "$450.00" in html
    assert "5 in-person visits" in html
    assert "Coached for 6 weeks" in html
    assert Browser().post(buy_path(package)).status_code == 302
    assert not Purchase.objects.exists()

    browser = login(factories.make_user("Nina Neu"))
    answer = browser.post(buy_path(package))
    assert answer.status_code == 303
    back = shop.pay(answer["Location"]).headers["Location"]
    page = browser.get(back).content.decode()
    assert "It’s yours" in page
    assert "Everything in Coached is open to you until" in page
    client = Client.objects.get(user__first_name="Nina")
    assert_delivered(client, shop)
    stranger = login(factories.make_client(shop.clinic, "Stan Ranger"))
    assert stranger.get(back).status_code == 404


def test_what_is_off_sale_or_of_another_clinic_is_not_found(
    shop: Shop, package: Package, client: Client, login: Login
) -> None:
    other = Clinic.for_site(
        Site.objects.create(hostname="other.test", root_page=Page.objects.get(depth=2))
    )
    Package.objects.filter(pk=package.pk).update(clinic=other)
    assert login(client).get(buy_path(package)).status_code == 404
    Package.objects.filter(pk=package.pk).update(clinic=shop.clinic, is_public=False)
    assert login(client).post(buy_path(package)).status_code == 404
    with pytest.raises(DomainError, match="not on sale"):
        shop.start_package(client, package)
    Package.objects.filter(pk=package.pk).update(is_public=True, is_listed=False)
    assert login(client).get(buy_path(package)).status_code == 200


@pytest.fixture
def seller(clinic: Clinic) -> Any:
    """A manager who may write packages."""
    user = factories.make_therapist(clinic, "Sally Seller", Role.MANAGER).user
    user.user_permissions.add(
        *Permission.objects.filter(
            content_type__app_label="wagtail_asyncpt", content_type__model="package"
        ),
    )
    return user


def values(**changed: Any) -> dict[str, Any]:
    return {
        "name": "Ten visits",
        "summary": "Hands on.",
        "features": "A report at the end",
        "visits": "10",
        "visits_expire_after_days": "365",
        "weeks": "0",
        "is_public": "on",
        "is_listed": "on",
        "sort_order": "1",
        "price": "850.50",
        **changed,
    }


def test_staff_write_a_package_and_stripe_gets_its_twin(
    shop: Shop, seller: Any, login: Login
) -> None:
    browser = login(seller)
    assert browser.get(reverse("asyncpt_packages:add")).status_code == 200
    with shop.capture(execute=True):
        answer = browser.post(reverse("asyncpt_packages:add"), values())
    assert answer.status_code == 302
    package = Package.objects.get()
    assert (package.clinic, package.amount, package.currency) == (shop.clinic, 85050, "usd")
    first = package.stripe_price_id
    assert shop.stripe.v1.prices.retrieve(first).type == "one_time"
    edit = reverse("asyncpt_packages:edit", args=[package.pk])
    assert 'value="850.50"' in browser.get(edit).content.decode()
    with shop.capture(execute=True):
        browser.post(edit, values(price="900"))
    package.refresh_from_db()
    assert package.stripe_price_id != first
    assert shop.stripe.v1.prices.retrieve(first).active is False
    with shop.capture(execute=True):
        browser.post(edit, values())
    package.refresh_from_db()
    assert package.stripe_price_id == first
    assert shop.stripe.v1.prices.retrieve(first).active is True
    assert operations.sync_tiers(clinic=shop.clinic) == []
    assert "$850.50" in browser.get(reverse("asyncpt_packages:index")).content.decode()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"price": "0"}, "price"),
        ({"price": "1.234"}, "price"),
        ({"visits": "0"}, "visits"),
        ({"weeks": "3"}, "weeks"),
    ],
)
def test_what_cannot_be_sold_is_said_beside_its_field(
    shop: Shop, seller: Any, login: Login, changed: dict[str, str], field: str
) -> None:
    answer = login(seller).post(reverse("asyncpt_packages:add"), values(**changed))
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert "Hands on." in answer.content.decode()
    assert not Package.objects.exists()


def test_another_clinics_package_does_not_exist_in_the_admin(
    shop: Shop, package: Package, seller: Any, login: Login, cast: Any
) -> None:
    edit = reverse("asyncpt_packages:edit", args=[package.pk])
    assert login(cast.therapist).get(edit).status_code == 302
    other = Clinic.for_site(
        Site.objects.create(hostname="other.test", root_page=Page.objects.get(depth=2))
    )
    Package.objects.filter(pk=package.pk).update(clinic=other)
    assert login(seller).get(edit).status_code == 404
    assert (
        "Five visits" not in login(seller).get(reverse("asyncpt_packages:index")).content.decode()
    )


def test_one_visit_is_said_in_the_singular(shop: Shop) -> None:
    package = shop.sell("One", visits=1, visits_expire_after_days=1)
    assert package_promises(package) == ["1 in-person visit", "To be used within 1 day"]


def refund(shop: Shop, purchase: Purchase, amount: int, effect: str) -> None:
    """Give ``amount`` back at Stripe, as our operation does."""
    shop.stripe.v1.refunds.create(
        {
            "payment_intent": purchase.payment_intent_id,
            "amount": amount,
            "metadata": {"asyncpt_effect": effect},
        }
    )
    shop.deliver()


def test_a_refund_takes_back_what_it_says_and_the_invoice_knows(
    shop: Shop, package: Package, client: Client
) -> None:
    purchase = shop.buy(client, package)
    refund(shop, purchase, 9000, "visits")
    assert Credit.objects.aggregate(n=Sum("amount"))["n"] == 4
    assert Invoice.objects.get().amount_refunded == 9000
    assert queries.program_access(client).is_open is True
    refund(shop, purchase, 36000, "end")
    purchase.refresh_from_db()
    assert purchase.status == PurchaseStatus.REFUNDED
    assert Credit.objects.aggregate(n=Sum("amount"))["n"] == 0
    assert queries.program_access(client).is_open is False
    assert groups_of(client) == set()


def test_what_staff_took_back_stays_taken_when_a_refund_is_followed(
    shop: Shop, package: Package, client: Client, cast: Any
) -> None:
    purchase = shop.buy(client, package)
    operations.revoke_credits(
        client=client, amount=2, reason="Agreed", key="a", written_by=cast.manager.user
    )
    refund(shop, purchase, 100, "keep")
    assert Credit.objects.aggregate(n=Sum("amount"))["n"] == 3
