"""What the pages of pausing and resuming say, ready for a template."""

from dataclasses import dataclass

from wagtail_asyncpt.core.money import format_money
from wagtail_asyncpt.memberships import operations
from wagtail_asyncpt.memberships.models import Invoice, Membership, MembershipStatus
from wagtail_asyncpt.memberships.offers import PriceOffer, offer_price
from wagtail_asyncpt.memberships.queries import open_membership
from wagtail_asyncpt.memberships.standing import day
from wagtail_asyncpt.people.models import Client


@dataclass(frozen=True)
class Resuming:
    """Going on now: what is paid today, what is taken off, and what it costs from then on.

    ``invoice`` is set when an earlier try was refused: that is then to be paid. ``is_free``: what
    was taken off covers the first payment.
    """

    membership: Membership
    today: str
    credit: str
    price: PriceOffer | None
    planned: str
    invoice: Invoice | None
    is_free: bool


def resuming_of(client: Client) -> Resuming | None:
    """What it takes to resume; None for somebody whose membership is not paused.

    Raises StripeFailure.
    """
    membership = open_membership(client)
    if membership is None or membership.status != MembershipStatus.PAUSED:
        return None
    invoice = operations.open_resume_invoice(membership)
    today = credit = ""
    is_free = False
    if invoice is not None:
        today = format_money(invoice.amount_due, invoice.currency)
    else:
        preview = operations.resume_cost(membership=membership)
        taken_off = -sum(min(line["amount"], 0) for line in preview["lines"]["data"])
        today = format_money(preview["amount_due"], preview["currency"])
        is_free = preview["amount_due"] == 0
        credit = format_money(taken_off, preview["currency"]) if taken_off else ""
    return Resuming(
        membership=membership,
        today=today,
        credit=credit,
        price=offer_price(membership.price) if membership.price else None,
        planned=day(membership.resumes_at, client) if membership.resumes_at else "",
        invoice=invoice,
        is_free=is_free,
    )
