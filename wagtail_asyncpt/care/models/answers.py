"""The therapist's answers: reviews of a week, and comments at a moment of a clip."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wagtail_asyncpt.care.models.form_checks import Clip, Verdict
from wagtail_asyncpt.care.models.weeks import Week
from wagtail_asyncpt.core import clock
from wagtail_asyncpt.people.models import Client, Clinic, Therapist

__all__ = ["Review", "ReviewStatus", "Verdict", "VideoComment"]


class ReviewStatus(models.TextChoices):
    """Whether a week waits for the therapist or has its answer."""

    WAITING = "waiting", _("waiting")
    ANSWERED = "answered", _("answered")


class ReviewReason(models.TextChoices):
    """Why a week is in the queue."""

    CLIP = "clip", _("clip to watch")
    PAIN = "pain", _("pain reported")
    COMMENT = "comment", _("comment to read")
    WEEK_DONE = "week_done", _("week finished")


class ReviewQuerySet(models.QuerySet["Review"]):
    """Reads of reviews."""

    def in_caseload(self, therapist: Therapist) -> "ReviewQuerySet":
        """Those of the clients that ``therapist`` may see."""
        return self.filter(client__in=Client.objects.in_caseload(therapist))

    def waiting(self) -> "ReviewQuerySet":
        """Those in the queue, the most urgent first."""
        return self.filter(status=ReviewStatus.WAITING).order_by("due_at", "pk")


class Review(models.Model):
    """A week's place in the queue, and the therapist's answer to it.

    ``reasons`` lists ``ReviewReason`` values. A week that was answered may wait again.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    client = models.ForeignKey(Client, models.PROTECT, related_name="reviews")
    week = models.ForeignKey(Week, models.PROTECT, related_name="reviews")
    therapist = models.ForeignKey(Therapist, models.PROTECT, related_name="reviews")
    status = models.CharField(max_length=20, choices=ReviewStatus, default=ReviewStatus.WAITING)
    reasons = models.JSONField(default=list)
    entered_at = models.DateTimeField(default=clock.now)
    due_at = models.DateTimeField()
    summary = models.TextField(_("answer"), blank=True)
    answered_by = models.ForeignKey(Therapist, models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)

    objects = ReviewQuerySet.as_manager()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("review")
        verbose_name_plural = _("reviews")
        ordering = ["due_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["week"],
                condition=Q(status=ReviewStatus.WAITING),
                name="asyncpt_review_one_waiting",
            ),
            models.CheckConstraint(
                condition=Q(status=ReviewStatus.WAITING) | Q(answered_at__isnull=False),
                name="asyncpt_review_answer",
            ),
        ]
        indexes = [models.Index(fields=["status", "due_at"], name="asyncpt_review_queue")]

    def __str__(self) -> str:
        return f"{self.client}: week {self.week.number}"


class VideoComment(models.Model):
    """A therapist's comment at ``at_seconds`` of a clip; the client sees it once answered.

    ``drawing`` is a list of shapes with points 0..1 of the picture, or empty.
    """

    key = models.UUIDField()
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    clip = models.ForeignKey(Clip, models.PROTECT, related_name="comments")
    author = models.ForeignKey(Therapist, models.PROTECT, related_name="+")
    at_seconds = models.FloatField()
    text = models.TextField()
    drawing = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("video comment")
        verbose_name_plural = _("video comments")
        ordering = ["at_seconds", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["clip", "key"], name="asyncpt_video_comment_key"),
            models.CheckConstraint(
                condition=Q(at_seconds__gte=0), name="asyncpt_video_comment_time"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.at_seconds:.1f} s: {self.text[:40]}"
