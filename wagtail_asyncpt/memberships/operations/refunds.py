"""Giving a payment back, in full or in part."""

from django.db import transaction
from django.utils.translation import gettext as _

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.core.money import format_money
from wagtail_asyncpt.memberships.models import (
    Gift,
    Invoice,
    Purchase,
    Refund,
    RefundEffect,
    StaffAction,
    StaffActionKind,
)
from wagtail_asyncpt.memberships.operations.desk import Order, end_now, locked_row, place
from wagtail_asyncpt.memberships.operations.sync.payments import (
    NOT_REFUNDED,
    Payment,
    locked_payment,
)
from wagtail_asyncpt.memberships.operations.sync.refunds import follow_refunds
from wagtail_asyncpt.memberships.stripe import gateway


@transaction.atomic
def refund_payment(
    *, order: Order, row: Invoice | Purchase | Gift, amount: int, effect: RefundEffect
) -> Refund:
    """Give ``amount`` (minor units) of what was paid for ``row`` back; ``effect`` on the rest.

    What is left to give back is Stripe's word, asked while the payment is locked. The effect is
    kept at Stripe too, so that a webhook that comes first writes the same.
    Raises NotAllowed, DomainError, StripeFailure; then nothing is written here.
    """
    payment = locked_payment(row.account, row.payment_intent_id)
    if payment is None:
        raise DomainError(_("There is no payment that could be refunded."))
    words = format_money(amount, payment.row.currency)
    membership = payment.row.membership if isinstance(payment.row, Invoice) else None
    is_new = place(
        order,
        StaffActionKind.REFUND,
        client=payment.client,
        membership=membership,
        detail=f"{words}: {payment.row}",
    )
    if not is_new:
        return Refund.objects.get(
            account=payment.row.account,
            stripe_id=StaffAction.objects.get(key=order.key).stripe_id,
        )
    _check(payment, amount)
    made = gateway.create_refund(
        payment.row.account,
        payment_intent=payment.row.payment_intent_id,
        amount=amount,
        effect=effect,
        key=f"refund-{order.key}",
    )
    StaffAction.objects.filter(key=order.key).update(stripe_id=made["id"])
    if effect == RefundEffect.END and membership is not None and membership.stripe_subscription_id:
        end_now(locked_row(membership))
    said = {made["id"]: {"reason": order.reason.strip()[:200], "made_by": order.actor}}
    refunds = follow_refunds(payment, said)
    return next(refund for refund in refunds if refund.stripe_id == made["id"])


def _check(payment: Payment, amount: int) -> None:
    left = payment.amount - sum(
        refund["amount"]
        for refund in gateway.refunds_of_payment(payment.row.account, payment.row.payment_intent_id)
        if refund["status"] not in NOT_REFUNDED
    )
    if not 1 <= amount <= left:
        message = _("At most %(amount)s can be given back.")
        raise DomainError(
            message % {"amount": format_money(max(left, 0), payment.row.currency)}, field="amount"
        )
