"""The offer page, as a visitor reads it."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from wagtail.models import Site

from tests import factories
from tests.conftest import Cast
from wagtail_asyncpt.pages.models import OfferPage
from wagtail_asyncpt.people.models import Clinic


@pytest.fixture
def page(site: Site, clinic: Clinic) -> OfferPage:
    return site.root_page.add_child(
        instance=OfferPage(
            title="Plans and prices",
            slug="plans",
            introduction="<p>Coached between visits.</p>",
            small_print="<p>Prices include tax.</p>",
        )
    )


def test_a_visitor_sees_plans_promises_prices_and_where_to_choose(
    page: OfferPage, clinic: Clinic
) -> None:
    tier = factories.make_tier(
        clinic,
        "Coached",
        summary="For most people.",
        is_highlighted=True,
        features="Message your therapist",
        form_checks_per_week=1,
    )
    html = Browser().get(page.url).content.decode()
    for words in (
        "Coached between visits.",
        "For most people.",
        "Recommended",
        "$149.00",
        "a month",
        "1 form check on video a week",
        "Message your therapist",
        f"/care/join/{tier.prices.get().uuid}/",
        "Choose Coached",
        "Prices include tax.",
        "wagtail_asyncpt/memberships/memberships.css",
    ):
        assert words in html, words
    assert "style=" not in html.split("<main")[1].split("</main")[0]


def test_what_a_clinic_writes_is_text(page: OfferPage, clinic: Clinic) -> None:
    factories.make_tier(clinic, "<b>Bold</b>", summary="<script>x</script>", features="<i>hm</i>")
    html = Browser().get(page.url).content.decode()
    assert "<script>x" not in html
    assert "&lt;b&gt;Bold" in html
    assert "<i>hm" not in html


def test_without_plans_it_says_so(page: OfferPage) -> None:
    assert "No plans are on sale" in Browser().get(page.url).content.decode()


def test_it_costs_the_same_for_two_tiers_and_twelve(page: OfferPage, clinic: Clinic) -> None:
    counts = []
    for number in (2, 10):
        for index in range(number):
            factories.make_tier(clinic, f"Tier {number}-{index}")
        Browser().get(page.url)
        with CaptureQueriesContext(connection) as queries:
            html = Browser().get(page.url).content.decode()
        counts.append(len(queries))
    assert html.count("asyncpt-offer__choose") == 12
    assert counts[0] == counts[1]


def test_everybody_may_read_it(page: OfferPage, cast: Cast, login: Any) -> None:
    for person in (cast.owner, cast.stranger, cast.lapsed, cast.therapist, cast.editor):
        assert "Rehab" in login(person).get(page.url).content.decode()
    assert "Rehab" in Browser().get(page.url).content.decode()
