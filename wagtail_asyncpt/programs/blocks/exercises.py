"""Prescribed exercises: one by one, and in groups."""

from collections.abc import Iterable
from contextlib import suppress
from contextvars import ContextVar
from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import Media
from django.urls import reverse
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.telepath import register
from wagtail.blocks.struct_block import StructBlockAdapter
from wagtail.snippets.blocks import SnippetChooserBlock

from wagtail_asyncpt.programs.blocks.dose import DoseBlock
from wagtail_asyncpt.programs.dose import Dose
from wagtail_asyncpt.programs.groups import Group, GroupKind

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
    """An exercise line with its dose as a ``Dose``; ``rounds`` are those of its group."""

    rounds: int | None = None
    group_words = ""

    @property
    def prescribed(self) -> Dose:
        """The dose of this line."""
        return Dose.from_dict(self.get("dose")).in_rounds(self.rounds)

    @property
    def is_shown(self) -> bool:
        """Whether a reader may see it: its exercise is published."""
        return bool(self["exercise"] and self["exercise"].live)

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
    """The exercises of a group."""


class ExerciseBlockAdapter(StructBlockAdapter):
    """Starts a line from its exercise's usual dose, and lets it copy its dose to its like lines."""

    js_constructor = "wagtail_asyncpt.programs.ExerciseBlock"

    def js_args(self, block: Any) -> list[Any]:
        """Core's arguments, with the button's words in the reader's language."""
        name, children, meta = super().js_args(block)
        words = {
            "button": gettext("Copy this dose to the exercise’s other lines"),
            "done": gettext("Copied; lines changed: %(n)s"),
            "none": gettext("This exercise has no other line here."),
        }
        usual = reverse("asyncpt_programs:usual_dose", args=[0])
        return [name, children, {**meta, "copyDose": words, "usualDose": usual}]

    @cached_property
    def media(self) -> Media:
        """Core's script and ours."""
        return super().media + Media(js=["wagtail_asyncpt/programs/dose-block.js"])


register(ExerciseBlockAdapter(), ExerciseBlock)


def read_posted_exercises(data: Any) -> Any:
    """Read all exercises that a form names, once for all its sessions; undo with the token."""
    found = getattr(data, "asyncpt_exercises", None)
    if found is None:
        named = (value for key, value in data.items() if key.endswith("-exercise"))
        chooser = ExerciseBlock.base_blocks["exercise"]
        # Longer numbers fit in no database's key.
        found = chooser.by_pk(pk for pk in named if str(pk).isdecimal() and len(str(pk)) < 19)
        with suppress(AttributeError):  # a plain dictionary keeps nothing
            data.asyncpt_exercises = found
    return _posted_exercises.set(found)


def forget_posted_exercises(token: Any) -> None:
    """The end of ``read_posted_exercises``."""
    _posted_exercises.reset(token)


class GroupValue(blocks.StructValue):
    """A group with its words; its lines are done as often as the group has rounds."""

    @property
    def words(self) -> str:
        """What the client does."""
        return Group.from_block("", self).in_words()

    @property
    def every_line(self) -> list[ExerciseValue]:
        """The lines, each with the sets of the rounds; the first says how the group goes."""
        lines = list(self["exercises"])
        for line in lines:
            line.rounds = Group.from_block("", self).rounds
        if lines:
            lines[0].group_words = self.words
        return lines

    @property
    def lines(self) -> list[ExerciseValue]:
        """The published lines."""
        return [line for line in self.every_line if line.is_shown]


class GroupBlock(blocks.StructBlock):
    """Exercises that are done together."""

    kind = blocks.ChoiceBlock(label=_("How"), choices=GroupKind.choices, default=GroupKind.SUPERSET)
    rounds = blocks.IntegerBlock(
        label=_("Rounds"),
        min_value=1,
        max_value=20,
        default=3,
        required=False,
        help_text=_("Superset and circuit. Sets of the exercises may stay empty."),
    )
    minutes = blocks.IntegerBlock(
        label=_("Minutes"),
        min_value=1,
        max_value=90,
        required=False,
        help_text=_("EMOM and AMRAP."),
    )
    rest_seconds = blocks.IntegerBlock(
        label=_("Rest after a round (s)"), min_value=5, max_value=900, required=False
    )
    title = blocks.CharBlock(label=_("Title"), max_length=100, required=False)
    section = blocks.ChoiceBlock(label=_("Part"), choices=SECTIONS, default="main")
    exercises = ExerciseListBlock(ExerciseBlock(), label=_("Exercises"))

    class Meta:
        icon = "rotate"
        label = _("Superset, circuit, EMOM, AMRAP")
        label_format = "{kind} {title}"
        value_class = GroupValue
        form_classname = "struct-block asyncpt-group"
        form_layout = blocks.BlockGroup(
            children=["kind", "rounds", "minutes", "rest_seconds", "exercises"],
            settings=["title", "section"],
        )

    def clean(self, value: Any) -> Any:
        """Refuse a group that does not say how often or how long, and sets against its rounds."""
        value = super().clean(value)
        errors = self._errors(value)
        if errors:
            raise blocks.StructBlockValidationError(errors)
        return value

    def _errors(self, value: Any) -> dict[str, Exception]:
        kind = GroupKind(value["kind"] or GroupKind.SUPERSET)
        if kind.is_timed:
            missing = not value["minutes"] and not self.is_deferred_validation
            return {"minutes": ValidationError(gettext("Say how many minutes."))} if missing else {}
        if not value["rounds"] and not self.is_deferred_validation:
            return {"rounds": ValidationError(gettext("Say how many rounds."))}
        if len(value["exercises"]) < 2 and not self.is_deferred_validation:
            error = blocks.ListBlockValidationError(
                non_block_errors=[gettext("A superset or a circuit has at least two exercises.")]
            )
            return {"exercises": error}
        return {}
