"""Before an account is deleted: nothing of it may be charged any more. Stripe first, then rows.

Ledgers and invoices stay, on the client's profile, which then has no user.
"""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.gating.operations import heal_groups
from wagtail_asyncpt.memberships.models import (
    OPEN_STATUSES,
    Gift,
    Membership,
    MembershipStatus,
    Purchase,
    Seat,
    WaitListEntry,
)
from wagtail_asyncpt.memberships.operations import selling
from wagtail_asyncpt.memberships.operations.desk import end_now, locked_row, take_back_days
from wagtail_asyncpt.memberships.operations.events import follow
from wagtail_asyncpt.memberships.operations.seats import follow_sponsor, revoke_seat
from wagtail_asyncpt.memberships.operations.sync.shared import METADATA_KEY
from wagtail_asyncpt.memberships.stripe import gateway
from wagtail_asyncpt.memberships.stripe.client import Missing, NotConfigured, Refused, StripeFailure
from wagtail_asyncpt.people.models import AuditEntry, Client
from wagtail_asyncpt.people.operations import record_audit

#: In the audit trail: everything that was charged to this client was stopped.
STOPPED = "account.billing_stopped"
#: For so long a stop is believed: between the admin's question to Stripe and the deletion itself.
_FRESH = timedelta(minutes=1)


class StillBilled(DomainError):
    """Stripe did not confirm that nothing is charged any more: the account must stay."""


def stop_billing(*, user: Any, actor: Any = None) -> int:
    """End every subscription of ``user`` at Stripe, close what they were buying, end the rest.

    At all clinics; may be repeated. Returns how many memberships ended. ``actor`` is who deletes.
    Raises StillBilled when Stripe cannot be asked, or says something else than we know; what was
    ended until then stays so.
    """
    ended = 0
    for client in Client.objects.filter(user=user).select_related("clinic").order_by("pk"):
        try:
            ended += _stop(client, actor if actor != user else None)
        except (NotConfigured, Refused) as error:
            raise StillBilled(
                _(
                    "Stripe cannot be asked about %(client)s: the key of this clinic is missing "
                    "or refused. Nothing was deleted. Put the key in order first."
                )
                % {"client": client.name}
            ) from error
        except StripeFailure as error:
            raise StillBilled(
                _(
                    "Stripe did not answer, so it is not certain that %(client)s is charged "
                    "nothing more. Nothing was deleted. Please try again."
                )
                % {"client": client.name}
            ) from error
        except StillBilled:
            raise
        except DomainError as error:
            raise StillBilled(
                _(
                    "The membership of %(client)s could not be ended: %(reason)s. Nothing was "
                    "deleted. Compare it with Stripe first, in Billing."
                )
                % {"client": client.name, "reason": error}
            ) from error
    return ended


def is_stopped(user: Any) -> bool:
    """Whether billing was stopped a moment ago, at every clinic, and nothing runs."""
    since = clock.now() - _FRESH
    stopped = AuditEntry.objects.filter(action=STOPPED, at__gte=since).values("client")
    clients = Client.objects.filter(user=user)
    running = Membership.objects.filter(client__in=clients, status__in=OPEN_STATUSES)
    return not clients.exclude(pk__in=stopped).exists() and not running.exists()


def _stop(client: Client, actor: Any) -> int:
    for sale in _unfinished(client):
        try:
            selling.close(sale)
        except Missing:
            selling.abandon(sale)
    _learn(client)
    ended = 0
    rows = Membership.objects.filter(client=client, status__in=OPEN_STATUSES).order_by("pk")
    for membership in rows:
        ended += _end(membership)
    WaitListEntry.objects.filter(client=client).delete()
    record_audit(actor=actor, client=client, action=STOPPED, subject=client)
    return ended


def _unfinished(client: Client) -> list[selling.Sale]:
    """What the client began to buy: it could still be paid at Stripe."""
    return [
        *Membership.objects.filter(client=client, status=MembershipStatus.PENDING),
        *Purchase.objects.filter(client=client, membership=None, status=selling.PENDING),
        *Gift.objects.filter(buyer=client, status=selling.PENDING),
    ]


def _learn(client: Client) -> None:
    """Subscriptions of ours that no webhook has told us of become rows, to be ended with them."""
    for customer in client.stripe_customers.all():
        try:
            found = gateway.subscriptions_of_customer(customer.account, customer.stripe_id)
        except Missing:
            continue
        for one in found:
            if METADATA_KEY in one["metadata"]:
                follow(kind="subscription", account=customer.account, identity=one["id"])


@transaction.atomic
def _end(membership: Membership) -> int:
    """End it, whoever pays it; 0 when that happened meanwhile."""
    # The sponsor's row is locked before the seat's, as when a sponsor is followed.
    seat = Seat.objects.filter(membership=membership, revoked_at=None).first()
    if seat is not None:
        revoke_seat(client=membership.client, seat=seat)
        return 1
    row = locked_row(membership)
    if row.status not in OPEN_STATUSES:
        return 0
    if row.stripe_subscription_id:
        try:
            end_now(row)
        except Missing:
            _close(row)
        return 1
    _close(row)
    return 1


def _close(row: Membership) -> None:
    """Nobody pays it, or Stripe does not know it: it ends here."""
    row.status = MembershipStatus.CANCELED
    row.ends_at = row.ended_at = clock.now()
    row.save(update_fields=["status", "ends_at", "ended_at"])
    take_back_days(row)
    heal_groups(user=row.client.user, at=clock.now())
    follow_sponsor(row)
