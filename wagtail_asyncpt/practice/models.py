"""What the clinic's remote work consists of: contacts and seconds."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.people.models import Client, Clinic, Therapist


class TouchKind(models.TextChoices):
    """Kinds of contact between therapist and client."""

    ENROLLED = "enrolled", _("enrolled")
    WEEK_PUBLISHED = "week_published", _("week published")
    SESSION_LOGGED = "session_logged", _("session logged")
    COMMENT = "comment", _("comment")
    PAIN_ALERT = "pain_alert", _("pain alert")
    CLIP = "clip", _("clip sent")
    VIDEO_COMMENT = "video_comment", _("comment on a clip")
    VERDICT = "verdict", _("form check answered")
    REVIEW = "review", _("week answered")
    READ = "read", _("answer read")
    VISIT = "visit", _("in-person visit")


class Direction(models.TextChoices):
    """Who reached out to whom."""

    TO_CLIENT = "to_client", _("to the client")
    FROM_CLIENT = "from_client", _("from the client")


class TouchPoint(models.Model):
    """Append-only: one contact. ``key`` names its cause, so that a replay is not counted twice."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    client = models.ForeignKey(Client, models.PROTECT, related_name="touch_points")
    therapist = models.ForeignKey(Therapist, models.PROTECT, null=True, related_name="touch_points")
    kind = models.CharField(max_length=20, choices=TouchKind)
    direction = models.CharField(max_length=20, choices=Direction)
    key = models.CharField(max_length=120, unique=True)
    at = models.DateTimeField(default=clock.now)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("touch point")
        verbose_name_plural = _("touch points")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["client", "-at"], name="asyncpt_touch_client")]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.client}"


class WorkTime(models.Model):
    """An interval in which a therapist actively worked for a client.

    A therapist's intervals never overlap, however many tabs are open.
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    therapist = models.ForeignKey(Therapist, models.PROTECT, related_name="work_times")
    client = models.ForeignKey(Client, models.PROTECT, related_name="work_times")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("work time")
        verbose_name_plural = _("work times")
        ordering = ["-started_at"]
        indexes = [models.Index(fields=["therapist", "-ended_at"], name="asyncpt_work_therapist")]
        constraints = [
            models.CheckConstraint(
                condition=Q(ended_at__gte=F("started_at")), name="asyncpt_work_forward"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.therapist} → {self.client}: {self.seconds} s"

    @property
    def seconds(self) -> int:
        """Whole seconds worked."""
        return round((self.ended_at - self.started_at).total_seconds())
