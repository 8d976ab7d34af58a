"""What clients type: numbers with a point or a comma, a pain score, words."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from wagtail_asyncpt.programs.dose import LoadUnit

SKIP_SESSION_REASONS = [
    ("time", _("No time this time")),
    ("tired", _("Not feeling well")),
    ("pain", _("Pain")),
    ("away", _("Travel, or no equipment")),
    ("other", _("Something else")),
]
SKIP_EXERCISE_REASONS = [
    (_("It hurt"), _("It hurt")),
    (_("No equipment"), _("No equipment")),
    (_("No time"), _("No time")),
    (_("I was not sure how"), _("I was not sure how")),
]


class TypedDecimalField(forms.DecimalField):
    """A number as people type it: 7.5 or 7,5."""

    default_error_messages = {"invalid": _("Write a number, for example 7.5.")}

    def to_python(self, value: Any) -> Decimal | None:  # type: ignore[override]
        """Read a comma as a decimal point."""
        return super().to_python(value.replace(",", ".") if isinstance(value, str) else value)


class TypedIntegerField(forms.IntegerField):
    """A whole number."""

    default_error_messages = {"invalid": _("Write a whole number, for example 8.")}


class LogForm(forms.Form):
    """What every log names: the browser's key, the started session and the line."""

    key = forms.UUIDField()
    session_log = forms.UUIDField()
    prescribed = forms.UUIDField()

    @property
    def words_by_field(self) -> dict[str, Sequence[str]]:
        """The errors as texts, by field."""
        return {name: [str(text) for text in texts] for name, texts in self.errors.items()}

    def add_domain_error(self, error: Any) -> None:
        """Put the message of a ``DomainError`` beside its field."""
        self.add_error(error.field if error.field in self.fields else None, str(error.message))


class SetForm(LogForm):
    """One set. ``undone`` takes a set back that was ticked by mistake."""

    set_number = forms.IntegerField(min_value=1, max_value=50)
    reps = TypedIntegerField(min_value=0, max_value=999, required=False)
    hold_seconds = TypedIntegerField(min_value=0, max_value=7200, required=False)
    load = TypedDecimalField(
        min_value=Decimal(0),
        max_value=Decimal(2000),
        max_digits=6,
        decimal_places=2,
        required=False,
    )
    load_unit = forms.ChoiceField(choices=[("", ""), *LoadUnit.choices], required=False)
    effort = TypedDecimalField(
        min_value=Decimal(0),
        max_value=Decimal(10),
        max_digits=3,
        decimal_places=1,
        required=False,
    )
    undone = forms.BooleanField(required=False)

    def values(self) -> dict[str, Any]:
        """The arguments of ``log_set`` that the client chose."""
        data = self.cleaned_data
        if data["undone"]:
            return {"set_number": data["set_number"], "is_done": False}
        names = ("set_number", "reps", "hold_seconds", "load", "effort")
        unit = data["load_unit"] if data["load"] is not None else ""
        return {**{name: data[name] for name in names}, "load_unit": unit}


class ExerciseForm(LogForm):
    """How an exercise went."""

    pain = TypedIntegerField(min_value=0, max_value=10, required=False)
    comment = forms.CharField(max_length=2000, required=False)
    skipped_reason = forms.CharField(max_length=300, required=False)
    substitute = forms.CharField(max_length=200, required=False)

    def values(self) -> dict[str, Any]:
        """The arguments of ``log_exercise`` that the client chose."""
        names = ("pain", "comment", "skipped_reason", "substitute")
        return {name: self.cleaned_data[name] for name in names}


class FinishForm(forms.Form):
    """How hard a session was, a comment, and the answers to the therapist's questions."""

    effort = TypedIntegerField(min_value=0, max_value=10, required=False)
    comment = forms.CharField(max_length=2000, required=False)

    def __init__(self, *args: Any, questions: Sequence[Mapping[str, Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = {asked["uid"]: f"answer-{asked['uid']}" for asked in questions}
        for asked in questions:
            self.fields[self.names[asked["uid"]]] = forms.CharField(
                label=asked["text"], max_length=1000, required=False
            )

    @property
    def answer_fields(self) -> list[forms.BoundField]:
        """The fields of the questions."""
        return [self[name] for name in self.names.values()]

    def values(self) -> dict[str, Any]:
        """The arguments of ``finish_session`` that the client chose."""
        answers = {uid: self.cleaned_data[name] for uid, name in self.names.items()}
        data = self.cleaned_data
        return {"effort": data["effort"], "comment": data["comment"], "answers": answers}


class SkipForm(forms.Form):
    """Why a session moves on without the client."""

    reason = forms.ChoiceField(
        choices=SKIP_SESSION_REASONS, error_messages={"required": _("Choose what fits best.")}
    )
    words = forms.CharField(max_length=250, required=False)

    def reason_in_words(self) -> str:
        """The chosen reason, with what was written."""
        label = str(dict(SKIP_SESSION_REASONS)[self.cleaned_data["reason"]])
        words = self.cleaned_data["words"].strip()
        return f"{label}: {words}" if words else label


def as_data(values: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON body as form data: ``null`` is an empty field."""
    return {key: "" if value is None else value for key, value in values.items()}
