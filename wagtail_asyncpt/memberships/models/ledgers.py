"""Append-only: the days to which a client is entitled, and in-person visits."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.memberships.models.billing import Invoice
from wagtail_asyncpt.memberships.models.catalog import Tier
from wagtail_asyncpt.memberships.models.memberships import Membership, Purchase
from wagtail_asyncpt.people.models import Client, Clinic, Therapist


class AccessKind(models.TextChoices):
    """Why days were given, or taken back."""

    PAID = "paid", _("paid")
    GRANTED = "granted", _("granted by the clinic")
    PAUSED = "paused", _("paused")
    REVOKED = "revoked", _("taken back")


#: Kinds whose days are taken out of those that were given.
TAKEN_BACK = (AccessKind.PAUSED, AccessKind.REVOKED)


class AccessPeriod(models.Model):
    """Append-only: days to which a client is entitled. ``key`` names the paid line or the grant.

    Entitled are the days of paid and granted rows without those of paused and revoked rows.
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    client = models.ForeignKey(Client, models.PROTECT, related_name="access_periods")
    membership = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="access_periods"
    )
    purchase = models.ForeignKey(
        Purchase, models.PROTECT, null=True, blank=True, related_name="access_periods"
    )
    invoice = models.ForeignKey(
        Invoice, models.PROTECT, null=True, blank=True, related_name="access_periods"
    )
    tier = models.ForeignKey(Tier, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=10, choices=AccessKind, default=AccessKind.PAID)
    key = models.CharField(max_length=200, unique=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    created_at = models.DateTimeField(default=clock.now, editable=False)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("access period")
        verbose_name_plural = _("access periods")
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("starts_at")), name="asyncpt_access_forward"
            ),
            models.CheckConstraint(
                condition=Q(membership__isnull=False, purchase=None)
                | Q(membership=None, purchase__isnull=False),
                name="asyncpt_access_one_cause",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client}: {self.starts_at:%Y-%m-%d} – {self.ends_at:%Y-%m-%d}"


class VisitStatus(models.TextChoices):
    """States of an in-person visit."""

    BOOKED = "booked", _("booked")
    ATTENDED = "attended", _("attended")
    NO_SHOW = "no_show", _("missed")
    CANCELED = "canceled", _("canceled")


class Visit(models.Model):
    """An in-person visit that credits pay for."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    client = models.ForeignKey(Client, models.PROTECT, related_name="visits")
    therapist = models.ForeignKey(
        Therapist, models.PROTECT, null=True, blank=True, related_name="visits"
    )
    starts_at = models.DateTimeField(_("date and time"))
    status = models.CharField(
        _("status"), max_length=10, choices=VisitStatus, default=VisitStatus.BOOKED
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        ordering = ["-starts_at"]

    def __str__(self) -> str:
        return f"{self.client}: {self.starts_at:%Y-%m-%d}"


class CreditKind(models.TextChoices):
    """What a row of the credit ledger is for; its sign is the amount's."""

    GRANTED = "granted", _("received")
    HELD = "held", _("held for a booked visit")
    RELEASED = "released", _("no longer held")
    USED = "used", _("used")
    NO_SHOW = "no_show", _("missed visit")
    RETURNED = "returned", _("given back")
    EXPIRED = "expired", _("expired")
    REVOKED = "revoked", _("taken back")
    FROZEN = "frozen", _("frozen")
    THAWED = "thawed", _("no longer frozen")


class Credit(models.Model):
    """Append-only: one movement of in-person visits; the balance is the sum of ``amount``.

    Every row but a grant points at the grant (``lot``) that it draws from or gives back to;
    a grant's ``expires_at`` is when what is left of it ends. ``key`` names the cause, once.
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    client = models.ForeignKey(Client, models.PROTECT, related_name="credits")
    kind = models.CharField(max_length=10, choices=CreditKind)
    amount = models.SmallIntegerField()
    key = models.CharField(max_length=200, unique=True)
    lot = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="movements")
    membership = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="credits"
    )
    purchase = models.ForeignKey(
        Purchase, models.PROTECT, null=True, blank=True, related_name="credits"
    )
    invoice = models.ForeignKey(
        Invoice, models.PROTECT, null=True, blank=True, related_name="credits"
    )
    visit = models.ForeignKey(Visit, models.PROTECT, null=True, blank=True, related_name="credits")
    expires_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("credit")
        verbose_name_plural = _("credits")
        ordering = ["created_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind=CreditKind.GRANTED, lot=None, amount__gt=0)
                | (~Q(kind=CreditKind.GRANTED) & Q(lot__isnull=False) & ~Q(amount=0)),
                name="asyncpt_credit_grant_or_movement",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client}: {self.amount:+d} {self.get_kind_display()}"
