"""Products and prices."""

from dataclasses import dataclass
from typing import Any

from wagtail_asyncpt.memberships.stripe.client import as_json, client_for, own_errors

Json = dict[str, Any]


def product(account: str, product_id: str) -> Json:
    """A product."""
    with own_errors():
        return as_json(client_for(account).v1.products.retrieve(product_id))


def products(account: str) -> list[Json]:
    """Every product of the account."""
    with own_errors():
        pages = client_for(account).v1.products.list({"limit": 100})
        return [as_json(row) for row in pages.auto_paging_iter()]


def create_product(account: str, *, name: str, kind: str, reference: str, key: str) -> Json:
    """A product of a tier or package; its mark ``kind``: ``reference`` is how it is found again."""
    with own_errors():
        return as_json(
            client_for(account).v1.products.create(
                {"name": name, "metadata": {kind: reference}}, {"idempotency_key": key}
            )
        )


def rename_product(account: str, product_id: str, *, name: str) -> Json:
    """Follow a new name, and put an archived product back on sale."""
    with own_errors():
        return as_json(
            client_for(account).v1.products.update(product_id, {"name": name, "active": True})
        )


def price(account: str, price_id: str) -> Json:
    """A price."""
    with own_errors():
        return as_json(client_for(account).v1.prices.retrieve(price_id))


def price_by_key(account: str, lookup_key: str) -> Json | None:
    """The price with our lookup key, if Stripe has one."""
    with own_errors():
        found = client_for(account).v1.prices.list({"lookup_keys": [lookup_key], "limit": 1})
        return as_json(found.data[0]) if found.data else None


@dataclass(frozen=True)
class NewPrice:
    """A price to make: charged every ``months`` months (12 is written as a year), or once (0).

    ``mark`` is its lookup key: how it is found again.
    """

    product: str
    amount: int
    currency: str
    months: int
    mark: str


def create_price(account: str, new: NewPrice) -> Json:
    """A price; Stripe never changes its amount."""
    params: Any = {
        "product": new.product,
        "unit_amount": new.amount,
        "currency": new.currency,
        "lookup_key": new.mark,
        "metadata": {"asyncpt_price": new.mark},
    }
    if new.months == 12:
        params["recurring"] = {"interval": "year", "interval_count": 1}
    elif new.months:
        params["recurring"] = {"interval": "month", "interval_count": new.months}
    with own_errors():
        return as_json(
            client_for(account).v1.prices.create(params, {"idempotency_key": f"price-{new.mark}"})
        )


def set_price_active(account: str, price_id: str, *, active: bool) -> Json:
    """Put a price on or off sale."""
    with own_errors():
        return as_json(client_for(account).v1.prices.update(price_id, {"active": active}))
