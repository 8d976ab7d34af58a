"""The blocks that program weeks and clients' weeks share."""

from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.forms import CheckboxSelectMultiple
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.snippets.blocks import SnippetChooserBlock

from wagtail_asyncpt.programs.dose import Dose, EffortKind, LoadUnit, Side

WEEKDAYS = [
    ("MO", _("Monday")),
    ("TU", _("Tuesday")),
    ("WE", _("Wednesday")),
    ("TH", _("Thursday")),
    ("FR", _("Friday")),
    ("SA", _("Saturday")),
    ("SU", _("Sunday")),
]
SECTIONS = [("warm_up", _("Warm-up")), ("main", _("Main part")), ("cool_down", _("Cool-down"))]
CAMERA_VIEWS = [
    ("front", _("from the front")),
    ("side", _("from the side")),
    ("back", _("from behind")),
    ("diagonal", _("from a diagonal")),
]
PLAN_DAYS = [(str(n), _("Day %(n)d of the week") % {"n": n}) for n in range(1, 8)]


class ExerciseChooserBlock(SnippetChooserBlock):
    """Chooses an exercise; reads all chosen exercises and their videos in one query."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("wagtail_asyncpt.Exercise", **kwargs)

    def bulk_to_python(self, values: Any) -> list[Any]:
        """The exercises in input order; ``None`` where one is gone."""
        chosen = self.model_class.objects.select_related("video").in_bulk(
            [pk for pk in values if pk]
        )
        return [chosen.get(pk) for pk in values]

    def deconstruct(self) -> Any:
        """Stays out of migrations by its core parent."""
        return "wagtail.snippets.blocks.SnippetChooserBlock", ["wagtail_asyncpt.Exercise"], {}


class DoseBlock(blocks.StructBlock):
    """A dose, field by field as in ``Dose``."""

    sets = blocks.IntegerBlock(label=_("Sets"), min_value=1, max_value=20, required=False)
    reps = blocks.IntegerBlock(label=_("Reps"), min_value=1, max_value=200, required=False)
    reps_max = blocks.IntegerBlock(
        label=_("to"), help_text=_("For a range."), min_value=1, max_value=200, required=False
    )
    hold_seconds = blocks.IntegerBlock(
        label=_("Hold (s)"), min_value=1, max_value=3600, required=False
    )
    distance_m = blocks.IntegerBlock(
        label=_("Distance (m)"), min_value=1, max_value=100_000, required=False
    )
    load_value = blocks.DecimalBlock(
        label=_("Load"), min_value=0, max_value=1000, decimal_places=2, required=False
    )
    load_unit = blocks.ChoiceBlock(label=_("Load in"), choices=LoadUnit.choices, required=False)
    load_note = blocks.CharBlock(
        label=_("Load note"), help_text=_("For example the band's color."), max_length=60,
        required=False,
    )
    effort_kind = blocks.ChoiceBlock(
        label=_("Effort in"), choices=EffortKind.choices, default=EffortKind.RPE, required=False
    )
    effort = blocks.DecimalBlock(
        label=_("Effort"), min_value=0, max_value=10, decimal_places=1, required=False
    )
    tempo = blocks.CharBlock(
        label=_("Tempo"),
        help_text=_("Seconds down-hold-up, for example 3-1-1."),
        max_length=20,
        required=False,
        validators=[
            RegexValidator(r"^(\d{1,2}|X)(-(\d{1,2}|X)){2,3}$", _("Write a tempo like 3-1-1."))
        ],
    )
    rest_seconds = blocks.IntegerBlock(
        label=_("Rest (s)"), min_value=5, max_value=900, required=False
    )
    side = blocks.ChoiceBlock(
        label=_("Side"), choices=Side.choices, default=Side.BOTH, required=False
    )

    class Meta:
        icon = "time"
        label = _("Dose")
        form_classname = "struct-block asyncpt-dose"

    def clean(self, value: Any) -> Any:
        """Refuse a range whose upper end is below its lower end."""
        value = super().clean(value)
        if value["reps"] and value["reps_max"] and value["reps_max"] < value["reps"]:
            raise blocks.StructBlockValidationError(
                {"reps_max": ValidationError(_("The upper end is below the lower end."))}
            )
        return value


class FormCheckBlock(blocks.StructBlock):
    """A request for a form video; no camera view means no request."""

    camera_view = blocks.ChoiceBlock(
        label=_("Film it"), choices=CAMERA_VIEWS, required=False, help_text=_("Empty: no video.")
    )
    set_number = blocks.IntegerBlock(
        label=_("Set"), min_value=1, max_value=20, default=1, required=False
    )
    due_day = blocks.ChoiceBlock(label=_("Due on"), choices=PLAN_DAYS, required=False)
    question = blocks.CharBlock(
        label=_("What to look at"), max_length=200, required=False,
        help_text=_("The client reads this while filming."),
    )

    class Meta:
        icon = "media"
        label = _("Form check")
        form_classname = "struct-block asyncpt-form-check"


class ExerciseValue(blocks.StructValue):
    """An exercise line with its dose as a ``Dose``."""

    @property
    def prescribed(self) -> Dose:
        """The dose of this line."""
        return Dose.from_dict(self.get("dose"))


class ExerciseBlock(blocks.StructBlock):
    """One prescribed exercise."""

    exercise = ExerciseChooserBlock(label=_("Exercise"))
    section = blocks.ChoiceBlock(label=_("Part"), choices=SECTIONS, default="main")
    dose = DoseBlock()
    note = blocks.CharBlock(
        label=_("Note to the client"), max_length=300, required=False
    )
    form_check = FormCheckBlock()

    class Meta:
        icon = "list-ul"
        label = _("Exercise")
        value_class = ExerciseValue
        form_classname = "struct-block asyncpt-exercise"


class SessionBlock(blocks.StructBlock):
    """One training session of a week: how often or on which days, and what."""

    title = blocks.CharBlock(label=_("Title"), max_length=100)
    times_per_week = blocks.IntegerBlock(
        label=_("Times this week"), min_value=1, max_value=21, default=3, required=False,
        help_text=_("Any days the client likes; not used when days are chosen."),
    )
    weekdays = blocks.MultipleChoiceBlock(
        label=_("On these days"), choices=WEEKDAYS, required=False, widget=CheckboxSelectMultiple
    )
    notes = blocks.TextBlock(label=_("Notes to the client"), required=False, rows=2)
    exercises = blocks.ListBlock(ExerciseBlock(), label=_("Exercises"))

    class Meta:
        icon = "calendar-alt"
        label = _("Session")
        label_format = "{title}"


def session_blocks() -> list[tuple[str, blocks.Block]]:
    """The block types of a week's ``days``."""
    return [("session", SessionBlock())]
