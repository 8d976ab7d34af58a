"""Moving a member to another plan by order of the staff."""

from django.db import transaction

from wagtail_asyncpt.memberships.models import Membership, Price, StaffActionKind
from wagtail_asyncpt.memberships.operations.desk import Order, place
from wagtail_asyncpt.memberships.operations.plans import change_plan


@transaction.atomic
def move_membership(
    *, order: Order, membership: Membership, price: Price, quote: str
) -> Membership:
    """Change to ``price`` as quoted: up at once for the difference, down with the next period.

    Raises NotAllowed, DomainError, StripeFailure; then nothing is written here.
    """
    detail = f"{price.tier.name}, {price}"
    client = membership.client
    if not place(order, StaffActionKind.MOVE, client=client, membership=membership, detail=detail):
        membership.refresh_from_db()
        return membership
    return change_plan(client=client, price=price, quote=quote)
