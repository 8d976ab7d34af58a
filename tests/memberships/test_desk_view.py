"""What staff do to a membership or payment: who may, what it does, and that twice is once."""

import datetime as dt
import re
import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client as Browser
from django.urls import reverse
from wagtail.models import Page, Site

from tests import factories
from tests.conftest import Cast
from tests.memberships.conftest import Shop
from wagtail_asyncpt.memberships import queries
from wagtail_asyncpt.memberships.desk import PERMISSIONS, RECHECK, dashboard_url
from wagtail_asyncpt.memberships.models import (
    AccessPeriod,
    Credit,
    Invoice,
    Membership,
    Refund,
    StaffAction,
)
from wagtail_asyncpt.people.models import AuditEntry, Client, Clinic

Login = Callable[[Any], Browser]
ALL = {*PERMISSIONS.values(), RECHECK}


def allow(user: Any, *names: str) -> None:
    user.user_permissions.add(
        *Permission.objects.filter(content_type__app_label="wagtail_asyncpt", codename__in=names)
    )


@pytest.fixture
def desk(cast: Cast, login: Login) -> Browser:
    """A manager who may do everything."""
    allow(cast.manager.user, *ALL)
    return login(cast.manager)


@pytest.fixture
def member(shop: Shop, client: Client) -> Membership:
    return shop.join(client)


def url(membership: Membership, name: str) -> str:
    return reverse("asyncpt_desk:order", args=[membership.pk, name])


def refund_url(row: Any) -> str:
    return reverse("asyncpt_desk:refund", args=[row._meta.model_name, row.pk])


def form(**values: Any) -> dict[str, Any]:
    return {"key": str(uuid.uuid4()), "reason": "Agreed by phone", **values}


def inspect_url(membership: Membership) -> str:
    return reverse("wagtail_asyncpt_membership_modeladmin_inspect", args=[membership.pk])


# ------------------------------------------------------------------------------------- who may


def addresses(member: Membership) -> list[tuple[str, dict[str, Any]]]:
    return [
        (url(member, "extend"), form(days=3)),
        (url(member, "cancel"), form(when="now")),
        (refund_url(member.invoices.get()), form(amount="1.00", effect="keep")),
        (reverse("asyncpt_desk:recheck", args=[member.pk]), {}),
        (reverse("asyncpt_desk:give"), form()),
    ]


def test_for_everybody_else_there_is_no_such_page(
    member: Membership, cast: Cast, login: Login
) -> None:
    for person in (cast.therapist, cast.colleague, cast.editor, cast.owner, cast.stranger):
        allow(getattr(person, "user", person), *ALL)
        browser = login(person)
        for path, data in addresses(member):
            for answer in (browser.get(path), browser.post(path, data)):
                assert answer.status_code in (302, 404, 405), (person, path)
    assert not StaffAction.objects.exists()
    before = member.period_end
    member.refresh_from_db()
    assert (member.status, member.period_end) == ("active", before)


def test_a_manager_needs_each_permission(member: Membership, cast: Cast, login: Login) -> None:
    for path, data in addresses(member):
        browser = login(cast.manager)
        assert browser.post(path, data).status_code == 404
    allow(cast.manager.user, "extend_membership")
    browser = login(cast.manager)
    assert browser.get(url(member, "extend")).status_code == 200
    assert browser.get(url(member, "cancel")).status_code == 404
    page = browser.get(inspect_url(member)).content.decode()
    assert url(member, "extend") in page
    assert url(member, "cancel") not in page
    assert refund_url(member.invoices.get()) not in page


def test_a_manager_of_another_clinic_gets_404(member: Membership, login: Login) -> None:
    site = Site.objects.create(hostname="other.test", root_page=Page.objects.first())
    manager = factories.make_therapist(Clinic.for_site(site), "Otto Other", "manager")
    allow(manager.user, *ALL)
    browser = login(manager)
    for path, data in addresses(member):
        assert browser.post(path, data).status_code == 404, path
    assert not StaffAction.objects.exists()


# ------------------------------------------------------------------------------- free days, ends


