"""The API's table: path, the SDK's parameter type, what we act on, and the operation."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from stripe import params as p
from stripe.params import billing_portal as portal_params
from stripe.params import checkout as checkout_params

from .engine import (
    Account,
    billing,
    catalog,
    changes,
    checkout,
    coupons,
    customers,
    disputes,
    invoices,
    pausing,
    payments,
    portal,
    preview,
    refunds,
    schedules,
    webhooks,
)
from .engine import subscriptions as subs
from .wire import page

Json = dict[str, Any]
Operation = Callable[..., Json]
Filter = Callable[[Account, Json], Callable[[Json], bool]]


@dataclass(frozen=True)
class Route:
    """One endpoint. ``acts_on``: the top-level parameters that change something here.

    Parameters that Stripe knows and the stand-in does not act on are refused, not ignored.
    """

    method: str
    pattern: re.Pattern[str]
    params: type
    acts_on: frozenset[str]
    operation: Operation


def _route(method: str, path: str, params: type, acts_on: str, operation: Operation) -> Route:
    pattern = re.compile("^/v1" + re.sub(r"<\w+>", r"([A-Za-z0-9_-]{1,255})", path) + "$")
    return Route(method, pattern, params, frozenset({"expand", *acts_on.split()}), operation)


def _retrieve(kind: str) -> Operation:
    return lambda account, params, identity: account.get(kind, identity)


PAGING = "limit starting_after ending_before "


def _list(kind: str, path: str, params: type, acts_on: str, wanted: Filter | None) -> Route:
    def operation(account: Account, given: Json) -> Json:
        keep = wanted(account, given) if wanted else lambda row: True
        return page([r for r in account.rows(kind) if keep(r)], given, f"/v1{path}")

    created = "created " if "created" in params.__annotations__ else ""
    return _route("GET", path, params, PAGING + created + acts_on, operation)


def _list_events(account: Account, params: Json) -> Json:
    keep = webhooks.event_filter(account, params)
    found = page([e for e in account.rows("event") if keep(e)], params, "/v1/events")
    return found | {"data": [webhooks.shown_event(account, e) for e in found["data"]]}


def _list_line_items(account: Account, params: Json, identity: str) -> Json:
    account.get("checkout.session", identity)
    url = f"/v1/checkout/sessions/{identity}/line_items"
    return page(checkout.line_items(account, identity), params, url, newest_first=False)


def _list_customer_methods(account: Account, params: Json, identity: str) -> Json:
    account.get("customer", identity)
    keep = customers.method_filter(account, params | {"customer": identity})
    rows = [m for m in account.rows("payment_method") if keep(m)]
    return page(rows, params, f"/v1/customers/{identity}/payment_methods")


_CUSTOMER = (
    "name email phone description address shipping preferred_locales metadata "
    "business_name individual_name"
)
_PRODUCT = (
    "name active description images metadata marketing_features shippable statement_descriptor "
    "tax_code unit_label url"
)
_SESSION = (
    "mode line_items success_url cancel_url customer customer_email client_reference_id metadata "
    "allow_promotion_codes subscription_data payment_intent_data expires_at locale ui_mode "
    "payment_method_collection invoice_creation customer_creation customer_update submit_type "
    "billing_address_collection discounts automatic_tax tax_id_collection consent_collection "
    "custom_text currency setup_intent_data"
)
_SUBSCRIPTION = (
    "customer items default_payment_method trial_period_days trial_end metadata description "
    "trial_settings billing_mode payment_behavior discounts automatic_tax add_invoice_items"
)
_SUB_UPDATE = (
    "cancel_at cancel_at_period_end cancellation_details default_payment_method description "
    "metadata items billing_cycle_anchor proration_behavior proration_date payment_behavior "
    "trial_end trial_settings pause_collection discounts automatic_tax"
)

ROUTES = (
    # customers and cards
    _route(
        "POST",
        "/customers",
        p.CustomerCreateParams,
        _CUSTOMER,
        customers.create_customer,
    ),
    _list("customer", "/customers", p.CustomerListParams, "email", customers.customer_filter),
    _route("GET", "/customers/<id>", p.CustomerRetrieveParams, "", _retrieve("customer")),
    _route(
        "POST",
        "/customers/<id>",
        p.CustomerUpdateParams,
        _CUSTOMER + " invoice_settings",
        customers.update_customer,
    ),
    _route("DELETE", "/customers/<id>", p.CustomerDeleteParams, "", changes.delete_customer),
    _route(
        "GET",
        "/customers/<id>/payment_methods",
        p.CustomerPaymentMethodListParams,
        PAGING + "type",
        _list_customer_methods,
    ),
    _list(
        "payment_method",
        "/payment_methods",
        p.PaymentMethodListParams,
        "customer type",
        customers.method_filter,
    ),
    _route(
        "GET",
        "/payment_methods/<id>",
        p.PaymentMethodRetrieveParams,
        "",
        _retrieve("payment_method"),
    ),
    _route(
        "POST",
        "/payment_methods/<id>/attach",
        p.PaymentMethodAttachParams,
        "customer",
        customers.attach,
    ),
    _route(
        "POST",
        "/payment_methods/<id>/detach",
        p.PaymentMethodDetachParams,
        "",
        customers.detach,
    ),
    # catalog
    _route(
        "POST",
        "/products",
        p.ProductCreateParams,
        _PRODUCT + " id default_price_data",
        catalog.create_product,
    ),
    _list("product", "/products", p.ProductListParams, "active ids", catalog.product_filter),
    _route("GET", "/products/<id>", p.ProductRetrieveParams, "", _retrieve("product")),
    _route(
        "POST",
        "/products/<id>",
        p.ProductUpdateParams,
        _PRODUCT + " default_price",
        catalog.update_product,
    ),
    _route(
        "POST",
        "/prices",
        p.PriceCreateParams,
        "currency product product_data unit_amount recurring active nickname metadata lookup_key "
        "transfer_lookup_key tax_behavior",
        catalog.create_price,
    ),
    _list(
        "price",
        "/prices",
        p.PriceListParams,
        "active currency product type lookup_keys recurring",
        catalog.price_filter,
    ),
    _route("GET", "/prices/<id>", p.PriceRetrieveParams, "", _retrieve("price")),
    _route(
        "POST",
        "/prices/<id>",
        p.PriceUpdateParams,
        "active nickname metadata lookup_key transfer_lookup_key tax_behavior",
        catalog.update_price,
    ),
    # coupons
    _route(
        "POST",
        "/coupons",
        p.CouponCreateParams,
        "id name percent_off amount_off currency duration duration_in_months max_redemptions "
        "redeem_by applies_to metadata",
        coupons.create_coupon,
    ),
    _list("coupon", "/coupons", p.CouponListParams, "", None),
    _route("GET", "/coupons/<id>", p.CouponRetrieveParams, "", _retrieve("coupon")),
    _route("POST", "/coupons/<id>", p.CouponUpdateParams, "name metadata", coupons.update_coupon),
    _route("DELETE", "/coupons/<id>", p.CouponDeleteParams, "", coupons.delete_coupon),
    _route(
        "POST",
        "/promotion_codes",
        p.PromotionCodeCreateParams,
        "promotion code active customer expires_at max_redemptions restrictions metadata",
        coupons.create_code,
    ),
    _list(
        "promotion_code",
        "/promotion_codes",
        p.PromotionCodeListParams,
        "active code coupon customer",
        coupons.code_filter,
    ),
    _route(
        "GET",
        "/promotion_codes/<id>",
        p.PromotionCodeRetrieveParams,
        "",
        _retrieve("promotion_code"),
    ),
    _route(
        "POST",
        "/promotion_codes/<id>",
        p.PromotionCodeUpdateParams,
        "active metadata",
        coupons.update_code,
    ),
    # checkout and portal
    _route(
        "POST",
        "/checkout/sessions",
        checkout_params.SessionCreateParams,
        _SESSION,
        checkout.create_session,
    ),
    _list(
        "checkout.session",
        "/checkout/sessions",
        checkout_params.SessionListParams,
        "customer payment_intent subscription status customer_details",
        checkout.session_filter,
    ),
    _route(
        "GET",
        "/checkout/sessions/<id>",
        checkout_params.SessionRetrieveParams,
        "",
        _retrieve("checkout.session"),
    ),
    _route(
        "POST",
        "/checkout/sessions/<id>",
        checkout_params.SessionUpdateParams,
        "metadata",
        checkout.update_session,
    ),
    _route(
        "POST",
        "/checkout/sessions/<id>/expire",
        checkout_params.SessionExpireParams,
        "",
        checkout.expire_session,
    ),
    _route(
        "GET",
        "/checkout/sessions/<id>/line_items",
        checkout_params.SessionLineItemListParams,
        PAGING,
        _list_line_items,
    ),
    _route(
        "POST",
        "/billing_portal/sessions",
        portal_params.SessionCreateParams,
        "customer return_url flow_data locale",
        portal.create_portal_session,
    ),
    # subscriptions
    _route(
        "POST",
        "/subscriptions",
        p.SubscriptionCreateParams,
        _SUBSCRIPTION,
        billing.create_subscription,
    ),
    _list(
        "subscription",
        "/subscriptions",
        p.SubscriptionListParams,
        "customer price status",
        subs.subscription_filter,
    ),
    _route(
        "GET", "/subscriptions/<id>", p.SubscriptionRetrieveParams, "", _retrieve("subscription")
    ),
    _route(
        "POST",
        "/subscriptions/<id>",
        p.SubscriptionUpdateParams,
        _SUB_UPDATE,
        changes.update_subscription,
    ),
    _route(
        "DELETE",
        "/subscriptions/<id>",
        p.SubscriptionCancelParams,
        "cancellation_details invoice_now prorate",
        changes.cancel_subscription,
    ),
    _route(
        "POST",
        "/subscriptions/<id>/pause",
        p.SubscriptionPauseParams,
        "bill_for invoicing_behavior type",
        pausing.pause_subscription,
    ),
    _route(
        "POST",
        "/subscriptions/<id>/resume",
        p.SubscriptionResumeParams,
        "billing_cycle_anchor payment_behavior proration_behavior proration_date",
        pausing.resume_subscription,
    ),
    # schedules
    _route(
        "POST",
        "/subscription_schedules",
        p.SubscriptionScheduleCreateParams,
        "from_subscription customer phases start_date end_behavior metadata",
        schedules.create_schedule,
    ),
    _list(
        "subscription_schedule",
        "/subscription_schedules",
        p.SubscriptionScheduleListParams,
        "customer scheduled",
        schedules.schedule_filter,
    ),
    _route(
        "GET",
        "/subscription_schedules/<id>",
        p.SubscriptionScheduleRetrieveParams,
        "",
        _retrieve("subscription_schedule"),
    ),
    _route(
        "POST",
        "/subscription_schedules/<id>",
        p.SubscriptionScheduleUpdateParams,
        "phases end_behavior proration_behavior metadata",
        schedules.update_schedule,
    ),
    _route(
        "POST",
        "/subscription_schedules/<id>/release",
        p.SubscriptionScheduleReleaseParams,
        "",
        schedules.release_schedule,
    ),
    _route(
        "POST",
        "/subscription_schedules/<id>/cancel",
        p.SubscriptionScheduleCancelParams,
        "invoice_now prorate",
        schedules.cancel_schedule,
    ),
    # invoices and payments
    _list(
        "invoice",
        "/invoices",
        p.InvoiceListParams,
        "customer status subscription collection_method",
        invoices.invoice_filter,
    ),
    _route(
        "POST",
        "/invoices/create_preview",
        p.InvoiceCreatePreviewParams,
        "customer subscription subscription_details discounts",
        preview.create_preview,
    ),
    _route("GET", "/invoices/<id>", p.InvoiceRetrieveParams, "", _retrieve("invoice")),
    _route(
        "POST",
        "/invoices/<id>/pay",
        p.InvoicePayParams,
        "payment_method off_session",
        billing.pay_invoice,
    ),
    _route("POST", "/invoices/<id>/void", p.InvoiceVoidInvoiceParams, "", billing.void_invoice),
    _list(
        "invoice_payment",
        "/invoice_payments",
        p.InvoicePaymentListParams,
        "invoice payment status",
        invoices.payment_filter,
    ),
    _list(
        "payment_intent",
        "/payment_intents",
        p.PaymentIntentListParams,
        "customer",
        payments.intent_filter,
    ),
    _route(
        "GET",
        "/payment_intents/<id>",
        p.PaymentIntentRetrieveParams,
        "",
        _retrieve("payment_intent"),
    ),
    _list(
        "charge",
        "/charges",
        p.ChargeListParams,
        "customer payment_intent",
        payments.charge_filter,
    ),
    _route("GET", "/charges/<id>", p.ChargeRetrieveParams, "", _retrieve("charge")),
    # refunds and disputes
    _route(
        "POST",
        "/refunds",
        p.RefundCreateParams,
        "charge payment_intent amount reason metadata",
        refunds.create_refund,
    ),
    _list("refund", "/refunds", p.RefundListParams, "charge payment_intent", refunds.refund_filter),
    _route("GET", "/refunds/<id>", p.RefundRetrieveParams, "", _retrieve("refund")),
    _route("POST", "/refunds/<id>", p.RefundUpdateParams, "metadata", refunds.update_refund),
    _list(
        "dispute",
        "/disputes",
        p.DisputeListParams,
        "charge payment_intent",
        disputes.dispute_filter,
    ),
    _route("GET", "/disputes/<id>", p.DisputeRetrieveParams, "", _retrieve("dispute")),
    _route(
        "POST",
        "/disputes/<id>",
        p.DisputeUpdateParams,
        "evidence metadata submit",
        disputes.update_dispute,
    ),
    _route("POST", "/disputes/<id>/close", p.DisputeCloseParams, "", disputes.close_dispute),
    _route(
        "GET", "/setup_intents/<id>", p.SetupIntentRetrieveParams, "", _retrieve("setup_intent")
    ),
    # events and endpoints
    _route(
        "GET",
        "/events",
        p.EventListParams,
        PAGING + "created type types delivery_success",
        _list_events,
    ),
    _route("GET", "/events/<id>", p.EventRetrieveParams, "", webhooks.retrieve_event),
    _route(
        "POST",
        "/webhook_endpoints",
        p.WebhookEndpointCreateParams,
        "url enabled_events api_version description metadata",
        webhooks.create_endpoint,
    ),
    _list("webhook_endpoint", "/webhook_endpoints", p.WebhookEndpointListParams, "", None),
    _route(
        "GET",
        "/webhook_endpoints/<id>",
        p.WebhookEndpointRetrieveParams,
        "",
        _retrieve("webhook_endpoint"),
    ),
    _route(
        "POST",
        "/webhook_endpoints/<id>",
        p.WebhookEndpointUpdateParams,
        "url enabled_events disabled description metadata",
        webhooks.update_endpoint,
    ),
    _route(
        "DELETE",
        "/webhook_endpoints/<id>",
        p.WebhookEndpointDeleteParams,
        "",
        webhooks.delete_endpoint,
    ),
)


def resolve(method: str, path: str) -> tuple[Route, tuple[str, ...]] | None:
    """The route of a request and the ids in its path; None when there is no such endpoint."""
    for route in ROUTES:
        match = route.pattern.match(path)
        if match and route.method == method:
            return route, match.groups()
    return None
