"""What a draft changes for the client."""

import uuid
from dataclasses import dataclass

from django.utils.translation import gettext as _

from wagtail_asyncpt.care.days import Line, RawDays, all_lines, as_raw, read_days
from wagtail_asyncpt.care.models import ChangeKind, Week
from wagtail_asyncpt.library.models import Exercise
from wagtail_asyncpt.programs.dose import Dose


@dataclass(frozen=True, kw_only=True)
class ProposedChange:
    """One difference between what the client has and the draft. ``key`` names it in forms."""

    lineage: uuid.UUID
    kind: ChangeKind
    exercise_before: Exercise | None
    exercise_after: Exercise | None
    dose_before: Dose
    dose_after: Dose
    note_before: str
    note_after: str

    @property
    def key(self) -> str:
        """Lineage and kind."""
        return f"{self.lineage}:{self.kind.value}"

    @property
    def title(self) -> str:
        """What changes, in a few words."""
        before, after = self.exercise_before, self.exercise_after
        if self.kind == ChangeKind.SWAPPED:
            return _("%(before)s → %(after)s") % {"before": before, "after": after}
        return str(after or before)


def baseline(week: Week) -> RawDays | None:
    """What the client was last told: this week's version, else the week's before; else nothing."""
    if week.current_version is not None:
        return week.current_version.days
    if week.previous is not None and week.previous.current_version is not None:
        return week.previous.current_version.days
    return None


def proposed_changes(week: Week) -> list[ProposedChange]:
    """The differences of the draft from the baseline, in the draft's order; then what was removed.

    A first week has no baseline, hence no changes.
    """
    earlier = baseline(week)
    if earlier is None:
        return []
    later = as_raw(week.days)
    exercises = Exercise.objects.in_bulk(exercise_ids(earlier) | exercise_ids(later))
    return changes_between(earlier, later, exercises)


def exercise_ids(raw: RawDays) -> set[int]:
    """The keys of all exercises in raw sessions."""
    return {line.exercise_id for line in all_lines(read_days(raw)) if line.exercise_id is not None}


def changes_between(
    earlier: RawDays, later: RawDays, exercises: dict[int, Exercise]
) -> list[ProposedChange]:
    """The differences between two states of a week, line by line; ``exercises`` by key."""
    before = {line.lineage: line for line in all_lines(read_days(earlier))}
    after = {line.lineage: line for line in all_lines(read_days(later))}
    order = [*after, *(lineage for lineage in before if lineage not in after)]
    return [
        _proposed(lineage, kind, before.get(lineage), after.get(lineage), exercises)
        for lineage in order
        for kind in _kinds(before.get(lineage), after.get(lineage))
    ]


def _kinds(before: Line | None, after: Line | None) -> list[ChangeKind]:
    if before is None:
        return [ChangeKind.ADDED]
    if after is None:
        return [ChangeKind.REMOVED]
    if before.exercise_id != after.exercise_id:
        return [ChangeKind.SWAPPED]
    kinds = []
    if before.dose != after.dose:
        kinds.append(ChangeKind.DOSE)
    if before.note != after.note:
        kinds.append(ChangeKind.NOTE)
    return kinds


def _proposed(
    lineage: uuid.UUID,
    kind: ChangeKind,
    before: Line | None,
    after: Line | None,
    exercises: dict[int, Exercise],
) -> ProposedChange:
    def exercise(line: Line | None) -> Exercise | None:
        return exercises.get(line.exercise_id) if line and line.exercise_id else None

    return ProposedChange(
        lineage=lineage,
        kind=kind,
        exercise_before=exercise(before),
        exercise_after=exercise(after),
        dose_before=before.dose if before else Dose(),
        dose_after=after.dose if after else Dose(),
        note_before=before.note if before else "",
        note_after=after.note if after else "",
    )