def test_free_days_move_the_next_payment_and_count_as_entitled(
    member: Membership, desk: Browser, shop: Shop, cast: Cast
) -> None:
    end = member.period_end
    data = form(days=14)
    for _ in range(2):
        assert desk.post(url(member, "extend"), data).status_code == 302
    member.refresh_from_db()
    assert member.period_end == end + dt.timedelta(days=14)
    granted = AccessPeriod.objects.get(kind="granted")
    assert (granted.starts_at, granted.ends_at) == (end, member.period_end)
    action = StaffAction.objects.get()
    assert (action.actor, action.kind, action.detail) == (cast.manager.user, "extend", "14 days")
    assert action.reason == "Agreed by phone"
    assert AuditEntry.objects.filter(action="membership.extend").count() == 1
    at_stripe = shop.stripe.v1.subscriptions.retrieve(member.stripe_subscription_id)
    assert at_stripe.trial_end == int(member.period_end.timestamp())
    shop.clock.set(end + dt.timedelta(days=1))
    shop.advance()
    shop.deliver()
    assert Invoice.objects.filter(membership=member, amount_paid__gt=0).count() == 1


def test_wrong_days_are_said_next_to_the_field_and_nothing_is_done(
    member: Membership, desk: Browser
) -> None:
    for days in ("0", "400", "many", ""):
        answer = desk.post(url(member, "extend"), form(days=days))
        assert answer.status_code == 422
        assert "Agreed by phone" in answer.content.decode()
    assert desk.post(url(member, "extend"), form(days=3, reason=" ")).status_code == 422
    assert not StaffAction.objects.exists()


def test_cancel_with_the_period_and_let_it_renew_again(
    member: Membership, desk: Browser, client: Client
) -> None:
    assert desk.get(url(member, "cancel")).status_code == 200
    desk.post(url(member, "cancel"), form(when="later"))
    member.refresh_from_db()
    assert (member.status, member.ends_at) == ("active", member.period_end)
    assert queries.live_membership(client) == member
    page = desk.get(inspect_url(member)).content.decode()
    assert "set it to end with the period" in page
    assert "Let it renew again" in page
    desk.post(url(member, "keep"), form())
    member.refresh_from_db()
    assert member.ends_at is None


def test_cancel_now_ends_access_and_takes_the_days_back(
    member: Membership, desk: Browser, client: Client, shop: Shop
) -> None:
    data = form(when="now")
    for _ in range(2):
        assert desk.post(url(member, "cancel"), data).status_code == 302
    member.refresh_from_db()
    assert member.status == "canceled"
    assert queries.live_membership(client) is None
    revoked = AccessPeriod.objects.get(kind="revoked")
    assert revoked.starts_at == shop.clock.moment
    assert StaffAction.objects.count() == 1
    again = desk.post(url(member, "cancel"), form(when="now"))
    assert again.status_code == 422
    assert "over already" in again.content.decode()
    assert desk.get(url(member, "cancel")).status_code == 302


# ---------------------------------------------------------------------------------- complimentary


def test_give_a_complimentary_membership_extend_it_and_take_it_back(
    shop: Shop, client: Client, desk: Browser
) -> None:
    give = reverse("asyncpt_desk:give")
    assert "Nora New" in desk.get(give).content.decode()
    data = form(client=client.pk, tier=shop.coached.pk, ends_on="2026-11-30")
    for _ in range(2):
        assert desk.post(give, data).status_code == 302
    membership = Membership.objects.get(client=client)
    assert membership.ends_at == dt.datetime(2026, 12, 1, 5, 0, tzinfo=dt.UTC)
    assert queries.live_membership(client) == membership
    assert desk.post(give, form(client=client.pk, tier=shop.coached.pk)).status_code == 422

    desk.post(url(membership, "extend"), form(days=2))
    membership.refresh_from_db()
    assert membership.ends_at == dt.datetime(2026, 12, 3, 5, 0, tzinfo=dt.UTC)
    assert AccessPeriod.objects.filter(kind="granted").count() == 2

    desk.post(url(membership, "revoke"), form())
    assert queries.live_membership(client) is None
    assert AccessPeriod.objects.filter(kind="revoked").count() == 2
    assert [a.kind for a in StaffAction.objects.order_by("pk")] == ["grant", "extend", "revoke"]


