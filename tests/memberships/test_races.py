"""Two at once. Row locks decide, so these run on PostgreSQL."""

import json
import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import stripe
from django.db import connection, transaction
from django.test import Client as Browser
from wagtail.models import Locale, Page, Site

from sandbox.stripe_standin.server import StandIn
from tests import factories
from tests.conftest import MovableClock
from tests.memberships.conftest import KEY, SECRET, Shop, shop_of
from wagtail_asyncpt.memberships import operations, queries
from wagtail_asyncpt.memberships.models import (
    AccessPeriod,
    Invoice,
    Membership,
    RefundEffect,
    Seat,
    StripeCustomer,
    StripeEvent,
)
from wagtail_asyncpt.people.models import Clinic, Letter

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def racing(
    transactional_db: None,
    clock: MovableClock,
    standin: StandIn,
    django_capture_on_commit_callbacks: Callable[..., Any],
) -> Shop:
    """A shop whose rows are committed, so that other threads see them."""
    if connection.vendor != "postgresql":
        pytest.skip("needs row locks")
    site = _default_site()
    return shop_of(Clinic.for_site(site), clock, standin, django_capture_on_commit_callbacks)


def _default_site() -> Site:
    # A transactional test empties every table, what the migrations wrote included.
    found = Site.objects.filter(is_default_site=True).first()
    if found is not None:
        return found
    Locale.objects.get_or_create(language_code="en")
    root = Page.add_root(title="Root", slug="root")
    home = root.add_child(instance=Page(title="Home", slug="home"))
    return Site.objects.create(hostname="localhost", root_page=home, is_default_site=True)


def together(*calls: Callable[[], Any]) -> list[Any]:
    """Run ``calls`` at the same moment, each on its own connection; results or exceptions."""
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        barrier.wait()
        try:
            return call()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


def test_a_double_click_on_join_is_one_membership_and_one_session(racing: Shop) -> None:
    client = factories.make_client(racing.clinic, "Nora New")
    answers = together(*[lambda: racing.start(client)] * 4)
    assert len(set(answers)) == 1, answers
    assert answers[0].startswith(racing.standin.url)
    assert Membership.objects.filter(client=client).count() == 1
    assert StripeCustomer.objects.filter(client=client).count() == 1
    assert len(racing.stripe.v1.customers.list().data) == 1
    assert len(racing.stripe.v1.checkout.sessions.list().data) == 1


def test_two_prices_at_once_leave_one_session_that_can_be_paid(racing: Shop) -> None:
    client = factories.make_client(racing.clinic, "Nora New")
    together(
        lambda: racing.start(client, racing.price),
        lambda: racing.start(client, racing.basic_price),
    )
    assert Membership.objects.filter(client=client, status="pending").count() == 1
    sessions = racing.stripe.v1.checkout.sessions.list().data
    assert sum(session.status == "open" for session in sessions) == 1


def test_a_seat_is_offered_while_the_plan_changes_to_another_with_seats(racing: Shop) -> None:
    """A join to the plan in the query that locks would find neither the old plan nor the new."""
    client = factories.make_client(racing.clinic, "Nora New")
    for tier in (racing.basic, racing.coached):
        tier.member_seats = 3
        tier.save()
    membership = racing.join(client, racing.basic_price)
    holds = threading.Event()

    def change() -> None:
        with transaction.atomic():
            row = Membership.objects.select_for_update().get(pk=membership.pk)
            holds.set()
            wait_for_a_lock()
            row.tier, row.price = racing.coached, racing.price
            row.save()

    def invite() -> Any:
        holds.wait()
        return operations.invite_to_seat(client=client, email="gus@example.com")

    changed, seat = together(change, invite)
    assert changed is None, changed
    assert isinstance(seat, Seat), seat
    assert seat.sponsor.tier == racing.coached


def wait_for_a_lock(seconds: float = 20) -> None:
    """Until another connection to this database waits for a row's lock."""
    waiting = (
        "select count(*) from pg_stat_activity "
        "where datname = current_database() and wait_event_type = 'Lock'"
    )
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        with connection.cursor() as cursor:
            cursor.execute("select pg_stat_clear_snapshot()")
            cursor.execute(waiting)
            [(count,)] = cursor.fetchall()
        if count:
            return
        time.sleep(0.02)
    raise AssertionError("nobody waits")


def test_success_page_and_all_webhooks_at_once_make_one_of_everything(racing: Shop) -> None:
    client = factories.make_client(racing.clinic, "Nora New")
    racing.pay(racing.start(client))
    membership = Membership.objects.get(client=client)
    session = racing.stripe.v1.checkout.sessions.retrieve(membership.checkout_session_id)
    subscription, invoice = session.subscription, session.invoice
    answers = together(
        *[
            lambda: operations.confirm_checkout(client=client, session_id=session.id),
            lambda: operations.sync_subscription(account="default", subscription_id=subscription),
            lambda: operations.sync_invoice(account="default", invoice_id=invoice),
        ]
        * 3
    )
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert Membership.objects.get(client=client).status == "active"
    assert AccessPeriod.objects.filter(client=client).count() == 1
    assert Invoice.objects.filter(client=client).count() == 1
    assert Letter.objects.filter(to=client.user.email).count() == 1
    assert client.user.groups.count() == 2


