"""Whatever a member does, in whatever order, and whichever webhooks are lost: rows equal Stripe."""

import uuid
from collections.abc import Callable
from itertools import pairwise

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import factories
from tests.memberships.conftest import Shop
from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.memberships import operations, queries
from wagtail_asyncpt.memberships.models import (
    AccessPeriod,
    CancelReason,
    Invoice,
    Membership,
    Price,
)
from wagtail_asyncpt.people.models import Client, Letter

ACTS = ("pause", "resume", "up", "down", "keep plan", "cancel", "keep", "time", "month", "deliver")


def change(client: Client, price: Price) -> None:
    membership = queries.open_membership(client)
    if membership is None:
        return
    quote = operations.quote_change(membership=membership, price=price)
    operations.change_plan(client=client, price=price, quote=quote.sign())


def acts_of(shop: Shop, client: Client) -> dict[str, Callable[[], object]]:
    """Everything that a member and the calendar may do."""
    return {
        "pause": lambda: operations.pause_membership(client=client, weeks=2),
        "resume": lambda: operations.resume_membership(client=client),
        "up": lambda: change(client, shop.price),
        "down": lambda: change(client, shop.basic_price),
        "keep plan": lambda: operations.keep_plan(client=client),
        "cancel": lambda: operations.cancel_membership(
            client=client, reason=CancelReason.OTHER, key=uuid.uuid4()
        ),
        "keep": lambda: operations.keep_membership(client=client, key=uuid.uuid4()),
        "time": lambda: (shop.advance(days=4), operations.resume_due_memberships()),
        "month": lambda: shop.advance(days=20),
        "deliver": shop.deliver,
    }


@settings(
    max_examples=8,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    acts=st.lists(st.sampled_from(ACTS), min_size=1, max_size=7),
    lost=st.booleans(),
)
def test_rows_end_as_stripe_says(shop: Shop, acts: list[str], lost: bool) -> None:
    client = factories.make_client(shop.clinic)
    shop.join(client)
    able = acts_of(shop, client)
    for act in acts:
        try:
            able[act]()
        except DomainError:
            continue  # not in this state, and said so
    if lost:
        shop.discard()
    shop.deliver()
    membership = Membership.objects.get(client=client)
    operations.sync_subscription(
        account=membership.account, subscription_id=membership.stripe_subscription_id
    )
    membership.refresh_from_db()
    held = shop.stripe.v1.subscriptions.retrieve(membership.stripe_subscription_id)
    item = held.items.data[0]
    assert membership.status == held.status
    assert membership.price is not None
    assert membership.price.stripe_price_id == item.price.id
    assert membership.tier == membership.price.tier
    assert (membership.paused_at is not None) == (held.status == "paused")
    assert (membership.next_price is not None) <= bool(held.schedule)
    if held.status == "active":
        assert (membership.ends_at is None) == (held.cancel_at is None)
        assert queries.live_membership(client) == membership
    if held.status == "paused":
        assert queries.live_membership(client) is None
    _ledger_is_whole(client)
    keys = list(Letter.objects.values_list("key", flat=True))
    assert len(keys) == len(set(keys))


def _ledger_is_whole(client: Client) -> None:
    """Pauses do not overlap, and no payment is kept twice."""
    pauses = AccessPeriod.objects.filter(client=client, kind="paused").order_by("starts_at")
    spans = list(pauses.values_list("starts_at", "ends_at"))
    assert all(first[1] <= second[0] for first, second in pairwise(spans))
    ids = list(Invoice.objects.filter(client=client).values_list("stripe_id", flat=True))
    assert len(ids) == len(set(ids))
