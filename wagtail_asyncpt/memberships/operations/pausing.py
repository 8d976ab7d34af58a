"""Pausing for some weeks, and resuming: the payments and the program stop together."""

import logging
from datetime import timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext as _

from wagtail_asyncpt.conf import settings as asyncpt_settings
from wagtail_asyncpt.core import clock
from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.memberships.models import (
    Invoice,
    Membership,
    MembershipStatus,
)
from wagtail_asyncpt.memberships.operations.running import (
    forget_next_plan,
    own_membership,
    require_paid,
)
from wagtail_asyncpt.memberships.operations.sync.invoices import sync_invoice
from wagtail_asyncpt.memberships.operations.sync.shared import Json
from wagtail_asyncpt.memberships.operations.sync.subscriptions import follow_subscription
from wagtail_asyncpt.memberships.stripe import gateway
from wagtail_asyncpt.people.models import Client

log = logging.getLogger(__name__)


@transaction.atomic
def pause_membership(*, client: Client, weeks: int) -> Membership:
    """Pause from now on for ``weeks``: no payment, no access, and the program waits.

    A paused one stays as it is. Raises DomainError, StripeFailure.
    """
    membership, _subscription = own_membership(client)
    if membership.status == MembershipStatus.PAUSED:
        return membership
    require_pausable(membership)
    if not 1 <= weeks <= asyncpt_settings.PAUSE_MAX_WEEKS:
        raise DomainError(_("Please choose one of the lengths."), field="weeks")
    resumes_at = f"{(clock.now() + timedelta(weeks=weeks)).timestamp():.0f}"
    forget_next_plan(membership)
    gateway.pause(
        membership.account,
        membership.stripe_subscription_id,
        resumes_at=resumes_at,
        key=f"pause-{membership.uuid}-{resumes_at}",
    )
    follow_subscription(membership, membership.stripe_subscription_id)
    return membership


def require_pausable(membership: Membership | None) -> None:
    """Only a membership that is paid and renews can be paused. Raises DomainError."""
    if membership is None or not membership.stripe_subscription_id:
        raise DomainError(_("You have no membership that could be paused."))
    require_paid(membership)
    if membership.status == MembershipStatus.TRIALING:
        raise DomainError(_("Your days are free at the moment. You can pause when they are over."))
    if membership.status != MembershipStatus.ACTIVE:
        raise DomainError(_("Only a running membership can be paused."))
    if membership.ends_at is not None:
        raise DomainError(_("Your membership does not renew, so there is nothing to pause."))


def resume_membership(*, client: Client) -> Membership:
    """End the pause now: a new period starts, less what was paid for and not used.

    It stays paused when the payment does not go through; ``open_resume_invoice`` is then what to
    pay. A running one stays as it is. Raises DomainError, StripeFailure.
    """
    membership, invoice = _resume(client)
    if invoice:
        sync_invoice(account=membership.account, invoice_id=invoice)
        membership.refresh_from_db()
    return membership


@transaction.atomic
def _resume(client: Client) -> tuple[Membership, str]:
    """Resume at Stripe and follow; the membership and the id of the invoice of it."""
    membership, subscription = own_membership(client)
    if membership.status != MembershipStatus.PAUSED or membership.paused_at is None:
        return membership, ""
    waiting = _invoice_of_resuming(membership, subscription)
    if waiting is None or waiting["status"] != "open":
        tried = waiting["id"] if waiting else ""
        gateway.resume(
            membership.account,
            membership.stripe_subscription_id,
            key=f"resume-{membership.uuid}-{membership.paused_at.timestamp():.0f}-{tried}",
        )
        subscription = follow_subscription(membership, membership.stripe_subscription_id)
        waiting = subscription["latest_invoice"]
    return membership, waiting["id"] if waiting else ""


def _invoice_of_resuming(membership: Membership, subscription: Json) -> Json | None:
    """What an earlier try to resume from this pause made; None when there was none."""
    latest: Json | None = subscription["latest_invoice"]
    if latest is None or membership.paused_at is None:
        return None
    return latest if latest["created"] > membership.paused_at.timestamp() else None


def open_resume_invoice(membership: Membership) -> Invoice | None:
    """What must be paid before a paused membership goes on, if a try to resume was refused."""
    if membership.status != MembershipStatus.PAUSED or membership.paused_at is None:
        return None
    made = membership.invoices.filter(status="open", created_at__gt=membership.paused_at)
    return made.first()


def resume_cost(*, membership: Membership) -> Json:
    """Stripe's invoice of resuming now. Raises StripeFailure."""
    return gateway.resume_preview(membership.account, membership.stripe_subscription_id)


def due_to_resume() -> QuerySet[Membership]:
    """Paused ones whose date has come, and whose resuming was not tried yet."""
    tried = Invoice.objects.filter(membership=OuterRef("pk"), created_at__gt=OuterRef("paused_at"))
    return (
        Membership.objects.filter(status=MembershipStatus.PAUSED, resumes_at__lte=clock.now())
        .exclude(Exists(tried))
        .select_related("client__clinic")
        .order_by("resumes_at", "pk")
    )


def resume_due_memberships() -> int:
    """Resume the memberships whose pause is over; returns how many go on."""
    count = 0
    for membership in due_to_resume():
        try:
            found = resume_membership(client=membership.client)
        except Exception:  # one client's trouble must not keep the others waiting
            log.exception("Membership %s could not be resumed", membership.pk)
        else:
            count += found.status != MembershipStatus.PAUSED
    return count