def test_one_event_in_many_workers_is_processed_once(racing: Shop) -> None:
    client = factories.make_client(racing.clinic, "Nora New")
    racing.pay(racing.start(client))
    session = Membership.objects.get(client=client).checkout_session_id
    event = StripeEvent.objects.create(
        account="default",
        event_id="evt_1",
        type="checkout.session.completed",
        object_id=session,
        payload={"object": "checkout.session"},
    )
    answers = together(*[lambda: operations.process_event(pk=event.pk)] * 4)
    assert [answer for answer in answers if answer is not None] == ["done"]
    event.refresh_from_db()
    assert event.attempts == 1
    assert queries.live_membership(client) is not None


def test_twenty_deliveries_of_one_event_have_one_effect(racing: Shop) -> None:
    client = factories.make_client(racing.clinic, "Nora New")
    racing.pay(racing.start(client))
    waiting = {
        racing.standin.engine.account(KEY).get("event", row["event"])["type"]: row
        for row in racing.standin.engine.pending_deliveries()
    }
    delivery = waiting["checkout.session.completed"]
    racing.discard()
    account = racing.standin.engine.account(KEY)
    event = account.get("event", delivery["event"])
    body = json.dumps(event)
    header = stripe.WebhookSignature.generate_signature_header(body, SECRET, int(time.time()))

    def post() -> int:
        answer = Browser().post(
            racing.webhook_path,
            body,
            content_type="application/json",
            headers={"Stripe-Signature": header},
        )
        return answer.status_code

    assert together(*[post] * 20) == [200] * 20
    assert StripeEvent.objects.count() == 1
    operations.process_waiting_events()
    assert Membership.objects.get(client=client).status == "active"
    assert AccessPeriod.objects.filter(client=client).count() == 1
    assert Invoice.objects.filter(client=client).count() == 1
    assert Letter.objects.filter(to=client.user.email).count() == 1


def test_twenty_checkouts_at_once_are_one_session_and_one_membership(racing: Shop) -> None:
    client = factories.make_client(racing.clinic, "Nora New")
    answers = together(*[lambda: racing.start(client)] * 20)
    addresses = {answer for answer in answers if isinstance(answer, str)}
    assert len(addresses) == 1, answers
    assert Membership.objects.filter(client=client).count() == 1
    assert len(racing.stripe.v1.checkout.sessions.list().data) == 1
    racing.pay(addresses.pop())
    racing.deliver()
    assert Membership.objects.filter(client=client, status="active").count() == 1


def test_one_refund_form_sent_many_times_at_once_refunds_once(racing: Shop) -> None:
    client = factories.make_client(racing.clinic, "Nora New")
    racing.join(client)
    invoice = Invoice.objects.get(client=client)
    boss = factories.make_user("Super User", is_staff=True, is_superuser=True)
    key = uuid.uuid4()

    def refund() -> Any:
        return operations.refund_payment(
            order=operations.Order(type(boss).objects.get(pk=boss.pk), "Twice", key),
            row=Invoice.objects.get(pk=invoice.pk),
            amount=4900,
            effect=RefundEffect.KEEP,
        )

    answers = together(*[refund] * 6)
    assert not [answer for answer in answers if isinstance(answer, Exception)], answers
    assert len(racing.stripe.v1.refunds.list().data) == 1
    invoice.refresh_from_db()
    assert invoice.amount_refunded == 4900


def test_clicks_at_once_are_one_pause_one_resume_and_one_payment(racing: Shop) -> None:
    dear = operations.create_tier(clinic=racing.clinic, name="Blended", prices={"month": 29900})
    operations.sync_tiers(clinic=racing.clinic)
    client = factories.make_client(racing.clinic, "Nora New")
    racing.join(client)
    price = dear.prices.get()

    def quote() -> str:
        membership = queries.open_membership(client)
        assert membership is not None
        return operations.quote_change(membership=membership, price=price).sign()

    token = quote()
    racing.advance(minutes=5)
    for call in (
        lambda: operations.change_plan(client=client, price=price, quote=token),
        lambda: operations.pause_membership(client=client, weeks=2),
        lambda: operations.resume_membership(client=client),
    ):
        answers = together(*[call] * 5)
        assert all(isinstance(answer, Membership) for answer in answers), answers
        racing.advance(minutes=5)
    membership = Membership.objects.get(client=client)
    assert (membership.status, membership.price) == ("active", price)
    assert AccessPeriod.objects.filter(kind="paused").count() == 1
    assert Invoice.objects.filter(billing_reason="subscription_update").count() == 2
    for kind in ("plan-changed", "paused", "resumed"):
        assert Letter.objects.filter(key__startswith=f"{kind}-").count() == 1
