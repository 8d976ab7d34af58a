"""Changing to another plan: up at once for the difference, down when the paid period is over."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.core import signing
from django.db import transaction
from django.utils.translation import gettext as _

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.core.errors import Conflict, DomainError
from wagtail_asyncpt.memberships.models import (
    Interval,
    Invoice,
    Membership,
    MembershipStatus,
    Price,
)
from wagtail_asyncpt.memberships.operations.running import (
    forget_next_plan,
    own_membership,
    require_paid,
)
from wagtail_asyncpt.memberships.operations.sync.invoices import sync_invoice
from wagtail_asyncpt.memberships.operations.sync.shared import Json
from wagtail_asyncpt.memberships.operations.sync.subscriptions import follow_subscription
from wagtail_asyncpt.memberships.operations.waiting import require_place
from wagtail_asyncpt.memberships.stripe import gateway
from wagtail_asyncpt.memberships.stripe.client import Refused
from wagtail_asyncpt.people.models import Client

#: How long a quoted amount may be confirmed, in seconds.
QUOTE_FOR = 30 * 60
_SALT = "asyncpt-plan"
_MONTHS = {Interval.MONTH.value: 1, Interval.QUARTER.value: 3, Interval.YEAR.value: 12}


@dataclass(frozen=True)
class Quote:
    """What a change costs, worked out by Stripe for the moment ``at``.

    ``amount`` is charged at once and ``lines`` say what for; it is 0 when the change waits until
    ``starts_at``. ``pays_next_at`` is when the new price is charged for the first whole period.
    """

    key: str
    before: Price
    after: Price
    at: int
    amount: int
    lines: list[Json]
    starts_at: datetime
    pays_next_at: datetime

    @property
    def is_now(self) -> bool:
        """Whether it changes at once."""
        return self.starts_at.timestamp() <= self.at

    def sign(self) -> str:
        """What the form carries: the browser can neither move the date nor the price."""
        return signing.dumps(
            {
                "key": self.key,
                "before": str(self.before.uuid),
                "after": str(self.after.uuid),
                "at": self.at,
                "amount": self.amount,
            },
            salt=_SALT,
        )


def is_upgrade(before: Price, after: Price) -> bool:
    """Whether ``after`` costs at least as much each month."""
    return after.amount * _MONTHS[before.interval] >= before.amount * _MONTHS[after.interval]


def require_changeable(membership: Membership | None) -> None:
    """Only a running, paid membership that renews changes its plan. Raises DomainError."""
    if membership is None or not membership.stripe_subscription_id:
        raise DomainError(_("You have no membership whose plan could be changed."))
    require_paid(membership)
    if membership.status == MembershipStatus.PAUSED:
        raise DomainError(_("Your membership is paused. Please resume it first."))
    if membership.ends_at is not None:
        raise DomainError(_("Your membership does not renew. Please choose to keep it first."))
    if membership.tier.payment_count:
        raise DomainError(_("A plan with a fixed number of payments cannot be changed."))


def quote_change(*, membership: Membership, price: Price) -> Quote:
    """What changing to ``price`` costs and when it begins; nothing is written.

    Raises DomainError, StripeFailure.
    """
    require_changeable(membership)
    before, ends = membership.price, membership.period_end
    if before is None or ends is None or before == price:
        raise DomainError(_("This is your plan already."))
    at = int(clock.now().timestamp())
    now = datetime.fromtimestamp(at, UTC)
    if not is_upgrade(before, price) and membership.status == MembershipStatus.ACTIVE:
        return Quote(uuid.uuid4().hex, before, price, at, 0, [], ends, ends)
    if membership.status == MembershipStatus.TRIALING:
        return Quote(uuid.uuid4().hex, before, price, at, 0, [], now, ends)
    preview = gateway.change_preview(
        membership.account, membership.stripe_subscription_id, price=price.stripe_price_id, at=at
    )
    lines = preview["lines"]["data"]
    bought = [row for row in lines if row["amount"] >= 0]
    until = max(row["period"]["end"] for row in bought or lines)
    return Quote(
        key=uuid.uuid4().hex,
        before=before,
        after=price,
        at=at,
        amount=preview["amount_due"],
        lines=lines,
        starts_at=now,
        pays_next_at=datetime.fromtimestamp(until, UTC),
    )


def change_plan(*, client: Client, price: Price, quote: str) -> Membership:
    """Change to ``price`` as quoted; ``quote`` is what ``Quote.sign`` gave.

    The plan is what Stripe says afterwards: when the payment of the difference does not go
    through, it stays the old one and ``open_change_invoice`` is to be paid.
    Raises DomainError, StripeFailure.
    """
    membership, invoice = _change(client, price, _read(quote, price))
    if invoice:
        sync_invoice(account=membership.account, invoice_id=invoice)
        membership.refresh_from_db()
    return membership


def _read(quote: str, price: Price) -> dict[str, Any]:
    try:
        found: dict[str, Any] = signing.loads(quote, salt=_SALT, max_age=QUOTE_FOR)
    except signing.BadSignature as error:
        raise _stale() from error
    if found["after"] != str(price.uuid):
        raise _stale()
    return found


def _stale() -> Conflict:
    return Conflict(_("These amounts are not up to date any more. Please look at them again."))


@transaction.atomic
def _change(client: Client, price: Price, quote: dict[str, Any]) -> tuple[Membership, str]:
    """Change at Stripe and follow; the membership and the id of the invoice of it."""
    membership, subscription = own_membership(client)
    before = membership.price
    if before == price or membership.next_price == price:
        return membership, ""  # the same form once more
    require_changeable(membership)
    if before is None or quote["before"] != str(before.uuid):
        raise _stale()
    if subscription["pending_update"]:
        raise DomainError(_("A change of your plan waits for its payment already."))
    if price.tier_id != before.tier_id:
        require_place(client, price.tier)
    forget_next_plan(membership)
    try:
        _at_stripe(membership, subscription, price, quote)
    except Refused as error:
        raise _stale() from error
    subscription = follow_subscription(membership, membership.stripe_subscription_id)
    latest = subscription["latest_invoice"]
    return membership, latest["id"] if latest and membership.next_price is None else ""


def _at_stripe(
    membership: Membership, subscription: Json, price: Price, quote: dict[str, Any]
) -> None:
    before, key = membership.price, f"plan-{membership.uuid}-{quote['key']}"
    assert before is not None  # noqa: S101 (checked by the caller; tells the checker)
    trial = membership.status == MembershipStatus.TRIALING
    if trial or is_upgrade(before, price):
        gateway.change_price(
            membership.account,
            subscription,
            price=price.stripe_price_id,
            at=None if trial else quote["at"],
            key=key,
        )
    else:
        gateway.change_price_later(
            membership.account,
            subscription,
            price=price.stripe_price_id,
            months=_MONTHS[price.interval],
            key=key,
        )


def open_change_invoice(membership: Membership) -> Invoice | None:
    """What must be paid before a change of the plan is made, if its payment was refused."""
    if membership.status != MembershipStatus.ACTIVE:
        return None
    return membership.invoices.filter(status="open", billing_reason="subscription_update").first()


@transaction.atomic
def keep_plan(*, client: Client) -> Membership:
    """Take a planned change back. Raises DomainError, StripeFailure."""
    membership, _subscription = own_membership(client)
    if membership.next_price is not None:
        forget_next_plan(membership)
        follow_subscription(membership, membership.stripe_subscription_id)
    return membership
