"""What the lists of the ledger share: exports, buttons, links to Stripe, amounts."""

from datetime import date, datetime
from typing import Any

from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail_modeladmin.helpers import ButtonHelper
from wagtail_modeladmin.options import ModelAdmin
from wagtail_modeladmin.views import IndexView, InspectView

from wagtail_asyncpt.core.money import format_money
from wagtail_asyncpt.memberships.desk import dashboard_url, may
from wagtail_asyncpt.memberships.models import (
    Dispute,
    Gift,
    Invoice,
    Membership,
    Price,
    Purchase,
    Refund,
    StripeEvent,
)
from wagtail_asyncpt.memberships.offers import offer_price
from wagtail_asyncpt.modeladmin.scope import LedgerPermissions, scope_of

#: Where a row is in Stripe's dashboard, and which of its fields holds the id there.
_DASHBOARD: dict[type[Model], tuple[str, str]] = {
    Membership: ("subscriptions", "stripe_subscription_id"),
    Invoice: ("invoices", "stripe_id"),
    Refund: ("payments", "payment_intent_id"),
    Dispute: ("payments", "payment_intent_id"),
    Purchase: ("payments", "payment_intent_id"),
    Gift: ("payments", "payment_intent_id"),
    StripeEvent: ("events", "event_id"),
}


def dashboard_of(row: Any) -> str:
    """The row's page in Stripe's dashboard, or nothing."""
    folder, field = _DASHBOARD.get(type(row), ("", ""))
    identity = getattr(row, field, "") if field else ""
    return dashboard_url(row.account, folder, identity) if identity else ""


def plain(value: Any) -> Any:
    """A cell of an export that no spreadsheet takes for a formula."""
    if isinstance(value, str) and value.lstrip().startswith(("=", "+", "-", "@")):
        return f"'{value}"
    if isinstance(value, str) and value[:1] in ("\t", "\r", "\n"):
        return f"'{value}"
    return value


class LedgerIndexView(IndexView):
    """A list whose export is safe to open in a spreadsheet."""

    def to_row_dict(self, item: Any) -> Any:
        """One row of the export; texts that people typed cannot be formulas."""
        row = super().to_row_dict(item)
        return type(row)((name, self._cell(value)) for name, value in row.items())

    @staticmethod
    def _cell(value: Any) -> Any:
        known = value is None or isinstance(value, int | float | date | datetime | str)
        return plain(value if known else str(value))


class LedgerButtons(ButtonHelper):
    """What can be done to a row, beside looking at it."""

    def get_buttons_for_obj(self, obj: Any, *args: Any, **kwargs: Any) -> list[dict[str, Any]]:
        """Core's buttons; on the row's own page also ours and the way to Stripe."""
        buttons: list[dict[str, Any]] = super().get_buttons_for_obj(obj, *args, **kwargs)
        return buttons if isinstance(self.view, IndexView) else [*buttons, *self._own(obj)]

    def _own(self, obj: Any) -> list[dict[str, Any]]:
        buttons = []
        if isinstance(obj, Invoice | Purchase | Gift) and self._may("refund_membership", obj):
            paid = obj.amount_paid if isinstance(obj, Invoice) else obj.amount
            if obj.payment_intent_id and obj.paid_at and paid:
                path = reverse("asyncpt_desk:refund", args=[obj._meta.model_name, obj.pk])
                buttons.append(self._button(_("Refund"), path))
        url = dashboard_of(obj)
        if url:
            button = self._button(_("Open in Stripe"), url)
            buttons.append({**button, "target": "_blank", "rel": "noopener noreferrer"})
        return buttons

    def _may(self, permission: str, obj: Any) -> bool:
        return may(self.request.user, permission, obj.clinic_id)

    def _button(self, label: Any, url: str) -> dict[str, Any]:
        classname = self.finalise_classname()
        return {"url": url, "label": label, "classname": classname, "title": label}


class LedgerInspectView(InspectView):
    """One row, its amounts as people write them."""

    def get_field_display_value(self, field_name: str, field: Any = None) -> Any:
        """Core's value; money in its currency, a price in words."""
        value = getattr(self.instance, field_name)
        if field_name.startswith("amount") and hasattr(self.instance, "currency"):
            return format_money(value, self.instance.currency)
        if isinstance(value, Price):
            return offer_price(value).words
        return super().get_field_display_value(field_name, field)


class Ledger(ModelAdmin):
    """What the lists share."""

    permission_helper_class = LedgerPermissions
    button_helper_class = LedgerButtons
    index_view_class = LedgerIndexView
    inspect_view_class = LedgerInspectView
    inspect_view_enabled = True
    history_view_enabled = False
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """The rows of the reader's own clinics."""
        rows = scope_of(request.user).rows(self.model)
        ordering = self.get_ordering(request)
        return rows.order_by(*ordering) if ordering else rows


def money_column(field: str, label: Any) -> Any:
    """A column of ``field`` in the row's currency."""

    def column(self: Any, row: Any) -> str:
        return format_money(getattr(row, field), row.currency)

    column.short_description = label  # type: ignore[attr-defined]
    column.admin_order_field = field  # type: ignore[attr-defined]
    return column
