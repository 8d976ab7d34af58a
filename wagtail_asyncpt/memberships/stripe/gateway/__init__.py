"""The calls we make, one thin function each: plain JSON out, our own errors raised.

``account`` is a name in STRIPE_ACCOUNTS. Every write carries our own idempotency key.
"""

from typing import Any

from wagtail_asyncpt.memberships.stripe.gateway.account import (
    all_subscriptions,
    disputes_since,
    invoices_since,
    pause_events,
    refunds_since,
    subscriptions_of_customer,
    undelivered_events,
    webhook_endpoints,
)
from wagtail_asyncpt.memberships.stripe.gateway.billing import (
    charge,
    create_refund,
    dispute,
    invoice,
    invoice_of_payment,
    invoices_of_subscription,
    refund,
    refunds_of_payment,
    session_of_payment,
)
from wagtail_asyncpt.memberships.stripe.gateway.cards import (
    customer_of_card,
    default_card,
    needs_action,
)
from wagtail_asyncpt.memberships.stripe.gateway.catalog import (
    NewPrice,
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
    Order,
    checkout,
    create_checkout,
    create_customer,
    expire_checkout,
)
from wagtail_asyncpt.memberships.stripe.gateway.coupons import (
    close_promotion_code,
    create_promotion_code,
    promotion_code,
    promotion_codes,
)
from wagtail_asyncpt.memberships.stripe.gateway.desk import (
    end_subscription,
    end_with_period,
    postpone_payment,
    renew_again,
)
from wagtail_asyncpt.memberships.stripe.gateway.plans import (
    change_preview,
    change_price,
    change_price_later,
    release_schedule,
    schedule,
)
from wagtail_asyncpt.memberships.stripe.gateway.subscriptions import (
    cancel_now,
    cancel_with_period,
    end_on,
    pause,
    portal_url,
    resume,
    resume_preview,
    subscription,
)

Json = dict[str, Any]

__all__ = [
    "Json",
    "NewPrice",
    "Order",
    "all_subscriptions",
    "cancel_now",
    "cancel_with_period",
    "change_preview",
    "change_price",
    "change_price_later",
    "charge",
    "checkout",
    "close_promotion_code",
    "create_checkout",
    "create_customer",
    "create_price",
    "create_product",
    "create_promotion_code",
    "create_refund",
    "customer_of_card",
    "default_card",
    "dispute",
    "disputes_since",
    "end_on",
    "end_subscription",
    "end_with_period",
    "expire_checkout",
    "invoice",
    "invoice_of_payment",
    "invoices_of_subscription",
    "invoices_since",
    "needs_action",
    "pause",
    "pause_events",
    "portal_url",
    "postpone_payment",
    "price",
    "price_by_key",
    "product",
    "products",
    "promotion_code",
    "promotion_codes",
    "refund",
    "refunds_of_payment",
    "refunds_since",
    "release_schedule",
    "rename_product",
    "renew_again",
    "resume",
    "resume_preview",
    "schedule",
    "session_of_payment",
    "set_price_active",
    "subscription",
    "subscriptions_of_customer",
    "undelivered_events",
    "webhook_endpoints",
]
