"""After any loss of events, comparing with Stripe repairs all; the second time it finds nothing."""

import datetime as dt
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.core.management import CommandError, call_command
from django.test import Client as Browser
from django.urls import reverse
from wagtail.models import Page, Site

from sandbox.stripe_standin.engine import disputes
from tests import factories
from tests.conftest import Cast
from tests.memberships.conftest import KEY, Shop
from wagtail_asyncpt.memberships import operations, signals
from wagtail_asyncpt.memberships.models import (
    AccessPeriod,
    Credit,
    Dispute,
    EventStatus,
    Invoice,
    Membership,
    Purchase,
    Reconciliation,
    Refund,
    StripeEvent,
)
from wagtail_asyncpt.memberships.operations.endpoints import endpoint_faults
from wagtail_asyncpt.memberships.operations.reconcile import reconcile
from wagtail_asyncpt.memberships.stripe import gateway
from wagtail_asyncpt.memberships.stripe.client import Unavailable
from wagtail_asyncpt.people.models import Client, Clinic, Letter

Login = Callable[[Any], Browser]


def lose_every(shop: Shop, number: int) -> int:
    """Drop each ``number``-th webhook for good, deliver the others; how many were lost."""
    everything = shop.standin.engine.webhooks.deliveries
    lost = [one for one in everything[number - 1 :: number] if one["state"] == "pending"]
    for delivery in lost:
        delivery["state"] = "dropped"
    shop.deliver()
    return len(lost)


def assert_as_stripe_has_it(shop: Shop, membership: Membership) -> None:
    membership.refresh_from_db()
    engine = shop.standin.engine.account(KEY)
    theirs = engine.get("subscription", membership.stripe_subscription_id)
    assert membership.status == theirs["status"]
    [item] = theirs["items"]["data"]
    assert membership.price.stripe_price_id == item["price"]["id"]
    assert membership.period_end == dt.datetime.fromtimestamp(item["current_period_end"], dt.UTC)
    invoices = [i for i in engine.rows("invoice") if i["status"] != "draft"]
    rows = {row.stripe_id: row for row in Invoice.objects.all()}
    assert set(rows) >= {invoice["id"] for invoice in invoices}
    for invoice in invoices:
        row = rows[invoice["id"]]
        assert (row.status, row.amount_paid) == (invoice["status"], invoice["amount_paid"])
    for model, kind in ((Refund, "refund"), (Dispute, "dispute")):
        assert {(r.stripe_id, r.status, r.amount) for r in model.objects.all()} == {
            (r["id"], r["status"], r["amount"]) for r in engine.rows(kind)
        }
    refunded = sum(Refund.objects.values_list("amount", flat=True))
    assert sum(Invoice.objects.values_list("amount_refunded", flat=True)) == refunded


def test_fourteen_months_with_a_tenth_of_the_webhooks_lost(
    shop: Shop, client: Client, cast: Cast
) -> None:
    api = shop.stripe.v1
    shop.pay(shop.start(client, shop.basic_price))
    lost = lose_every(shop, 10)
    operations.confirm_checkout(
        client=client, session_id=Membership.objects.get(client=client).checkout_session_id
    )
    membership = Membership.objects.get(client=client)
    identity = membership.stripe_subscription_id

    def months(number: int = 1) -> None:
        nonlocal lost
        for _ in range(number):
            shop.advance(days=31)
            lost += lose_every(shop, 10)

    def change(price: Any) -> None:
        [item] = api.subscriptions.retrieve(identity)["items"]["data"]
        api.subscriptions.update(
            identity,
            {
                "items": [{"id": item.id, "price": price.stripe_price_id}],
                "proration_behavior": "always_invoice",
            },
        )

    months(2)
    customer = api.subscriptions.retrieve(identity).customer
    good = api.payment_methods.list({"customer": str(customer)}).data[0].id
    bad = api.payment_methods.attach("pm_card_chargeCustomerFail", {"customer": str(customer)})
    api.subscriptions.update(identity, {"default_payment_method": bad.id})
    shop.advance(days=31)
    lost += lose_every(shop, 10)
    assert api.subscriptions.retrieve(identity).status == "past_due"
    api.subscriptions.update(identity, {"default_payment_method": good})
    [unpaid] = api.invoices.list({"subscription": identity, "status": "open"}).data
    api.invoices.pay(unpaid.id)
    months(1)
    change(shop.price)
    months(2)
    operations.pause_membership(client=client, weeks=4)
    shop.advance(days=28)
    lost += lose_every(shop, 10)
    operations.resume_membership(client=client)
    months(2)
    change(shop.basic_price)
    months(2)
    refunded, disputed = [
        charge
        for charge in shop.standin.engine.account(KEY).rows("charge")
        if charge["paid"] and charge["amount"] >= 2900
    ][-2:]
    api.refunds.create({"charge": refunded["id"], "amount": 1000})
    opened = disputes.open_dispute(shop.standin.engine.account(KEY), disputed["id"])
    months(1)
    disputes.decide(shop.standin.engine.account(KEY), opened["id"], "lost")
    months(1)
    # The last ones are all lost, so that no later webhook makes them good.
    api.refunds.create({"charge": refunded["id"], "amount": 500})
    api.subscriptions.update(identity, {"cancel_at": "min_period_end"})
    lost += lose_every(shop, 1)
    assert lost > 10
    assert (shop.clock.moment - membership.created_at).days > 14 * 28

    first = reconcile(account="default", days=500)
    assert first.finished_at is not None
    assert first.counts["event"] > 2
    assert not {"problem", "lost", "duplicate", "unknown", "endpoint"} & set(first.counts)
    assert_as_stripe_has_it(shop, membership)
    assert not StripeEvent.objects.filter(status=EventStatus.FAILED).exists()
    counted = [m.objects.count() for m in (Invoice, AccessPeriod, Credit, Letter, StripeEvent)]

    second = reconcile(account="default", days=500)
    assert second.counts == {}, second.findings
    assert second.looked_at > 10
    assert counted == [
        m.objects.count() for m in (Invoice, AccessPeriod, Credit, Letter, StripeEvent)
    ]


