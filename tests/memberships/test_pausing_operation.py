"""Pausing and resuming: payments, access, ledger and mails stop and go on together."""

import datetime as dt
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command

from tests import factories
from tests.memberships.conftest import Shop
from tests.memberships.test_sync_operation import use_failing_card
from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.memberships import operations, queries, signals
from wagtail_asyncpt.memberships.models import AccessPeriod, Invoice, Membership
from wagtail_asyncpt.memberships.stripe import gateway
from wagtail_asyncpt.memberships.stripe.client import Unavailable
from wagtail_asyncpt.people.models import Client, Clinic, Letter


def letters(kind: str) -> int:
    return Letter.objects.filter(key__startswith=f"{kind}-").count()


def pause_after(shop: Shop, client: Client, days: int = 10, weeks: int = 4) -> Membership:
    shop.join(client)
    shop.advance(days=days)
    return operations.pause_membership(client=client, weeks=weeks)


def test_a_pause_stops_payment_and_access_and_says_until_when(shop: Shop, client: Client) -> None:
    membership = pause_after(shop, client)
    assert (membership.status, membership.paused_at) == ("paused", shop.clock.moment)
    assert membership.resumes_at == shop.clock.moment + dt.timedelta(weeks=4)
    assert queries.live_membership(client) is None
    assert client.user.groups.count() == 0
    assert "paused until Dec. 10, 2026" in queries.program_access(client).message
    assert "by itself on Dec. 10, 2026" in Letter.objects.get(key__startswith="paused-").text

    shop.deliver()
    shop.advance(days=27)
    shop.deliver()
    assert Invoice.objects.count() == 1, "no renewal"
    assert letters("paused") == 1


def test_resuming_bills_a_new_period_less_the_unused_days(shop: Shop, client: Client) -> None:
    paused_at = pause_after(shop, client).paused_at
    shop.advance(days=14)
    membership = operations.resume_membership(client=client)
    assert (membership.status, membership.paused_at, membership.resumes_at) == (
        "active",
        None,
        None,
    )
    assert membership.period_start == shop.clock.moment
    assert queries.live_membership(client) == membership
    pause = AccessPeriod.objects.get(kind="paused")
    assert (pause.starts_at, pause.ends_at) == (paused_at, shop.clock.moment)
    bill = Invoice.objects.latest("created_at")
    assert (bill.status, bill.amount_paid) == ("paid", 14900 - 9933)
    assert "The next payment is $149.00 on Dec. 26, 2026" in (
        Letter.objects.get(key__startswith="resumed-").text
    )
    shop.deliver()
    assert AccessPeriod.objects.filter(kind="paused").count() == 1
    assert letters("resumed") == 1


@pytest.mark.parametrize("lost", [True, False])
def test_the_command_resumes_what_is_due_and_nothing_else(
    shop: Shop, client: Client, clinic: Clinic, lost: bool
) -> None:
    pause_after(shop, client, weeks=4)
    other = factories.make_client(clinic)
    shop.join(other)
    operations.pause_membership(client=other, weeks=6)
    if lost:
        shop.discard()
    for days, said in ((27, 0), (1, 1), (0, 0)):
        shop.advance(days=days)
        out = StringIO()
        call_command("asyncpt_tend_memberships", stdout=out)
        assert out.getvalue() == f"Resumed {said} membership(s).\n"
    assert queries.live_membership(client) is not None
    assert queries.live_membership(other) is None


def test_a_resume_that_the_card_refuses_stays_paused_until_it_is_paid(
    shop: Shop, client: Client
) -> None:
    membership = pause_after(shop, client)
    use_failing_card(shop, membership)
    shop.advance(days=28)
    call_command("asyncpt_tend_memberships", stdout=StringIO())
    membership.refresh_from_db()
    assert membership.status == "paused"
    invoice = operations.open_resume_invoice(membership)
    assert invoice is not None
    assert operations.resume_membership(client=client).status == "paused", "no second invoice"
    assert Invoice.objects.filter(status="open").count() == 1
    letter = Letter.objects.get(key__startswith="payment-failed-")
    assert "still paused" in letter.text
    assert "stays open" not in letter.text
    assert invoice.hosted_url in letter.text

    shop.pay(invoice.hosted_url)
    shop.deliver()
    membership.refresh_from_db()
    assert membership.status == "active"
    assert operations.open_resume_invoice(membership) is None
    assert AccessPeriod.objects.filter(kind="paused").count() == 1


def test_pausing_twice_is_one_pause_and_pausing_again_later_is_another(
    shop: Shop, client: Client
) -> None:
    first = pause_after(shop, client, weeks=2)
    again = operations.pause_membership(client=client, weeks=8)
    assert again.resumes_at == first.resumes_at
    shop.advance(days=1)
    operations.resume_membership(client=client)
    assert operations.resume_membership(client=client).status == "active"
    shop.advance(hours=1)
    assert operations.pause_membership(client=client, weeks=8).status == "paused"
    shop.advance(hours=1)
    assert operations.resume_membership(client=client).status == "active"
    assert AccessPeriod.objects.filter(kind="paused").count() == 2
    assert letters("paused") == letters("resumed") == 2


