"""Tiers and prices, and their twins at Stripe."""

from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.management import CommandError, call_command
from wagtail.models import Page, Site

from tests.memberships.conftest import Shop
from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.memberships import operations
from wagtail_asyncpt.memberships.models import Price, Tier
from wagtail_asyncpt.people.models import Clinic


def synced() -> str:
    out = StringIO()
    call_command("asyncpt_sync_tiers", stdout=out)
    return out.getvalue()


def test_the_first_run_creates_and_the_second_changes_nothing(shop: Shop) -> None:
    operations.create_tier(clinic=shop.clinic, name="New", prices={"quarter": 30000})
    first = synced()
    assert "created product New (prod_" in first
    assert "created price New: $300.00 / 3 months (price_" in first
    twin = shop.stripe.v1.prices.retrieve(Tier.objects.get(name="New").prices.get().stripe_price_id)
    assert (twin.unit_amount, twin.currency) == (30000, "usd")
    assert (twin.recurring.interval, twin.recurring.interval_count) == ("month", 3)
    events = len(shop.stripe.v1.events.list({"limit": 100}).data)
    assert "nothing was changed" in synced()
    assert len(shop.stripe.v1.events.list({"limit": 100}).data) == events


def test_lost_ids_are_found_again(shop: Shop) -> None:
    Tier.objects.filter(pk=shop.basic.pk).update(name="Renamed meanwhile")
    ids = set(Price.objects.values_list("stripe_price_id", flat=True))
    Tier.objects.update(stripe_product_id="")
    Price.objects.update(stripe_price_id="")
    out = synced()
    assert "found product" in out
    assert "updated product Renamed meanwhile" in out
    assert "nothing was changed" in synced()
    assert set(Price.objects.values_list("stripe_price_id", flat=True)) == ids
    assert len(shop.stripe.v1.products.list().data) == 2
    assert len(shop.stripe.v1.prices.list().data) == 3


def test_a_renamed_tier_and_a_withdrawn_price_follow(shop: Shop) -> None:
    shop.coached.refresh_from_db()
    shop.coached.name = "Guided"
    shop.coached.save()
    old = shop.price
    operations.set_price(tier=shop.coached, interval="month", amount=None)
    out = synced()
    assert "updated product Guided" in out
    assert "took off sale price" in out
    assert shop.stripe.v1.products.retrieve(shop.coached.stripe_product_id).name == "Guided"
    assert shop.stripe.v1.prices.retrieve(old.stripe_price_id).active is False
    assert "nothing was changed" in synced()


def test_without_keys_the_command_says_which_entry_is_missing(clinic: Clinic) -> None:
    operations.create_tier(clinic=clinic, name="New", prices={"month": 100})
    with pytest.raises(CommandError, match="STRIPE_ACCOUNTS has no entry 'default'"):
        synced()


def test_a_tiers_group_is_new_unique_and_may_do_nothing(clinic: Clinic) -> None:
    powerful = Group.objects.create(name="Members: Rehab")
    powerful.permissions.add(Permission.objects.first())
    one = operations.create_tier(clinic=clinic, name="Rehab")
    two = operations.create_tier(clinic=clinic, name="Rehab")
    site = Site.objects.create(hostname="other.test", root_page=Page.objects.first())
    three = operations.create_tier(clinic=Clinic.for_site(site), name="Rehab")
    assert len({one.group_id, two.group_id, three.group_id, powerful.pk}) == 4
    assert one.group.name == "Members: Rehab (Harbor Physical Therapy)"
    assert (one.slug, two.slug, three.slug) == ("rehab", "rehab-2", "rehab")
    assert not Permission.objects.filter(group__in=[one.group, two.group, three.group]).exists()
    longest = operations.create_tier(clinic=clinic, name="x" * 100)
    assert longest.group.name.startswith("Members: xxx")


@pytest.mark.parametrize("amount", [0, -1, 100_000_000])
def test_an_amount_that_stripe_cannot_charge_is_refused_whole(clinic: Clinic, amount: int) -> None:
    with pytest.raises(DomainError, match="cannot be charged in USD"):
        operations.create_tier(clinic=clinic, name="New", prices={"month": amount})
    assert not Tier.objects.exists()
    assert not Group.objects.filter(name="Members: New").exists()


def test_a_price_is_never_edited_and_one_is_active_each_interval(clinic: Clinic) -> None:
    tier = operations.create_tier(clinic=clinic, name="New", prices={"month": 1000})
    first = tier.prices.get()
    assert operations.set_price(tier=tier, interval="month", amount=1000) == first
    second = operations.set_price(tier=tier, interval="month", amount=1200)
    first.refresh_from_db()
    assert (first.amount, first.is_active) == (1000, False)
    assert list(tier.prices.filter(is_active=True)) == [second]


def test_a_yen_has_no_decimals(clinic: Clinic, settings: Any) -> None:
    clinic.currency = "jpy"
    clinic.save()
    tier = operations.create_tier(clinic=clinic, name="New", prices={"month": 1200})
    assert (tier.prices.get().amount, tier.prices.get().currency) == (1200, "jpy")
