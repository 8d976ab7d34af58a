"""Offers as blocks, tags and page; full tiers and their wait lists."""

from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command
from django.db import connection
from django.template import Context, Template
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from tests import factories
from tests.memberships.conftest import Shop
from wagtail_asyncpt.memberships import operations
from wagtail_asyncpt.memberships.blocks import JoinBlock, OfferBlock, PricingTableBlock, sold
from wagtail_asyncpt.memberships.models import Membership, WaitListEntry
from wagtail_asyncpt.memberships.offers import presents_of
from wagtail_asyncpt.people.models import Client, Letter


def request_of(user: Any = None) -> Any:
    request = RequestFactory().get("/", headers={"Host": "localhost"})
    request.user = user or AnonymousUser()
    return request


def tag(source: str, user: Any = None) -> str:
    template = Template("{% load asyncpt_offers %}" + source)
    return template.render(Context({"request": request_of(user)}))


def test_the_table_lists_what_is_listed_in_the_visitors_language(shop: Shop) -> None:
    shop.sell()
    shop.sell("Secret", is_listed=False)
    shop.basic.is_listed = False
    shop.basic.save()
    html = tag("{% pricing_table %}")
    assert "Coached" in html
    assert "Five visits" in html
    assert "$450.00" in html
    assert "Secret" not in html
    assert "Library" not in html
    assert "Five visits" not in tag('{% pricing_table "tiers" %}')
    assert "Coached" not in tag('{% pricing_table "packages" %}')
    with translation.override("de"):
        assert "450,00\N{NO-BREAK SPACE}$" in tag("{% pricing_table %}")


def test_a_card_says_what_is_paid_once_and_how_it_begins(shop: Shop) -> None:
    assert "once" not in tag("{% pricing_table 'tiers' %}")
    tier = shop.coached
    tier.bundle = shop.sell()
    tier.setup_fee, tier.trial_days, tier.payment_count = 5000, 14, 6
    tier.save()
    operations.sync_tiers(clinic=shop.clinic)

    html = tag("{% pricing_table 'tiers' %}")

    assert "Plus $450.00 once: Five visits" in html
    assert "Plus $50.00 once: set-up fee" in html
    assert "The first 14 days are free" in html
    assert "6 payments in all" in html


def test_blocks_show_the_same_as_tags(shop: Shop) -> None:
    package = shop.sell("By link", is_listed=False)
    assert {key for key, _name in sold()} == {
        f"tier:{shop.basic.pk}",
        f"tier:{shop.coached.pk}",
        f"package:{package.pk}",
    }
    context = {"request": request_of()}
    table = PricingTableBlock()
    assert "Coached" in table.render(table.to_python({"show": "all"}), context)
    block = OfferBlock()
    html = block.render(block.to_python({"offer": f"package:{package.pk}"}), context)
    assert reverse("asyncpt_memberships:buy", args=[package.uuid]) in html
    assert "Coached" not in html
    gone = block.render(block.to_python({"offer": "package:999"}), context)
    assert "asyncpt-offer" not in gone


def test_join_to_go_on_is_for_those_who_do_not_have_it(shop: Shop, client: Client) -> None:
    block = JoinBlock()
    value = block.to_python(
        {"heading": "Go on <here>", "text": "", "tier": f"tier:{shop.basic.pk}"}
    )
    html = block.render(value, {"request": request_of()})
    assert "Go on &lt;here&gt;" in html
    assert "Join Library for $29.00 a month" in html
    shop.join(client)
    assert block.render(value, {"request": request_of(client.user)}).strip() == ""
    assert "Join Coached for" in tag('{% join_to_go_on "coached" %}')
    assert tag('{% join_to_go_on "nothing" %}').strip() == ""
    assert Template("{% load asyncpt_offers %}{% pricing_table %}").render(Context()).strip() == ""


