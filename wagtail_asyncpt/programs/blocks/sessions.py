"""A training session: when, and what is done, read and asked in it."""

from typing import Any

from django.core.exceptions import ValidationError
from django.forms import CheckboxSelectMultiple
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks

from wagtail_asyncpt.programs.blocks.exercises import (
    SECTIONS,
    ExerciseBlock,
    ExerciseValue,
    GroupBlock,
    forget_posted_exercises,
    read_posted_exercises,
)
from wagtail_asyncpt.programs.blocks.extras import EducationBlock, NoteBlock, QuestionBlock
from wagtail_asyncpt.programs.rules import RuleField, rule_in_words, rule_text

WEEKDAYS = [
    ("MO", _("Monday")),
    ("TU", _("Tuesday")),
    ("WE", _("Wednesday")),
    ("TH", _("Thursday")),
    ("FR", _("Friday")),
    ("SA", _("Saturday")),
    ("SU", _("Sunday")),
]


class RuleBlock(blocks.FieldBlock):
    """A recurrence rule, stored as its text."""

    def __init__(
        self, required: bool = True, help_text: Any = None, validators: Any = (), **kwargs: Any
    ) -> None:
        self.field = RuleField(required=required, help_text=help_text, validators=validators)
        super().__init__(**kwargs)

    def get_default(self) -> str:
        """No rule."""
        return rule_text(self.meta.default)

    def value_from_form(self, value: Any) -> str:
        """The text of what was typed."""
        return rule_text(value)

    class Meta:
        icon = "repeat"
        default = ""


class SessionContentBlock(blocks.StreamBlock):
    """What a session holds, in the order in which it is done."""

    exercise = ExerciseBlock()
    group = GroupBlock()
    note = NoteBlock()
    education = EducationBlock()
    question = QuestionBlock()

    def value_from_datadict(self, data: Any, files: Any, prefix: str) -> Any:
        """The posted content; all its exercises are read in one query (autosave posts often)."""
        token = read_posted_exercises(data)
        try:
            return super().value_from_datadict(data, files, prefix)
        finally:
            forget_posted_exercises(token)


class SessionValue(blocks.StructValue):
    """A session with its schedule in words."""

    @property
    def when(self) -> str:
        """On which days, or how often: "Monday, Thursday", "3 times this week, twice a day"."""
        return ", ".join(part for part in (self._days(), self._times_a_day()) if part)

    def _days(self) -> str:
        if self.get("rule"):
            return rule_in_words(self["rule"])
        chosen = self.get("weekdays") or []
        if chosen:
            return ", ".join(str(label) for code, label in WEEKDAYS if code in chosen)
        times = self.get("times_per_week") or 0
        if not times:
            return ""
        if times == 7 and self.get("times_per_day"):
            return gettext("every day")
        return ngettext("once this week", "%(times)d times this week", times) % {"times": times}

    def _times_a_day(self) -> str:
        times = self.get("times_per_day") or 1
        if times == 1:
            return ""
        return ngettext("%(n)d time a day", "%(n)d times a day", times) % {"n": times}

    @property
    def every_line(self) -> list[ExerciseValue]:
        """All lines, those of groups included, whether or not an exercise is chosen."""
        lines: list[ExerciseValue] = []
        for child in self["exercises"]:
            if child.block_type == "group":
                lines += child.value.every_line
            elif child.block_type == "exercise":
                lines.append(child.value)
        return lines

    @property
    def lines(self) -> list[ExerciseValue]:
        """The lines that a reader may see: those whose exercise is published."""
        return [line for line in self.every_line if line.is_shown]

    @property
    def parts(self) -> list[tuple[str, list[Any]]]:
        """Warm-up, main part and cool-down with what is in each; parts that are empty left out."""
        shown = [child for child in self["exercises"] if _is_shown(child)]
        own = [child.value.get("section") for child in shown]
        sections = [section or _nearest(own, n) for n, section in enumerate(own)]
        parts = (
            (str(label), [child for child, at in zip(shown, sections, strict=True) if at == name])
            for name, label in SECTIONS
        )
        return [part for part in parts if part[1]]


def _is_shown(child: Any) -> bool:
    if child.block_type == "exercise":
        return bool(child.value.is_shown)
    return bool(child.value.lines) if child.block_type == "group" else True


def _nearest(sections: list[str | None], place: int) -> str:
    """What stands between exercises goes with the next one, at the end with the last one."""
    after = (section for section in sections[place:] if section)
    before = (section for section in reversed(sections[:place]) if section)
    return next(after, None) or next(before, None) or "main"


class SessionBlock(blocks.StructBlock):
    """One training session of a week: how often or on which days, and what."""

    title = blocks.CharBlock(label=_("Title"), max_length=100)
    times_per_week = blocks.IntegerBlock(
        label=_("Times this week"),
        min_value=1,
        max_value=7,
        default=3,
        required=False,
        help_text=_("On any days the client likes; not used when days are chosen."),
    )
    times_per_day = blocks.IntegerBlock(
        label=_("Times a day"), min_value=1, max_value=10, default=1, required=False
    )
    weekdays = blocks.MultipleChoiceBlock(
        label=_("On these days"), choices=WEEKDAYS, required=False, widget=CheckboxSelectMultiple
    )
    rule = RuleBlock(
        label=_("By a rule"),
        required=False,
        help_text=_("Instead of days: for example every 2 days, counted from the first week."),
    )
    notes = blocks.TextBlock(label=_("Notes to the client"), required=False, rows=2)
    exercises = SessionContentBlock(
        label=_("Exercises, notes, reading"),
        required=False,
        help_text=_("Add with the plus, in the order in which the client does them."),
    )

    class Meta:
        icon = "calendar-alt"
        label = _("Session")
        label_format = "{title}"
        value_class = SessionValue
        form_classname = "struct-block asyncpt-session"
        form_layout = blocks.BlockGroup(
            children=["title", "times_per_week", "times_per_day", "weekdays", "exercises"],
            settings=["rule", "notes"],
        )

    def clean(self, value: Any) -> Any:
        """Refuse a session that is on no day, or on days that contradict each other."""
        value = super().clean(value)
        planned = value["weekdays"] or value["times_per_week"] or value["rule"]
        if not planned and not self.is_deferred_validation:
            raise blocks.StructBlockValidationError(
                {"times_per_week": ValidationError(gettext("Say how often, or choose days."))}
            )
        if value["weekdays"] and value["rule"]:
            raise blocks.StructBlockValidationError(
                {"rule": ValidationError(gettext("Choose days or a rule, not both."))}
            )
        return value


def session_blocks() -> list[tuple[str, blocks.Block]]:
    """The block types of a week's ``days``."""
    return [("session", SessionBlock())]
