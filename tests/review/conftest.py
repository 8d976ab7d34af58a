"""A client's first week as the cockpit meets it: trained, commented, filmed."""

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.base import ContentFile

from tests import factories
from wagtail_asyncpt.care import operations as care
from wagtail_asyncpt.care.models import Clip, FormCheck, FormCheckStatus, Review, Week
from wagtail_asyncpt.care.models.answers import ReviewReason
from wagtail_asyncpt.library.media import VideoStatus
from wagtail_asyncpt.people.models import Client, Therapist

CHECK = {
    "camera_view": "front",
    "set_number": 2,
    "due_day": "4",
    "question": "Does the knee stay over the toes?",
}


@dataclass
class Story:
    """A published week with logs, a clip to watch and its place in the queue."""

    week: Week
    review: Review
    check: FormCheck
    clip: Clip

    @property
    def client(self) -> Client:
        """Whose week it is."""
        return self.review.client


def add_clip(check: FormCheck, video: bytes = b"video", **fields: Any) -> Clip:
    """A clip that is ready to watch; its week is in the queue."""
    values = {"status": VideoStatus.READY, "duration": 4.0, "fps": 30.0} | fields
    clip = Clip(clinic=check.clinic, client=check.client, form_check=check, **values)
    clip.video.save("video.mp4", ContentFile(video), save=False)
    clip.poster.save("poster.jpg", ContentFile(b"poster"), save=False)
    clip.save()
    check.status = FormCheckStatus.READY
    check.save()
    care.open_review(week=check.week, reason=ReviewReason.CLIP)
    return clip


def train(week: Week, *, pain: int = 5, comment: str = "Knee felt hot on the way down") -> None:
    """Do every session of the week once: three sets of each line, pain and a comment."""
    client = week.enrolment.client
    for session in week.sessions.all():
        log = care.start_session(client=client, session=session, occurrence=1)
        for line in session.prescribed.all():
            for number in (1, 2, 3):
                care.log_set(
                    client=client,
                    session_log=log,
                    prescribed=line,
                    key=uuid.uuid4(),
                    set_number=number,
                    reps=9 - number,
                    load=Decimal("45"),
                    load_unit="lb",
                    effort=Decimal(6 + number),
                )
            care.log_exercise(
                client=client,
                session_log=log,
                prescribed=line,
                key=uuid.uuid4(),
                pain=pain,
                comment=comment,
            )
        care.finish_session(client=client, session_log=log, effort=7, comment="Slept badly")


def tell(client: Client, therapist: Therapist, lines: int = 2) -> Story:
    """The whole story of one client's first week."""
    first, *rest = [factories.make_exercise(f"Squat {n}") for n in range(lines)]
    days = [
        factories.session(
            factories.line(first, check=CHECK, load_value="45", load_unit="lb"),
            *(factories.line(exercise) for exercise in rest),
            times_per_week=2,
        )
    ]
    week = factories.make_published_week(client, therapist, days)
    train(week)
    check = week.form_checks.get()
    clip = add_clip(check)
    return Story(week, Review.objects.get(week=week), check, clip)


@pytest.fixture
def story(cast: Any) -> Story:
    """The owner's first week."""
    return tell(cast.owner, cast.therapist)


@pytest.fixture
def tell_story() -> Callable[..., Story]:
    """Tells the story of another client."""
    return tell


@pytest.fixture
def next_week(cast: Any, story: Story) -> Week:
    """The draft of the owner's second week."""
    return care.draft_next_week(therapist=cast.therapist, week=story.week)
