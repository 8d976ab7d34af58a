"""What every sync needs: the locked row, and the checks that only what was sold is granted."""

from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import ValidationError

from wagtail_asyncpt.core.errors import Conflict, DomainError
from wagtail_asyncpt.memberships.models import Membership, Price, StripeCustomer
from wagtail_asyncpt.memberships.stripe.client import account_called

Json = dict[str, Any]

METADATA_KEY = "asyncpt_membership"


class Mismatch(DomainError):
    """Customer, price, amount, currency or mode differ from what we sold: nothing is granted."""


class SecondMembership(Conflict):
    """A subscription was paid by somebody who has a membership; ``subscription_id`` names it."""

    def __init__(self, message: str, *, membership: Membership, subscription_id: str) -> None:
        super().__init__(message)
        self.membership = membership
        self.subscription_id = subscription_id


def locked(account: str, **lookup: Any) -> Membership | None:
    """The membership, its row locked; None where the id is empty, unknown or not even an id."""
    if not all(lookup.values()):
        return None
    try:
        rows = Membership.objects.filter(account=account, **lookup)
        pk = rows.select_for_update().values_list("pk", flat=True).first()
    except ValidationError:
        return None
    return with_all(pk) if pk is not None else None


def with_all(pk: int) -> Membership:
    """A membership whose row is locked, with what belongs to it.

    Not in the query that locks: PostgreSQL looks at a row again when its lock comes free, and a
    join to the tier that it had before would find nothing.
    """
    return Membership.objects.select_related(
        "client__user", "clinic__site", "tier", "price__tier"
    ).get(pk=pk)


def locked_sale(model: type[Any], account: str, **lookup: Any) -> Any:
    """The purchase or gift, its row locked; None where the id is empty, unknown or no id."""
    if not all(lookup.values()):
        return None
    rows = model._default_manager.select_for_update(of=("self",)).filter(account=account)
    try:
        return rows.filter(**lookup).first()
    except ValidationError:
        return None


def price_of(membership: Membership, stripe_id: str) -> Price:
    """The price we sold, or another of the clinic's that the client changed to."""
    price = find_price(membership, stripe_id)
    if price is None:
        raise Mismatch("price")
    return price


def find_price(membership: Membership, stripe_id: str) -> Price | None:
    """A price of the membership's clinic by Stripe's id."""
    return (
        Price.objects.filter(stripe_price_id=stripe_id, tier__clinic_id=membership.clinic_id)
        .select_related("tier")
        .first()
    )


def check_price(price: Price, theirs: Json) -> None:
    """The price must be the one that was sold. Raises Mismatch."""
    require(theirs["id"] == price.stripe_price_id, "price")
    require(theirs["currency"] == price.currency.lower(), "currency")
    require(theirs["unit_amount"] == price.amount, "amount")


def check_buyer(membership: Membership, thing: Json) -> None:
    """Customer and mode must be those that we know. Raises Mismatch."""
    check_customer(membership.account, membership.client_id, thing)


def check_customer(account: str, client_id: int, thing: Json) -> None:
    """``thing`` must be of the client's own customer, in the account's mode. Raises Mismatch."""
    customer = StripeCustomer.objects.filter(client_id=client_id, account=account).first()
    require(customer is not None and thing["customer"] == customer.stripe_id, "customer")
    require(thing["livemode"] == account_called(account).livemode, "livemode")


def require(condition: bool, what: str) -> None:
    """Raise Mismatch unless ``condition``."""
    if not condition:
        raise Mismatch(f"Stripe's {what} is not what was sold")


def moment(seconds: int | None) -> datetime | None:
    """Stripe's seconds as a moment; None for none."""
    return datetime.fromtimestamp(seconds, UTC) if seconds else None
