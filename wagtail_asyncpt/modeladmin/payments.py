"""Payments, what went back, what they bought, and the inbox of webhooks."""

from django.utils.translation import gettext_lazy as _

from wagtail_asyncpt.memberships.models import (
    Credit,
    Dispute,
    Gift,
    Invoice,
    Purchase,
    Refund,
    StaffAction,
    StripeEvent,
)
from wagtail_asyncpt.modeladmin.shared import Ledger, money_column


class InvoiceAdmin(Ledger):
    """What clients were charged."""

    model = Invoice
    menu_label = _("Invoices")
    menu_icon = "doc-full"
    list_display = (
        "stripe_id",
        "client",
        "status",
        "due",
        "paid",
        "refunded",
        "created_at",
        "paid_at",
    )
    list_select_related = ("client",)
    list_filter = ("status", "billing_reason", "currency")
    search_fields = (
        "client__name",
        "client__user__email",
        "stripe_id",
        "number",
        "payment_intent_id",
    )
    list_export = (
        "stripe_id",
        "number",
        "client",
        "status",
        "billing_reason",
        "currency",
        "amount_due",
        "amount_paid",
        "amount_refunded",
        "created_at",
        "paid_at",
    )
    inspect_view_fields = (
        *list_export,
        "payment_intent_id",
        "hosted_url",
        "period_start",
        "period_end",
        "account",
    )

    due = money_column("amount_due", _("due"))
    paid = money_column("amount_paid", _("paid"))
    refunded = money_column("amount_refunded", _("refunded"))


class RefundAdmin(Ledger):
    """What went back to clients."""

    model = Refund
    menu_label = _("Refunds")
    menu_icon = "undo"
    list_display = ("stripe_id", "client", "refund", "status", "effect", "made_by", "created_at")
    list_select_related = ("client", "made_by")
    list_filter = ("status", "effect", "currency")
    search_fields = ("client__name", "client__user__email", "stripe_id", "payment_intent_id")
    list_export = (
        "stripe_id",
        "client",
        "amount",
        "currency",
        "status",
        "effect",
        "reason",
        "made_by",
        "created_at",
    )
    inspect_view_fields = (*list_export, "invoice", "purchase", "gift", "account")
    refund = money_column("amount", _("amount"))


class DisputeAdmin(Ledger):
    """Payments that a client's bank took back."""

    model = Dispute
    menu_label = _("Disputes")
    menu_icon = "warning"
    list_display = ("stripe_id", "client", "disputed", "status", "reason", "due_by", "created_at")
    list_select_related = ("client",)
    list_filter = ("status", "reason")
    search_fields = ("client__name", "client__user__email", "stripe_id", "payment_intent_id")
    list_export = (
        "stripe_id",
        "client",
        "amount",
        "currency",
        "status",
        "reason",
        "due_by",
        "created_at",
    )
    inspect_view_fields = (*list_export, "invoice", "purchase", "gift", "account")
    disputed = money_column("amount", _("amount"))


class CreditAdmin(Ledger):
    """The ledger of in-person visits: the balance is the sum of the rows."""

    model = Credit
    menu_label = _("Visits")
    menu_icon = "list-ol"
    ordering = ("-created_at", "-pk")
    list_display = ("client", "kind", "amount", "expires_at", "reason", "written_by", "created_at")
    list_select_related = ("client", "written_by")
    list_filter = ("kind",)
    search_fields = ("client__name", "client__user__email", "key")
    list_export = (
        "client",
        "kind",
        "amount",
        "expires_at",
        "reason",
        "written_by",
        "key",
        "created_at",
    )
    inspect_view_fields = (*list_export, "lot", "membership", "purchase", "invoice", "visit")


class PurchaseAdmin(Ledger):
    """Packages that were sold."""

    model = Purchase
    menu_label = _("Packages sold")
    menu_icon = "folder-open-inverse"
    list_display = ("client", "package", "price", "status", "created_at", "paid_at")
    list_select_related = ("client", "package")
    list_filter = ("status",)
    search_fields = ("client__name", "client__user__email", "payment_intent_id")
    list_export = (
        "client",
        "package",
        "amount",
        "currency",
        "status",
        "starts_at",
        "ends_at",
        "created_at",
        "paid_at",
        "payment_intent_id",
    )
    inspect_view_fields = (*list_export, "membership", "account")
    price = money_column("amount", _("amount"))


class GiftAdmin(Ledger):
    """Gifts; their codes stay with the buyer and the receiver."""

    model = Gift
    menu_label = _("Gifts")
    menu_icon = "pick"
    list_display = ("buyer", "recipient_email", "price", "status", "created_at", "redeemed_at")
    list_select_related = ("buyer", "tier", "package", "redeemed_by")
    list_filter = ("status",)
    search_fields = ("buyer__name", "recipient_email", "payment_intent_id")
    list_export = (
        "buyer",
        "recipient_name",
        "recipient_email",
        "tier",
        "months",
        "package",
        "amount",
        "currency",
        "status",
        "created_at",
        "redeemed_by",
        "redeemed_at",
    )
    inspect_view_fields = (*list_export, "paid_at", "payment_intent_id", "account")
    price = money_column("amount", _("amount"))


class StaffActionAdmin(Ledger):
    """What staff did, and why."""

    model = StaffAction
    menu_label = _("Staff actions")
    menu_icon = "clipboard-list"
    list_display = ("at", "actor", "kind", "client", "detail", "reason")
    list_select_related = ("client", "actor")
    list_filter = ("kind",)
    search_fields = ("client__name", "client__user__email", "reason", "detail")
    list_export = list_display
    inspect_view_fields = (*list_export, "membership", "stripe_id")


class StripeEventAdmin(Ledger):
    """The inbox of webhooks."""

    model = StripeEvent
    menu_label = _("Stripe events")
    menu_icon = "list-ul"
    list_display = ("event_id", "type", "object_id", "status", "attempts", "received_at")
    list_filter = ("status", "type")
    search_fields = ("event_id", "object_id", "type")
    list_export = (*list_display, "processed_at", "error")
    inspect_view_fields = (*list_export, "account", "livemode")
