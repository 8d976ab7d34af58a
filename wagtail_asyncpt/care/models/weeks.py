"""A client's enrolment in a program, and the client's own weeks."""

import datetime
import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.core.fields import StableStreamField
from wagtail_asyncpt.core.pages import page_model_name
from wagtail_asyncpt.people.models import Client, Clinic, Role, Therapist
from wagtail_asyncpt.programs.blocks import session_blocks


class CohortQuerySet(models.QuerySet["Cohort"]):
    """Reads of cohorts."""

    def led_by(self, therapist: Therapist) -> "CohortQuerySet":
        """Those that ``therapist`` leads; a manager sees all of the clinic."""
        scope = self.filter(clinic_id=therapist.clinic_id)
        return scope if therapist.role == Role.MANAGER else scope.filter(therapist=therapist)


class Cohort(models.Model):
    """A group of clients that starts one program together, with one therapist."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    name = models.CharField(_("name"), max_length=100)
    therapist = models.ForeignKey(Therapist, models.PROTECT, related_name="cohorts")
    program = models.ForeignKey(
        page_model_name(), models.SET_NULL, null=True, blank=True, related_name="+"
    )
    program_title = models.CharField(max_length=255)
    starts_on = models.DateField(_("starts on"))
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = CohortQuerySet.as_manager()

    class Meta:
        verbose_name = _("cohort")
        verbose_name_plural = _("cohorts")
        ordering = ["-starts_on", "name"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "name"], name="asyncpt_cohort_name"),
        ]

    def __str__(self) -> str:
        return self.name


class EnrolmentStatus(models.TextChoices):
    """The state of an enrolment; ``completed`` reached the program's end, ``ended`` did not."""

    ACTIVE = "active", _("active")
    PAUSED = "paused", _("paused")
    COMPLETED = "completed", _("completed")
    ENDED = "ended", _("ended")


RUNNING = [EnrolmentStatus.ACTIVE, EnrolmentStatus.PAUSED]
OVER = [EnrolmentStatus.COMPLETED, EnrolmentStatus.ENDED]


class EnrolmentQuerySet(models.QuerySet["Enrolment"]):
    """Reads of enrolments."""

    def in_caseload(self, therapist: Therapist) -> "EnrolmentQuerySet":
        """Those of the clients that ``therapist`` may see."""
        return self.filter(client__in=Client.objects.in_caseload(therapist))


class Enrolment(models.Model):
    """One client on one program with one therapist, from a start date, with goals.

    Once it ended it says when, through whom and why; the client reads ``end_message`` only.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    client = models.ForeignKey(Client, models.PROTECT, related_name="enrolments")
    therapist = models.ForeignKey(Therapist, models.PROTECT, related_name="enrolments")
    program = models.ForeignKey(
        page_model_name(), models.SET_NULL, null=True, blank=True, related_name="+"
    )
    program_title = models.CharField(max_length=255)
    program_revision = models.PositiveBigIntegerField(null=True, editable=False)
    cohort = models.ForeignKey(
        Cohort, models.PROTECT, null=True, blank=True, related_name="enrolments"
    )
    starts_on = models.DateField(_("starts on"))
    goals = models.TextField(_("goals"), blank=True)
    status = models.CharField(
        max_length=20, choices=EnrolmentStatus, default=EnrolmentStatus.ACTIVE
    )
    ended_on = models.DateField(_("ended on"), null=True, blank=True)
    ended_by = models.ForeignKey(Therapist, models.PROTECT, null=True, blank=True, related_name="+")
    end_reason = models.CharField(_("reason"), max_length=500, blank=True)
    end_message = models.TextField(_("message to the client"), blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["client"],
                condition=Q(status=EnrolmentStatus.ACTIVE),
                name="asyncpt_enrolment_one_active",
            ),
            models.CheckConstraint(
                condition=Q(status__in=RUNNING, ended_on__isnull=True)
                | (Q(status__in=OVER, ended_on__isnull=False) & ~Q(end_reason="")),
                name="asyncpt_enrolment_end_is_told",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client}: {self.program_title}"


class WeekStatus(models.TextChoices):
    """Whether the client can see a week."""

    DRAFT = "draft", _("draft")
    PUBLISHED = "published", _("published")


class WeekQuerySet(models.QuerySet["Week"]):
    """Reads of weeks."""

    def in_caseload(self, therapist: Therapist) -> "WeekQuerySet":
        """Those of the clients that ``therapist`` may see."""
        return self.filter(enrolment__client__in=Client.objects.in_caseload(therapist))

    def published(self) -> "WeekQuerySet":
        """Those that the client can see."""
        return self.filter(status=WeekStatus.PUBLISHED)


class Week(models.Model):
    """A client's own prescribed week: a draft document until it is published as a version.

    ``draft_version`` counts saves of ``days``: a save that names an older one is refused.
    ``template`` is the program's week as it was last taken over (``days``, ``focus``), and
    ``template_revision`` the revision of its page; both empty where the program has no such week.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    enrolment = models.ForeignKey(Enrolment, models.PROTECT, related_name="weeks")
    number = models.PositiveSmallIntegerField(_("week"))
    starts_on = models.DateField(_("starts on"))
    previous = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="next"
    )
    focus = models.CharField(_("focus"), max_length=300, blank=True)
    message = models.TextField(_("message to the client"), blank=True)
    days = StableStreamField(session_blocks(), blank=True, verbose_name=_("sessions"))
    draft_version = models.PositiveIntegerField(default=0)
    template = models.JSONField(null=True, blank=True, editable=False)
    template_revision = models.PositiveBigIntegerField(null=True, editable=False)
    status = models.CharField(max_length=20, choices=WeekStatus, default=WeekStatus.DRAFT)
    current_version = models.OneToOneField(
        "WeekVersion", models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = WeekQuerySet.as_manager()

    class Meta:
        verbose_name = _("week")
        verbose_name_plural = _("weeks")
        ordering = ["enrolment", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["enrolment", "number"], name="asyncpt_week_number_once"
            ),
            models.CheckConstraint(
                condition=Q(status=WeekStatus.DRAFT, current_version__isnull=True)
                | Q(status=WeekStatus.PUBLISHED, current_version__isnull=False),
                name="asyncpt_week_published_has_version",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.enrolment}: week {self.number}"

    @property
    def ends_on(self) -> datetime.date:
        """The last day of the week."""
        return self.starts_on + datetime.timedelta(days=6)

    @property
    def anchor(self) -> datetime.date:
        """The day from which rules count: so many entitled weeks back, pauses left out."""
        return self.starts_on - datetime.timedelta(weeks=self.number - 1)
