"""Memberships in the ledger, with what staff can do to one."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from wagtail_asyncpt.core.money import format_money
from wagtail_asyncpt.memberships.desk import choices_for, may
from wagtail_asyncpt.memberships.models import Invoice, Membership
from wagtail_asyncpt.modeladmin.scope import scope_of
from wagtail_asyncpt.modeladmin.shared import Ledger, LedgerIndexView, LedgerInspectView


class MembershipInspectView(LedgerInspectView):
    """One membership: its facts, payments, what staff did, and what they can do."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The rows around the membership; the buttons whose permission the reader holds."""
        membership: Membership = self.instance
        user, clinic = self.request.user, membership.clinic_id
        actions = membership.staff_actions.select_related("actor")
        context: dict[str, Any] = super().get_context_data(
            choices=[
                (choice, _CHOICE_LABELS[choice.name])
                for choice in choices_for(membership)
                if may(user, choice.permission, clinic)
            ],
            invoices=[_PaidLine(row) for row in membership.invoices.all()[:60]],
            may_refund=may(user, "refund_membership", clinic),
            staff_actions=list(actions[:60]),
            **kwargs,
        )
        return context


_CHOICE_LABELS = {
    "extend": _("Give free days"),
    "revoke": _("Take it back"),
    "move": _("Move to another plan"),
    "keep": _("Let it renew again"),
    "cancel": _("Cancel"),
    "recheck": _("Compare with Stripe"),
}


@dataclass(frozen=True)
class _PaidLine:
    """An invoice in words, for the membership's page."""

    row: Invoice

    @property
    def paid(self) -> str:
        return format_money(self.row.amount_paid, self.row.currency)

    @property
    def refunded(self) -> str:
        given = self.row.amount_refunded
        return format_money(given, self.row.currency) if given else ""

    @property
    def is_refundable(self) -> bool:
        left = self.row.amount_paid - self.row.amount_refunded
        return bool(self.row.payment_intent_id) and left > 0

    @property
    def url(self) -> str:
        return reverse("wagtail_asyncpt_invoice_modeladmin_inspect", args=[self.row.pk])


class MembershipIndexView(LedgerIndexView):
    """The list, with the way to a complimentary membership."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Whether the reader may give one."""
        may_give = any(
            may(self.request.user, "grant_membership", pk)
            for pk in scope_of(self.request.user).clinics
        )
        context: dict[str, Any] = super().get_context_data(may_give=may_give, **kwargs)
        return context


class MembershipAdmin(Ledger):
    """Who bought what."""

    model = Membership
    index_view_class = MembershipIndexView
    index_template_name = "wagtail_asyncpt/memberships/desk/memberships.html"
    inspect_view_class = MembershipInspectView
    inspect_template_name = "wagtail_asyncpt/memberships/desk/membership.html"
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
        "cancel_reason",
        "cancel_comment",
        "past_due_since",
        "created_at",
        "activated_at",
        "ended_at",
        "synced_at",
    )
