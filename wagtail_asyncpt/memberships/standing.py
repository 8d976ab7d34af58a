"""Where a client stands with the clinic's membership, in plain words."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from wagtail_asyncpt.memberships.access import UNPAID, grace, latest_bought, latest_opened
from wagtail_asyncpt.memberships.models import (
    Membership,
    MembershipStatus,
    Purchase,
    PurchaseStatus,
)
from wagtail_asyncpt.people.models import Client


@dataclass(frozen=True)
class Standing:
    """``code``: no_membership, ended, past_due or paused; ``message`` says it to the client."""

    code: str
    message: str
    membership: Membership | None = None


def day(moment: datetime, client: Client) -> str:
    """The date of ``moment`` where the client lives, as the active language writes it."""
    local = timezone.localtime(moment, ZoneInfo(client.time_zone))
    return formats.date_format(local, "DATE_FORMAT")


def standing_of(client: Client, at: datetime) -> Standing:
    """Why ``client`` has no access at ``at``. Call it for somebody without a live membership."""
    membership = latest_bought(client)
    if membership is None and (purchase := latest_opened(client)):
        return Standing("ended", package_ended(purchase))
    return standing_with(membership, client, at)


def package_ended(purchase: Purchase) -> str:
    """That what a package opened is closed again, or not open yet."""
    over = purchase.ends_at
    if purchase.status != PurchaseStatus.PAID or over is None:
        return _("Your package is not open any more. You are welcome back at any time.")
    message = _("Your package, %(package)s, ended on %(date)s. You are welcome back at any time.")
    return message % {"package": purchase.package.name, "date": day(over, purchase.client)}


def standing_with(membership: Membership | None, client: Client, at: datetime) -> Standing:
    """``standing_of``, where the client's latest ``membership`` is at hand."""
    if membership is None:
        return Standing("no_membership", _("You have no membership yet."))
    if membership.status == MembershipStatus.PAUSED:
        return Standing("paused", _paused_until(membership, client), membership)
    if membership.status in UNPAID:
        return Standing("past_due", _past_due(), membership)
    return Standing("ended", _ended(membership, client, at), membership)


def example_of(code: str, at: datetime) -> str:
    """What somebody whose case is ``code`` is told in front of a gate: for trying a gate out."""
    if code == "paused":
        return _paused()
    if code == "past_due":
        return _past_due()
    if code == "ended":
        yesterday = timezone.localtime(at - timedelta(days=1))
        return _ended_on(formats.date_format(yesterday, "DATE_FORMAT"))
    if code == "other_tier":
        return _("Your plan does not include this. These plans do.")
    return _("This is for members. Choose a plan to open it.")


def _paused() -> str:
    return _("Your membership is paused. Resume it and everything opens where you left off.")


def _past_due() -> str:
    return _("Your last payment did not go through. Update your card and this opens again.")


def _ended_on(date: str) -> str:
    message = _("Your membership ended on %(date)s. You are welcome back at any time.")
    return message % {"date": date}


def _paused_until(membership: Membership, client: Client) -> str:
    if membership.resumes_at is None:
        return _paused()
    message = _(
        "Your membership is paused until %(date)s. Nothing is charged until then, and your "
        "program waits where you left off."
    )
    return message % {"date": day(membership.resumes_at, client)}


def _ended(membership: Membership, client: Client, at: datetime) -> str:
    over = membership.ends_at or membership.ended_at or membership.period_end
    if over is None or over > at:
        return _("Your membership has ended. You are welcome back at any time.")
    return _ended_on(day(over, client))


def status_in_words(membership: Membership, client: Client, at: datetime) -> str:
    """One sentence about the membership for the account page."""
    status = membership.status
    if status == MembershipStatus.PENDING:
        return _("You have started to join and have not paid yet. Nothing was charged.")
    if status in (MembershipStatus.TRIALING, MembershipStatus.ACTIVE):
        return _running(membership, client, at)
    if status == MembershipStatus.PAST_DUE and membership.past_due_since:
        until = membership.past_due_since + grace()
        if until > at:
            message = _(
                "Your last payment did not go through. Everything stays open until %(date)s "
                "while you update your card."
            )
            return message % {"date": day(until, client)}
    if status == MembershipStatus.CANCELED and membership.ends_at and membership.ends_at > at:
        return _running(membership, client, at)
    return standing_of(client, at).message


def _running(membership: Membership, client: Client, at: datetime) -> str:
    if membership.ends_at is not None:
        if membership.ends_at <= at:
            return _ended(membership, client, at)
        message = _("Everything stays open until %(date)s. It does not renew.")
        return message % {"date": day(membership.ends_at, client)}
    if membership.status == MembershipStatus.TRIALING and membership.period_end:
        message = _("Nothing is charged until %(date)s. The next payment is on that day.")
        return message % {"date": day(membership.period_end, client)}
    return _("Your membership is active.")
