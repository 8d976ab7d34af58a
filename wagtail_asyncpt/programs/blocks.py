"""The blocks that program weeks and clients' weeks share."""

from collections.abc import Iterable
from contextvars import ContextVar
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.forms import CheckboxSelectMultiple, Media
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.telepath import register
from wagtail.blocks.struct_block import StructBlockAdapter
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

# The exercises of the list that is being read from a form: one query instead of one for each line.
_posted_exercises: ContextVar[dict[Any, Any] | None] = ContextVar("posted_exercises", default=None)


class ExerciseChooserBlock(SnippetChooserBlock):
    """Chooses an exercise; reads all chosen exercises, videos and cues in two queries."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__("wagtail_asyncpt.Exercise", **kwargs)

    def bulk_to_python(self, values: Any) -> list[Any]:
        """The exercises in input order; ``None`` where one is gone."""
        chosen = self.by_pk(values)
        return [chosen.get(pk) for pk in values]

    def by_pk(self, values: Iterable[Any]) -> dict[Any, Any]:
        """The exercises with these keys, each with its video and cues."""
        exercises = self.model_class.objects.select_related("video").prefetch_related("cues")
        found: dict[Any, Any] = exercises.in_bulk([pk for pk in values if pk])
        return found

    def value_from_form(self, value: Any) -> Any:
        """The exercise of a posted key, from those that ``ExerciseListBlock`` read at once."""
        posted = _posted_exercises.get()
        if posted is not None and isinstance(value, str | int):
            return posted.get(int(value)) if str(value).isdecimal() else None
        return super().value_from_form(value)

    def clean(self, value: Any) -> Any:
        """The exercise; core would read it from the database once more."""
        return value if isinstance(value, self.model_class) else super().clean(value)

    def deconstruct(self) -> Any:
        """Stays out of migrations by its core parent."""
        return "wagtail.snippets.blocks.SnippetChooserBlock", ["wagtail_asyncpt.Exercise"], {}


class DoseBlock(blocks.StructBlock):
    """A dose, field by field as in ``Dose``."""

    sets = blocks.IntegerBlock(label=_("Sets"), min_value=1, max_value=20, required=False)
    reps = blocks.IntegerBlock(label=_("Reps"), min_value=1, max_value=200, required=False)
    reps_max = blocks.IntegerBlock(
        label=_("Reps up to"), min_value=1, max_value=200, required=False
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
    load_unit = blocks.ChoiceBlock(
        label=_("Load in"), choices=[("", _("no load")), *LoadUnit.choices], required=False
    )
    load_note = blocks.CharBlock(
        label=_("Load note"),
        help_text=_("For example the band's color."),
        max_length=60,
        required=False,
    )
    effort_kind = blocks.ChoiceBlock(
        label=_("Effort in"), choices=EffortKind.choices, default=EffortKind.RPE, required=False
    )
    effort = blocks.DecimalBlock(
        label=_("Effort"), min_value=0, max_value=10, decimal_places=1, required=False
    )
    tempo = blocks.CharBlock(
        label=_("Tempo, like 3-1-1"),
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
        form_layout = blocks.BlockGroup(
            children=[
                "sets",
                "reps",
                "reps_max",
                "side",
                "load_value",
                "load_unit",
                "effort",
                "effort_kind",
                "hold_seconds",
                "rest_seconds",
                "tempo",
            ],
            settings=["distance_m", "load_note"],
        )
        may_be_empty = False

    def clean(self, value: Any) -> Any:
        """Refuse a dose that says nothing, a range upside down and a load without a unit.

        Drafts may be incomplete; they may not be wrong.
        """
        value = super().clean(value)
        errors = _dose_errors(value, incomplete=self.is_deferred_validation)
        if self.meta.may_be_empty and not _amount_of(value):
            errors.pop("reps", None)
        if errors:
            raise blocks.StructBlockValidationError(
                {name: ValidationError(message) for name, message in errors.items()}
            )
        return value


def _amount_of(value: Any) -> bool:
    return any(value.get(name) for name in ("reps", "reps_max", "hold_seconds", "distance_m"))


def _dose_errors(value: Any, *, incomplete: bool) -> dict[str, str]:
    """What is wrong with a dose, by field."""
    errors = {}
    if not incomplete and not _amount_of(value):
        errors["reps"] = gettext("Give repetitions, a hold or a distance.")
    if value["reps_max"] and not value["reps"]:
        errors["reps"] = gettext("Give the lower end of the range.")
    elif value["reps_max"] and value["reps_max"] < value["reps"]:
        errors["reps_max"] = gettext("The upper end is below the lower end.")
    if value["load_value"] is not None and not value["load_unit"] and not incomplete:
        errors["load_unit"] = gettext("Choose what the load is counted in.")
    return errors


class DoseBlockAdapter(StructBlockAdapter):
    """Gives the closed block the dose in words as its label."""

    js_constructor = "wagtail_asyncpt.programs.DoseBlock"

    def js_args(self, block: Any) -> list[Any]:
        """Core's arguments, with the words of the label in the reader's language."""
        name, children, meta = super().js_args(block)
        return [name, children, {**meta, "doseWords": _label_words()}]

    @cached_property
    def media(self) -> Media:
        """Core's script and ours."""
        return super().media + Media(
            js=["wagtail_asyncpt/programs/dose-block.js"],
            css={"all": ["wagtail_asyncpt/programs/blocks.css"]},
        )


def _label_words() -> dict[str, Any]:
    return {
        "sets": gettext("%(n)s sets"),
        "hold": gettext("%(n)s s hold"),
        "distance": gettext("%(n)s m"),
        "rpe": gettext("@ RPE %(n)s"),
        "rir": gettext("@ %(n)s in reserve"),
        "tempo": gettext("tempo %(n)s"),
        "rest": gettext("rest %(n)s s"),
        "sides": {value: str(label) for value, label in Side.choices if value != Side.BOTH},
        "units": {value: str(label) for value, label in LoadUnit.choices},
    }


