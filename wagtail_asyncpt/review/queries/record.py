"""What a client did of a week, line by line, and of the same lines in the weeks before."""

import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field

from wagtail_asyncpt.care.models import (
    ExerciseLog,
    PrescribedExercise,
    SessionLog,
    SetLog,
    Week,
    WeekStatus,
)
from wagtail_asyncpt.care.queries import PlannedOccurrence, PlannedSession, WeekPlan
from wagtail_asyncpt.people.models import Client
from wagtail_asyncpt.review.words import pain_in_words, pain_level, sets_in_words

HISTORY_WEEKS = 4


@dataclass
class Entry:
    """What a client logged of one line in one session."""

    session_log: SessionLog
    sets: list[SetLog] = field(default_factory=list)
    log: ExerciseLog | None = None

    @property
    def done(self) -> str:
        """The sets in words."""
        return sets_in_words(self.sets)

    @property
    def pain(self) -> str:
        """The pain in words."""
        return pain_in_words(self.log.pain if self.log else None)

    @property
    def pain_level(self) -> str:
        """The pain's level, for its color."""
        return pain_level(self.log.pain if self.log else None)


@dataclass
class LineRecord:
    """One prescribed line with the entries of its sessions, in order."""

    prescribed: PrescribedExercise
    unit: str
    entries: list[Entry] = field(default_factory=list)

    @property
    def dose(self) -> str:
        """The prescribed dose in words, loads in the client's unit."""
        return self.prescribed.prescribed_dose.in_words(self.unit)

    @property
    def sets(self) -> list[SetLog]:
        """All sets of the week."""
        return [row for entry in self.entries for row in entry.sets]

    @property
    def worst_pain(self) -> int | None:
        """The worst pain of the week, 0-10."""
        pains = [e.log.pain for e in self.entries if e.log and e.log.pain is not None]
        return max(pains, default=None)

    @property
    def pain(self) -> str:
        """The worst pain in words."""
        return pain_in_words(self.worst_pain)

    @property
    def pain_level(self) -> str:
        """The worst pain's level, for its color."""
        return pain_level(self.worst_pain)

    @property
    def top_set(self) -> str:
        """The heaviest set, then the longest, in words."""
        if not self.sets:
            return ""
        best = max(self.sets, key=lambda s: (s.load or 0, s.reps or 0, s.hold_seconds or 0))
        return sets_in_words([best])


@dataclass
class SessionRecord:
    """One session of the week: its planned times, and its lines with what was logged."""

    planned: PlannedSession
    lines: list[LineRecord]

    @property
    def opened(self) -> list[PlannedOccurrence]:
        """The times that the client started or left out."""
        return [one for one in self.planned.occurrences if one.is_started]

    @property
    def done_times(self) -> int:
        """How many of the planned times were done."""
        return sum(1 for one in self.planned.occurrences if one.is_finished and not one.is_skipped)


@dataclass
class HistoryRow:
    """One line of the week over the weeks before; ``None`` where it was not prescribed."""

    line: LineRecord
    cells: list[LineRecord | None]


@dataclass
class History:
    """The same lines in the published weeks before, the oldest first."""

    weeks: list[Week]
    rows: list[HistoryRow]


def week_record(plan: WeekPlan, client: Client) -> list[SessionRecord]:
    """What ``client`` was prescribed and did, from a plan with lines and logs."""
    return [
        SessionRecord(
            planned,
            [
                LineRecord(line, client.weight_unit, _entries(line, planned))
                for line in planned.lines
            ],
        )
        for planned in plan.sessions
    ]


def _entries(line: PrescribedExercise, planned: PlannedSession) -> list[Entry]:
    entries = []
    for one in planned.occurrences:
        numbered = {
            number: row for (pk, number), row in one.sets.items() if pk == line.pk and row.is_done
        }
        note = one.notes.get(line.pk)
        if one.log and (numbered or note):
            entries.append(Entry(one.log, [numbered[n] for n in sorted(numbered)], note))
    return entries


def history(week: Week, client: Client, record: Iterable[SessionRecord]) -> History:
    """The lines of ``record`` in up to four weeks before ``week``, by lineage: three queries."""
    current = [line for one in record for line in one.lines if not line.prescribed.is_retired]
    earlier = PrescribedExercise.objects.filter(
        week__enrolment_id=week.enrolment_id,
        week__status=WeekStatus.PUBLISHED,
        week__number__lt=week.number,
        week__number__gte=week.number - HISTORY_WEEKS,
        lineage__in=[line.prescribed.lineage for line in current],
        is_retired=False,
    ).select_related("exercise", "week")
    cells: dict[tuple[uuid.UUID, int], LineRecord] = {}
    weeks: dict[int, Week] = {}
    for line in _logged(earlier, client):
        weeks[line.prescribed.week_id] = line.prescribed.week
        cells[line.prescribed.lineage, line.prescribed.week_id] = line
    ordered = sorted(weeks.values(), key=lambda one: one.number)
    rows = [
        HistoryRow(line, [cells.get((line.prescribed.lineage, one.pk)) for one in ordered])
        for line in current
    ]
    return History(ordered, [row for row in rows if any(row.cells)])


def _logged(prescribed: Iterable[PrescribedExercise], client: Client) -> list[LineRecord]:
    """The lines with what was logged of them: the lines' query, and two more."""
    lines = {row.pk: LineRecord(row, client.weight_unit) for row in prescribed}
    entries: dict[int, dict[int, Entry]] = defaultdict(dict)
    current = {"prescribed__in": lines, "is_current": True}
    sets = (
        SetLog.objects.filter(**current, is_done=True)
        .select_related("session_log")
        .order_by("set_number")
    )
    for row in sets:
        found = entries[row.prescribed_id]
        found.setdefault(row.session_log_id, Entry(row.session_log)).sets.append(row)
    for note in ExerciseLog.objects.filter(**current).select_related("session_log"):
        found = entries[note.prescribed_id]
        found.setdefault(note.session_log_id, Entry(note.session_log)).log = note
    for pk, line in lines.items():
        line.entries = sorted(entries[pk].values(), key=lambda one: one.session_log.occurrence)
    return list(lines.values())
