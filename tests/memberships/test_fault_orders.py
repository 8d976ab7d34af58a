"""Events in every order, repeated and lost; and a crash at every write: the end is Stripe's."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import factories
from tests.memberships.conftest import KEY, Shop, an_event
from wagtail_asyncpt.memberships import operations, queries
from wagtail_asyncpt.memberships.models import (
    AccessPeriod,
    Invoice,
    Membership,
    StripeEvent,
)
from wagtail_asyncpt.memberships.operations.events import EVENT_TYPES, follow, keep_event
from wagtail_asyncpt.people.models import Client, Letter

#: What may happen to a member at Stripe; the events of it are delivered in any order.
HAPPENINGS = ("month", "bad card", "good card", "pay", "later", "renew", "end")


class Story:
    """A member whose subscription goes through states at Stripe; we hear what the test lets us."""

    def __init__(self, shop: Shop, client: Client) -> None:
        self.shop = shop
        shop.pay(shop.start(client))
        self.membership = Membership.objects.get(client=client)
        session = shop.stripe.v1.checkout.sessions.retrieve(self.membership.checkout_session_id)
        self.subscription = str(session.subscription)
        self.events = self._take()

    def _take(self) -> list[dict[str, Any]]:
        engine = self.shop.standin.engine
        account = engine.account(KEY)
        taken = [account.get("event", row["event"]) for row in engine.pending_deliveries()]
        engine.webhooks.deliveries.clear()
        return taken

    def happen(self, what: str) -> None:
        api, engine = self.shop.stripe.v1, self.shop.standin.engine.account(KEY)
        theirs = engine.get("subscription", self.subscription)
        if theirs["status"] in ("canceled", "incomplete_expired"):
            return
        if what == "month":
            self.shop.advance(days=31)
        elif what in ("bad card", "good card"):
            token = "pm_card_chargeCustomerFail" if what == "bad card" else "pm_card_visa"
            card = api.payment_methods.attach(token, {"customer": theirs["customer"]})
            api.subscriptions.update(self.subscription, {"default_payment_method": card.id})
        elif what == "pay":
            for invoice in engine.rows("invoice"):
                if invoice["status"] == "open":
                    card = api.payment_methods.attach(
                        "pm_card_visa", {"customer": theirs["customer"]}
                    )
                    api.invoices.pay(invoice["id"], {"payment_method": card.id})
        elif what == "later":
            api.subscriptions.update(self.subscription, {"cancel_at": "min_period_end"})
        elif what == "renew":
            api.subscriptions.update(self.subscription, {"cancel_at": ""})
        else:
            api.subscriptions.cancel(self.subscription)
        self.events += self._take()

    def deliver(self, event: dict[str, Any]) -> None:
        thing = event["data"]["object"]
        if event["type"] in EVENT_TYPES:
            follow(kind=thing["object"], account="default", identity=thing["id"])

    def check(self) -> None:
        engine = self.shop.standin.engine.account(KEY)
        theirs = engine.get("subscription", self.subscription)
        self.membership.refresh_from_db()
        ours = self.membership
        assert ours.status == theirs["status"]
        assert (ours.ends_at is None) == (
            theirs["status"] != "canceled" and theirs["cancel_at"] is None
        )
        for row in Invoice.objects.filter(membership=ours):
            assert row.status in ("draft", "open", "paid", "void", "uncollectible")
        paid = [i for i in engine.rows("invoice") if i["status"] == "paid" and i["amount_paid"]]
        mirrored = Invoice.objects.filter(membership=ours, status="paid")
        assert {row.stripe_id for row in mirrored} <= {invoice["id"] for invoice in paid}
        assert AccessPeriod.objects.filter(membership=ours, kind="paid").count() <= len(paid)
        welcome = Letter.objects.filter(key__startswith="welcome-", to=ours.client.user.email)
        assert welcome.count() <= 1


@settings(
    max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    happenings=st.lists(st.sampled_from(HAPPENINGS), min_size=1, max_size=4),
    seed=st.randoms(use_true_random=False),
)
def test_any_order_repetition_and_loss_of_events_ends_as_stripe_says(
    shop: Shop, happenings: list[str], seed: Any
) -> None:
    with rolled_back():
        story = Story(shop, factories.make_client(shop.clinic))
        for what in happenings:
            story.happen(what)
        heard = [event for event in story.events for _ in range(seed.choice((0, 1, 2)))]
        seed.shuffle(heard)
        last = [e for e in story.events if e["data"]["object"]["object"] == "subscription"][-1]
        for event in [*heard, last]:  # however old the others are, the state is that of now
            story.deliver(event)
        story.check()


@contextmanager
def rolled_back() -> Iterator[None]:
    """Every example begins with the same rows."""
    try:
        with transaction.atomic():
            yield
            raise _Undo
    except _Undo:
        pass


class _Undo(Exception):
    pass


# ------------------------------------------------------------------------- a crash at every write


class Crash(BaseException):
    """The process dies; nothing may catch it as a failure to note."""


@contextmanager
def crash_at(number: int) -> Iterator[list[int]]:
    """Die before the ``number``-th statement that writes; ``[0]`` counts those that came."""
    seen = [0]

    def guard(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        writes = sql.lstrip().split(" ", 1)[0].upper() in ("INSERT", "UPDATE", "DELETE")
        if writes and "wagtailcore_" not in sql:  # core's index of references looks after itself
            seen[0] += 1
            if seen[0] == number:
                raise Crash
        return execute(sql, params, many, context)

    with connection.execute_wrapper(guard):
        yield seen


def picture(client: Client) -> dict[str, Any]:
    """Everything that a sync leaves, without keys of rows and times of ours."""
    membership = Membership.objects.get(client=client)
    return {
        "membership": (membership.status, membership.period_end, membership.ends_at),
        "invoices": sorted(
            Invoice.objects.filter(client=client).values_list(
                "stripe_id", "status", "amount_paid", "amount_refunded"
            )
        ),
        "days": sorted(
            AccessPeriod.objects.filter(client=client).values_list("key", "starts_at", "ends_at")
        ),
        "letters": sorted(
            Letter.objects.filter(to=client.user.email).values_list("key", flat=True)
        ),
        "groups": sorted(client.user.groups.values_list("name", flat=True)),
        "events": sorted(StripeEvent.objects.values_list("event_id", "status")),
        "is_live": queries.live_membership(client) is not None,
    }


def test_a_crash_at_every_write_and_a_retry_leave_what_no_crash_leaves(
    shop: Shop, client: Client
) -> None:
    shop.pay(shop.start(client))
    session = Membership.objects.get(client=client).checkout_session_id
    shop.discard()
    thing = {"id": session, "object": "checkout.session"}
    event = an_event(type="checkout.session.completed", data={"object": thing})

    def once() -> None:
        row = keep_event(account="default", event=event)
        pk = row.pk if row is not None else StripeEvent.objects.get(event_id=event["id"]).pk
        operations.process_event(pk=pk)

    with rolled_back():
        with crash_at(0) as writes:
            once()
        wanted = picture(client)
    assert wanted["is_live"]
    assert len(wanted["letters"]) == 1
    assert writes[0] > 7
    for number in range(1, writes[0] + 1):
        with rolled_back():
            try:
                with transaction.atomic(), crash_at(number):
                    once()
            except Crash:
                pass
            else:
                pytest.fail(f"write {number} did not come")
            once()
            assert picture(client) == wanted, f"after a crash at write {number}"


def test_a_crash_at_every_write_of_a_refund_and_a_retry_refund_once(
    shop: Shop, client: Client
) -> None:
    shop.join(client)
    invoice = Invoice.objects.get(client=client)
    shop.stripe.v1.refunds.create(
        {"payment_intent": invoice.payment_intent_id, "metadata": {"asyncpt_effect": "end"}}
    )
    shop.discard()

    def once() -> None:
        operations.sync_refunds(account="default", payment_intent=invoice.payment_intent_id)

    with rolled_back():
        with crash_at(0) as writes:
            once()
        wanted = picture(client)
    assert wanted["invoices"][0][3] == 14900
    for number in range(1, writes[0] + 1):
        with rolled_back():
            with pytest.raises(Crash), crash_at(number):
                once()
            once()
            assert picture(client) == wanted, f"after a crash at write {number}"
