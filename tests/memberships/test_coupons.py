"""Coupons: made in the admin or at Stripe, typed at Checkout, counted."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse
from wagtail.models import Page, Site

from tests import factories
from tests.memberships.conftest import Shop
from wagtail_asyncpt.memberships import operations
from wagtail_asyncpt.memberships.models import Coupon, Membership
from wagtail_asyncpt.people.models import Client, Clinic, Role


def make(shop: Shop, code: str = "SPRING", **fields: Any) -> Coupon:
    values = {"code": code, "percent_off": 20, "is_active": True, **fields}
    coupon = operations.save_coupon(clinic=shop.clinic, coupon=None, values=values)
    operations.sync_tiers(clinic=shop.clinic)
    coupon.refresh_from_db()
    return coupon


def test_a_code_of_ours_lowers_the_payment_and_is_counted(shop: Shop, client: Client) -> None:
    coupon = make(shop)
    assert coupon.stripe_promotion_code_id.startswith("promo_")
    url = shop.start(client)
    shop.web.post(f"{url}/promo", {"code": "SPRING"}, allow_redirects=False)
    assert shop.pay(url).status_code == 303
    shop.deliver()
    membership = Membership.objects.get()
    assert membership.status == "active"
    assert membership.invoices.get().amount_paid == 11920
    coupon.refresh_from_db()
    assert coupon.times_redeemed == 1
    assert operations.sync_tiers(clinic=shop.clinic) == []


def test_without_an_active_coupon_checkout_asks_for_no_code(shop: Shop, client: Client) -> None:
    shop.start(client)
    assert not shop.stripe.v1.checkout.sessions.list().data[0].allow_promotion_codes


def test_codes_made_at_stripe_are_adopted_once(shop: Shop) -> None:
    made = shop.stripe.v1.coupons.create(
        {
            "amount_off": 1000,
            "currency": "usd",
            "duration": "repeating",
            "duration_in_months": 3,
        }
    )
    shop.stripe.v1.promotion_codes.create(
        {"promotion": {"type": "coupon", "coupon": made.id}, "code": "FALL", "max_redemptions": 9}
    )
    dry = operations.sync_tiers(clinic=shop.clinic, dry_run=True)
    assert [line.action for line in dry] == ["adopted coupon"]
    assert not Coupon.objects.exists()
    assert len(operations.sync_tiers(clinic=shop.clinic)) == 1
    coupon = Coupon.objects.get()
    assert (coupon.code, coupon.amount_off, coupon.currency) == ("FALL", 1000, "usd")
    assert (coupon.duration, coupon.duration_months) == ("repeating", 3)
    assert coupon.max_redemptions == 9
    assert operations.sync_tiers(clinic=shop.clinic) == []


def test_closed_here_is_closed_there_and_the_other_way_round(shop: Shop) -> None:
    ours, theirs = make(shop, "OURS"), make(shop, "THEIRS")
    operations.save_coupon(
        clinic=shop.clinic, coupon=ours, values={"code": "OURS", "is_active": False}
    )
    shop.stripe.v1.promotion_codes.update(theirs.stripe_promotion_code_id, {"active": False})
    assert len(operations.sync_tiers(clinic=shop.clinic)) == 2
    promo = shop.stripe.v1.promotion_codes.retrieve(ours.stripe_promotion_code_id)
    assert promo.active is False
    theirs.refresh_from_db()
    assert theirs.is_active is False
    assert operations.sync_tiers(clinic=shop.clinic) == []


@pytest.fixture
def seller(clinic: Clinic) -> Any:
    """A manager who may write coupons."""
    user = factories.make_therapist(clinic, "Sally Seller", Role.MANAGER).user
    rows = Permission.objects.filter(
        content_type__app_label="wagtail_asyncpt", content_type__model="coupon"
    )
    user.user_permissions.add(*rows)
    return user


def values(**changed: str) -> dict[str, str]:
    return {"code": "spring", "percent_off": "15", "duration": "once", "is_active": "on"} | changed


def test_staff_write_a_coupon_and_only_close_it_later(shop: Shop, seller: Any, login: Any) -> None:
    browser = login(seller)
    with shop.capture(execute=True):
        assert browser.post(reverse("asyncpt_coupons:add"), values()).status_code == 302
    coupon = Coupon.objects.get()
    assert (coupon.code, str(coupon.percent_off)) == ("SPRING", "15.00")
    assert coupon.stripe_promotion_code_id
    edit = reverse("asyncpt_coupons:edit", args=[coupon.pk])
    with shop.capture(execute=True):
        answer = browser.post(edit, {"code": "OTHER", "percent_off": "99"})
    assert answer.status_code == 302
    coupon.refresh_from_db()
    assert (coupon.code, str(coupon.percent_off), coupon.is_active) == ("SPRING", "15.00", False)
    assert (
        "15 % off the first payment"
        in browser.get(reverse("asyncpt_coupons:index")).content.decode()
    )
    assert browser.post(edit, {"is_active": "on"}).status_code == 200


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"percent_off": ""}, "percent_off"),
        ({"percent_off": "101"}, "percent_off"),
        ({"off": "5"}, "percent_off"),
        ({"percent_off": "", "off": "0"}, "off"),
        ({"duration": "repeating"}, "duration_months"),
        ({"code": "a b"}, "code"),
    ],
)
def test_what_is_no_coupon_is_said_beside_its_field(
    shop: Shop, seller: Any, login: Any, changed: dict[str, str], field: str
) -> None:
    answer = login(seller).post(reverse("asyncpt_coupons:add"), values(**changed))
    assert answer.status_code == 200
    assert list(answer.context["form"].errors) == [field]
    assert not Coupon.objects.exists()


def test_another_clinics_coupon_does_not_exist(shop: Shop, seller: Any, login: Any) -> None:
    coupon = make(shop)
    other = Clinic.for_site(
        Site.objects.create(hostname="other.test", root_page=Page.objects.get(depth=2))
    )
    Coupon.objects.update(clinic=other)
    edit = reverse("asyncpt_coupons:edit", args=[coupon.pk])
    assert login(seller).get(edit).status_code == 404
