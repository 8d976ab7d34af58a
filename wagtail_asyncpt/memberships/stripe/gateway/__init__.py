"""The calls we make, one thin function each: plain JSON out, our own errors raised.

``account`` is a name in STRIPE_ACCOUNTS. Every write carries our own idempotency key.
"""

from typing import Any

from wagtail_asyncpt.memberships.stripe.gateway.billing import invoice
from wagtail_asyncpt.memberships.stripe.gateway.catalog import (
    create_price,
    create_product,
    price,
    price_by_key,
    product,
    products,
    rename_product,
    set_price_active,
)
from wagtail_asyncpt.memberships.stripe.gateway.checkout import (
    checkout,
    create_checkout,
    create_customer,
    expire_checkout,
)
from wagtail_asyncpt.memberships.stripe.gateway.subscriptions import portal_url, subscription

Json = dict[str, Any]

__all__ = [
    "Json",
    "checkout",
    "create_checkout",
    "create_customer",
    "create_price",
    "create_product",
    "expire_checkout",
    "invoice",
    "portal_url",
    "price",
    "price_by_key",
    "product",
    "products",
    "rename_product",
    "set_price_active",
    "subscription",
]
