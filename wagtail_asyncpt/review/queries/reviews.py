"""One review: everything that a therapist needs to answer a week."""

import uuid
from dataclasses import dataclass

from wagtail_asyncpt.care.models import Clip, FormCheck, FormCheckStatus, Review, VideoComment
from wagtail_asyncpt.care.queries import ReviewFile, review_file
from wagtail_asyncpt.library.media import VideoStatus
from wagtail_asyncpt.library.models import ExerciseVideo
from wagtail_asyncpt.people.models import Client, Therapist
from wagtail_asyncpt.review.queries.queue import Waiting
from wagtail_asyncpt.review.queries.queue import waiting as why_it_waits
from wagtail_asyncpt.review.queries.record import History, SessionRecord, history, week_record


@dataclass
class CheckFile:
    """A form check with the take to watch, its comments and the exercise's demonstration."""

    check: FormCheck
    client: Client

    @property
    def newest(self) -> Clip | None:
        """The newest take, whatever its state."""
        return next(iter(self.check.clips.all()), None)

    @property
    def clip(self) -> Clip | None:
        """The newest take that can be played."""
        return next((take for take in self.check.clips.all() if take.is_ready), None)

    @property
    def has_failed(self) -> bool:
        """Whether the newest take could not be read."""
        return self.newest is not None and self.newest.status == VideoStatus.FAILED

    @property
    def comments(self) -> list[VideoComment]:
        """The comments on the take to watch, by moment."""
        return list(self.clip.comments.all()) if self.clip else []

    @property
    def exemplar(self) -> ExerciseVideo | None:
        """The demonstration of the exercise, when there is one to play."""
        video = self.check.prescribed.exercise.video
        return video if video and video.is_ready else None

    @property
    def is_answered(self) -> bool:
        """Whether the client has the verdict."""
        return self.check.status == FormCheckStatus.ANSWERED

    @property
    def can_answer(self) -> bool:
        """Whether there is a clip and no verdict."""
        return self.check.status == FormCheckStatus.READY

    @property
    def dose(self) -> str:
        """The dose of the filmed line, in the client's unit."""
        return self.check.prescribed.prescribed_dose.in_words(self.client.weight_unit)


@dataclass
class ReviewPage:
    """What the review screen shows. ``file`` is the week as the care room holds it."""

    file: ReviewFile
    waiting: Waiting
    checks: list[CheckFile]
    sessions: list[SessionRecord]
    history: History

    @property
    def unanswered(self) -> int:
        """Clips that still wait for a verdict."""
        return sum(1 for one in self.checks if one.can_answer)


def review_page(therapist: Therapist, review_uuid: uuid.UUID) -> ReviewPage | None:
    """The screen of a review in ``therapist``'s caseload, in constant queries."""
    file = review_file(therapist, review_uuid)
    if file is None:
        return None
    sessions = week_record(file.plan, file.client)
    checks = [CheckFile(check, file.client) for check in file.form_checks]
    return ReviewPage(
        file=file,
        waiting=why_it_waits(file.review),
        checks=sorted(checks, key=lambda one: (not one.can_answer, one.newest is None)),
        sessions=sessions,
        history=history(file.week, file.client, sessions),
    )


def form_check(therapist: Therapist, check_uuid: uuid.UUID) -> CheckFile | None:
    """One form check of the caseload, with its clips and comments."""
    check = (
        FormCheck.objects.in_caseload(therapist)
        .filter(uuid=check_uuid)
        .select_related("client", "prescribed__exercise__video", "answered_by")
        .prefetch_related("clips__comments__author")
        .first()
    )
    return CheckFile(check, check.client) if check else None


def clip(therapist: Therapist, clip_uuid: uuid.UUID) -> Clip | None:
    """One clip of the caseload."""
    return (
        Clip.objects.filter(form_check__in=FormCheck.objects.in_caseload(therapist))
        .filter(uuid=clip_uuid)
        .select_related("client", "form_check")
        .first()
    )


def review_of(check: FormCheck) -> Review | None:
    """The review in which a form check is answered: the waiting one, else the newest."""
    return Review.objects.filter(week_id=check.week_id).order_by("-status", "-entered_at").first()
