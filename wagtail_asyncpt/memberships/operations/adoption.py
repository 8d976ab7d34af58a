"""Prices that exist at Stripe already, taken over."""

from django.db import transaction
from django.utils.translation import gettext as _

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.memberships.models import Interval, Price, Tier
from wagtail_asyncpt.memberships.stripe import gateway
from wagtail_asyncpt.memberships.stripe.client import Missing

_INTERVALS = {
    ("month", 1): Interval.MONTH,
    ("month", 3): Interval.QUARTER,
    ("month", 12): Interval.YEAR,
    ("year", 1): Interval.YEAR,
}


@transaction.atomic
def adopt_price(*, tier: Tier, stripe_id: str) -> Price:
    """Sell ``tier`` at a price that exists at Stripe; its product becomes the tier's.

    The price that the tier had for the same interval goes off sale, and its members keep it.
    Raises DomainError, StripeFailure.
    """
    try:
        theirs = gateway.price(tier.clinic.stripe_account, stripe_id.strip())
    except Missing as error:
        raise DomainError(_("Stripe knows no price with this id.")) from error
    interval = _interval(tier, theirs)
    tier = Tier.objects.select_for_update(of=("self",)).select_related("clinic").get(pk=tier.pk)
    if tier.stripe_product_id not in ("", theirs["product"]):
        raise DomainError(_("This price belongs to another product than the plan."))
    known = Price.objects.filter(stripe_price_id=theirs["id"]).first()
    if known is not None and known.tier_id != tier.pk:
        raise DomainError(_("Another plan is sold at this price."))
    tier.stripe_product_id = theirs["product"]
    tier.save(update_fields=["stripe_product_id"])
    others = tier.prices.filter(interval=interval, is_active=True)
    others.exclude(stripe_price_id=theirs["id"]).update(is_active=False)
    price, _created = Price.objects.update_or_create(
        stripe_price_id=theirs["id"],
        defaults={
            "tier": tier,
            "amount": theirs["unit_amount"],
            "currency": theirs["currency"],
            "interval": interval,
            "is_active": True,
        },
    )
    return price


def _interval(tier: Tier, theirs: gateway.Json) -> str:
    recurring = theirs["recurring"]
    if not theirs["active"] or recurring is None or not theirs["unit_amount"]:
        raise DomainError(_("Only an active price that recurs and has an amount can be used."))
    if theirs["currency"] != tier.clinic.currency.lower():
        raise DomainError(_("This price is not in the clinic's currency."))
    found = _INTERVALS.get((recurring["interval"], recurring["interval_count"]))
    if found is None:
        raise DomainError(_("Plans are paid by the month, every 3 months or by the year."))
    return str(found)
