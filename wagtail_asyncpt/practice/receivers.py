"""Touch points from the signals of the weekly loop and of visits."""

from datetime import datetime
from typing import Any

from wagtail_asyncpt.care import signals
from wagtail_asyncpt.memberships.signals import visit_attended
from wagtail_asyncpt.memberships.touches import register_touch_counter
from wagtail_asyncpt.people.models import Client, Therapist
from wagtail_asyncpt.practice.models import Direction, TouchKind, TouchPoint
from wagtail_asyncpt.practice.operations import record_touch

_TOUCHES = (
    (signals.enrolled, TouchKind.ENROLLED, Direction.TO_CLIENT),
    (signals.week_published, TouchKind.WEEK_PUBLISHED, Direction.TO_CLIENT),
    (signals.session_logged, TouchKind.SESSION_LOGGED, Direction.FROM_CLIENT),
    (signals.client_commented, TouchKind.COMMENT, Direction.FROM_CLIENT),
    (signals.pain_reported, TouchKind.PAIN_ALERT, Direction.FROM_CLIENT),
    (signals.clip_received, TouchKind.CLIP, Direction.FROM_CLIENT),
    (signals.video_commented, TouchKind.VIDEO_COMMENT, Direction.TO_CLIENT),
    (signals.form_check_answered, TouchKind.VERDICT, Direction.TO_CLIENT),
    (signals.review_answered, TouchKind.REVIEW, Direction.TO_CLIENT),
    (signals.review_read, TouchKind.READ, Direction.FROM_CLIENT),
    (visit_attended, TouchKind.VISIT, Direction.TO_CLIENT),
)


def _receiver(kind: TouchKind, direction: Direction) -> Any:
    def receive(
        sender: Any, *, client: Client, therapist: Therapist | None, key: str, **kwargs: Any
    ) -> None:
        record_touch(
            client=client,
            therapist=therapist or client.primary_therapist,
            kind=kind,
            direction=direction,
            key=key,
        )

    return receive


def count_touches(client: Client, since: datetime, until: datetime) -> int:
    """The contacts of ``client`` in a period, for the mail of a renewal."""
    return TouchPoint.objects.filter(client=client, at__gte=since, at__lt=until).count()


def connect() -> None:
    """Record each contact of the loop, and let others ask how many there were."""
    register_touch_counter(count_touches)
    for signal, kind, direction in _TOUCHES:
        signal.connect(
            _receiver(kind, direction), weak=False, dispatch_uid=f"asyncpt-touch-{kind.value}"
        )
