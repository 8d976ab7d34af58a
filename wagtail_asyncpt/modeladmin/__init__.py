"""The read-only billing ledger: Stripe owns these rows, staff filter, inspect and export them.

Shown where ``wagtail_modeladmin`` is installed, to superusers and to managers of the clinic. What
staff may do to a row is a button on its page; the forms are in ``memberships.views.desk``.
"""

from django.utils.translation import gettext_lazy as _
from wagtail_modeladmin.options import ModelAdminGroup, modeladmin_register

from wagtail_asyncpt.modeladmin.memberships import MembershipAdmin
from wagtail_asyncpt.modeladmin.payments import (
    CreditAdmin,
    DisputeAdmin,
    GiftAdmin,
    InvoiceAdmin,
    PurchaseAdmin,
    RefundAdmin,
    StaffActionAdmin,
    StripeEventAdmin,
)
from wagtail_asyncpt.modeladmin.places import SeatAdmin, WaitListAdmin


class BillingGroup(ModelAdminGroup):
    """The menu entry of the ledger."""

    menu_label = _("Billing")
    menu_icon = "tag"
    menu_order = 310
    items = (
        MembershipAdmin,
        InvoiceAdmin,
        RefundAdmin,
        DisputeAdmin,
        PurchaseAdmin,
        GiftAdmin,
        SeatAdmin,
        WaitListAdmin,
        CreditAdmin,
        StaffActionAdmin,
        StripeEventAdmin,
    )


def register() -> None:
    """Put the ledger into the admin's menu."""
    modeladmin_register(BillingGroup)