@pytest.mark.parametrize("weeks", [0, 13, -1])
def test_only_lengths_that_the_clinic_allows(shop: Shop, client: Client, weeks: int) -> None:
    shop.join(client)
    with pytest.raises(DomainError):
        operations.pause_membership(client=client, weeks=weeks)
    assert queries.live_membership(client) is not None


def test_what_cannot_be_paused_is_said(shop: Shop, client: Client, clinic: Clinic) -> None:
    with pytest.raises(DomainError, match="no membership"):
        operations.pause_membership(client=client, weeks=2)
    free = factories.make_client(clinic)
    operations.grant_membership(client=free, tier=shop.basic, reason="Pilot")
    with pytest.raises(DomainError, match="no membership"):
        operations.pause_membership(client=free, weeks=2)
    membership = shop.join(client)
    shop.stripe.v1.subscriptions.update(
        membership.stripe_subscription_id, {"cancel_at": "min_period_end"}
    )
    with pytest.raises(DomainError, match="does not renew"):
        operations.pause_membership(client=client, weeks=2)


def test_a_member_who_owes_a_payment_pays_first(shop: Shop, client: Client) -> None:
    use_failing_card(shop, shop.join(client))
    shop.advance(days=31)
    with pytest.raises(DomainError, match="payment is missing"):
        operations.pause_membership(client=client, weeks=2)


def test_a_pause_made_in_stripes_portal_has_the_same_effect(shop: Shop, client: Client) -> None:
    membership = shop.join(client)
    shop.stripe.v1.subscriptions.pause(membership.stripe_subscription_id)
    shop.deliver()
    membership.refresh_from_db()
    assert (membership.status, membership.resumes_at) == ("paused", None)
    assert queries.live_membership(client) is None
    assert "at any time" in Letter.objects.get(key__startswith="paused-").text
    shop.advance(days=3)
    shop.stripe.v1.subscriptions.resume(
        membership.stripe_subscription_id, {"payment_behavior": "resume_on_payment_success"}
    )
    shop.deliver()
    assert queries.live_membership(client) == membership
    pause = AccessPeriod.objects.get(kind="paused")
    assert pause.ends_at - pause.starts_at == dt.timedelta(days=3)


def test_webhooks_in_any_order_end_the_same(shop: Shop, client: Client) -> None:
    pause_after(shop, client)
    shop.advance(days=7)
    operations.resume_membership(client=client)
    for faults in ({"shuffle": True, "duplicate": 3},):
        shop.standin.engine.faults.set(faults)
    shop.deliver()
    shop.deliver()
    assert AccessPeriod.objects.filter(kind="paused").count() == 1
    assert letters("paused") == letters("resumed") == 1
    assert queries.live_membership(client) is not None


def crash(*args: Any, **kwargs: Any) -> Any:
    raise Unavailable("the process died")


@pytest.mark.parametrize("repair", ["webhook", "again"])
def test_a_crash_after_stripes_answer_is_repaired(
    shop: Shop, client: Client, monkeypatch: pytest.MonkeyPatch, repair: str
) -> None:
    shop.join(client)
    real = gateway.pause

    def answered_then_crash(*args: Any, **kwargs: Any) -> None:
        real(*args, **kwargs)
        crash()

    monkeypatch.setattr(gateway, "pause", answered_then_crash)
    with pytest.raises(Unavailable):
        operations.pause_membership(client=client, weeks=3)
    membership = Membership.objects.get(client=client)
    assert membership.status == "active"
    monkeypatch.undo()
    if repair == "webhook":
        shop.deliver()
    else:
        operations.pause_membership(client=client, weeks=5)
    membership.refresh_from_db()
    assert membership.status == "paused"
    assert membership.resumes_at == shop.clock.moment + dt.timedelta(weeks=3)
    assert letters("paused") == 1


def test_one_who_ends_in_the_pause_has_no_days_left(shop: Shop, client: Client) -> None:
    membership = pause_after(shop, client)
    shop.advance(days=2)
    shop.stripe.v1.subscriptions.cancel(membership.stripe_subscription_id)
    shop.deliver()
    pause = AccessPeriod.objects.get(kind="paused")
    paid = AccessPeriod.objects.get(kind="paid")
    assert pause.ends_at == paid.ends_at
    assert letters("resumed") == 0


def test_signals_name_their_cause(shop: Shop, client: Client) -> None:
    heard: list[tuple[str, str]] = []

    def listen(name: str) -> Any:
        def hear(sender: Any, *, key: str, client: Client, **kwargs: Any) -> None:
            heard.append((name, key))

        return hear

    listeners = {
        name: listen(name) for name in ("started", "paused", "resumed", "plan_changed", "ended")
    }
    for name, listener in listeners.items():
        getattr(signals, name).connect(listener)
    try:
        membership = pause_after(shop, client)
        shop.deliver()
        shop.advance(days=7)
        operations.resume_membership(client=client)
        shop.stripe.v1.subscriptions.cancel(membership.stripe_subscription_id)
        shop.deliver()
    finally:
        for name, listener in listeners.items():
            getattr(signals, name).disconnect(listener)
    assert [name for name, _key in heard] == ["started", "paused", "resumed", "ended"]
    assert len({key for _name, key in heard}) == 4
    assert all(str(membership.uuid) in key for _name, key in heard)
