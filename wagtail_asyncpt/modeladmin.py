"""The read-only billing ledger: Stripe owns these rows, staff filter, inspect and export them.

Shown where ``wagtail_modeladmin`` is installed, to superusers and to managers of the clinic.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail_modeladmin.helpers import PermissionHelper
from wagtail_modeladmin.options import ModelAdmin, ModelAdminGroup, modeladmin_register

from wagtail_asyncpt.core.money import format_money
from wagtail_asyncpt.memberships.models import Invoice, Membership, StripeEvent
from wagtail_asyncpt.people.models import Clinic, Role
from wagtail_asyncpt.people.queries import profiles_of


@dataclass(frozen=True)
class Scope:
    """The clinics whose ledger somebody may read, and their Stripe accounts."""

    clinics: frozenset[int]
    accounts: frozenset[str]

    def holds(self, row: Any) -> bool:
        """Whether ``row`` is in the ledger of one of the clinics."""
        if isinstance(row, StripeEvent):
            return row.account in self.accounts
        return row.clinic_id in self.clinics

    def rows(self, model: type[Model]) -> QuerySet[Any]:
        """All such rows."""
        if model is StripeEvent:
            return StripeEvent.objects.filter(account__in=self.accounts)
        return model._default_manager.filter(clinic__in=self.clinics)


def scope_of(user: Any) -> Scope:
    """The scope of ``user``, read once in a request: every row of a list asks for it."""
    known: Scope | None = getattr(user, "_asyncpt_ledger_scope", None)
    if known is None:
        known = _read_scope(user)
        user._asyncpt_ledger_scope = known
    return known


def _read_scope(user: Any) -> Scope:
    if not user.is_active:
        return Scope(frozenset(), frozenset())
    if user.is_superuser:
        clinics = list(Clinic.objects.all())
    else:
        clinics = [one.clinic for one in profiles_of(user) if one.role == Role.MANAGER]
    return Scope(
        frozenset(clinic.pk for clinic in clinics),
        frozenset(clinic.stripe_account for clinic in clinics),
    )


class LedgerPermissions(PermissionHelper):
    """List and inspect rows of one's own clinics; nobody writes."""

    def user_can_list(self, user: Any) -> bool:
        """Managers and superusers."""
        return bool(scope_of(user).clinics)

    def user_can_inspect_obj(self, user: Any, obj: Model) -> bool:
        """The row must be one that the user's list shows."""
        return scope_of(user).holds(obj)

    def user_can_create(self, user: Any) -> bool:
        """Never: Stripe owns the rows."""
        return False

    def user_can_edit_obj(self, user: Any, obj: Model) -> bool:
        """Never: Stripe owns the rows."""
        return False

    def user_can_delete_obj(self, user: Any, obj: Model) -> bool:
        """Never: Stripe owns the rows."""
        return False


class Ledger(ModelAdmin):
    """What the three lists share."""

    permission_helper_class = LedgerPermissions
    inspect_view_enabled = True
    history_view_enabled = False
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows of the reader's own clinics."""
        rows = scope_of(request.user).rows(self.model)
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows


class MembershipAdmin(Ledger):
    """Who bought what."""

    model = Membership
    menu_label = _("Memberships")
    menu_icon = "group"
    list_display = ("client", "tier", "status", "source", "period_end", "ends_at", "created_at")
    list_select_related = ("client", "tier")
    list_filter = ("status", "source")
    search_fields = ("client__name", "client__user__email", "stripe_subscription_id")
    list_export = (
        "client",
        "tier",
        "status",
        "source",
        "period_start",
        "period_end",
        "ends_at",
        "created_at",
        "stripe_subscription_id",
    )
    inspect_view_fields = (
        "client",
        "tier",
        "price",
        "source",
        "reason",
        "status",
        "account",
        "livemode",
        "stripe_subscription_id",
        "checkout_session_id",
        "period_start",
        "period_end",
        "ends_at",
        "past_due_since",
        "created_at",
        "activated_at",
        "ended_at",
        "synced_at",
    )


class InvoiceAdmin(Ledger):
    """What clients were charged."""

    model = Invoice
    menu_label = _("Invoices")
    menu_icon = "doc-full"
    list_display = ("stripe_id", "client", "status", "due", "paid", "created_at", "paid_at")
    list_select_related = ("client",)
    list_filter = ("status", "billing_reason", "currency")
    search_fields = ("client__name", "client__user__email", "stripe_id")
    list_export = (
        "stripe_id",
        "client",
        "status",
        "billing_reason",
        "currency",
        "amount_due",
        "amount_paid",
        "created_at",
        "paid_at",
    )
    inspect_view_fields = (*list_export, "hosted_url", "period_start", "period_end", "account")

    def due(self, invoice: Invoice) -> str:
        """The amount asked for."""
        return format_money(invoice.amount_due, invoice.currency)

    due.short_description = _("due")  # type: ignore[attr-defined]

    def paid(self, invoice: Invoice) -> str:
        """The amount received."""
        return format_money(invoice.amount_paid, invoice.currency)

    paid.short_description = _("paid")  # type: ignore[attr-defined]


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


class BillingGroup(ModelAdminGroup):
    """The menu entry of the ledger."""

    menu_label = _("Billing")
    menu_icon = "tag"
    menu_order = 310
    items = (MembershipAdmin, InvoiceAdmin, StripeEventAdmin)


def register() -> None:
    """Put the ledger into the admin's menu."""
    modeladmin_register(BillingGroup)
