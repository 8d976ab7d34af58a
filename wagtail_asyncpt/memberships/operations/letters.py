"""The mails that a membership causes."""

from datetime import datetime
from typing import Any

from django.urls import reverse

from wagtail_asyncpt.core.money import format_money
from wagtail_asyncpt.memberships.access import grace
from wagtail_asyncpt.memberships.models import Invoice, Membership
from wagtail_asyncpt.memberships.offers import offer_price
from wagtail_asyncpt.memberships.standing import day
from wagtail_asyncpt.people.operations import write_letter

_MAIL = "wagtail_asyncpt/memberships/mail"


def welcome(membership: Membership) -> None:
    """Once for each subscription: what was bought, and what happens next."""
    price = membership.price
    _write(
        membership,
        key=f"welcome-{membership.stripe_subscription_id or membership.uuid}",
        template="welcome",
        price=offer_price(price).words if price else "",
    )


def payment_failed(membership: Membership, invoice: Invoice, attempt: int) -> None:
    """Once for each failed attempt: how to pay, and until when everything stays open."""
    since: datetime = membership.past_due_since or invoice.created_at
    _write(
        membership,
        key=f"payment-failed-{invoice.stripe_id}-{attempt}",
        template="payment_failed",
        amount=format_money(invoice.amount_due, invoice.currency),
        until=day(since + grace(), membership.client),
        invoice_url=invoice.hosted_url,
    )


def _write(membership: Membership, *, key: str, template: str, **context: Any) -> None:
    clinic = membership.clinic
    write_letter(
        clinic=clinic,
        key=key,
        user=membership.client.user,
        template=f"{_MAIL}/{template}",
        context={
            "client": membership.client,
            "tier": membership.tier,
            "account_url": clinic.site.root_url + reverse("asyncpt_memberships:account"),
            **context,
        },
    )
