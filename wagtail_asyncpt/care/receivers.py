"""What the weekly loop does when a membership changes."""

from datetime import datetime
from typing import Any

from wagtail_asyncpt.care.operations.resting import move_weeks
from wagtail_asyncpt.memberships import signals
from wagtail_asyncpt.people.models import Client


def connect() -> None:
    """Let the program wait while a membership is paused."""
    signals.resumed.connect(_resumed, dispatch_uid="asyncpt-care-resumed")


def _resumed(
    sender: Any, *, client: Client, paused_at: datetime, resumed_at: datetime, **kwargs: Any
) -> None:
    move_weeks(client=client, paused_at=paused_at, resumed_at=resumed_at)
