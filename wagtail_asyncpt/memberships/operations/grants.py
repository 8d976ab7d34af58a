"""Memberships that nobody pays for."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.core.errors import Conflict, DomainError
from wagtail_asyncpt.gating.operations import heal_groups
from wagtail_asyncpt.memberships.models import (
    AccessKind,
    AccessPeriod,
    Membership,
    MembershipStatus,
    Source,
    StaffActionKind,
    Tier,
)
from wagtail_asyncpt.memberships.operations.closing import close_ended
from wagtail_asyncpt.memberships.operations.desk import Order, place
from wagtail_asyncpt.people.models import Client


@transaction.atomic
def grant_membership(
    *, client: Client, tier: Tier, reason: str, ends_at: datetime | None = None
) -> Membership:
    """Give ``client`` a complimentary membership, until ``ends_at`` or for good.

    Raises Conflict when the client has, or is buying, a membership.
    """
    now = clock.now()
    close_ended(client)
    try:
        with transaction.atomic():
            membership = Membership.objects.create(
                clinic_id=client.clinic_id,
                client=client,
                tier=tier,
                source=Source.COMPLIMENTARY,
                reason=reason,
                status=MembershipStatus.ACTIVE,
                activated_at=now,
                ends_at=ends_at,
            )
    except IntegrityError as error:
        raise Conflict(_("This client already has a membership.")) from error
    if ends_at is not None and ends_at > now:
        AccessPeriod.objects.create(
            clinic_id=client.clinic_id,
            client=client,
            membership=membership,
            tier=tier,
            kind=AccessKind.GRANTED,
            key=f"granted-{membership.uuid}",
            starts_at=now,
            ends_at=ends_at,
        )
    heal_groups(user=client.user, at=now)
    return membership


@transaction.atomic
def give_membership(
    *, order: Order, client: Client, tier: Tier, ends_at: datetime | None = None
) -> Membership | None:
    """``grant_membership`` by order of the staff; None when the order was carried out before.

    Raises NotAllowed, Conflict, DomainError.
    """
    if tier.clinic_id != client.clinic_id:
        raise DomainError(_("Choose a plan of this clinic."), field="tier")
    if ends_at is not None and ends_at <= clock.now():
        raise DomainError(_("Choose a day in the future."), field="ends_on")
    if not place(order, StaffActionKind.GRANT, client=client, detail=tier.name):
        return None
    return grant_membership(client=client, tier=tier, reason=order.reason, ends_at=ends_at)
