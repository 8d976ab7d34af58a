"""What the clinic's staff did to memberships, and what comparing with Stripe found."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.memberships.models.memberships import Membership
from wagtail_asyncpt.people.models import Client, Clinic


class StaffActionKind(models.TextChoices):
    """What staff can do to a membership."""

    GRANT = "grant", _("gave a complimentary membership")
    REVOKE = "revoke", _("took complimentary time back")
    EXTEND = "extend", _("gave free days")
    REFUND = "refund", _("refunded a payment")
    CANCEL_NOW = "cancel_now", _("ended the membership")
    CANCEL_LATER = "cancel_later", _("set it to end with the period")
    KEEP = "keep", _("let it renew again")
    MOVE = "move", _("moved to another plan")


class StaffAction(models.Model):
    """Append-only: what somebody of the staff did to a membership or a payment, and why.

    ``key`` is the form's: what is sent twice is done once. ``stripe_id`` is what it made there.
    """

    key = models.UUIDField(unique=True)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    client = models.ForeignKey(Client, models.PROTECT, related_name="staff_actions")
    membership = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="staff_actions"
    )
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=20, choices=StaffActionKind)
    detail = models.CharField(max_length=200, blank=True)
    reason = models.CharField(max_length=200)
    stripe_id = models.CharField(max_length=100, blank=True)
    at = models.DateTimeField(default=clock.now, editable=False)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("staff action")
        verbose_name_plural = _("staff actions")
        ordering = ["-at", "-pk"]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d} {self.get_kind_display()}: {self.reason}"


class Reconciliation(models.Model):
    """One comparison of our rows with an account at Stripe, and what it found.

    ``counts``: how many findings of each kind; ``findings``: ``{"kind", "stripe_id", "words"}``
    each, the first few hundred. ``finished_at`` is empty while it runs,
    and stays so when it broke off.
    """

    account = models.CharField(max_length=50)
    started_at = models.DateTimeField(default=clock.now, editable=False)
    finished_at = models.DateTimeField(null=True, blank=True)
    looked_at = models.PositiveIntegerField(default=0)
    counts = models.JSONField(default=dict)
    findings = models.JSONField(default=list)
    error = models.TextField(blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("comparison with Stripe")
        verbose_name_plural = _("comparisons with Stripe")
        ordering = ["-started_at", "-pk"]

    def __str__(self) -> str:
        return f"{self.account}: {self.started_at:%Y-%m-%d %H:%M}"