def test_the_table_takes_the_same_queries_for_few_and_many(shop: Shop) -> None:
    counts = []
    for number in range(2):
        with CaptureQueriesContext(connection) as work:
            tag("{% pricing_table %}")
        counts.append(len(work))
        for more in range(5):
            shop.sell(f"P{number}{more}", tier=shop.coached, weeks=2)
            factories.make_tier(shop.clinic, f"T{number}{more}")
    assert counts[0] == counts[1]


@pytest.fixture
def full(shop: Shop) -> Shop:
    """One place in the coached tier, and it is taken."""
    shop.coached.seats_on_sale = 1
    shop.coached.save()
    shop.join(factories.make_client(shop.clinic, "Fiona First"))
    return shop


def wait_path(shop: Shop) -> str:
    return reverse("asyncpt_memberships:wait", args=[shop.coached.pk])


def test_a_full_tier_sells_nothing_and_offers_its_list(full: Shop, client: Client) -> None:
    assert wait_path(full) in tag("{% pricing_table %}")
    assert not any("Coached" in one.name for one in presents_of(full.clinic).values())
    with pytest.raises(operations.TierFull, match="wait list"):
        full.start(client)
    assert not Membership.objects.filter(client=client).exists()
    assert full.start(client, full.basic_price)


def test_who_waits_longest_is_asked_and_has_three_days(
    full: Shop, client: Client, login: Any
) -> None:
    second = factories.make_client(full.clinic, "Sven Second")
    for person in (client, second, client):
        assert login(person).post(wait_path(full)).status_code == 302
        full.clock.move(minutes=1)
    assert "You are on the list" in login(client).get(wait_path(full)).content.decode()
    assert operations.invite_waiting() == 0
    subscription = Membership.objects.get(client__name="Fiona First").stripe_subscription_id
    full.stripe.v1.subscriptions.cancel(subscription)
    full.deliver()
    call_command("asyncpt_invite_waiting")
    assert operations.invite_waiting() == 0
    letter = Letter.objects.get(key__startswith="place-")
    assert (letter.to, wait_path(full) in letter.text) == (client.user.email, True)
    with pytest.raises(operations.TierFull):
        full.start(second)
    assert "A place is free for you" in login(client).get(wait_path(full)).content.decode()
    full.clock.move(days=4)
    assert operations.invite_waiting() == 1
    assert full.start(second)
    with pytest.raises(operations.TierFull):
        full.start(client)


def test_the_list_is_left_and_has_no_page_where_places_are_not_counted(
    full: Shop, client: Client, login: Any
) -> None:
    browser = login(client)
    browser.post(wait_path(full))
    browser.post(wait_path(full), {"do": "leave"})
    assert not WaitListEntry.objects.exists()
    basic = reverse("asyncpt_memberships:wait", args=[full.basic.pk])
    assert browser.get(basic).status_code == 404
    assert browser.post(basic).status_code == 404


def test_the_table_keeps_the_clinics_order_and_says_what_paying_longer_saves(shop: Shop) -> None:
    shop.basic.sort_order = 9
    shop.basic.save()
    html = tag("{% pricing_table %}")
    assert html.index('id="offer-coached"') < html.index('id="offer-library"')
    # 1,490.00 is 298.00 less than twelve times 149.00.
    assert html.count("save 16%") == html.count("save ") == 1
    operations.set_price(tier=shop.coached, interval="quarter", amount=50000)
    operations.sync_tiers(clinic=shop.clinic)
    assert tag("{% pricing_table %}").count("save ") == 1


def test_packages_stand_under_a_heading_of_their_own(shop: Shop) -> None:
    shop.sell()
    both, alone = tag("{% pricing_table %}"), tag('{% pricing_table "packages" %}')
    assert "Paid once. Nothing renews." in both
    assert "<h3" in both
    assert "Paid once. Nothing renews." not in alone
    assert "<h3" not in alone


def test_a_plan_of_some_payments_is_given_for_no_more_months(shop: Shop) -> None:
    shop.coached.payment_count = 6
    shop.coached.save()
    names = {one.name: one.group for one in presents_of(shop.clinic).values()}
    assert names["Coached for 6 months"] == "Coached"
    assert "Coached for 12 months" not in names
    assert "Library for 12 months" in names