def test_foreign_clients_and_plans_cannot_be_chosen(
    shop: Shop, client: Client, desk: Browser
) -> None:
    site = Site.objects.create(hostname="other.test", root_page=Page.objects.first())
    other = Clinic.for_site(site)
    foreign, tier = factories.make_client(other), factories.make_tier(other, "Far")
    give = reverse("asyncpt_desk:give")
    assert desk.post(give, form(client=foreign.pk, tier=shop.coached.pk)).status_code == 422
    assert desk.post(give, form(client=client.pk, tier=tier.pk)).status_code == 422
    assert not Membership.objects.filter(client__in=(client, foreign)).exists()


# ----------------------------------------------------------------------------------- another plan


def quoted(answer: Any) -> str:
    found = re.search(r'name="quote" value="([^"]+)"', answer.content.decode())
    assert found is not None
    return found.group(1)


def test_a_plan_up_shows_the_amount_first_and_is_charged_once(
    shop: Shop, client: Client, desk: Browser
) -> None:
    member = shop.join(client, shop.basic_price)
    shop.advance(days=15)
    data = form(price=shop.price.pk)
    asked = desk.post(url(member, "move"), data)
    assert "is charged today" in asked.content.decode()
    assert not StaffAction.objects.exists()
    data["quote"] = quoted(asked)
    for _ in range(2):
        assert desk.post(url(member, "move"), data).status_code == 302
    member.refresh_from_db()
    assert member.tier == shop.coached
    assert member.invoices.filter(billing_reason="subscription_update").count() == 1
    assert StaffAction.objects.get().kind == "move"


def test_a_plan_down_waits_for_the_next_period(
    shop: Shop, member: Membership, desk: Browser
) -> None:
    data = form(price=shop.basic_price.pk)
    asked = desk.post(url(member, "move"), data)
    assert "nothing is charged today" in asked.content.decode()
    desk.post(url(member, "move"), {**data, "quote": quoted(asked)})
    member.refresh_from_db()
    assert (member.tier, member.next_price) == (shop.coached, shop.basic_price)


def test_a_made_up_quote_or_a_foreign_price_moves_nobody(
    shop: Shop, member: Membership, desk: Browser
) -> None:
    site = Site.objects.create(hostname="other.test", root_page=Page.objects.first())
    foreign = factories.make_tier(Clinic.for_site(site), "Far").prices.get()
    for data in (
        form(price=shop.basic_price.pk, quote="made-up"),
        form(price=foreign.pk),
        form(price=foreign.pk, quote="made-up"),
    ):
        answer = desk.post(url(member, "move"), data)
        assert answer.status_code == 422
        assert "made-up" not in answer.content.decode(), "the next step asks for the amount anew"
    member.refresh_from_db()
    assert (member.tier, member.next_price) == (shop.coached, None)
    assert not StaffAction.objects.exists()


# --------------------------------------------------------------------------------------- refunds


def test_refund_in_part_then_at_most_the_rest(
    member: Membership, desk: Browser, cast: Cast, shop: Shop
) -> None:
    invoice = member.invoices.get()
    page = desk.get(refund_url(invoice)).content.decode()
    assert "$149.00" in page
    data = form(amount="49.00", effect="keep")
    for _ in range(2):
        assert desk.post(refund_url(invoice), data).status_code == 302
    refund = Refund.objects.get()
    assert (refund.amount, refund.effect) == (4900, "keep")
    assert (refund.made_by, refund.reason) == (cast.manager.user, "Agreed by phone")
    too_much = desk.post(refund_url(invoice), form(amount="100.01", effect="keep"))
    assert too_much.status_code == 422
    assert "At most $100.00" in too_much.content.decode()
    for amount in ("0", "-1", "1.005", "1e9", "nan", ""):
        answer = desk.post(refund_url(invoice), form(amount=amount, effect="keep"))
        assert answer.status_code == 422, amount
    shop.deliver()
    invoice.refresh_from_db()
    assert invoice.amount_refunded == 4900
    refund.refresh_from_db()
    assert refund.reason == "Agreed by phone", "a webhook does not forget who made it"
    assert queries.live_membership(member.client) == member