def test_everything_lost_is_found(shop: Shop, client: Client) -> None:
    shop.pay(shop.start(client))
    shop.discard()
    row = reconcile(account="default")
    assert row.counts == {"checkout": 1}
    membership = Membership.objects.get(client=client)
    assert_as_stripe_has_it(shop, membership)
    shop.advance(days=32)
    shop.standin.engine.webhooks.deliveries.clear()
    assert set(reconcile(account="default").counts) == {"subscription", "invoice"}
    assert_as_stripe_has_it(shop, membership)
    assert reconcile(account="default").counts == {}


def test_a_pause_that_nobody_told_us_of_is_restored(shop: Shop, client: Client) -> None:
    """Paused and resumed at Stripe between two webhooks: the subscription tells nothing of it."""
    membership = shop.join(client)
    other = shop.join(factories.make_client(shop.clinic, "Otto Other"))
    told: list[dict[str, Any]] = []
    signals.resumed.connect(lambda **said: told.append(said), weak=False, dispatch_uid="told")
    shop.advance(days=4)
    began, identity = shop.clock.moment, membership.stripe_subscription_id
    bill = {"type": "subscription", "bill_for": {"unused_time_from": {"type": "now"}}}
    shop.stripe.v1.subscriptions.pause(identity, bill)  # type: ignore[arg-type]
    shop.advance(days=10)
    gateway.resume("default", identity, key="by-hand")
    ended = shop.clock.moment
    # Another, who left in the pause.
    shop.stripe.v1.subscriptions.pause(other.stripe_subscription_id, bill)  # type: ignore[arg-type]
    shop.advance(days=2)
    shop.stripe.v1.subscriptions.cancel(other.stripe_subscription_id)
    shop.discard()
    letters = Letter.objects.count()

    first = reconcile(account="default")

    assert first.counts["pause"] == 2, first.findings
    assert [one["words"] for one in first.findings if one["kind"] == "pause"] == [
        f"paused from {ended:%Y-%m-%d}",
        f"paused from {began:%Y-%m-%d}",
    ]
    row = AccessPeriod.objects.get(membership=membership, kind="paused")
    assert (row.starts_at, row.ends_at) == (began, ended)
    gone = AccessPeriod.objects.get(membership=other, kind="paused")
    other.refresh_from_db()
    assert (gone.starts_at, gone.ends_at) == (ended, other.period_end)
    assert [(one["paused_at"], one["resumed_at"]) for one in told] == [(began, ended)]
    assert not Letter.objects.filter(key__startswith="resumed-").exists(), "old news"
    assert Letter.objects.count() >= letters
    assert reconcile(account="default").counts == {}
    assert AccessPeriod.objects.filter(kind="paused").count() == 2
    signals.resumed.disconnect(dispatch_uid="told")


