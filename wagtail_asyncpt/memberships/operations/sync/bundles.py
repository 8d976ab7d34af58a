"""What a membership's checkout takes once, with the first payment: set-up fee and package."""

from collections import Counter

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.memberships.models import Invoice, Membership, Purchase, PurchaseStatus
from wagtail_asyncpt.memberships.operations.fulfil import deliver
from wagtail_asyncpt.memberships.operations.sync.shared import Json, check_price, require


def once_prices(membership: Membership) -> dict[str, int]:
    """The prices that are paid once, by their ids at Stripe, with their amounts."""
    found = {}
    if membership.setup_fee:
        found[membership.stripe_setup_price_id] = membership.setup_fee
    for purchase in membership.purchases.all():
        found[purchase.stripe_price_id] = purchase.amount
    return found


def check_lines(membership: Membership, lines: list[Json]) -> None:
    """The session sells the price and what is paid once, each once, no more. Raises Mismatch."""
    price = membership.price
    assert price is not None  # noqa: S101 (every Stripe membership has one; tells the checker)
    once = once_prices(membership)
    ids = Counter(line["price"]["id"] for line in lines)
    require(ids == Counter([price.stripe_price_id, *once]), "line_items")
    for line in lines:
        theirs = line["price"]
        require(line["quantity"] == 1, "quantity")
        if theirs["id"] == price.stripe_price_id:
            check_price(price, theirs)
        else:
            require(theirs["unit_amount"] == once[theirs["id"]], "amount")
            require(theirs["currency"] == price.currency.lower(), "currency")


def deliver_bundle(membership: Membership, row: Invoice, invoice: Json) -> None:
    """The paid invoice holds the package's line: give what it holds, once.

    Raises Mismatch when the line has another amount.
    """
    waiting = membership.purchases.select_for_update().filter(
        status__in=(PurchaseStatus.PENDING, PurchaseStatus.ABANDONED)
    )
    for purchase in waiting:
        line = _line(purchase, invoice)
        if line is not None:
            require(line["amount"] == purchase.amount, "amount")
            purchase.livemode = invoice["livemode"]
            purchase.save(update_fields=["livemode"])
            deliver(purchase, paid_at=row.paid_at or clock.now(), invoice=row)


def _line(purchase: Purchase, invoice: Json) -> Json | None:
    for line in invoice["lines"]["data"]:
        details = (line["pricing"] or {}).get("price_details") or {}
        if details.get("price") == purchase.stripe_price_id:
            found: Json = line
            return found
    return None


def abandon_bundle(membership: Membership) -> None:
    """What was not bought leaves no purchase open."""
    membership.purchases.filter(status=PurchaseStatus.PENDING).update(
        status=PurchaseStatus.ABANDONED
    )
