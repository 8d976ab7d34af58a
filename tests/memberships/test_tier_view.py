"""Plans and prices in the Wagtail admin."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Page, Site

from tests import factories
from tests.conftest import Cast
from tests.memberships.conftest import Shop
from wagtail_asyncpt.memberships.models import Price, Tier
from wagtail_asyncpt.memberships.viewsets import TierViewSet
from wagtail_asyncpt.people.models import Clinic, Role

Login = Callable[[Any], Browser]


def url(name: str, *args: Any) -> str:
    return reverse(f"asyncpt_tiers:{name}", args=args)


@pytest.fixture
def seller(clinic: Clinic) -> Any:
    """A manager who may write tiers."""
    user = factories.make_therapist(clinic, "Sally Seller", Role.MANAGER).user
    user.user_permissions.add(
        *Permission.objects.filter(
            content_type__app_label="wagtail_asyncpt", content_type__model="tier"
        ),
    )
    return user


def values(**changed: Any) -> dict[str, Any]:
    return {
        "name": "Performance",
        "summary": "Back to sport.",
        "features": "Everything\nAnd more",
        "has_program": "on",
        "form_checks_per_week": "4",
        "reply_hours": "12",
        "is_public": "on",
        "sort_order": "5",
        "visits_per_period": "0",
        "visit_rollover": "none",
        "visit_rollover_limit": "0",
        "visits_expire_after_days": "365",
        "trial_days": "0",
        "member_seats": "1",
        "price_month": "199.50",
        **changed,
    }


def test_a_new_tier_gets_its_group_price_and_twins_at_stripe(
    shop: Shop, seller: Any, login: Login
) -> None:
    browser = login(seller)
    assert browser.get(url("add")).status_code == 200
    with shop.capture(execute=True):
        answer = browser.post(url("add"), values(includes=[shop.basic.pk]))
    assert answer.status_code == 302
    tier = Tier.objects.get(name="Performance")
    assert (tier.clinic, tier.slug, tier.group.name) == (
        shop.clinic,
        "performance",
        "Members: Performance",
    )
    assert not tier.group.permissions.exists()
    assert list(tier.includes.all()) == [shop.basic]
    price = tier.prices.get()
    assert (price.amount, price.currency, price.interval) == (19950, "usd", "month")
    assert shop.stripe.v1.prices.retrieve(price.stripe_price_id).unit_amount == 19950
    assert shop.stripe.v1.products.retrieve(tier.stripe_product_id).name == "Performance"


def test_a_changed_amount_is_a_new_price_and_an_empty_one_is_off_sale(
    shop: Shop, seller: Any, login: Login
) -> None:
    old, yearly = shop.price, shop.coached.prices.get(interval="year")
    edit = url("edit", shop.coached.pk)
    browser = login(seller)
    html = browser.get(edit).content.decode()
    assert 'value="149.00"' in html
    assert "Delete" not in html
    with shop.capture(execute=True):
        answer = browser.post(edit, values(name="Coached", price_month="159", price_year=""))
    assert answer.status_code == 302
    assert shop.price.amount == 15900
    assert shop.price.stripe_price_id != old.stripe_price_id
    for price in (old, yearly):
        price.refresh_from_db()
        assert not price.is_active
        assert shop.stripe.v1.prices.retrieve(price.stripe_price_id).active is False
    assert not shop.coached.prices.filter(interval="year", is_active=True).exists()


@pytest.mark.parametrize("amount", ["-1", "0", "1.234", "letters", "9" * 40])
def test_a_wrong_amount_is_said_beside_its_field_and_nothing_is_written(
    shop: Shop, seller: Any, login: Login, amount: str
) -> None:
    answer = login(seller).post(url("add"), values(price_month=amount))
    assert answer.status_code == 200
    assert answer.context["form"].errors.keys() == {"price_month"}
    assert "Back to sport." in answer.content.decode()
    assert Tier.objects.count() == 2


def test_stripe_out_of_reach_does_not_lose_the_tier(shop: Shop, seller: Any, login: Login) -> None:
    shop.standin.engine.faults.set({"rate_limit": 50})
    with shop.capture(execute=True):
        assert login(seller).post(url("add"), values()).status_code == 302
    assert Price.objects.get(tier__name="Performance").stripe_price_id == ""


def test_another_clinics_tier_does_not_exist_on_any_address(
    shop: Shop, seller: Any, login: Login
) -> None:
    site = Site.objects.create(hostname="other.test", root_page=Page.objects.first())
    foreign = factories.make_tier(Clinic.for_site(site), "Elsewhere")
    browser = login(seller)
    names = [row.name for row in TierViewSet().get_urlpatterns() if "<" in str(row.pattern)]
    assert set(names) >= {"edit", "history", "history_results", "usage", "inspect"}
    for name in names:
        assert browser.get(url(name, foreign.pk)).status_code == 404, name
        assert browser.get(url(name, shop.coached.pk)).status_code == 200, name
    assert browser.post(url("edit", foreign.pk), values()).status_code == 404
    assert "Elsewhere" not in browser.get(url("index")).content.decode()
    answer = browser.post(url("edit", shop.coached.pk), values(includes=[foreign.pk]))
    assert answer.context["form"].errors.keys() == {"includes"}


def test_people_without_permission_are_sent_away(shop: Shop, cast: Cast, login: Login) -> None:
    for person in (cast.therapist, cast.editor, cast.owner, cast.stranger):
        for path in (url("index"), url("add"), url("edit", shop.coached.pk)):
            assert login(person).get(path).status_code == 302
    assert Browser().get(url("index")).status_code == 302


def test_the_list_costs_the_same_for_two_tiers_and_twelve(
    shop: Shop, seller: Any, login: Login
) -> None:
    browser = login(seller)
    counts = []
    for number in (0, 10):
        for index in range(number):
            factories.make_tier(shop.clinic, f"Tier {index}")
        browser.get(url("index"))
        with CaptureQueriesContext(connection) as queries:
            assert "$149.00 a month" in browser.get(url("index")).content.decode()
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_a_permission_without_a_managers_profile_opens_nothing(
    seller: Any, clinic: Clinic, login: Login
) -> None:
    tier = factories.make_tier(clinic)
    before = login(seller).get(url("edit", tier.pk))
    assert before.status_code == 200
    seller.asyncpt_therapists.update(role=Role.THERAPIST)
    browser = login(type(seller).objects.get(pk=seller.pk))
    for path in (url("index"), url("add"), url("edit", tier.pk), url("inspect", tier.pk)):
        assert browser.get(path).status_code == 404, path
        assert browser.post(path, {"name": "Taken"}).status_code in (404, 405)
    tier.refresh_from_db()
    assert tier.name == "Rehab"
