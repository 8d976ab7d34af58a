"""Requested videos, and the clips that clients send."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from wagtail_asyncpt.care.models.prescription import PrescribedExercise
from wagtail_asyncpt.care.models.weeks import Week
from wagtail_asyncpt.core import clock
from wagtail_asyncpt.library.media import AbstractVideo
from wagtail_asyncpt.people.models import Client, Clinic, Therapist
from wagtail_asyncpt.programs.blocks import CAMERA_VIEWS


class Verdict(models.TextChoices):
    """The therapist's answer to a form check."""

    KEEP = "keep", _("Keep: looks good")
    CUE = "cue", _("Cue: same dose, one thing to change")
    REGRESS = "regress", _("Regress: make it easier")
    PROGRESS = "progress", _("Progress: make it harder")
    HOLD = "hold", _("Hold: pause this exercise")


class FormCheckStatus(models.TextChoices):
    """Where a form check stands. ``received`` has a clip that is not ready to watch yet."""

    REQUESTED = "requested", _("requested")
    RECEIVED = "received", _("received")
    READY = "ready", _("to review")
    ANSWERED = "answered", _("answered")
    WITHDRAWN = "withdrawn", _("withdrawn")


class FormCheckQuerySet(models.QuerySet["FormCheck"]):
    """Reads of form checks."""

    def in_caseload(self, therapist: Therapist) -> "FormCheckQuerySet":
        """Those of the clients that ``therapist`` may see."""
        return self.filter(client__in=Client.objects.in_caseload(therapist))


class FormCheck(models.Model):
    """A requested video: which exercise, set, camera view, question and due day; its answer."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    client = models.ForeignKey(Client, models.PROTECT, related_name="form_checks")
    week = models.ForeignKey(Week, models.PROTECT, related_name="form_checks")
    prescribed = models.OneToOneField(PrescribedExercise, models.PROTECT, related_name="form_check")
    set_number = models.PositiveSmallIntegerField(default=1)
    camera_view = models.CharField(max_length=20, choices=CAMERA_VIEWS)
    question = models.CharField(max_length=200, blank=True)
    due_on = models.DateField()
    requested_by = models.ForeignKey(Therapist, models.PROTECT, related_name="+")
    status = models.CharField(
        max_length=20, choices=FormCheckStatus, default=FormCheckStatus.REQUESTED
    )
    verdict = models.CharField(_("verdict"), max_length=20, choices=Verdict, blank=True)
    verdict_note = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(Therapist, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = FormCheckQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("form check")
        verbose_name_plural = _("form checks")
        ordering = ["due_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=~Q(status=FormCheckStatus.ANSWERED)
                | (~Q(verdict="") & Q(answered_at__isnull=False)),
                name="asyncpt_form_check_answer",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.prescribed.exercise} ({self.get_camera_view_display()})"


class Upload(models.Model):
    """A resumable (tus 1.0.0) upload of one clip. ``offset`` bytes of ``length`` have arrived.

    ``key`` is made by the browser, so that a repeated creation finds the same upload.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.UUIDField()
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    client = models.ForeignKey(Client, models.PROTECT, related_name="uploads")
    form_check = models.ForeignKey(FormCheck, models.PROTECT, related_name="uploads")
    filename = models.CharField(max_length=255, blank=True)
    length = models.PositiveBigIntegerField()
    offset = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    expires_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("upload")
        verbose_name_plural = _("uploads")
        constraints = [
            models.UniqueConstraint(fields=["client", "key"], name="asyncpt_upload_key"),
            models.CheckConstraint(
                condition=Q(offset__lte=F("length")), name="asyncpt_upload_offset"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.filename}: {self.offset}/{self.length}"


class Clip(AbstractVideo):
    """A client's video for a form check. A retake is a new clip; the newest ready one counts."""

    folder = "clips"

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    client = models.ForeignKey(Client, models.PROTECT, related_name="clips")
    form_check = models.ForeignKey(FormCheck, models.PROTECT, related_name="clips")
    upload = models.OneToOneField(
        Upload, models.PROTECT, null=True, blank=True, related_name="clip"
    )
    comment = models.TextField(blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("clip")
        verbose_name_plural = _("clips")
        ordering = ["-created_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.form_check_id}: {self.get_status_display()}"
