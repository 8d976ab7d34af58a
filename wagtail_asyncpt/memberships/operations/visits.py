"""In-person visits: booked, attended, missed, canceled; each with its rows in the ledger."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.core.errors import Conflict, DomainError, NotAllowed
from wagtail_asyncpt.memberships import signals
from wagtail_asyncpt.memberships.models import Credit, CreditKind, Visit, VisitStatus
from wagtail_asyncpt.memberships.operations.credits import (
    NoVisitsLeft,
    lock_client,
    lots_left,
    move,
)
from wagtail_asyncpt.people.models import Client, Therapist
from wagtail_asyncpt.people.operations import record_audit

#: How far ahead a visit is booked, and how far back one is entered.
FURTHEST = timedelta(days=2 * 365)
#: How long before its time a visit may be noted as attended or missed.
EARLY = timedelta(hours=12)


@transaction.atomic
def book_visit(
    *, client: Client, therapist: Therapist | None, starts_at: datetime, actor: Therapist
) -> Visit:
    """Book a visit of ``client``; one of their visits is held for it.

    The visit that ends first is held, of those that have not ended by the day of the visit.
    Raises NoVisitsLeft, DomainError, NotAllowed.
    """
    _check_may_write(client, actor)
    if therapist is not None and therapist.clinic_id != client.clinic_id:
        raise NotAllowed(_("This therapist works at another clinic."))
    now = clock.now()
    if abs(starts_at - now) > FURTHEST:
        raise DomainError(_("Choose a day nearer to today."), field="starts_at")
    lock_client(client.pk)
    lot = lots_left(client.pk, max(now, starts_at)).first()
    if lot is None:
        raise NoVisitsLeft(
            _("There is no visit left that may be used on that day."), field="starts_at"
        )
    visit = Visit.objects.create(
        clinic_id=client.clinic_id, client=client, therapist=therapist, starts_at=starts_at
    )
    move(
        lot, CreditKind.HELD, -1, key=f"visit-{visit.uuid}-held", visit=visit, written_by=actor.user
    )
    record_audit(actor=actor.user, client=client, action="visit.book", subject=visit)
    return visit


@transaction.atomic
def attend_visit(*, visit: Visit, actor: Therapist) -> Visit:
    """The client came: the held visit is used. Again, it changes nothing."""
    done = _settle(visit, actor, VisitStatus.ATTENDED, CreditKind.USED)
    signals.visit_attended.send(
        sender=Visit,
        instance=done,
        client=done.client,
        therapist=done.therapist,
        key=f"visit-{done.uuid}",
    )
    return done


@transaction.atomic
def miss_visit(*, visit: Visit, actor: Therapist) -> Visit:
    """The client did not come: the held visit counts as missed. Again, it changes nothing."""
    return _settle(visit, actor, VisitStatus.NO_SHOW, CreditKind.NO_SHOW)


@transaction.atomic
def cancel_visit(*, visit: Visit, actor: Therapist) -> Visit:
    """Take a visit off the calendar, or undo what was noted of it, and give it back.

    It goes back to where it came from, and ends when that ends. Again, it changes nothing.
    """
    locked = _locked(visit, actor)
    if locked.status == VisitStatus.CANCELED:
        return locked
    held = locked.status == VisitStatus.BOOKED
    _write(
        locked,
        CreditKind.RELEASED if held else CreditKind.RETURNED,
        1,
        actor,
    )
    return _note(locked, VisitStatus.CANCELED, actor)


def _settle(visit: Visit, actor: Therapist, status: VisitStatus, kind: CreditKind) -> Visit:
    locked = _locked(visit, actor)
    if locked.status == status:
        return locked
    if locked.status != VisitStatus.BOOKED:
        message = _("This visit is not booked any more: it was noted as “%(status)s”.")
        raise Conflict(message % {"status": locked.get_status_display()})
    if locked.starts_at > clock.now() + EARLY:
        raise Conflict(_("This visit is still to come. Cancel it if it will not take place."))
    _write(locked, CreditKind.RELEASED, 1, actor)
    _write(locked, kind, -1, actor)
    return _note(locked, status, actor)


def _locked(visit: Visit, actor: Therapist) -> Visit:
    """The visit as it stands now, behind the lock of its client's row."""
    lock_client(visit.client_id)
    locked = Visit.objects.select_related("client__user", "therapist").get(pk=visit.pk)
    _check_may_write(locked.client, actor)
    return locked


def _write(visit: Visit, kind: CreditKind, amount: int, actor: Therapist) -> Credit:
    lot = Credit.objects.get(visit=visit, kind=CreditKind.HELD).lot
    assert lot is not None  # noqa: S101 (a constraint says so; tells the type checker)
    key = f"visit-{visit.uuid}-{kind.value}"
    return move(lot, kind, amount, key=key, visit=visit, written_by=actor.user)


def _note(visit: Visit, status: VisitStatus, actor: Therapist) -> Visit:
    visit.status = status
    visit.save(update_fields=["status"])
    record_audit(
        actor=actor.user, client=visit.client, action=f"visit.{status.value}", subject=visit
    )
    return visit


def _check_may_write(client: Client, actor: Therapist) -> None:
    if not Client.objects.in_caseload(actor).filter(pk=client.pk).exists():
        raise NotAllowed(_("This client is not in your caseload."))
