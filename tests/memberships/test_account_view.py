"""The account page and the door to the billing portal."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.conftest import Cast
from tests.memberships.conftest import Shop
from tests.memberships.test_sync_operation import use_failing_card
from wagtail_asyncpt.memberships import operations
from wagtail_asyncpt.pages.models import OfferPage
from wagtail_asyncpt.people.models import Client

Login = Callable[[Any], Browser]
ACCOUNT = "asyncpt_memberships:account"
BILLING = "asyncpt_memberships:billing"


def offer_page(shop: Shop) -> str:
    """The address of the clinic's offer page."""
    root = shop.clinic.site.root_page
    return str(root.add_child(instance=OfferPage(title="Our plans", slug="our-plans")).url)


def page_of(browser: Browser) -> str:
    response = browser.get(reverse(ACCOUNT))
    assert response.status_code == 200
    return response.content.decode()


def test_a_member_sees_plan_next_payment_and_invoices(
    shop: Shop, client: Client, login: Login
) -> None:
    shop.join(client)
    html = page_of(login(client))
    assert "Coached" in html
    assert "Your membership is active." in html
    assert "$149.00 on Dec. 2, 2026" in html
    assert "Nov. 2, 2026" in html
    assert reverse("asyncpt_memberships:receipt", args=[client.invoices.get().pk]) in html
    assert reverse(BILLING) in html


def test_each_state_is_said_in_words(shop: Shop, client: Client, login: Login) -> None:
    browser = login(client)
    plans = offer_page(shop)
    html = page_of(browser)
    assert "You have no membership yet." in html
    assert f'href="{plans}"' in html.split("<main")[1]

    shop.start(client)
    html = page_of(browser)
    assert "have not paid yet" in html
    assert "Go on with joining" in html
    assert reverse(BILLING) not in html

    membership = shop.join(client)
    shop.stripe.v1.subscriptions.update(
        membership.stripe_subscription_id, {"cancel_at": "min_period_end"}
    )
    shop.deliver()
    html = page_of(browser)
    assert "Everything stays open until Dec. 2, 2026. It does not renew." in html
    assert "Next payment" not in html
    assert "See plans and prices" not in html

    shop.advance(days=31)
    shop.deliver()
    html = page_of(browser)
    assert "Your membership ended on Dec. 2, 2026." in html
    assert f'href="{plans}"' in html.split("<main")[1]


def test_a_failed_payment_is_said_with_the_date_and_the_way_to_put_it_right(
    shop: Shop, client: Client, login: Login
) -> None:
    use_failing_card(shop, shop.join(client))
    shop.advance(days=31)
    shop.deliver()
    html = page_of(login(client))
    assert "stays open until Dec. 9, 2026" in html
    assert "Update your card" in html
    assert "To be paid" in html


def test_a_complimentary_member_sees_no_price(shop: Shop, client: Client, login: Login) -> None:
    operations.grant_membership(client=client, tier=shop.coached, reason="Pilot")
    html = page_of(login(client))
    assert "Coached" in html
    assert "$" not in html.split("<main")[1]


def test_billing_leads_to_the_own_customers_portal(
    shop: Shop, client: Client, login: Login
) -> None:
    shop.join(client)
    answer = login(client).post(reverse(BILLING), {"customer": "cus_other"})
    assert answer.status_code == 303
    assert answer["Location"].startswith(f"{shop.standin.url}/p/session/")
    assert "no-store" in answer["Cache-Control"]


def test_what_was_changed_in_the_portal_shows_before_the_webhook_comes(
    shop: Shop, client: Client, login: Login, cast: Cast
) -> None:
    membership = shop.join(client)
    customer = client.stripe_customers.get().stripe_id
    card = shop.stripe.v1.payment_methods.attach("pm_card_mastercard", {"customer": customer})
    shop.stripe.v1.subscriptions.update(
        membership.stripe_subscription_id, {"default_payment_method": card.id}
    )
    shop.discard()
    done = reverse("asyncpt_memberships:billing_done")
    assert login(cast.stranger).get(done).status_code == 302
    membership.refresh_from_db()
    assert membership.card_brand == "visa"
    answer = login(client).get(done)
    assert (answer.status_code, answer["Location"]) == (302, reverse(ACCOUNT))
    membership.refresh_from_db()
    assert membership.card_brand == "mastercard"
    shop.standin.engine.faults.set({"rate_limit": 50})
    assert login(client).get(done).status_code == 302


def test_billing_without_a_customer_says_so(shop: Shop, cast: Cast, login: Login) -> None:
    answer = login(cast.owner).post(reverse(BILLING))
    assert answer.status_code == 409
    assert "no card or invoice" in answer.content.decode()


def test_billing_says_so_when_stripe_is_out_of_reach(
    shop: Shop, client: Client, login: Login
) -> None:
    shop.join(client)
    shop.standin.engine.faults.set({"rate_limit": 50})
    assert login(client).post(reverse(BILLING)).status_code == 503


def test_billing_is_posted_with_a_token(shop: Shop, client: Client, login: Login) -> None:
    shop.join(client)
    assert login(client).get(reverse(BILLING)).status_code == 405
    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(client.user)
    assert browser.post(reverse(BILLING)).status_code == 403


def test_nobody_else_sees_the_page_of_a_member(
    shop: Shop, client: Client, cast: Cast, login: Login
) -> None:
    shop.join(client)
    for path in (reverse(ACCOUNT), reverse(BILLING)):
        method = "post" if path == reverse(BILLING) else "get"
        visitor = getattr(Browser(), method)(path)
        assert visitor.status_code == 302
        assert visitor["Location"].startswith("/accounts/login/")
        for person in (cast.therapist, cast.colleague, cast.manager, cast.editor):
            assert getattr(login(person), method)(path).status_code == 404
    for person in (cast.stranger, cast.lapsed):
        assert "Coached" not in page_of(login(person))
    assert "Coached" in page_of(login(client))


def test_twelve_invoices_cost_no_more_queries_than_one(
    shop: Shop, client: Client, login: Login
) -> None:
    shop.join(client)
    browser = login(client)
    page_of(browser)
    counts = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as queries:
            page_of(browser)
        counts.append(len(queries))
        shop.advance(days=365)
        shop.deliver()
    assert client.invoices.count() > 12
    assert counts[0] == counts[1] <= 16