def test_a_pause_that_webhooks_told_of_is_written_once(shop: Shop, client: Client) -> None:
    shop.join(client)
    shop.advance(days=4)
    operations.pause_membership(client=client, weeks=2)
    shop.deliver()
    assert reconcile(account="default").counts == {}, "it goes on"
    shop.advance(days=14)
    operations.resume_membership(client=client)
    shop.deliver()
    assert reconcile(account="default").counts == {}
    assert AccessPeriod.objects.filter(kind="paused").count() == 1


def foreign_subscription(shop: Shop, metadata: dict[str, str]) -> str:
    customer = shop.stripe.v1.customers.create({"email": "x@example.com"})
    card = shop.stripe.v1.payment_methods.attach("pm_card_visa", {"customer": customer.id})
    subscription = shop.stripe.v1.subscriptions.create(
        {
            "customer": customer.id,
            "items": [{"price": shop.price.stripe_price_id}],
            "default_payment_method": card.id,
            "metadata": metadata,
        }
    )
    return subscription.id


def test_a_subscription_of_others_is_listed_and_never_adopted(shop: Shop, client: Client) -> None:
    own = shop.join(client)
    strangers = {
        foreign_subscription(shop, {}),
        foreign_subscription(shop, {"asyncpt_membership": "not a uuid"}),
        foreign_subscription(shop, {"asyncpt_membership": "0" * 32}),
    }
    shop.deliver()
    for _ in range(2):
        row = reconcile(account="default")
        assert row.counts == {"unknown": 3}
        assert {finding["stripe_id"] for finding in row.findings} == strangers
    assert list(Membership.objects.values_list("pk", flat=True)) == [own.pk]
    copied = foreign_subscription(shop, {"asyncpt_membership": str(own.uuid)})
    row = reconcile(account="default")
    assert row.counts["duplicate"] == 1
    own.refresh_from_db()
    assert own.stripe_subscription_id != copied


def test_a_membership_that_stripe_does_not_know_is_said(shop: Shop, client: Client) -> None:
    membership = shop.join(client)
    del shop.standin.engine.account(KEY).objects["subscription"][membership.stripe_subscription_id]
    shop.clock.move(hours=1)
    row = reconcile(account="default")
    assert row.counts == {"lost": 1}
    membership.refresh_from_db()
    assert membership.status == "active"


def test_a_failing_answer_is_noted_and_raised(shop: Shop) -> None:
    shop.standin.engine.faults.set({"conflict": 30})
    with pytest.raises(Unavailable):
        reconcile(account="default")
    row = Reconciliation.objects.get()
    assert row.error
    assert row.finished_at is None


def test_endpoints_are_compared_with_what_we_need(shop: Shop, clinic: Clinic) -> None:
    assert endpoint_faults("default") == []
    [endpoint] = shop.stripe.v1.webhook_endpoints.list().data
    account = shop.standin.engine.account(KEY)
    account.get("webhook_endpoint", endpoint.id)["api_version"] = "2024-06-20"
    shop.stripe.v1.webhook_endpoints.update(
        endpoint.id, {"enabled_events": ["invoice.paid"], "disabled": True}
    )
    words = " ".join(fault.words for fault in endpoint_faults("default"))
    for part in ("disabled", "2024-06-20", "refund.created"):
        assert part in words
    assert "invoice.paid" not in words
    shop.stripe.v1.webhook_endpoints.delete(endpoint.id)
    [fault] = endpoint_faults("default")
    assert str(clinic.webhook_uuid) in fault.url


def test_the_command_says_what_it_did(shop: Shop, client: Client) -> None:
    shop.pay(shop.start(client))
    shop.discard()
    out = StringIO()
    call_command("asyncpt_reconcile_stripe", stdout=out)
    assert "checkout cs_test_" in out.getvalue()
    assert "(repaired)" in out.getvalue()
    out = StringIO()
    call_command("asyncpt_reconcile_stripe", "--account", "default", stdout=out)
    assert "no difference" in out.getvalue()
    with pytest.raises(CommandError, match="No clinic uses"):
        call_command("asyncpt_reconcile_stripe", "--account", "other")


def test_the_list_is_read_in_pages_with_the_same_queries_for_each(
    shop: Shop, client: Client, django_assert_max_num_queries: Any
) -> None:
    membership = shop.join(client)
    account = shop.standin.engine.account(KEY)
    one = account.get("subscription", membership.stripe_subscription_id)
    for number in range(250):
        account.put({**one, "id": f"sub_copy{number}", "metadata": {}})
    with django_assert_max_num_queries(45):
        row = reconcile(account="default")
    assert row.counts == {"unknown": 250}
    assert row.looked_at > 250


