"""What the client did. Rows are added, never rewritten: a correction replaces an earlier row."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wagtail_asyncpt.care.models.prescription import PrescribedExercise, Session, WeekVersion
from wagtail_asyncpt.core import clock
from wagtail_asyncpt.people.models import Client, Clinic
from wagtail_asyncpt.programs.dose import LoadUnit


class SessionLog(models.Model):
    """One time that a client did (or skipped) a session: the ``occurrence``-th of its times.

    ``effort`` is the effort of the whole session, 0-10 (session RPE, Foster 2001).
    ``answers`` are what the client said to the session's questions, each with its question.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    client = models.ForeignKey(Client, models.PROTECT, related_name="session_logs")
    session = models.ForeignKey(Session, models.PROTECT, related_name="logs")
    week_version = models.ForeignKey(WeekVersion, models.PROTECT, related_name="+")
    occurrence = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField(default=clock.now)
    finished_at = models.DateTimeField(null=True, blank=True)
    effort = models.PositiveSmallIntegerField(_("effort"), null=True, blank=True)
    comment = models.TextField(_("comment"), blank=True)
    skipped_reason = models.CharField(_("reason"), max_length=300, blank=True)
    answers = models.JSONField(default=list, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("session log")
        verbose_name_plural = _("session logs")
        ordering = ["-started_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["session", "occurrence"], name="asyncpt_session_log_once"
            ),
            models.CheckConstraint(
                condition=Q(effort__isnull=True) | Q(effort__lte=10),
                name="asyncpt_session_log_effort",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.session} ({self.occurrence})"


class ClientLog(models.Model):
    """An acknowledged entry. ``key`` is made by the browser: a replay finds the stored row.

    A correction is a new row that ``replaces`` the earlier one; both stay.
    """

    key = models.UUIDField()
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    client = models.ForeignKey(Client, models.PROTECT, related_name="+")
    session_log = models.ForeignKey(SessionLog, models.PROTECT)
    prescribed = models.ForeignKey(PrescribedExercise, models.PROTECT)
    week_version = models.ForeignKey(WeekVersion, models.PROTECT, related_name="+")
    logged_at = models.DateTimeField(default=clock.now)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    is_current = models.BooleanField(default=True)

    wagtail_reference_index_ignore = True

    class Meta:
        abstract = True


class SetLog(ClientLog):
    """One set that a client did. ``load`` is in ``load_unit``; ``effort`` as the dose asks it.

    A set that was ticked by mistake is taken back by a correction with ``is_done`` false.
    """

    set_number = models.PositiveSmallIntegerField()
    is_done = models.BooleanField(default=True)
    reps = models.PositiveSmallIntegerField(null=True, blank=True)
    hold_seconds = models.PositiveSmallIntegerField(null=True, blank=True)
    load = models.DecimalField(max_digits=6, decimal_places=2, null=True, blank=True)
    load_unit = models.CharField(max_length=12, choices=LoadUnit, blank=True)
    effort = models.DecimalField(max_digits=3, decimal_places=1, null=True, blank=True)

    class Meta:
        verbose_name = _("set log")
        verbose_name_plural = _("set logs")
        default_related_name = "set_logs"
        ordering = ["logged_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["client", "key"], name="asyncpt_set_log_key"),
            models.UniqueConstraint(
                fields=["session_log", "prescribed", "set_number"],
                condition=Q(is_current=True),
                name="asyncpt_set_log_current",
            ),
            models.CheckConstraint(
                condition=Q(set_number__gte=1) & Q(set_number__lte=50),
                name="asyncpt_set_log_number",
            ),
            models.CheckConstraint(
                condition=Q(effort__isnull=True) | (Q(effort__gte=0) & Q(effort__lte=10)),
                name="asyncpt_set_log_effort",
            ),
            models.CheckConstraint(
                condition=Q(load__isnull=True) | Q(load__gte=0), name="asyncpt_set_log_load"
            ),
        ]

    def __str__(self) -> str:
        return f"set {self.set_number}: {self.reps} × {self.load} {self.load_unit}"


class ExerciseLog(ClientLog):
    """What a client tells of one exercise: pain 0-10, a comment, or why it was skipped."""

    pain = models.PositiveSmallIntegerField(null=True, blank=True)
    comment = models.TextField(blank=True)
    skipped_reason = models.CharField(max_length=300, blank=True)
    substitute = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("exercise log")
        verbose_name_plural = _("exercise logs")
        default_related_name = "exercise_logs"
        ordering = ["logged_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["client", "key"], name="asyncpt_exercise_log_key"),
            models.UniqueConstraint(
                fields=["session_log", "prescribed"],
                condition=Q(is_current=True),
                name="asyncpt_exercise_log_current",
            ),
            models.CheckConstraint(
                condition=Q(pain__isnull=True) | Q(pain__lte=10), name="asyncpt_exercise_log_pain"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prescribed_id}: pain {self.pain}"
