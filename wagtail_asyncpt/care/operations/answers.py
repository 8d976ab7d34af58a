"""The therapist's answers, and the client's reading of them."""

import uuid
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from wagtail_asyncpt.care import signals
from wagtail_asyncpt.care.models import (
    Clip,
    FormCheck,
    FormCheckStatus,
    Review,
    ReviewStatus,
    Verdict,
    VideoComment,
)
from wagtail_asyncpt.care.operations.base import require_caseload, require_owner
from wagtail_asyncpt.core import clock
from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.people.models import Client, Therapist
from wagtail_asyncpt.people.operations import record_audit, write_letter


def _require_open(check: FormCheck) -> None:
    if check.status == FormCheckStatus.ANSWERED:
        raise DomainError(_("This form check is answered already."))


def add_video_comment(
    *,
    therapist: Therapist,
    clip: Clip,
    key: uuid.UUID,
    at_seconds: float,
    text: str,
    drawing: Sequence[Any] = (),
) -> tuple[VideoComment, bool]:
    """Comment on ``clip`` at a moment (seconds). The same ``key`` returns the stored comment.

    The client sees it when the form check is answered.
    """
    require_caseload(therapist, clip.client)
    stored = VideoComment.objects.filter(clip=clip, key=key).first()
    if stored is not None:
        return stored, False
    _require_open(clip.form_check)
    if not text.strip():
        raise DomainError(_("Write what you see."), field="text")
    if not 0 <= at_seconds <= (clip.duration or 0) + 1:
        raise DomainError(_("The clip has no such moment."), field="at_seconds")
    try:
        with transaction.atomic():
            comment = VideoComment.objects.create(
                key=key,
                clinic_id=clip.clinic_id,
                clip=clip,
                author=therapist,
                at_seconds=at_seconds,
                text=text.strip(),
                drawing=list(drawing),
            )
            record_audit(
                actor=therapist.user, client=clip.client, action="clip.comment", subject=comment
            )
            signals.video_commented.send(
                VideoComment,
                instance=comment,
                client=clip.client,
                therapist=therapist,
                key=f"video-comment-{comment.pk}",
            )
    except IntegrityError:  # the same key, sent twice at once
        return VideoComment.objects.get(clip=clip, key=key), False
    return comment, True


@transaction.atomic
def delete_video_comment(*, therapist: Therapist, comment: VideoComment) -> None:
    """Take back a comment that the client has not seen."""
    require_caseload(therapist, comment.clip.client)
    _require_open(comment.clip.form_check)
    record_audit(
        actor=therapist.user,
        client=comment.clip.client,
        action="clip.comment.delete",
        subject=comment,
    )
    comment.delete()


@transaction.atomic
def answer_form_check(
    *, therapist: Therapist, form_check: FormCheck, verdict: Verdict | str, note: str
) -> FormCheck:
    """Give the verdict on a clip; its comments become visible to the client."""
    require_caseload(therapist, form_check.client)
    check = FormCheck.objects.select_for_update(of=("self",)).get(pk=form_check.pk)
    if verdict not in Verdict.values:
        raise DomainError(_("Choose a verdict."), field="verdict")
    if check.status not in (FormCheckStatus.READY, FormCheckStatus.ANSWERED):
        raise DomainError(_("There is no clip to answer yet."))
    check.verdict, check.verdict_note = str(verdict), note.strip()
    check.status = FormCheckStatus.ANSWERED
    check.answered_by, check.answered_at = therapist, clock.now()
    check.save(update_fields=["verdict", "verdict_note", "status", "answered_by", "answered_at"])
    record_audit(
        actor=therapist.user, client=check.client, action="form_check.answer", subject=check
    )
    signals.form_check_answered.send(
        FormCheck,
        instance=check,
        client=check.client,
        therapist=therapist,
        key=f"form-check-{check.pk}",
    )
    return check


@transaction.atomic
def answer_review(*, therapist: Therapist, review: Review, summary: str) -> Review:
    """Answer a week and mail the client. Every clip that is there needs its verdict first."""
    require_caseload(therapist, review.client)
    review = (
        Review.objects.select_for_update(of=("self",))
        .select_related("week", "client__clinic__site", "client__user")
        .get(pk=review.pk)
    )
    if review.status == ReviewStatus.ANSWERED:
        raise DomainError(_("This week is answered already."))
    if not summary.strip():
        raise DomainError(_("Write an answer; the client reads it."), field="summary")
    if review.week.form_checks.filter(status=FormCheckStatus.READY).exists():
        raise DomainError(_("A clip still waits for your verdict."))
    review.summary = summary.strip()
    review.status = ReviewStatus.ANSWERED
    review.answered_by, review.answered_at = therapist, clock.now()
    review.save(update_fields=["summary", "status", "answered_by", "answered_at"])
    client = review.client
    record_audit(actor=therapist.user, client=client, action="review.answer", subject=review)
    write_letter(
        clinic=client.clinic,
        key=f"review-{review.pk}",
        user=client.user,
        template="wagtail_asyncpt/care/mail/review_answered",
        context={
            "client": client,
            "review": review,
            "therapist": therapist,
            "path": reverse("asyncpt_portal:answer", args=[review.uuid]),
        },
    )
    signals.review_answered.send(
        Review, instance=review, client=client, therapist=therapist, key=f"review-{review.pk}"
    )
    return review


@transaction.atomic
def acknowledge_review(*, client: Client, review: Review) -> Review:
    """Note that the client read the answer; the first time counts."""
    require_owner(client, review.client_id)
    review = Review.objects.select_for_update(of=("self",)).get(pk=review.pk)
    if review.status == ReviewStatus.ANSWERED and review.acknowledged_at is None:
        review.acknowledged_at = clock.now()
        review.save(update_fields=["acknowledged_at"])
        signals.review_read.send(
            Review, instance=review, client=client, therapist=None, key=f"read-{review.pk}"
        )
    return review
