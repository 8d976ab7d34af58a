"""Mails to the managers of a clinic about money that needs them."""

from typing import Any

from django.urls import NoReverseMatch, reverse

from wagtail_asyncpt.core.money import format_money
from wagtail_asyncpt.memberships.models import Dispute, Invoice, Membership, Refund
from wagtail_asyncpt.memberships.standing import day
from wagtail_asyncpt.people.models import Client, Clinic, Role, Therapist
from wagtail_asyncpt.people.operations import write_letter

_MAIL = "wagtail_asyncpt/memberships/mail"


def dispute_opened(dispute: Dispute) -> None:
    """Once: a client's bank asks the money back; answer it until the due day."""
    due = day(dispute.due_by, dispute.client) if dispute.due_by else ""
    _tell(dispute, "dispute_opened", amount=_amount(dispute), due=due)


def dispute_lost(dispute: Dispute) -> None:
    """Once: the money is gone, and unused visits were taken back."""
    _tell(dispute, "dispute_lost", amount=_amount(dispute))


def refund_failed(refund: Refund) -> None:
    """Once: the client's bank did not take the money back."""
    _tell(refund, "refund_failed", amount=_amount(refund))


def not_billed(invoice: Invoice) -> None:
    """Once: Stripe could not finish an invoice, so the member is not charged."""
    amount = format_money(invoice.amount_due, invoice.currency)
    _write(
        invoice.clinic,
        invoice.client,
        template="not_billed",
        key=invoice.stripe_id,
        amount=amount,
    )


def double_payment(membership: Membership, amount: str) -> None:
    """Once for each second subscription: it was canceled and refunded."""
    _write(
        membership.clinic,
        membership.client,
        template="double_payment",
        key=membership.stripe_subscription_id or str(membership.uuid),
        amount=amount,
    )


def _amount(row: Dispute | Refund) -> str:
    return format_money(row.amount, row.currency)


def _tell(row: Dispute | Refund, template: str, **context: Any) -> None:
    _write(row.clinic, row.client, template=template, key=row.stripe_id, **context)


def _write(clinic: Clinic, client: Client, *, template: str, key: str, **context: Any) -> None:
    managers = Therapist.objects.active().filter(clinic=clinic, role=Role.MANAGER)
    for manager in managers.select_related("user"):
        write_letter(
            clinic=clinic,
            key=f"{template}-{key}-{manager.pk}",
            user=manager.user,
            template=f"{_MAIL}/{template}",
            context={
                "client": client,
                "manager": manager,
                "ledger_url": _ledger_url(clinic),
                **context,
            },
        )


def _ledger_url(clinic: Clinic) -> str:
    try:
        path = reverse("wagtail_asyncpt_membership_modeladmin_index")
    except NoReverseMatch:  # no ledger is installed
        return ""
    return clinic.site.root_url + path
