"""Give what was paid once, exactly once: a package's visits and weeks, a gift's code."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.gating.operations import heal_groups
from wagtail_asyncpt.memberships.models import (
    AccessPeriod,
    Gift,
    GiftStatus,
    Invoice,
    Purchase,
    PurchaseStatus,
)
from wagtail_asyncpt.memberships.operations import sale_letters
from wagtail_asyncpt.memberships.operations.credits import add_lot

_UNPAID = (PurchaseStatus.PENDING, PurchaseStatus.ABANDONED)


@transaction.atomic
def deliver(purchase: Purchase, *, paid_at: datetime, invoice: Invoice | None = None) -> None:
    """Open the tier for its weeks and credit the visits; the purchase's row is locked.

    Nothing happens for a purchase that was delivered, or refunded, before.
    """
    if purchase.status not in _UNPAID:
        return
    purchase.status, purchase.paid_at = PurchaseStatus.PAID, paid_at
    if purchase.tier is not None:
        purchase.starts_at = _starts_at(purchase, paid_at)
        purchase.ends_at = purchase.starts_at + timedelta(weeks=purchase.weeks)
    purchase.save(update_fields=["status", "paid_at", "starts_at", "ends_at"])
    if purchase.tier and purchase.starts_at and purchase.ends_at:
        AccessPeriod.objects.create(
            clinic_id=purchase.clinic_id,
            client_id=purchase.client_id,
            purchase=purchase,
            invoice=invoice,
            tier=purchase.tier,
            key=f"purchase-{purchase.uuid}",
            starts_at=purchase.starts_at,
            ends_at=purchase.ends_at,
        )
    if purchase.visits:
        add_lot(
            client=purchase.client,
            amount=purchase.visits,
            key=f"purchase-{purchase.uuid}",
            expires_at=paid_at + timedelta(days=purchase.visits_expire_after_days),
            purchase=purchase,
            invoice=invoice,
        )
    sale_letters.package_bought(purchase)
    heal_groups(user=purchase.client.user, at=clock.now())


def _starts_at(purchase: Purchase, paid_at: datetime) -> datetime:
    """Right away, or when the same package that was bought before is over."""
    earlier = Purchase.objects.filter(
        client_id=purchase.client_id, tier=purchase.tier, status=PurchaseStatus.PAID
    )
    running = earlier.exclude(pk=purchase.pk).aggregate(last=Max("ends_at"))["last"]
    return max(paid_at, running) if running else paid_at


@transaction.atomic
def send_gift(gift: Gift, *, paid_at: datetime) -> None:
    """Mail the code to the receiver and a note to the buyer, once; the gift's row is locked."""
    if gift.status not in (GiftStatus.PENDING, GiftStatus.ABANDONED):
        return
    gift.status, gift.paid_at = GiftStatus.PAID, paid_at
    gift.save(update_fields=["status", "paid_at"])
    sale_letters.gift_for_you(gift)
    sale_letters.gift_sent(gift)