# ------------------------------------------------------------------------------------ the report


def url(name: str = "reconciliation") -> str:
    return reverse(f"asyncpt_desk:{name}")


def test_a_manager_compares_and_reads_what_was_found(
    shop: Shop, client: Client, cast: Cast, login: Login
) -> None:
    shop.pay(shop.start(client))
    shop.discard()
    browser = login(cast.manager)
    assert "None came yet" in browser.get(url()).content.decode()
    assert "Compare now" not in browser.get(url()).content.decode()
    assert browser.post(url("reconcile"), {"account": "default"}).status_code == 404
    cast.manager.user.user_permissions.add(Permission.objects.get(codename="recheck_membership"))
    browser = login(cast.manager)
    page = browser.post(url("reconcile"), {"account": "default"}, follow=True).content.decode()
    assert "A checkout had ended" in page
    assert "repaired" in page
    page = browser.post(url("reconcile"), {"account": "default"}, follow=True).content.decode()
    assert "Everything was as Stripe has it" in page
    assert browser.get(url("reconcile")).status_code == 405


def test_a_comparison_that_fails_at_once_says_so(
    shop: Shop, cast: Cast, login: Login, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast.manager.user.user_permissions.add(Permission.objects.get(codename="recheck_membership"))
    browser = login(cast.manager)

    def said() -> str:
        answer = browser.post(url("reconcile"), {"account": "default"}, follow=True)
        return str(answer.content.decode())

    def broken(account: str) -> None:
        raise ZeroDivisionError("a fault of ours")

    with monkeypatch.context() as patch:
        patch.setattr(gateway, "pause_events", broken)
        page = said()
        assert "The comparison failed: something went wrong on our side" in page
        assert "has started" not in page
        assert "under way" not in page
    assert "The comparison is done" in said()
    shop.standin.engine.faults.set({"conflict": 30})
    page = said()
    assert "The comparison failed: Stripe did not answer" in page
    assert "failed: Stripe did not answer" in browser.get(url()).content.decode(), "it stays there"
    settings.WAGTAIL_ASYNCPT = {**settings.WAGTAIL_ASYNCPT, "STRIPE_ACCOUNTS": {}}
    assert "there is no key for this account" in said()


def test_nobody_else_reads_or_runs_it(shop: Shop, cast: Cast, login: Login) -> None:
    site = Site.objects.create(hostname="other.test", root_page=Page.objects.first())
    other = Clinic.for_site(site)
    other.stripe_account = "other"
    other.save()
    foreign = factories.make_therapist(other, "Otto Other", "manager")
    for person in (cast.therapist, cast.editor, cast.owner, foreign):
        user = getattr(person, "user", person)
        user.user_permissions.add(Permission.objects.get(codename="recheck_membership"))
        browser = login(person)
        assert browser.post(url("reconcile"), {"account": "default"}).status_code in (302, 404)
        page = browser.get(url())
        assert page.status_code in ((200,) if person is foreign else (302, 404))
        assert "(default)" not in page.content.decode()
    assert not Reconciliation.objects.exists()


def test_the_check_prints_each_address_and_fails_on_a_fault(shop: Shop) -> None:
    out, err = StringIO(), StringIO()
    call_command("asyncpt_check_stripe", stdout=out)
    assert f"http://localhost{shop.webhook_path}" in out.getvalue()
    assert "default: as it should be" in out.getvalue()
    [endpoint] = shop.stripe.v1.webhook_endpoints.list().data
    shop.stripe.v1.webhook_endpoints.update(endpoint.id, {"enabled_events": ["invoice.paid"]})
    with pytest.raises(CommandError, match="1 to put right"):
        call_command("asyncpt_check_stripe", stdout=out, stderr=err)
    assert "charge.refunded" in err.getvalue()
    out = StringIO()
    call_command("asyncpt_check_stripe", "--events", stdout=out)
    assert "invoice.paid" in out.getvalue().splitlines()


def test_a_package_paid_without_a_webhook_is_found_by_the_clean_up(
    shop: Shop, client: Client
) -> None:
    shop.pay(shop.start_package(client, shop.sell()))
    shop.discard()
    shop.clock.move(minutes=11)
    assert operations.refresh_stale_memberships() == 1
    purchase = Purchase.objects.get(client=client)
    assert purchase.status == "paid"
    assert operations.refresh_stale_memberships() == 0
