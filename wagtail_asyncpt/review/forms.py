"""Forms of the cockpit; each keeps what was typed and names what is wrong next to the field."""

import datetime as dt
import uuid
from collections.abc import Sequence
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminDateInput, AdminDateTimeInput

from wagtail_asyncpt.care.models import Verdict
from wagtail_asyncpt.care.queries.changes import ProposedChange
from wagtail_asyncpt.people.models import Client

QUICK_REASONS = [
    _("Pain was higher"),
    _("Pain has settled"),
    _("Too easy"),
    _("Too hard"),
    _("Form needs work"),
    _("Form looks good: ready for more"),
    _("Missing equipment"),
    _("Lighter week to recover"),
    _("You asked for it"),
]


class CommentForm(forms.Form):
    """A comment at a moment of a clip. ``key`` names it, so that sending twice stores once."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    at_seconds = forms.FloatField(
        label=_("At second"),
        min_value=0,
        error_messages={"invalid": _("Write the moment in seconds, for example 3.2.")},
        widget=forms.NumberInput(attrs={"step": "any"}),
    )
    text = forms.CharField(
        label=_("Comment"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 2}),
        error_messages={"required": _("Write what you see.")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"key": uuid.uuid4(), "at_seconds": 0})
        super().__init__(*args, **kwargs)


class VerdictForm(forms.Form):
    """The verdict on a form check, with a note to the client."""

    verdict = forms.ChoiceField(
        label=_("Verdict"),
        choices=Verdict.choices,
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a verdict.")},
    )
    note = forms.CharField(
        label=_("Note to the client"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class AnswerForm(forms.Form):
    """The answer to a week."""

    summary = forms.CharField(
        label=_("Your answer to the week"),
        max_length=5000,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"required": _("Write an answer; the client reads it.")},
    )


class EnrolForm(forms.Form):
    """Puts a client on a program. ``therapists`` has more than one entry for managers only."""

    program = forms.ChoiceField(
        label=_("Program"),
        help_text=_("Week 1 is copied from it; you adjust it before the client sees it."),
    )
    starts_on = forms.DateField(label=_("Starts on"), widget=AdminDateInput)
    therapist: forms.ModelChoiceField = forms.ModelChoiceField(
        label=_("Therapist"), queryset=None, empty_label=None
    )
    goals = forms.CharField(
        label=_("Goals"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("In the client's words, one on each line."),
    )

    def __init__(self, *args: Any, programs: Sequence[Any], therapists: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.programs = {str(page.pk): page for page in programs}
        self.fields["program"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose a program")),
            *((key, page.title) for key, page in self.programs.items()),
        ]
        self.fields["therapist"].queryset = therapists  # type: ignore[attr-defined]
        if len(therapists) == 1:
            self.fields["therapist"].widget = forms.HiddenInput()
            self.fields["therapist"].initial = therapists[0].pk

    def clean_program(self) -> Any:
        """The chosen page."""
        return self.programs[self.cleaned_data["program"]]


class EndForm(forms.Form):
    """Ends a client's program."""

    outcome = forms.ChoiceField(
        label=_("How it ends"),
        choices=[
            ("completed", _("The program is finished")),
            ("ended", _("The program stops before its end")),
        ],
        initial="completed",
        widget=forms.RadioSelect,
    )
    ended_on = forms.DateField(label=_("Last day"), widget=AdminDateInput)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        help_text=_("For the clinic only; the client does not read it."),
    )
    message = forms.CharField(
        label=_("Message to the client"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Shown in the client’s app. The mail only says that the program has ended."),
    )


class ClientsForm(forms.Form):
    """Chooses clients by ticking them."""

    clients: forms.ModelMultipleChoiceField = forms.ModelMultipleChoiceField(
        label=_("Clients"),
        queryset=None,
        to_field_name="uuid",
        widget=forms.CheckboxSelectMultiple,
        error_messages={
            "required": _("Choose at least one client."),
            "invalid_choice": _("One of these clients cannot be enrolled any more."),
            "invalid_pk_value": _("One of these clients cannot be enrolled any more."),
        },
    )

    def __init__(self, *args: Any, clients: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["clients"].queryset = clients  # type: ignore[attr-defined]


class EnrolManyForm(ClientsForm):
    """Puts several clients on one program; with a name they are a group."""

    starts_on = forms.DateField(label=_("Starts on"), widget=AdminDateInput)
    therapist: forms.ModelChoiceField = forms.ModelChoiceField(
        label=_("Therapist"), queryset=None, empty_label=None
    )
    cohort_name = forms.CharField(
        label=_("Name of the group"),
        max_length=100,
        required=False,
        help_text=_("For people who start together; leave empty for single clients."),
    )
    goals = forms.CharField(
        label=_("Goals"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text=_("The same for all; leave empty to write them one by one."),
    )

    def __init__(self, *args: Any, therapists: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["therapist"].queryset = therapists  # type: ignore[attr-defined]
        if len(therapists) == 1:
            self.fields["therapist"].widget = forms.HiddenInput()
            self.fields["therapist"].initial = therapists[0].pk


class PublishForm(forms.Form):
    """A reason for each proposed change, and a message to the client."""

    message = forms.CharField(
        label=_("Message to the client"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("Opens the week in the client's app, and the mail that announces it."),
    )

    def __init__(self, *args: Any, changes: Sequence[ProposedChange], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.changes = changes
        for change in changes:
            self.fields[self.name_of(change.key)] = forms.CharField(
                label=_("Reason"),
                max_length=500,
                widget=forms.TextInput(
                    attrs={
                        "list": "asyncpt-quick-reasons",
                        "autocomplete": "off",
                        "aria-label": _("Reason: %(change)s") % {"change": change.title},
                    }
                ),
                error_messages={"required": _("Give a reason; the client reads it.")},
            )

    @staticmethod
    def name_of(key: str) -> str:
        """The name of the field that holds the reason of a change."""
        return f"reason-{key}"

    @property
    def rows(self) -> list[tuple[ProposedChange, forms.BoundField]]:
        """Each change with its reason's field."""
        return [(change, self[self.name_of(change.key)]) for change in self.changes]

    @property
    def reasons(self) -> dict[str, str]:
        """The given reasons by change key; after ``is_valid()``."""
        return {
            change.key: self.cleaned_data.get(self.name_of(change.key), "")
            for change in self.changes
        }


class BookVisitForm(forms.Form):
    """Books an in-person visit; the time is the client's."""

    starts_at = forms.DateTimeField(label=_("Date and time"), widget=AdminDateTimeInput)

    def __init__(self, *args: Any, client: Client, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.zone = ZoneInfo(client.time_zone)
        self.fields["starts_at"].help_text = _("In the client's time zone, %(zone)s.") % {
            "zone": client.time_zone
        }

    def clean_starts_at(self) -> dt.datetime:
        """The moment that was typed, read where the client lives."""
        typed: dt.datetime = self.cleaned_data["starts_at"]
        return typed.replace(tzinfo=self.zone)


class GiveVisitsForm(forms.Form):
    """Gives visits or takes some back. ``key`` names it, so that sending twice counts once."""

    key = forms.UUIDField(widget=forms.HiddenInput)
    do = forms.ChoiceField(
        label=_("What to do"),
        choices=[("give", _("Give visits")), ("take", _("Take unused visits back"))],
        initial="give",
    )
    amount = forms.IntegerField(label=_("How many"), min_value=1, initial=1)
    expires_at = forms.DateField(
        label=_("To be used until"),
        required=False,
        widget=AdminDateInput,
        help_text=_("Only for visits that you give. Leave empty if they do not end."),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=200,
        help_text=_("The client reads it in the list of their visits."),
    )

    def __init__(self, *args: Any, client: Client, **kwargs: Any) -> None:
        kwargs.setdefault("initial", {"key": uuid.uuid4()})
        super().__init__(*args, **kwargs)
        self.zone = ZoneInfo(client.time_zone)

    def clean_expires_at(self) -> dt.datetime | None:
        """The end of the chosen day where the client lives."""
        last: dt.date | None = self.cleaned_data["expires_at"]
        if last is None:
            return None
        if last == dt.date.max:
            raise forms.ValidationError(_("Choose an earlier day."))
        return dt.datetime.combine(last + dt.timedelta(days=1), dt.time(), self.zone)
