"""Changes and comments as a client reads them."""

import json
from dataclasses import dataclass

from wagtail_asyncpt.care.models import Change, ChangeKind, Clip


@dataclass(frozen=True)
class ChangeWords:
    """One change: what it is about, before and after where both make sense, and why."""

    change: Change
    title: str
    before: str
    after: str

    @property
    def reason(self) -> str:
        """The therapist's reason."""
        return self.change.reason


def change_in_words(change: Change, unit: str) -> ChangeWords:
    """``change`` with doses in words, loads in ``unit``."""
    before, after = change.dose_before.in_words(unit), change.dose_after.in_words(unit)
    name = str(change.exercise_after or change.exercise_before or "")
    if change.kind == ChangeKind.SWAPPED:
        old = f"{change.exercise_before}: {before}" if before else str(change.exercise_before)
        return ChangeWords(change, name, old, f"{name}: {after}" if after else name)
    if change.kind == ChangeKind.ADDED:
        return ChangeWords(change, name, "", after)
    if change.kind == ChangeKind.REMOVED:
        return ChangeWords(change, name, before, "")
    if change.kind == ChangeKind.NOTE:
        return ChangeWords(change, name, change.note_before, change.note_after)
    return ChangeWords(change, name, before, after)


@dataclass(frozen=True)
class Moment:
    """A therapist's comment at ``at`` seconds of a clip; ``drawing`` is JSON or empty."""

    at: str
    clock: str
    text: str
    drawing: str


def moments_of(clip: Clip | None) -> list[Moment]:
    """The comments on ``clip`` in the order in which they come."""
    if clip is None:
        return []
    return [
        Moment(
            at=f"{comment.at_seconds:.3f}",
            clock=f"{int(comment.at_seconds) // 60}:{int(comment.at_seconds) % 60:02d}",
            text=comment.text,
            drawing=json.dumps(comment.drawing) if comment.drawing else "",
        )
        for comment in clip.comments.all()
    ]
