"""Being enrolled as a ground of the gate: it opens the weeks of that program."""

from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from wagtail_asyncpt.care.queries.enrolled import enrolment_that_opens
from wagtail_asyncpt.gating.drip import EntitledClock, without
from wagtail_asyncpt.gating.grounds import Denial, register_ground
from wagtail_asyncpt.memberships.drip import stopped
from wagtail_asyncpt.programs.models import ProgramPageMixin, ProgramWeekPageMixin


class EnrolmentGround:
    """A client reads the pages of the program in which they are enrolled. It has no groups."""

    def gate_group_ids(self) -> set[int]:
        """None: an enrolment opens pages."""
        return set()

    def entitled_group_ids(self, user: Any, at: datetime) -> set[int]:
        """None."""
        return set()

    def denial(self, user: Any, group_ids: set[int], at: datetime) -> Denial | None:
        """No words: what opens the page for others is sold by memberships."""
        return None

    def page_clock(self, user: Any, page: Any, at: datetime) -> EntitledClock | None:
        """Since the first day of the enrolment in the program of ``page``.

        Without the time of a pause, and between one membership and the next: a client who comes
        back goes on where they stopped.
        """
        if not isinstance(page, (ProgramPageMixin, ProgramWeekPageMixin)):
            return None
        enrolment = enrolment_that_opens(user, page, at)
        if enrolment is None:
            return None
        zone = ZoneInfo(enrolment.client.time_zone)
        start = datetime.combine(enrolment.starts_on, time(), zone)
        counted = without([(start, datetime.max.replace(tzinfo=UTC))], stopped(enrolment.client))
        return EntitledClock(tuple(counted), zone.key)


GROUND = EnrolmentGround()


def register() -> None:
    """Let enrolments open their programs' pages."""
    register_ground(GROUND)
