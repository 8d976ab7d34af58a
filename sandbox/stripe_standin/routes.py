"""The API's table: customers, catalog, Checkout, portal, events; and billing's from its own."""

from __future__ import annotations

from typing import Any

from stripe import params as p
from stripe.params import billing_portal as portal_params
from stripe.params import checkout as checkout_params
from stripe.params import test_helpers as clock_params

from .engine import (
    Account,
    catalog,
    changes,
    checkout,
    coupons,
    customers,
    portal,
    portal_configurations,
    test_clocks,
    webhooks,
)
from .engine.search import search
from .routes_billing import BILLING
from .table import PAGING, Route, listing, retrieve, route
from .wire import page

Json = dict[str, Any]


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
ROUTES: tuple[Route, ...] = (
    # customers and cards
    route(
        "POST",
        "/customers",
        p.CustomerCreateParams,
        _CUSTOMER + " test_clock balance",
        customers.create_customer,
    ),
    listing("customer", "/customers", p.CustomerListParams, "email", customers.customer_filter),
    route(
        "GET",
        "/customers/search",
        p.CustomerSearchParams,
        "query limit page",
        search("customer"),
    ),
    route("GET", "/customers/<id>", p.CustomerRetrieveParams, "", retrieve("customer")),
    route(
        "POST",
        "/customers/<id>",
        p.CustomerUpdateParams,
        _CUSTOMER + " invoice_settings balance",
        customers.update_customer,
    ),
    route("DELETE", "/customers/<id>", p.CustomerDeleteParams, "", changes.delete_customer),
    route(
        "GET",
        "/customers/<id>/payment_methods",
        p.CustomerPaymentMethodListParams,
        PAGING + "type",
        _list_customer_methods,
    ),
    listing(
        "payment_method",
        "/payment_methods",
        p.PaymentMethodListParams,
        "customer type",
        customers.method_filter,
    ),
    route(
        "GET",
        "/payment_methods/<id>",
        p.PaymentMethodRetrieveParams,
        "",
        retrieve("payment_method"),
    ),
    route(
        "POST",
        "/payment_methods/<id>/attach",
        p.PaymentMethodAttachParams,
        "customer",
        customers.attach,
    ),
    route(
        "POST",
        "/payment_methods/<id>/detach",
        p.PaymentMethodDetachParams,
        "",
        customers.detach,
    ),
    # catalog
    route(
        "POST",
        "/products",
        p.ProductCreateParams,
        _PRODUCT + " id default_price_data",
        catalog.create_product,
    ),
    listing("product", "/products", p.ProductListParams, "active ids", catalog.product_filter),
    route("GET", "/products/<id>", p.ProductRetrieveParams, "", retrieve("product")),
    route(
        "POST",
        "/products/<id>",
        p.ProductUpdateParams,
        _PRODUCT + " default_price",
        catalog.update_product,
    ),
    route(
        "POST",
        "/prices",
        p.PriceCreateParams,
        "currency product product_data unit_amount recurring active nickname metadata lookup_key "
        "transfer_lookup_key tax_behavior",
        catalog.create_price,
    ),
    listing(
        "price",
        "/prices",
        p.PriceListParams,
        "active currency product type lookup_keys recurring",
        catalog.price_filter,
    ),
    route("GET", "/prices/<id>", p.PriceRetrieveParams, "", retrieve("price")),
    route(
        "POST",
        "/prices/<id>",
        p.PriceUpdateParams,
        "active nickname metadata lookup_key transfer_lookup_key tax_behavior",
        catalog.update_price,
    ),
    # coupons
    route(
        "POST",
        "/coupons",
        p.CouponCreateParams,
        "id name percent_off amount_off currency duration duration_in_months max_redemptions "
        "redeem_by applies_to metadata",
        coupons.create_coupon,
    ),
    listing("coupon", "/coupons", p.CouponListParams, "", None),
    route("GET", "/coupons/<id>", p.CouponRetrieveParams, "", retrieve("coupon")),
    route("POST", "/coupons/<id>", p.CouponUpdateParams, "name metadata", coupons.update_coupon),
    route("DELETE", "/coupons/<id>", p.CouponDeleteParams, "", coupons.delete_coupon),
    route(
        "POST",
        "/promotion_codes",
        p.PromotionCodeCreateParams,
        "promotion code active customer expires_at max_redemptions restrictions metadata",
        coupons.create_code,
    ),
    listing(
        "promotion_code",
        "/promotion_codes",
        p.PromotionCodeListParams,
        "active code coupon customer",
        coupons.code_filter,
    ),
    route(
        "GET",
        "/promotion_codes/<id>",
        p.PromotionCodeRetrieveParams,
        "",
        retrieve("promotion_code"),
    ),
    route(
        "POST",
        "/promotion_codes/<id>",
        p.PromotionCodeUpdateParams,
        "active metadata",
        coupons.update_code,
    ),
    # checkout and portal
    route(
        "POST",
        "/checkout/sessions",
        checkout_params.SessionCreateParams,
        _SESSION,
        checkout.create_session,
    ),
    listing(
        "checkout.session",
        "/checkout/sessions",
        checkout_params.SessionListParams,
        "customer payment_intent subscription status customer_details",
        checkout.session_filter,
    ),
    route(
        "GET",
        "/checkout/sessions/<id>",
        checkout_params.SessionRetrieveParams,
        "",
        retrieve("checkout.session"),
    ),
    route(
        "POST",
        "/checkout/sessions/<id>",
        checkout_params.SessionUpdateParams,
        "metadata",
        checkout.update_session,
    ),
    route(
        "POST",
        "/checkout/sessions/<id>/expire",
        checkout_params.SessionExpireParams,
        "",
        checkout.expire_session,
    ),
    route(
        "GET",
        "/checkout/sessions/<id>/line_items",
        checkout_params.SessionLineItemListParams,
        PAGING,
        _list_line_items,
    ),
    route(
        "POST",
        "/billing_portal/sessions",
        portal_params.SessionCreateParams,
        "customer return_url flow_data locale configuration",
        portal.create_portal_session,
    ),
    route(
        "POST",
        "/billing_portal/configurations",
        portal_params.ConfigurationCreateParams,
        "features business_profile default_return_url metadata name",
        portal_configurations.create_configuration,
    ),
    listing(
        portal_configurations.KIND,
        "/billing_portal/configurations",
        portal_params.ConfigurationListParams,
        "active is_default",
        portal_configurations.configuration_filter,
    ),
    route(
        "GET",
        "/billing_portal/configurations/<id>",
        portal_params.ConfigurationRetrieveParams,
        "",
        retrieve(portal_configurations.KIND),
    ),
    route(
        "POST",
        "/billing_portal/configurations/<id>",
        portal_params.ConfigurationUpdateParams,
        "features business_profile default_return_url metadata name active",
        portal_configurations.update_configuration,
    ),
    # events and endpoints
    route(
        "GET",
        "/events",
        p.EventListParams,
        PAGING + "created type types delivery_success",
        _list_events,
    ),
    route("GET", "/events/<id>", p.EventRetrieveParams, "", webhooks.retrieve_event),
    route(
        "POST",
        "/webhook_endpoints",
        p.WebhookEndpointCreateParams,
        "url enabled_events api_version description metadata",
        webhooks.create_endpoint,
    ),
    listing("webhook_endpoint", "/webhook_endpoints", p.WebhookEndpointListParams, "", None),
    route(
        "GET",
        "/webhook_endpoints/<id>",
        p.WebhookEndpointRetrieveParams,
        "",
        retrieve("webhook_endpoint"),
    ),
    route(
        "POST",
        "/webhook_endpoints/<id>",
        p.WebhookEndpointUpdateParams,
        "url enabled_events disabled description metadata",
        webhooks.update_endpoint,
    ),
    route(
        "DELETE",
        "/webhook_endpoints/<id>",
        p.WebhookEndpointDeleteParams,
        "",
        webhooks.delete_endpoint,
    ),
    # test clocks
    route(
        "POST",
        "/test_helpers/test_clocks",
        clock_params.TestClockCreateParams,
        "frozen_time name",
        test_clocks.create_clock,
    ),
    listing(
        "test_helpers.test_clock",
        "/test_helpers/test_clocks",
        clock_params.TestClockListParams,
        "",
        None,
    ),
    route(
        "GET",
        "/test_helpers/test_clocks/<id>",
        clock_params.TestClockRetrieveParams,
        "",
        retrieve("test_helpers.test_clock"),
    ),
    route(
        "POST",
        "/test_helpers/test_clocks/<id>/advance",
        clock_params.TestClockAdvanceParams,
        "frozen_time",
        test_clocks.advance_clock,
    ),
    route(
        "DELETE",
        "/test_helpers/test_clocks/<id>",
        clock_params.TestClockDeleteParams,
        "",
        test_clocks.delete_clock,
    ),
    *BILLING,
)


def resolve(method: str, path: str) -> tuple[Route, tuple[str, ...]] | None:
    """The route of a request and the ids in its path; None when there is no such endpoint."""
    for known in ROUTES:
        match = known.pattern.match(path)
        if match and known.method == method:
            return known, match.groups()
    return None
