"""A receipt as insurers and HSA administrators want it, ready for a template.

It names the service in general words and no diagnosis.
"""

from dataclasses import dataclass

from wagtail_asyncpt.core.money import format_money
from wagtail_asyncpt.memberships.models import Invoice
from wagtail_asyncpt.memberships.standing import day
from wagtail_asyncpt.people.models import Client


@dataclass(frozen=True)
class Receipt:
    """Amounts and dates as words. ``refunds`` are (date, amount); ``kept`` is what is left."""

    number: str
    paid_on: str
    description: str
    first_day: str
    last_day: str
    amount: str
    refunds: list[tuple[str, str]]
    kept: str
    reference: str


def receipt_of(client: Client, pk: int) -> Receipt | None:
    """The receipt of a paid invoice of ``client``; None for any other."""
    invoice = Invoice.objects.filter(client=client, pk=pk, status="paid").first()
    if invoice is None:
        return None
    refunds = list(invoice.refunds.filter(status="succeeded").order_by("created_at"))
    given_back = sum(refund.amount for refund in refunds)
    starts, ends = invoice.service_start, invoice.service_end
    lasts = starts is not None and ends is not None and starts < ends
    return Receipt(
        number=invoice.number or invoice.stripe_id,
        paid_on=day(invoice.paid_at or invoice.created_at, client),
        description=invoice.description,
        first_day=day(starts, client) if starts and lasts else "",
        last_day=day(ends, client) if ends and lasts else "",
        amount=format_money(invoice.amount_paid, invoice.currency),
        refunds=[
            (day(refund.created_at, client), format_money(refund.amount, refund.currency))
            for refund in refunds
        ],
        kept=format_money(invoice.amount_paid - given_back, invoice.currency),
        reference=invoice.payment_intent_id,
    )
