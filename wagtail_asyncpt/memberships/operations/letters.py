"""The mails that a membership causes."""

from datetime import datetime, timedelta
from typing import Any

from django.urls import reverse
from django.utils import formats

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.core.money import format_money
from wagtail_asyncpt.memberships import touches
from wagtail_asyncpt.memberships.access import grace
from wagtail_asyncpt.memberships.models import Invoice, Membership, MembershipStatus, Price
from wagtail_asyncpt.memberships.offers import offer_price
from wagtail_asyncpt.memberships.standing import day
from wagtail_asyncpt.people.operations import in_the_clients_language, write_letter

#: How long before its end a trial or a card is spoken of.
TRIAL_NOTICE = timedelta(days=3)
CARD_NOTICE = timedelta(days=45)

_MAIL = "wagtail_asyncpt/memberships/mail"


@in_the_clients_language
def welcome(membership: Membership) -> None:
    """Once for each subscription: what was bought, and what happens next."""
    price = membership.price
    _write(
        membership,
        key=f"welcome-{membership.stripe_subscription_id or membership.uuid}",
        template="welcome",
        price=offer_price(price).words if price else "",
    )


@in_the_clients_language
def payment_failed(membership: Membership, invoice: Invoice, attempt: int) -> None:
    """Once for each failed attempt: how to pay, and until when everything stays open.

    A paused membership that was to go on stays paused.
    """
    is_paused = membership.status == MembershipStatus.PAUSED
    since: datetime = membership.past_due_since or invoice.created_at
    _write(
        membership,
        key=f"payment-failed-{invoice.stripe_id}-{attempt}",
        template="payment_failed",
        amount=format_money(invoice.amount_due, invoice.currency),
        until="" if is_paused else day(since + grace(), membership.client),
        invoice_url=invoice.hosted_url,
    )


@in_the_clients_language
def paused(membership: Membership, at: datetime) -> None:
    """Once for each pause: nothing is charged, and when it goes on."""
    resumes_at = membership.resumes_at
    _write(
        membership,
        key=f"paused-{membership.stripe_subscription_id}-{at.timestamp():.0f}",
        template="paused",
        resumes=day(resumes_at, membership.client) if resumes_at else "",
    )


@in_the_clients_language
def resumed(membership: Membership, paused_at: datetime) -> None:
    """Once for each pause, when it is over: everything is open, and the next payment."""
    price, renews = membership.price, membership.period_end
    _write(
        membership,
        key=f"resumed-{membership.stripe_subscription_id}-{paused_at.timestamp():.0f}",
        template="resumed",
        amount=format_money(price.amount, price.currency) if price else "",
        renews=day(renews, membership.client) if renews else "",
    )


@in_the_clients_language
def canceled(membership: Membership, ends_at: datetime) -> None:
    """Once for each date on which it ends: what stays open until then, or that it has ended."""
    _write(
        membership,
        key=f"canceled-{membership.stripe_subscription_id}-{ends_at.timestamp():.0f}",
        template="canceled",
        until=day(ends_at, membership.client) if ends_at > clock.now() else "",
    )


@in_the_clients_language
def plan_changed(membership: Membership, before: Price, at: datetime) -> None:
    """Once for each change: from which plan to which, and what it costs from now on."""
    price = membership.price
    _write(
        membership,
        key=f"plan-changed-{membership.stripe_subscription_id}-{at.timestamp():.0f}",
        template="plan_changed",
        before=before.tier,
        price=offer_price(price).words if price else "",
        renews=day(membership.period_end, membership.client) if membership.period_end else "",
    )


@in_the_clients_language
def action_required(membership: Membership, invoice: Invoice, attempt: int) -> None:
    """Once for each attempt: the bank asks the client to confirm, on Stripe's page."""
    _write(
        membership,
        key=f"action-required-{invoice.stripe_id}-{attempt}",
        template="action_required",
        amount=format_money(invoice.amount_due, invoice.currency),
        invoice_url=invoice.hosted_url,
    )


@in_the_clients_language
def renewed(membership: Membership, invoice: Invoice) -> None:
    """Once for each renewal: what was paid, and how often client and therapist were in touch."""
    earlier = membership.invoices.filter(created_at__lt=invoice.created_at, status="paid")
    last = earlier.order_by("-created_at").first()
    since = last.created_at if last else membership.activated_at or membership.created_at
    renews = membership.period_end
    _write(
        membership,
        key=f"renewed-{invoice.stripe_id}",
        template="renewed",
        amount=format_money(invoice.amount_paid, invoice.currency),
        contacts=touches.count(membership.client, since, invoice.created_at),
        renews=day(renews, membership.client) if renews else "",
    )


@in_the_clients_language
def due_reminders(membership: Membership) -> None:
    """What the calendar asks for: a trial or a card that ends soon, once each."""
    if membership.ends_at is None:
        _trial_ending(membership)
        _card_expiring(membership)


def _trial_ending(membership: Membership) -> None:
    ends, price = membership.trial_ends_at, membership.price
    if membership.status != MembershipStatus.TRIALING or ends is None or price is None:
        return
    if ends - TRIAL_NOTICE <= clock.now() < ends:
        _write(
            membership,
            key=f"trial-ending-{membership.stripe_subscription_id}-{ends.timestamp():.0f}",
            template="trial_ending",
            amount=format_money(price.amount, price.currency),
            until=day(ends, membership.client),
        )


def _card_expiring(membership: Membership) -> None:
    expires, renews = membership.card_expires_on, membership.period_end
    running = membership.status in (MembershipStatus.TRIALING, MembershipStatus.ACTIVE)
    if expires is None or renews is None or not running:
        return
    soon = clock.today(membership.client.time_zone) + CARD_NOTICE >= expires
    if soon and renews.date() > expires:
        card = f"{membership.card_brand} {membership.card_last4}"
        _write(
            membership,
            key=f"card-expiring-{membership.stripe_subscription_id}-{card}-{expires}",
            template="card_expiring",
            last4=membership.card_last4,
            expires=formats.date_format(expires, "DATE_FORMAT"),
            renews=day(renews, membership.client),
        )


def _write(membership: Membership, *, key: str, template: str, **context: Any) -> None:
    clinic = membership.clinic
    write_letter(
        clinic=clinic,
        key=key,
        user=membership.client.user,
        template=f"{_MAIL}/{template}",
        context={
            "client": membership.client,
            "tier": membership.tier,
            "account_url": clinic.site.root_url + reverse("asyncpt_memberships:account"),
            **context,
        },
    )
