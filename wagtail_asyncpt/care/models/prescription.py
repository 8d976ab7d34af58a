"""The published prescription: immutable versions, and the rows compiled from them."""

import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wagtail_asyncpt.care.models.base import ImmutableModel
from wagtail_asyncpt.care.models.weeks import Week
from wagtail_asyncpt.core import clock
from wagtail_asyncpt.library.models import Exercise
from wagtail_asyncpt.people.models import Clinic, Therapist
from wagtail_asyncpt.programs.blocks import SECTIONS
from wagtail_asyncpt.programs.dose import Dose
from wagtail_asyncpt.programs.groups import Group


class WeekVersion(ImmutableModel):
    """An immutable published snapshot of a week: what the client was told, and by whom."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    week = models.ForeignKey(Week, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    days = models.JSONField()
    focus = models.CharField(max_length=300, blank=True)
    message = models.TextField(blank=True)
    published_by = models.ForeignKey(Therapist, models.PROTECT, related_name="+")
    published_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("week version")
        verbose_name_plural = _("week versions")
        ordering = ["week", "number"]
        constraints = [
            models.UniqueConstraint(fields=["week", "number"], name="asyncpt_version_once"),
        ]

    def __str__(self) -> str:
        return f"{self.week}, version {self.number}"


class Session(models.Model):
    """A training unit of a published week, done ``times`` times, on ``dates`` where they are set.

    ``dates`` are ISO dates in the client's calendar, computed once when the week is published.
    ``extras`` are the notes, readings and questions between the lines, each with its ``position``.
    ``uid`` is the id of the block; a session that a later version drops is retired, not deleted.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    week = models.ForeignKey(Week, models.PROTECT, related_name="sessions")
    uid = models.UUIDField(editable=False)
    position = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=100)
    notes = models.TextField(blank=True)
    times = models.PositiveSmallIntegerField(default=1)
    dates = models.JSONField(default=list)
    extras = models.JSONField(default=list, blank=True)
    is_retired = models.BooleanField(default=False)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["week", "position"]
        constraints = [
            models.UniqueConstraint(fields=["week", "uid"], name="asyncpt_session_uid"),
            models.CheckConstraint(condition=Q(times__gte=1), name="asyncpt_session_times"),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def questions(self) -> list[dict[str, Any]]:
        """The questions that the client answers at the end."""
        return [one for one in self.extras if one["kind"] == "question" and one.get("text")]


class PrescribedExercise(models.Model):
    """One line of a session. Logs hang here, never on the exercise.

    ``lineage`` stays the same from week to week and over a swap, so that charts go on.
    ``group`` (JSON, empty for a line alone) is the superset or circuit that the line is part of.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    week = models.ForeignKey(Week, models.PROTECT, related_name="prescribed")
    session = models.ForeignKey(Session, models.PROTECT, related_name="prescribed")
    uid = models.UUIDField(editable=False)
    lineage = models.UUIDField(editable=False, db_index=True)
    exercise = models.ForeignKey(Exercise, models.PROTECT, related_name="prescribed")
    section = models.CharField(max_length=20, choices=SECTIONS, default="main")
    position = models.PositiveSmallIntegerField()
    dose = models.JSONField(default=dict)
    note = models.CharField(max_length=300, blank=True)
    group = models.JSONField(default=dict, blank=True)
    is_retired = models.BooleanField(default=False)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("prescribed exercise")
        verbose_name_plural = _("prescribed exercises")
        ordering = ["session", "position"]
        constraints = [
            models.UniqueConstraint(fields=["week", "uid"], name="asyncpt_prescribed_uid"),
        ]

    def __str__(self) -> str:
        return f"{self.exercise}: {self.prescribed_dose.in_words()}"

    @property
    def prescribed_dose(self) -> Dose:
        """The dose, typed."""
        return Dose.from_dict(self.dose)

    @property
    def in_group(self) -> Group | None:
        """The group, typed."""
        return Group.from_dict(self.group)


class ChangeKind(models.TextChoices):
    """What a change does to a line."""

    ADDED = "added", _("added")
    REMOVED = "removed", _("taken out")
    DOSE = "dose", _("new dose")
    SWAPPED = "swapped", _("swapped")
    NOTE = "note", _("new note")


class Change(ImmutableModel):
    """One difference between what a client was prescribed before and now, with its reason.

    ``before`` and ``after`` are doses (JSON); ``evidence`` is what the therapist
    had of the line: keys of the client's notes (``exercise_logs``) and of answered ``form_checks``.
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    version = models.ForeignKey(WeekVersion, models.PROTECT, related_name="changes")
    lineage = models.UUIDField()
    kind = models.CharField(max_length=20, choices=ChangeKind)
    exercise_before = models.ForeignKey(Exercise, models.PROTECT, null=True, related_name="+")
    exercise_after = models.ForeignKey(Exercise, models.PROTECT, null=True, related_name="+")
    before = models.JSONField(default=dict)
    after = models.JSONField(default=dict)
    note_before = models.CharField(max_length=300, blank=True)
    note_after = models.CharField(max_length=300, blank=True)
    reason = models.CharField(max_length=500)
    evidence = models.JSONField(default=dict)
    author = models.ForeignKey(Therapist, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("change")
        verbose_name_plural = _("changes")
        ordering = ["version", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["version", "lineage", "kind"], name="asyncpt_change_once"
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="asyncpt_change_has_reason"),
        ]

    def __str__(self) -> str:
        return f"{self.exercise_after or self.exercise_before}: {self.get_kind_display()}"

    @property
    def title(self) -> str:
        """What changed, in a few words."""
        before, after = self.exercise_before, self.exercise_after
        if self.kind == ChangeKind.SWAPPED:
            return _("%(before)s → %(after)s") % {"before": before, "after": after}
        return str(after or before)

    @property
    def dose_before(self) -> Dose:
        """The earlier dose, typed."""
        return Dose.from_dict(self.before)

    @property
    def dose_after(self) -> Dose:
        """The new dose, typed."""
        return Dose.from_dict(self.after)
