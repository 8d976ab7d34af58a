"""Seats of a family's or employer's membership: invited by mail, accepted, mirrored, taken back."""

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.core.errors import Conflict, DomainError, NotAllowed
from wagtail_asyncpt.gating.operations import heal_groups
from wagtail_asyncpt.memberships import queries
from wagtail_asyncpt.memberships.access import gives_access
from wagtail_asyncpt.memberships.models import (
    OPEN_STATUSES,
    Membership,
    MembershipStatus,
    Seat,
    Source,
)
from wagtail_asyncpt.memberships.operations import letters, sale_letters
from wagtail_asyncpt.memberships.operations.closing import close_ended
from wagtail_asyncpt.people.models import Client

#: What a seat takes over from its sponsor: everything that decides whether access is given.
_MIRRORED = (
    "tier",
    "status",
    "period_start",
    "period_end",
    "ends_at",
    "past_due_since",
    "paused_at",
    "resumes_at",
    "ended_at",
)


@transaction.atomic
def invite_to_seat(*, client: Client, email: str) -> Seat:
    """Invite somebody to a seat of the membership of ``client``, by mail. Raises DomainError."""
    sponsor = _sponsor(client)
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise DomainError(_("Write an email address."), field="email") from error
    if client.user is not None and address == client.user.email.lower():
        raise DomainError(_("You have your own place already."), field="email")
    taken = sponsor.seats.filter(revoked_at=None)
    if taken.filter(email=address).exists():
        raise DomainError(_("This person is invited already."), field="email")
    if taken.count() >= sponsor.tier.member_seats - 1:
        raise DomainError(_("Every seat is taken. Take one back first."), field="email")
    seat = Seat.objects.create(sponsor=sponsor, email=address)
    sale_letters.seat_invitation(seat)
    return seat


def _sponsor(client: Client) -> Membership:
    """The client's own paid and running membership, locked, where it has seats.

    The row alone is locked, and only then its plan is read: a change of the plan that held the
    lock until now has its say.
    """
    Client.objects.select_for_update().get(pk=client.pk)
    own = Membership.objects.filter(client=client, source=Source.STRIPE, status__in=OPEN_STATUSES)
    pk = own.select_for_update().values_list("pk", flat=True).first()
    seated = Membership.objects.filter(
        gives_access(clock.now()), pk=pk or 0, tier__member_seats__gt=1
    ).select_related("tier", "clinic__site", "client__user")
    sponsor = seated.first()
    if sponsor is None:
        raise NotAllowed(_("Your membership has no seats for others."))
    return sponsor


@transaction.atomic
def accept_seat(*, client: Client, seat: Seat) -> Membership:
    """``client``, who was invited, takes the seat, once. Raises Conflict, NotAllowed."""
    sponsor = Membership.objects.select_for_update().get(pk=seat.sponsor_id)
    seat = Seat.objects.select_for_update().get(pk=seat.pk)
    if seat.revoked_at is not None or client.clinic_id != sponsor.clinic_id:
        raise NotAllowed(_("This invitation is not open any more."))
    if seat.membership is not None:
        if seat.membership.client_id == client.pk:
            return seat.membership
        raise NotAllowed(_("This invitation is not open any more."))
    if sponsor.status not in OPEN_STATUSES:
        raise NotAllowed(_("This invitation is not open any more."))
    if sponsor.client_id == client.pk:
        raise Conflict(_("You have your own place already."))
    Client.objects.select_for_update().get(pk=client.pk)
    close_ended(client)
    if queries.open_membership(client) is not None:
        raise Conflict(
            _("You have a membership already. The invitation is good when that has ended.")
        )
    membership = Membership(
        clinic_id=client.clinic_id,
        client=client,
        source=Source.SEAT,
        sponsor=sponsor,
        activated_at=clock.now(),
    )
    _mirror(sponsor, membership)
    seat.membership, seat.accepted_at = membership, clock.now()
    seat.save(update_fields=["membership", "accepted_at"])
    letters.welcome(membership)
    heal_groups(user=client.user, at=clock.now())
    return membership


def _mirror(sponsor: Membership, membership: Membership) -> None:
    for name in _MIRRORED:
        setattr(membership, name, getattr(sponsor, name))
    if sponsor.tier.member_seats < 2 and membership.status != MembershipStatus.CANCELED:
        membership.status = MembershipStatus.CANCELED
        membership.ends_at = membership.ended_at = clock.now()
    membership.save()


def follow_sponsor(sponsor: Membership) -> None:
    """Bring every accepted seat in line with the sponsor's membership, whose row is locked."""
    seats = Membership.objects.select_for_update(of=("self",)).filter(
        Q(seat__revoked_at=None), sponsor=sponsor
    )
    for membership in seats.select_related("client__user"):
        _mirror(sponsor, membership)
        heal_groups(user=membership.client.user, at=clock.now())


@transaction.atomic
def revoke_seat(*, client: Client, seat: Seat) -> None:
    """The sponsor takes a seat back, or the one who sits on it gives it up; again: no change.

    Raises NotAllowed.
    """
    sponsor = Membership.objects.select_for_update().get(pk=seat.sponsor_id)
    seat = Seat.objects.select_for_update().get(pk=seat.pk)
    sits = seat.membership is not None and seat.membership.client_id == client.pk
    if client.pk != sponsor.client_id and not sits:
        raise NotAllowed(_("This is not your seat."))
    if seat.revoked_at is not None:
        return
    now = clock.now()
    seat.revoked_at = now
    seat.save(update_fields=["revoked_at"])
    if seat.membership is not None:
        membership = seat.membership
        membership.status = MembershipStatus.CANCELED
        membership.ends_at = membership.ended_at = now
        membership.save(update_fields=["status", "ends_at", "ended_at"])
        heal_groups(user=membership.client.user, at=now)
