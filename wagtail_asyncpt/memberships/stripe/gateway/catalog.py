"""Products and prices."""

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


def create_product(account: str, *, name: str, reference: str, key: str) -> Json:
    """A product for a tier; ``reference`` is how it is found again."""
    with own_errors():
        return as_json(
            client_for(account).v1.products.create(
                {"name": name, "metadata": {"asyncpt_tier": reference}}, {"idempotency_key": key}
            )
        )


def rename_product(account: str, product_id: str, *, name: str) -> Json:
    """Follow a renamed tier, and put an archived product back on sale."""
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


def create_price(
    account: str,
    *,
    product: str,
    amount: int,
    currency: str,
    months: int,
    uuid: str,
    key: str,
) -> Json:
    """A recurring price, charged every ``months`` months (12 is written as a year)."""
    every: Json = (
        {"interval": "year", "interval_count": 1}
        if months == 12
        else {"interval": "month", "interval_count": months}
    )
    with own_errors():
        return as_json(
            client_for(account).v1.prices.create(
                {
                    "product": product,
                    "unit_amount": amount,
                    "currency": currency,
                    "recurring": every,  # type: ignore[typeddict-item]
                    "lookup_key": uuid,
                    "metadata": {"asyncpt_price": uuid},
                },
                {"idempotency_key": key},
            )
        )


def set_price_active(account: str, price_id: str, *, active: bool) -> Json:
    """Put a price on or off sale."""
    with own_errors():
        return as_json(client_for(account).v1.prices.update(price_id, {"active": active}))
