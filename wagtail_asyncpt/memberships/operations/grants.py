"""Memberships that nobody pays for."""

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.core.errors import Conflict
from wagtail_asyncpt.gating.operations import heal_groups
from wagtail_asyncpt.memberships.models import Membership, MembershipStatus, Source, Tier
from wagtail_asyncpt.people.models import Client


@transaction.atomic
def grant_membership(
    *, client: Client, tier: Tier, reason: str, ends_at: datetime | None = None
) -> Membership:
    """Give ``client`` a complimentary membership, until ``ends_at`` or for good.

    Raises Conflict when the client has, or is buying, a membership.
    """
    now = clock.now()
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
    heal_groups(user=client.user, at=now)
    return membership