def test_refund_that_ends_access_cancels_at_stripe(
    member: Membership, desk: Browser, shop: Shop
) -> None:
    invoice = member.invoices.get()
    desk.post(refund_url(invoice), form(amount="149.00", effect="end"))
    member.refresh_from_db()
    assert member.status == "canceled"
    assert queries.live_membership(member.client) is None
    at_stripe = shop.stripe.v1.subscriptions.retrieve(member.stripe_subscription_id)
    assert at_stripe.status == "canceled"
    assert AccessPeriod.objects.filter(kind="revoked").count() == 1
    shop.deliver()
    assert AccessPeriod.objects.filter(kind="revoked").count() == 1


def test_a_package_is_refunded_from_its_own_page(shop: Shop, client: Client, desk: Browser) -> None:
    purchase = shop.buy(client, shop.sell(tier=shop.coached, weeks=6))
    assert queries.program_access(client).is_open
    page = desk.get(reverse("wagtail_asyncpt_purchase_modeladmin_inspect", args=[purchase.pk]))
    assert refund_url(purchase) in page.content.decode()
    assert desk.post(refund_url(purchase), form(amount="450", effect="end")).status_code == 302
    purchase.refresh_from_db()
    assert purchase.status == "refunded"
    assert not queries.program_access(client).is_open
    balance = sum(Credit.objects.filter(client=client).values_list("amount", flat=True))
    assert balance == 0


def test_when_stripe_does_not_answer_nothing_is_written_and_the_form_stays(
    member: Membership, desk: Browser, shop: Shop
) -> None:
    invoice = member.invoices.get()
    shop.standin.engine.faults.set({"conflict": 20})
    data = form(amount="149.00", effect="end")
    answer = desk.post(refund_url(invoice), data)
    assert answer.status_code == 503
    assert "try again" in answer.content.decode()
    assert not StaffAction.objects.exists()
    assert not Refund.objects.exists()
    shop.standin.engine.faults.set({"conflict": 0})
    assert desk.post(refund_url(invoice), data).status_code == 302
    assert Refund.objects.count() == 1


# --------------------------------------------------------------------------------------- recheck


def test_recheck_repairs_what_differs_and_says_so(
    member: Membership, desk: Browser, shop: Shop
) -> None:
    path = reverse("asyncpt_desk:recheck", args=[member.pk])
    assert "Everything is as Stripe has it" in desk.post(path, follow=True).content.decode()
    shop.stripe.v1.subscriptions.update(
        member.stripe_subscription_id, {"cancel_at": "min_period_end"}
    )
    shop.discard()
    assert "Something differed" in desk.post(path, follow=True).content.decode()
    member.refresh_from_db()
    assert member.ends_at == member.period_end
    assert AuditEntry.objects.filter(action="membership.recheck").count() == 2
    assert desk.get(path).status_code == 405


def test_the_page_of_a_membership_shows_payments_and_links_to_stripe(
    member: Membership, desk: Browser
) -> None:
    invoice = member.invoices.get()
    page = desk.get(inspect_url(member)).content.decode()
    assert invoice.number in page
    assert "$149.00" in page
    assert "$149.00 a month" in page
    assert (
        f"https://dashboard.stripe.com/test/subscriptions/{member.stripe_subscription_id}" in page
    )


def test_links_to_stripe_follow_the_mode_of_the_key(settings: Any) -> None:
    for key, start in (
        ("rk_test_1", "https://dashboard.stripe.com/test/invoices/in_1"),
        ("rk_live_1", "https://dashboard.stripe.com/invoices/in_1"),
    ):
        accounts = {"default": {"secret_key": key, "webhook_secrets": ["whsec_1"]}}
        settings.WAGTAIL_ASYNCPT = {**settings.WAGTAIL_ASYNCPT, "STRIPE_ACCOUNTS": accounts}
        assert dashboard_url("default", "invoices", "in_1") == start
    assert dashboard_url("unknown", "invoices", "in_1") == ""
