"""What the gate reads: gate groups, and who is entitled to them now."""

from datetime import datetime
from typing import Any

from wagtail_asyncpt.gating.grounds import registered_grounds


def gate_group_ids() -> set[int]:
    """Ids of the groups that any ground decides."""
    return set().union(*(ground.gate_group_ids() for ground in registered_grounds()))


def entitled_group_ids(user: Any, at: datetime) -> set[int]:
    """Ids of the gate groups that ``user`` holds at ``at``, by any ground."""
    if not user.is_authenticated or not user.is_active:
        return set()
    return set().union(*(ground.entitled_group_ids(user, at) for ground in registered_grounds()))
