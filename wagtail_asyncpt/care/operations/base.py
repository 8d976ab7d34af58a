"""What the room's operations share: who may act, and the queue."""

import datetime as dt

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from wagtail_asyncpt.care.models import Enrolment, Review, ReviewStatus, Week
from wagtail_asyncpt.care.models.answers import ReviewReason
from wagtail_asyncpt.care.models.weeks import OVER
from wagtail_asyncpt.core import clock
from wagtail_asyncpt.core.errors import DomainError, NotAllowed
from wagtail_asyncpt.memberships.queries import reply_hours
from wagtail_asyncpt.people.models import Client, Therapist


def require_caseload(therapist: Therapist, client: Client) -> None:
    """Refuse a therapist who may not see ``client``."""
    if not Client.objects.in_caseload(therapist).filter(pk=client.pk).exists():
        raise NotAllowed(_("This client is not in your caseload."))


def require_running(enrolment: Enrolment) -> None:
    """Refuse to write on in a program that has ended."""
    if enrolment.status in OVER:
        raise DomainError(
            _("%(program)s has ended. Undo its end to go on with it.")
            % {"program": enrolment.program_title}
        )


def require_owner(client: Client, *owner_ids: int) -> None:
    """Refuse a client whose rows these are not."""
    if any(owner_id != client.pk for owner_id in owner_ids):
        raise NotAllowed(_("This is not yours."))


def open_review(*, week: Week, reason: ReviewReason) -> Review:
    """Put a week in its therapist's queue, or add a reason to its place there."""
    try:
        with transaction.atomic():
            return _open_review(week, reason)
    except IntegrityError:  # two causes at once: the other one opened the review
        with transaction.atomic():
            return _open_review(week, reason)


def _open_review(week: Week, reason: ReviewReason) -> Review:
    waiting = Review.objects.select_for_update().filter(week=week, status=ReviewStatus.WAITING)
    review = waiting.first()
    if review is None:
        client = week.enrolment.client
        now = clock.now()
        return Review.objects.create(
            clinic_id=week.clinic_id,
            client=client,
            week=week,
            therapist_id=week.enrolment.therapist_id,
            reasons=[reason.value],
            entered_at=now,
            due_at=now + dt.timedelta(hours=reply_hours(client)),
        )
    if reason.value not in review.reasons:
        review.reasons = [*review.reasons, reason.value]
        review.save(update_fields=["reasons"])
    return review
