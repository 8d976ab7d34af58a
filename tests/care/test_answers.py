"""Answers: seen by the client when they are given, never by a stranger, never twice."""

import uuid
from typing import Any

import pytest

from tests.conftest import Cast
from wagtail_asyncpt.care import operations as care
from wagtail_asyncpt.care.models import Clip, FormCheck, Review, Verdict, VideoComment
from wagtail_asyncpt.care.models.answers import ReviewReason
from wagtail_asyncpt.core.errors import DomainError, NotAllowed
from wagtail_asyncpt.library.media import VideoStatus
from wagtail_asyncpt.people.models import AuditEntry, Letter
from wagtail_asyncpt.practice.models import TouchPoint


@pytest.fixture
def clip(check: FormCheck, cast: Cast) -> Clip:
    """A clip that is ready to watch; its week is in the queue."""
    check.status = "ready"
    check.save()
    care.open_review(week=check.week, reason=ReviewReason.CLIP)
    return Clip.objects.create(
        clinic=check.clinic,
        client=check.client,
        form_check=check,
        status=VideoStatus.READY,
        duration=6.0,
        fps=30,
    )


def comment(cast: Cast, clip: Clip, **values: Any) -> tuple[VideoComment, bool]:
    values = {"key": uuid.uuid4(), "at_seconds": 2.5, "text": "Knee out", **values}
    return care.add_video_comment(therapist=cast.therapist, clip=clip, **values)


def test_a_comment_sent_twice_is_stored_once(cast: Cast, clip: Clip) -> None:
    key = uuid.uuid4()
    first, created = comment(cast, clip, key=key)
    again, created_again = comment(cast, clip, key=key)
    assert (first, created, created_again) == (again, True, False)
    assert VideoComment.objects.count() == 1


@pytest.mark.parametrize("values", [{"at_seconds": -1}, {"at_seconds": 9}, {"text": "  "}])
def test_a_comment_needs_words_and_a_moment_of_the_clip(
    cast: Cast, clip: Clip, values: dict[str, Any]
) -> None:
    with pytest.raises(DomainError):
        comment(cast, clip, **values)
    assert not VideoComment.objects.exists()


def test_nobody_outside_the_caseload_answers(cast: Cast, clip: Clip) -> None:
    review = Review.objects.get()
    mine, _created = comment(cast, clip)
    for action in (
        lambda: care.add_video_comment(
            therapist=cast.colleague, clip=clip, key=uuid.uuid4(), at_seconds=1, text="x"
        ),
        lambda: care.delete_video_comment(therapist=cast.colleague, comment=mine),
        lambda: care.answer_form_check(
            therapist=cast.colleague, form_check=clip.form_check, verdict="keep", note=""
        ),
        lambda: care.answer_review(therapist=cast.colleague, review=review, summary="x"),
    ):
        with pytest.raises(NotAllowed):
            action()
    assert VideoComment.objects.get() == mine
    review.refresh_from_db()
    assert review.status == "waiting"


def test_every_clip_needs_a_verdict_before_the_week_is_answered(cast: Cast, clip: Clip) -> None:
    review = Review.objects.get()
    with pytest.raises(DomainError, match="waits for your verdict"):
        care.answer_review(therapist=cast.therapist, review=review, summary="Well done")
    care.answer_form_check(
        therapist=cast.therapist, form_check=clip.form_check, verdict=Verdict.CUE, note="Knee out"
    )
    with pytest.raises(DomainError, match="Write an answer"):
        care.answer_review(therapist=cast.therapist, review=review, summary="  ")
    answered = care.answer_review(therapist=cast.therapist, review=review, summary="Well done")
    assert (answered.status, answered.answered_by) == ("answered", cast.therapist)
    letter = Letter.objects.get(key=f"review-{review.pk}")
    assert letter.to == cast.owner.user.email
    assert "Well done" not in letter.text  # no health data in mail
    with pytest.raises(DomainError, match="answered already"):
        care.answer_review(therapist=cast.therapist, review=review, summary="Again")
    assert Letter.objects.filter(key__startswith="review-").count() == 1


def test_comments_are_fixed_once_the_client_can_see_them(cast: Cast, clip: Clip) -> None:
    gone, _created = comment(cast, clip, text="Wrong")
    kept, _created = comment(cast, clip)
    care.delete_video_comment(therapist=cast.therapist, comment=gone)
    care.answer_form_check(
        therapist=cast.therapist, form_check=clip.form_check, verdict="keep", note=""
    )
    clip.form_check.refresh_from_db()
    with pytest.raises(DomainError):
        care.delete_video_comment(therapist=cast.therapist, comment=kept)
    with pytest.raises(DomainError):
        comment(cast, clip)
    assert VideoComment.objects.get() == kept


def test_a_form_check_without_a_clip_has_no_answer(cast: Cast, check: FormCheck) -> None:
    with pytest.raises(DomainError, match="no clip"):
        care.answer_form_check(therapist=cast.therapist, form_check=check, verdict="keep", note="")
    with pytest.raises(DomainError, match="Choose a verdict"):
        care.answer_form_check(
            therapist=cast.therapist, form_check=check, verdict="perfect", note=""
        )


def test_the_client_reads_an_answer_once(cast: Cast, clip: Clip) -> None:
    review = Review.objects.get()
    care.acknowledge_review(client=cast.owner, review=review)
    review.refresh_from_db()
    assert review.acknowledged_at is None  # nothing to read yet
    care.answer_form_check(
        therapist=cast.therapist, form_check=clip.form_check, verdict="keep", note=""
    )
    care.answer_review(therapist=cast.therapist, review=review, summary="Good")
    with pytest.raises(NotAllowed):
        care.acknowledge_review(client=cast.stranger, review=review)
    for _time in range(2):
        care.acknowledge_review(client=cast.owner, review=review)
    assert TouchPoint.objects.filter(kind="read").count() == 1


def test_an_answered_week_waits_again_when_something_new_comes(cast: Cast, clip: Clip) -> None:
    care.answer_form_check(
        therapist=cast.therapist, form_check=clip.form_check, verdict="keep", note=""
    )
    care.answer_review(therapist=cast.therapist, review=Review.objects.get(), summary="Good")
    care.open_review(week=clip.form_check.week, reason=ReviewReason.PAIN)
    care.open_review(week=clip.form_check.week, reason=ReviewReason.PAIN)
    assert sorted(Review.objects.values_list("status", flat=True)) == ["answered", "waiting"]


def test_every_answer_is_a_touch_point_and_an_audit_row(cast: Cast, clip: Clip) -> None:
    comment(cast, clip)
    care.answer_form_check(
        therapist=cast.therapist, form_check=clip.form_check, verdict="keep", note=""
    )
    care.answer_review(therapist=cast.therapist, review=Review.objects.get(), summary="Good")
    kinds = set(
        TouchPoint.objects.filter(client=cast.owner, direction="to_client").values_list(
            "kind", flat=True
        )
    )
    assert kinds == {"enrolled", "week_published", "video_comment", "verdict", "review"}
    actions = set(AuditEntry.objects.filter(client=cast.owner).values_list("action", flat=True))
    assert {"clip.comment", "form_check.answer", "review.answer"} <= actions
