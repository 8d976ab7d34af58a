"""The difference with Stripe is shown first; prices that exist there are taken over."""

from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.management import call_command
from django.urls import reverse

from tests import factories
from tests.memberships.conftest import Shop
from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.memberships import operations
from wagtail_asyncpt.memberships.models import Price
from wagtail_asyncpt.people.models import Client, Clinic, Role

COMPARE = reverse("asyncpt_catalog:compare")
ADOPT = reverse("asyncpt_catalog:adopt")


@pytest.fixture
def seller(clinic: Clinic) -> Any:
    """A manager who may change plans."""
    user = factories.make_therapist(clinic, "Sally Seller", Role.MANAGER).user
    user.user_permissions.add(Permission.objects.get(codename="change_tier"))
    return user


def test_a_dry_run_shows_the_difference_and_changes_nothing(
    shop: Shop, client: Client, capsys: Any
) -> None:
    shop.join(client)
    operations.set_price(tier=shop.coached, interval="month", amount=19900)
    call_command("asyncpt_sync_tiers", "--dry-run")
    said = capsys.readouterr().out
    assert "created price Coached: $199.00 / month" in said
    assert "1 present member keeps it" in said
    assert "nothing was changed" in said
    assert shop.price.stripe_price_id == ""
    call_command("asyncpt_sync_tiers")
    assert shop.price.stripe_price_id.startswith("price_")
    call_command("asyncpt_sync_tiers", "--dry-run")
    assert "already" in capsys.readouterr().out


def test_the_page_shows_it_and_its_button_does_it(shop: Shop, seller: Any, login: Any) -> None:
    browser = login(seller)
    assert "already" in browser.get(COMPARE).content.decode()
    operations.set_price(tier=shop.coached, interval="month", amount=19900)
    html = browser.get(COMPARE).content.decode()
    assert "Make a price" in html
    assert "Take the price off sale" in html
    assert shop.price.stripe_price_id == ""
    assert browser.post(COMPARE).status_code == 302
    assert shop.price.stripe_price_id.startswith("price_")


def test_stripe_out_of_reach_is_said(shop: Shop, seller: Any, login: Any) -> None:
    shop.standin.engine.faults.set({"rate_limit": 40})
    browser = login(seller)
    assert "does not answer" in browser.get(COMPARE).content.decode()
    assert browser.post(COMPARE).status_code == 302


@pytest.mark.parametrize("who", ["therapist", "editor", "owner"])
def test_others_find_no_such_page(shop: Shop, cast: Any, login: Any, who: str) -> None:
    browser = login(getattr(cast, who))
    for answer in (browser.get(COMPARE), browser.post(COMPARE), browser.post(ADOPT)):
        assert answer.status_code in (302, 404)
        assert "asyncpt_catalog" not in answer.headers.get("Location", "")
    assert browser.get(COMPARE).status_code == (302 if who == "owner" else 404)


def a_price(shop: Shop, **changed: Any) -> str:
    values = {
        "unit_amount": 9900,
        "currency": "usd",
        "product": shop.coached.stripe_product_id,
        "recurring": {"interval": "month", "interval_count": 3},
        **changed,
    }
    made = shop.stripe.v1.prices.create({k: v for k, v in values.items() if v is not None})
    return str(made.id)


def test_a_price_of_stripe_is_taken_over_and_sold(
    shop: Shop, client: Client, seller: Any, login: Any
) -> None:
    shop.coached.refresh_from_db()
    old = shop.price
    found = a_price(shop, recurring={"interval": "month"}, unit_amount=12500)
    browser = login(seller)
    answer = browser.post(ADOPT, {"tier": shop.coached.pk, "price": f" {found} "})
    assert answer.status_code == 302
    assert (shop.price.stripe_price_id, shop.price.amount) == (found, 12500)
    old.refresh_from_db()
    assert old.is_active is False
    assert shop.join(client).invoices.get().amount_paid == 12500
    operations.sync_tiers(clinic=shop.clinic)
    assert shop.stripe.v1.prices.retrieve(old.stripe_price_id).active is False
    assert browser.post(ADOPT, {"tier": shop.coached.pk, "price": "price_no"}).status_code == 422


@pytest.mark.parametrize(
    "changed",
    [
        {"recurring": None},
        {"currency": "eur"},
        {"recurring": {"interval": "month", "interval_count": 2}},
        {"product": "basic"},
    ],
)
def test_a_price_that_does_not_fit_is_refused(shop: Shop, changed: dict[str, Any]) -> None:
    shop.coached.refresh_from_db()
    shop.basic.refresh_from_db()
    if changed.get("product"):
        changed = {"product": shop.basic.stripe_product_id}
    with pytest.raises(DomainError):
        operations.adopt_price(tier=shop.coached, stripe_id=a_price(shop, **changed))
    assert not Price.objects.filter(amount=9900).exists()