register(DoseBlockAdapter(), DoseBlock)


class FormCheckBlock(blocks.StructBlock):
    """A request for a form video; no camera view means no request."""

    camera_view = blocks.ChoiceBlock(
        label=_("Film it"), choices=[("", _("no video")), *CAMERA_VIEWS], required=False
    )
    set_number = blocks.IntegerBlock(
        label=_("Set"), min_value=1, max_value=20, default=1, required=False
    )
    due_day = blocks.ChoiceBlock(
        label=_("Due on"), choices=[("", _("any day")), *PLAN_DAYS], required=False
    )
    question = blocks.CharBlock(
        label=_("What to look at"),
        max_length=200,
        required=False,
        help_text=_("The client reads this while filming."),
    )

    class Meta:
        icon = "media"
        label = _("Form check")
        label_format = "{camera_view} {question}"
        form_classname = "struct-block asyncpt-form-check"
        collapsed = True


class ExerciseValue(blocks.StructValue):
    """An exercise line with its dose as a ``Dose``."""

    @property
    def prescribed(self) -> Dose:
        """The dose of this line."""
        return Dose.from_dict(self.get("dose"))

    @property
    def dose_words(self) -> str:
        """The dose in words, loads in the unit in which they were written."""
        return self.prescribed.in_words()


class ExerciseBlock(blocks.StructBlock):
    """One prescribed exercise."""

    exercise = ExerciseChooserBlock(label=_("Exercise"))
    section = blocks.ChoiceBlock(label=_("Part"), choices=SECTIONS, default="main")
    dose = DoseBlock()
    note = blocks.CharBlock(label=_("Note to the client"), max_length=300, required=False)
    form_check = FormCheckBlock()

    class Meta:
        icon = "list-ul"
        label = _("Exercise")
        label_format = "{exercise} {dose}"
        value_class = ExerciseValue
        form_classname = "struct-block asyncpt-exercise"
        form_layout = blocks.BlockGroup(
            children=["exercise", "dose", "form_check"], settings=["section", "note"]
        )

    def clean(self, value: Any) -> Any:
        """Refuse a video of a set that is not done."""
        value = super().clean(value)
        asked, sets = value["form_check"], value["dose"].get("sets")
        if asked.get("camera_view") and sets and (asked.get("set_number") or 1) > sets:
            error = ValidationError(
                ngettext(
                    "The dose has only %(sets)d set.", "The dose has only %(sets)d sets.", sets
                )
                % {"sets": sets}
            )
            raise blocks.StructBlockValidationError(
                {"form_check": blocks.StructBlockValidationError({"set_number": error})}
            )
        return value


class ExerciseListBlock(blocks.ListBlock):
    """The exercises of a session."""

    def value_from_datadict(self, data: Any, files: Any, prefix: str) -> Any:
        """The posted lines; all their exercises are read in one query (autosave posts often)."""
        chooser = self.child_block.child_blocks["exercise"]
        count = int(data[f"{prefix}-count"])
        posted = (data.get(f"{prefix}-{n}-value-exercise", "") for n in range(count))
        token = _posted_exercises.set(chooser.by_pk(pk for pk in posted if pk.isdecimal()))
        try:
            return super().value_from_datadict(data, files, prefix)
        finally:
            _posted_exercises.reset(token)


class SessionValue(blocks.StructValue):
    """A session with its schedule in words."""

    @property
    def when(self) -> str:
        """On which days, or how often: "Monday, Thursday", "3 times this week"."""
        chosen = self.get("weekdays") or []
        if chosen:
            return ", ".join(str(label) for code, label in WEEKDAYS if code in chosen)
        times = self.get("times_per_week") or 0
        if not times:
            return ""
        return ngettext("once this week", "%(times)d times this week", times) % {"times": times}

    @property
    def lines(self) -> list[ExerciseValue]:
        """The lines that a reader may see: those whose exercise is published."""
        return [line for line in self["exercises"] if line["exercise"] and line["exercise"].live]


class SessionBlock(blocks.StructBlock):
    """One training session of a week: how often or on which days, and what."""

    title = blocks.CharBlock(label=_("Title"), max_length=100)
    times_per_week = blocks.IntegerBlock(
        label=_("Times this week"),
        min_value=1,
        max_value=21,
        default=3,
        required=False,
        help_text=_("Any days the client likes; not used when days are chosen."),
    )
    weekdays = blocks.MultipleChoiceBlock(
        label=_("On these days"), choices=WEEKDAYS, required=False, widget=CheckboxSelectMultiple
    )
    notes = blocks.TextBlock(label=_("Notes to the client"), required=False, rows=2)
    exercises = ExerciseListBlock(ExerciseBlock(), label=_("Exercises"))

    class Meta:
        icon = "calendar-alt"
        label = _("Session")
        label_format = "{title}"
        value_class = SessionValue
        form_classname = "struct-block asyncpt-session"
        form_layout = blocks.BlockGroup(
            children=["title", "times_per_week", "exercises"], settings=["weekdays", "notes"]
        )

    def clean(self, value: Any) -> Any:
        """Refuse a session that is on no day and no number of times."""
        value = super().clean(value)
        planned = value["weekdays"] or value["times_per_week"]
        if not planned and not self.is_deferred_validation:
            raise blocks.StructBlockValidationError(
                {"times_per_week": ValidationError(gettext("Say how often, or choose days."))}
            )
        return value


def session_blocks() -> list[tuple[str, blocks.Block]]:
    """The block types of a week's ``days``."""
    return [("session", SessionBlock())]
