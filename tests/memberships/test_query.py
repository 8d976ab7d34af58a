"""Who has access, what is on sale, and what the gate hears."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import translation
from wagtail.models import Page, Site

from tests import factories
from tests.conftest import Cast, MovableClock
from wagtail_asyncpt.gating.grounds import registered_grounds
from wagtail_asyncpt.memberships import operations, queries
from wagtail_asyncpt.memberships.grounds import GROUND
from wagtail_asyncpt.memberships.models import Price, Source, Tier
from wagtail_asyncpt.memberships.offers import offers_of
from wagtail_asyncpt.people.models import Client, Clinic

DAY = dt.timedelta(days=1)


@pytest.fixture
def tier(clinic: Clinic) -> Tier:
    return factories.make_tier(clinic, "Coached", reply_hours=24)


@pytest.fixture
def client(clinic: Clinic, clock: MovableClock) -> Client:
    return factories.make_client(clinic, "Nora New")


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"status": "pending"}, False),
        ({"status": "abandoned"}, False),
        ({"status": "incomplete"}, False),
        ({"status": "incomplete_expired"}, False),
        ({"status": "trialing"}, True),
        ({"status": "active"}, True),
        ({"status": "active", "ends_at": 1}, True),
        ({"status": "active", "ends_at": 0}, False),
        ({"status": "active", "ends_at": -1}, False),
        ({"status": "active", "period_end": -6}, True),
        ({"status": "active", "period_end": -8}, False),
        ({"status": "past_due", "past_due_since": -6}, True),
        ({"status": "past_due", "past_due_since": -7}, False),
        ({"status": "past_due"}, False),
        ({"status": "past_due", "past_due_since": -1, "ends_at": 0}, False),
        ({"status": "unpaid"}, False),
        ({"status": "paused"}, False),
        ({"status": "canceled"}, False),
        ({"status": "canceled", "ends_at": 1}, True),
        ({"status": "canceled", "ends_at": -1}, False),
    ],
)
def test_access_by_state(
    client: Client, tier: Tier, clock: MovableClock, fields: dict[str, Any], expected: bool
) -> None:
    values = {
        key: clock.moment + value * DAY if isinstance(value, int) else value
        for key, value in fields.items()
    }
    membership = factories.make_membership(client, tier, **values)
    assert (queries.live_membership(client) == membership) is expected
    assert queries.program_access(client).is_open is expected
    held = queries.entitled_group_ids(client.user, clock.moment)
    assert held == ({tier.group_id} if expected else set())


def test_a_tier_without_a_program_opens_no_program(client: Client, clinic: Clinic) -> None:
    library = factories.make_tier(clinic, "Library", has_program=False)
    factories.make_membership(client, library)
    access = queries.program_access(client)
    assert access.is_open is False
    assert access.message == "Your plan, Library, does not include a weekly program."


def test_the_tier_promises_the_reply_and_else_the_clinic(client: Client, tier: Tier) -> None:
    assert queries.reply_hours(client) == client.clinic.reply_hours == 48
    factories.make_membership(client, tier)
    assert queries.reply_hours(client) == 24


def test_included_tiers_come_at_any_depth_and_survive_a_circle(
    client: Client, clinic: Clinic, clock: MovableClock
) -> None:
    first, second, third, apart = (
        factories.make_tier(clinic, name) for name in ("One", "Two", "Three", "Apart")
    )
    third.includes.add(second)
    second.includes.add(first)
    first.includes.add(third)
    factories.make_membership(client, third)
    with CaptureQueriesContext(connection) as work:
        held = GROUND.entitled_group_ids(client.user, clock.moment)
    assert held == {first.group_id, second.group_id, third.group_id}
    assert apart.group_id not in held
    assert len(work) == 1
    assert GROUND.gate_group_ids() == held | {apart.group_id}


def test_memberships_are_a_registered_ground() -> None:
    assert GROUND in registered_grounds()


def test_each_person_is_denied_in_their_own_words(cast: Cast, clock: MovableClock) -> None:
    clinic = cast.owner.clinic
    top = factories.make_tier(clinic, "Performance", amount=19900, summary="Back to sport.")
    gate = {top.group_id}

    def denial(user: Any) -> Any:
        return GROUND.denial(user, gate, clock.moment)

    visitor = denial(AnonymousUser())
    assert visitor.code == "visitor"
    (offer,) = visitor.offers
    assert (offer.title, offer.summary, offer.price) == (
        "Performance",
        "Back to sport.",
        "$199.00 a month",
    )
    assert offer.url == f"/care/join/{top.prices.get().uuid}/"

    assert denial(cast.owner.user).code == "other_tier"
    assert "Rehab" in denial(cast.owner.user).message
    assert denial(cast.editor).code == "no_membership"
    assert denial(cast.therapist.user).code == "no_membership"
    lapsed = denial(cast.lapsed.user)
    assert lapsed.code == "ended"
    assert "Your membership ended on Oct. 3, 2026." in lapsed.message
    assert lapsed.offers == visitor.offers


@pytest.mark.parametrize(
    ("status", "code"), [("past_due", "past_due"), ("unpaid", "past_due"), ("paused", "paused")]
)
def test_a_stopped_membership_leads_to_the_account_page(
    client: Client, tier: Tier, clock: MovableClock, status: str, code: str
) -> None:
    factories.make_membership(client, tier, status=status)
    denial = GROUND.denial(client.user, {tier.group_id}, clock.moment)
    assert denial.code == code
    assert [offer.url for offer in denial.offers] == ["/care/membership/"]


def test_a_higher_tier_is_offered_too_and_a_hidden_one_is_not(
    client: Client, tier: Tier, clock: MovableClock
) -> None:
    higher = factories.make_tier(tier.clinic, "Higher", amount=30000)
    hidden = factories.make_tier(tier.clinic, "Hidden", is_public=False)
    by_link = factories.make_tier(tier.clinic, "By link", is_listed=False)
    for upper in (higher, hidden, by_link):
        upper.includes.add(tier)
    offers = GROUND.denial(client.user, {tier.group_id}, clock.moment).offers
    assert [offer.title for offer in offers] == ["Coached", "Higher"]


def test_on_sale_are_public_tiers_and_active_prices_of_this_clinic(clinic: Clinic) -> None:
    shown = operations.create_tier(
        clinic=clinic, name="Coached", prices={"month": 14900, "year": 149000}
    )
    Price.objects.filter(tier=shown).update(stripe_price_id="")
    operations.create_tier(clinic=clinic, name="Hidden", prices={"month": 100}, is_public=False)
    site = Site.objects.create(hostname="other.test", root_page=Page.objects.first())
    factories.make_tier(Clinic.for_site(site), "Elsewhere")
    (only,) = offers_of(clinic)
    assert (only.tier, only.prices) == (shown, [])
    for number, price in enumerate(shown.prices.all()):
        price.stripe_price_id = f"price_x{number}"
        price.save()
    (only,) = offers_of(clinic)
    assert [price.words for price in only.prices] == ["$149.00 a month", "$1,490.00 a year"]
    with translation.override("de"):
        assert offers_of(clinic)[0].prices[0].amount == "149,00\N{NO-BREAK SPACE}$"


def test_a_complimentary_row_is_no_purchase_of_a_price(client: Client, tier: Tier) -> None:
    membership = operations.grant_membership(client=client, tier=tier, reason="Pilot")
    assert (membership.source, membership.price) == (Source.COMPLIMENTARY, None)
    assert list(client.user.groups.all()) == [tier.group]
