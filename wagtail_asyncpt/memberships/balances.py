"""A client's in-person visits, ready for a template: what is left, until when, and why."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils import formats, timezone
from django.utils.translation import gettext as _

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.memberships.models import (
    Credit,
    CreditKind,
    Purchase,
    PurchaseStatus,
    Visit,
    VisitStatus,
)
from wagtail_asyncpt.memberships.operations.credits import lots_left
from wagtail_asyncpt.memberships.standing import day
from wagtail_asyncpt.people.models import Client

_HISTORY = 40
_RECENT = timedelta(days=30)


@dataclass(frozen=True)
class LotLine:
    """Visits that end together; ``until`` is empty where they do not end."""

    left: int
    until: str


@dataclass(frozen=True)
class VisitLine:
    """A visit with its time where the client lives."""

    visit: Visit
    at: str
    is_booked: bool
    is_due: bool


@dataclass(frozen=True)
class HistoryLine:
    """One movement in words; ``change`` has its sign."""

    date: str
    change: str
    cause: str


@dataclass(frozen=True)
class PackageLine:
    """A package that was bought, and until when it opens something."""

    name: str
    bought: str
    until: str


@dataclass(frozen=True)
class Balance:
    """Everything about a client's visits and packages."""

    left: int
    lots: list[LotLine]
    visits: list[VisitLine]
    history: list[HistoryLine]
    packages: list[PackageLine]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to show."""
        return not (self.history or self.packages)


def balance_of(client: Client) -> Balance:
    """The visits and packages of ``client``; four queries."""
    now = clock.now()
    lots = list(lots_left(client.pk, now))
    return Balance(
        left=sum(lot.left for lot in lots),
        lots=[
            LotLine(lot.left, day(lot.expires_at, client) if lot.expires_at else "") for lot in lots
        ],
        visits=[_visit(visit, client, now) for visit in _visits(client, now)],
        history=[_history(row, client) for row in _rows(client)],
        packages=[_package(purchase, client) for purchase in _purchases(client)],
    )


def visits_left(client: Client) -> int:
    """How many visits ``client`` may still book; one query."""
    return sum(lot.left for lot in lots_left(client.pk, clock.now()))


def _visits(client: Client, now: datetime) -> list[Visit]:
    """Booked ones, and those of the last month, the next first."""
    rows = Visit.objects.filter(client=client).select_related("therapist")
    booked = rows.filter(status=VisitStatus.BOOKED) | rows.filter(starts_at__gt=now - _RECENT)
    return list(booked.order_by("starts_at")[:_HISTORY])


def _visit(visit: Visit, client: Client, now: datetime) -> VisitLine:
    local = timezone.localtime(visit.starts_at, ZoneInfo(client.time_zone))
    return VisitLine(
        visit=visit,
        at=formats.date_format(local, "DATETIME_FORMAT"),
        is_booked=visit.status == VisitStatus.BOOKED,
        is_due=visit.starts_at <= now,
    )


def _rows(client: Client) -> list[Credit]:
    rows = Credit.objects.filter(client=client).select_related(
        "visit", "purchase__package", "membership__tier"
    )
    # A visit that was held and then used is one movement to the client.
    rows = rows.exclude(kind=CreditKind.RELEASED, visit__status__in=_USED)
    rows = rows.exclude(kind=CreditKind.HELD, visit__status__in=_USED)
    return list(rows.order_by("-created_at", "-pk")[:_HISTORY])


_USED = (VisitStatus.ATTENDED, VisitStatus.NO_SHOW)


def _history(row: Credit, client: Client) -> HistoryLine:
    return HistoryLine(
        date=day(row.created_at, client),
        change=f"{row.amount:+d}".replace("-", "\N{MINUS SIGN}"),
        cause=_cause(row, client),
    )


def _cause(row: Credit, client: Client) -> str:
    words = str(row.get_kind_display()).capitalize()
    if row.visit is not None:
        return _("%(what)s: visit on %(date)s") % {
            "what": words,
            "date": day(row.visit.starts_at, client),
        }
    if row.reason:
        return f"{words}: {row.reason}"
    if row.purchase is not None:
        return f"{words}: {row.purchase.package.name}"
    if row.membership is not None:
        return f"{words}: {row.membership.tier.name}"
    return words


def _purchases(client: Client) -> list[Purchase]:
    rows = Purchase.objects.filter(client=client, status=PurchaseStatus.PAID)
    return list(rows.select_related("package").order_by("-paid_at", "-pk")[:_HISTORY])


def _package(purchase: Purchase, client: Client) -> PackageLine:
    return PackageLine(
        name=purchase.package.name,
        bought=day(purchase.paid_at, client) if purchase.paid_at else "",
        until=day(purchase.ends_at, client) if purchase.ends_at else "",
    )
