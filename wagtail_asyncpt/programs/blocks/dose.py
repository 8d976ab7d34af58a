"""The dose of an exercise, field by field."""

from functools import cached_property
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator
from django.forms import Media
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.admin.telepath import register
from wagtail.blocks.struct_block import StructBlockAdapter

from wagtail_asyncpt.programs.dose import EffortKind, LoadUnit, Side


class SetTargetBlock(blocks.StructBlock):
    """What one set has of its own; what is left empty follows the dose."""

    reps = blocks.IntegerBlock(label=_("Reps"), min_value=1, max_value=200, required=False)
    hold_seconds = blocks.IntegerBlock(
        label=_("Hold (s)"), min_value=1, max_value=3600, required=False
    )
    load_value = blocks.DecimalBlock(
        label=_("Load"), min_value=0, max_value=1000, decimal_places=2, required=False
    )
    effort = blocks.DecimalBlock(
        label=_("Effort"), min_value=0, max_value=10, decimal_places=1, required=False
    )

    class Meta:
        icon = "list-ol"
        label = _("Set")
        form_classname = "struct-block asyncpt-set-target"


class SetTargetsBlock(blocks.ListBlock):
    """The sets of a dose that differ, the first for set 1."""

    def value_from_datadict(self, data: Any, files: Any, prefix: str) -> Any:
        """The posted rows; a form that has none of them (an older page, a script) means no rows."""
        if self.value_omitted_from_data(data, files, prefix):
            return self.normalize([])
        return super().value_from_datadict(data, files, prefix)


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

    targets = SetTargetsBlock(
        SetTargetBlock(),
        label=_("Sets that differ"),
        help_text=_("The first row is set 1. Leave empty what is as above."),
        default=[],
        max_num=20,
        required=False,
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
            settings=["distance_m", "load_note", "targets"],
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
    names = ("reps", "reps_max", "hold_seconds", "distance_m")
    rows = list(value.get("targets") or [])
    return any(value.get(name) for name in names) or (
        bool(rows) and all(row["reps"] or row["hold_seconds"] for row in rows)
    )


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
    rows = list(value.get("targets") or [])
    if rows and len(rows) > (value["sets"] or len(rows)):
        errors["sets"] = gettext("There are more rows of sets below than sets.")
    if any(row["load_value"] is not None for row in rows) and not value["load_unit"]:
        errors["load_unit"] = gettext("Choose what the loads of the sets are counted in.")
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
        "setsWith": gettext("%(n)s sets: "),
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
