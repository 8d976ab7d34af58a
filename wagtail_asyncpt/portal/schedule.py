"""The planned times of a client's week, and how each of them stands."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from wagtail_asyncpt.care.models import PrescribedExercise, Session, SessionLog
from wagtail_asyncpt.care.queries import PlannedOccurrence, WeekPlan
from wagtail_asyncpt.programs.dose import Dose

SECONDS_PER_REP = 4
SECONDS_BETWEEN_SETS = 45
SECONDS_TO_SET_UP = 60


class SlotState(StrEnum):
    """How one planned time stands."""

    OPEN = "open"
    STARTED = "started"
    DONE = "done"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Slot:
    """One planned time of a session, with the doses of its exercises."""

    session: Session
    occurrence: PlannedOccurrence
    doses: tuple[Dose, ...]

    @property
    def number(self) -> int:
        """Which of the session's times it is: 1, 2, …"""
        return self.occurrence.number

    @property
    def date(self) -> dt.date | None:
        """The day that the plan names, if it does."""
        return self.occurrence.date

    @property
    def log(self) -> SessionLog | None:
        """What the client logged."""
        return self.occurrence.log

    @property
    def state(self) -> SlotState:
        """How it stands."""
        if not self.occurrence.is_started:
            return SlotState.OPEN
        if not self.occurrence.is_finished:
            return SlotState.STARTED
        return SlotState.SKIPPED if self.occurrence.is_skipped else SlotState.DONE

    @property
    def exercise_count(self) -> int:
        """Exercises in the session."""
        return len(self.doses)

    @property
    def minutes(self) -> int:
        """A rough length, in steps of five minutes."""
        return max(5, 5 * round(sum(map(_seconds, self.doses)) / 300))


def _seconds(dose: Dose) -> int:
    reps = dose.reps_max or dose.reps or 1
    work = reps * (dose.hold_seconds or SECONDS_PER_REP)
    if dose.side == "each":
        work *= 2
    rest = dose.rest_seconds or SECONDS_BETWEEN_SETS
    return SECONDS_TO_SET_UP + dose.set_count * (work + rest)


def slots_of(plan: WeekPlan) -> list[Slot]:
    """All planned times of the week in the order in which they come; one query."""
    doses: dict[int, list[Dose]] = defaultdict(list)
    lines = PrescribedExercise.objects.filter(week=plan.week, is_retired=False)
    for session_id, dose in lines.values_list("session_id", "dose"):
        doses[session_id].append(Dose.from_dict(dose))
    return [
        Slot(planned.session, occurrence, tuple(doses[planned.session.pk]))
        for planned, occurrence in plan.occurrences
    ]


def next_slot(slots: Iterable[Slot]) -> Slot | None:
    """What to do now: a session that was started, else the first that is open."""
    waiting = [slot for slot in slots if not slot.occurrence.is_finished]
    started = (slot for slot in waiting if slot.state == SlotState.STARTED)
    return next(started, waiting[0] if waiting else None)
