"""What an editor should look at before an exercise is published: remarks, never obstacles."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext as _
from wagtail.admin.panels import HelpPanel

from wagtail_asyncpt.library.models import Exercise
from wagtail_asyncpt.programs.dose import Dose, EffortKind, LoadUnit

#: Beyond these a usual dose is out of the ordinary, and may be a slip of the keyboard.
SETS_MAX, REPS_MAX, HOLD_MAX, REST_MAX, TOTAL_MAX = 6, 30, 120, 300, 120


def exercise_remarks(exercise: Exercise) -> list[str]:
    """What is missing or unusual, in the order of the form."""
    return [*_video_remarks(exercise), *_text_remarks(exercise), *_dose_remarks(exercise)]


def _video_remarks(exercise: Exercise) -> Iterator[str]:
    video = exercise.video
    if not exercise.has_video:
        yield _("There is no video.")
    elif video is not None and not video.captions:
        yield _("The video has no captions. Add them if anybody speaks in it.")
    if exercise.picture and not exercise.picture_alt:
        yield _("The picture is not described for people who do not see it.")
    if exercise.picture and not exercise.picture_licence:
        yield _("The picture says no license.")


def _text_remarks(exercise: Exercise) -> Iterator[str]:
    if not exercise.cues.all():
        yield _("There are no cues.")
    if not exercise.stop_rules.strip():
        yield _("There is no stop rule: nobody tells the client when to stop.")
    if not exercise.regions:
        yield _("No body region is chosen, so filters do not find it.")
    if exercise.source and not exercise.licence:
        yield _("A source is named, but no license.")


def _dose_remarks(exercise: Exercise) -> Iterator[str]:
    dose = Dose.from_dict(exercise.default_dose)
    if not exercise.default_dose:
        yield _("There is no usual dose.")
        return
    reps = max(dose.reps or 0, dose.reps_max or 0)
    unusual = [
        (dose.set_count > SETS_MAX, _("more than %(n)d sets") % {"n": SETS_MAX}),
        (reps > REPS_MAX, _("more than %(n)d repetitions") % {"n": REPS_MAX}),
        (reps * dose.set_count > TOTAL_MAX, _("more than %(n)d in all") % {"n": TOTAL_MAX}),
        ((dose.hold_seconds or 0) > HOLD_MAX, _("a hold over %(n)d s") % {"n": HOLD_MAX}),
        ((dose.rest_seconds or 0) > REST_MAX, _("a rest over %(n)d s") % {"n": REST_MAX}),
        (_is_all_out(dose), _("an all-out effort")),
        (_is_over_maximum(dose), _("more than 100 % of the maximum")),
    ]
    found = ", ".join(words for is_so, words in unusual if is_so)
    if found:
        yield _("The usual dose is out of the ordinary: %(what)s.") % {"what": found}


def _is_all_out(dose: Dose) -> bool:
    if dose.effort is None:
        return False
    return dose.effort <= 0 if dose.effort_kind == EffortKind.RIR else dose.effort >= 10


def _is_over_maximum(dose: Dose) -> bool:
    return dose.load_unit == LoadUnit.PERCENT and (dose.load_value or 0) > 100


class RemarksPanel(HelpPanel):
    """The remarks on the exercise as it was saved last."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("template", "wagtail_asyncpt/library/remarks_panel.html")
        super().__init__(**kwargs)

    class BoundPanel(HelpPanel.BoundPanel):
        """The remarks on one exercise."""

        def is_shown(self) -> bool:
            """Once it was saved."""
            return super().is_shown() and self.instance.pk is not None

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            """Add ``remarks``."""
            context: dict[str, Any] = super().get_context_data(parent_context)
            return {**context, "remarks": exercise_remarks(self.instance)}
