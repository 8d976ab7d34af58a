"""The API's table, second part: subscriptions, schedules, invoices, payments, refunds, disputes."""

from __future__ import annotations

from stripe import params as p

from .engine import (
    billing,
    changes,
    disputes,
    invoices,
    pausing,
    payments,
    preview,
    refunds,
    schedules,
)
from .engine import subscriptions as subs
from .engine.search import search
from .table import Route, listing, retrieve, route

_SUBSCRIPTION = (
    "customer items default_payment_method trial_period_days trial_end metadata description "
    "trial_settings billing_mode payment_behavior discounts automatic_tax add_invoice_items"
)
_SUB_UPDATE = (
    "cancel_at cancel_at_period_end cancellation_details default_payment_method description "
    "metadata items billing_cycle_anchor proration_behavior proration_date payment_behavior "
    "trial_end trial_settings pause_collection discounts automatic_tax"
)

BILLING: tuple[Route, ...] = (
    # subscriptions
    route(
        "POST",
        "/subscriptions",
        p.SubscriptionCreateParams,
        _SUBSCRIPTION,
        billing.create_subscription,
    ),
    listing(
        "subscription",
        "/subscriptions",
        p.SubscriptionListParams,
        "customer price status",
        subs.subscription_filter,
    ),
    route(
        "GET",
        "/subscriptions/search",
        p.SubscriptionSearchParams,
        "query limit page",
        search("subscription"),
    ),
    route("GET", "/subscriptions/<id>", p.SubscriptionRetrieveParams, "", retrieve("subscription")),
    route(
        "POST",
        "/subscriptions/<id>",
        p.SubscriptionUpdateParams,
        _SUB_UPDATE,
        changes.update_subscription,
    ),
    route(
        "DELETE",
        "/subscriptions/<id>",
        p.SubscriptionCancelParams,
        "cancellation_details invoice_now prorate",
        changes.cancel_subscription,
    ),
    route(
        "POST",
        "/subscriptions/<id>/pause",
        p.SubscriptionPauseParams,
        "bill_for invoicing_behavior type",
        pausing.pause_subscription,
    ),
    route(
        "POST",
        "/subscriptions/<id>/resume",
        p.SubscriptionResumeParams,
        "billing_cycle_anchor payment_behavior proration_behavior proration_date",
        pausing.resume_subscription,
    ),
    # schedules
    route(
        "POST",
        "/subscription_schedules",
        p.SubscriptionScheduleCreateParams,
        "from_subscription customer phases start_date end_behavior metadata",
        schedules.create_schedule,
    ),
    listing(
        "subscription_schedule",
        "/subscription_schedules",
        p.SubscriptionScheduleListParams,
        "customer scheduled",
        schedules.schedule_filter,
    ),
    route(
        "GET",
        "/subscription_schedules/<id>",
        p.SubscriptionScheduleRetrieveParams,
        "",
        retrieve("subscription_schedule"),
    ),
    route(
        "POST",
        "/subscription_schedules/<id>",
        p.SubscriptionScheduleUpdateParams,
        "phases end_behavior proration_behavior metadata",
        schedules.update_schedule,
    ),
    route(
        "POST",
        "/subscription_schedules/<id>/release",
        p.SubscriptionScheduleReleaseParams,
        "",
        schedules.release_schedule,
    ),
    route(
        "POST",
        "/subscription_schedules/<id>/cancel",
        p.SubscriptionScheduleCancelParams,
        "invoice_now prorate",
        schedules.cancel_schedule,
    ),
    # invoices and payments
    listing(
        "invoice",
        "/invoices",
        p.InvoiceListParams,
        "customer status subscription collection_method",
        invoices.invoice_filter,
    ),
    route(
        "POST",
        "/invoices/create_preview",
        p.InvoiceCreatePreviewParams,
        "customer subscription subscription_details discounts",
        preview.create_preview,
    ),
    route(
        "GET",
        "/invoices/search",
        p.InvoiceSearchParams,
        "query limit page",
        search("invoice"),
    ),
    route("GET", "/invoices/<id>", p.InvoiceRetrieveParams, "", retrieve("invoice")),
    route(
        "POST",
        "/invoices/<id>/pay",
        p.InvoicePayParams,
        "payment_method off_session",
        billing.pay_invoice,
    ),
    route(
        "POST",
        "/invoices/<id>",
        p.InvoiceUpdateParams,
        "description footer auto_advance metadata",
        invoices.update_invoice,
    ),
    route(
        "POST",
        "/invoices/<id>/finalize",
        p.InvoiceFinalizeInvoiceParams,
        "auto_advance",
        billing.finalize_invoice,
    ),
    route(
        "POST",
        "/invoices/<id>/mark_uncollectible",
        p.InvoiceMarkUncollectibleParams,
        "",
        billing.mark_uncollectible,
    ),
    route("POST", "/invoices/<id>/void", p.InvoiceVoidInvoiceParams, "", billing.void_invoice),
    listing(
        "invoice_payment",
        "/invoice_payments",
        p.InvoicePaymentListParams,
        "invoice payment status",
        invoices.payment_filter,
    ),
    listing(
        "payment_intent",
        "/payment_intents",
        p.PaymentIntentListParams,
        "customer",
        payments.intent_filter,
    ),
    route(
        "GET",
        "/payment_intents/<id>",
        p.PaymentIntentRetrieveParams,
        "",
        retrieve("payment_intent"),
    ),
    listing(
        "charge",
        "/charges",
        p.ChargeListParams,
        "customer payment_intent",
        payments.charge_filter,
    ),
    route("GET", "/charges/<id>", p.ChargeRetrieveParams, "", retrieve("charge")),
    # refunds and disputes
    route(
        "POST",
        "/refunds",
        p.RefundCreateParams,
        "charge payment_intent amount reason metadata",
        refunds.create_refund,
    ),
    listing(
        "refund", "/refunds", p.RefundListParams, "charge payment_intent", refunds.refund_filter
    ),
    route("GET", "/refunds/<id>", p.RefundRetrieveParams, "", retrieve("refund")),
    route("POST", "/refunds/<id>", p.RefundUpdateParams, "metadata", refunds.update_refund),
    listing(
        "dispute",
        "/disputes",
        p.DisputeListParams,
        "charge payment_intent",
        disputes.dispute_filter,
    ),
    route("GET", "/disputes/<id>", p.DisputeRetrieveParams, "", retrieve("dispute")),
    route(
        "POST",
        "/disputes/<id>",
        p.DisputeUpdateParams,
        "evidence metadata submit",
        disputes.update_dispute,
    ),
    route("POST", "/disputes/<id>/close", p.DisputeCloseParams, "", disputes.close_dispute),
    route("GET", "/setup_intents/<id>", p.SetupIntentRetrieveParams, "", retrieve("setup_intent")),
)
