"""The clinic, the people in it, and the trail of who touched whose data."""

import uuid

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from wagtail.contrib.settings.models import BaseSiteSetting

from wagtail_asyncpt.core import clock


class WeightUnit(models.TextChoices):
    """Units in which a person reads and types loads."""

    KG = "kg", _("kilograms (kg)")
    LB = "lb", _("pounds (lb)")


class Clinic(BaseSiteSetting):
    """One business on one Wagtail site. Every personal row belongs to exactly one clinic."""

    name = models.CharField(
        _("name"), max_length=200, blank=True, help_text=_("Leave empty to use the site's name.")
    )
    time_zone = models.CharField(_("time zone"), max_length=64, default="America/New_York")
    currency = models.CharField(_("currency"), max_length=3, default="usd")
    weight_unit = models.CharField(
        _("weight unit"), max_length=2, choices=WeightUnit, default=WeightUnit.LB
    )
    reply_hours = models.PositiveSmallIntegerField(
        _("reply time in hours"),
        default=48,
        help_text=_("How soon a therapist answers, unless the membership promises another time."),
    )
    stripe_account = models.CharField(
        _("Stripe account"),
        max_length=50,
        default="default",
        help_text=_("Name of the entry in the STRIPE_ACCOUNTS setting."),
    )
    receipt_details = models.TextField(
        _("printed on receipts"),
        blank=True,
        help_text=_(
            "What insurers and HSA administrators ask for: address, phone, tax number, NPI."
        ),
    )
    collects_tax = models.BooleanField(
        _("add tax with Stripe Tax"),
        default=False,
        help_text=_("Register for tax in Stripe's dashboard first. Buyers may enter a tax id."),
    )
    webhook_uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)

    class Meta:
        verbose_name = _("clinic")
        verbose_name_plural = _("clinics")

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        """The clinic's own name, or its site's."""
        return self.name or self.site.site_name or self.site.hostname


class Role(models.TextChoices):
    """What a therapist profile may see: an own caseload, or everybody of the clinic."""

    THERAPIST = "therapist", _("Therapist (own caseload)")
    MANAGER = "manager", _("Manager (every client of the clinic)")


class TherapistQuerySet(models.QuerySet["Therapist"]):
    """Reads of therapists."""

    def active(self) -> "TherapistQuerySet":
        """Those who work here now."""
        return self.filter(is_active=True, user__is_active=True)


class Therapist(models.Model):
    """A physical therapist's (or clinic manager's) profile on a user account."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="therapists")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="asyncpt_therapists"
    )
    name = models.CharField(_("name"), max_length=200)
    credentials = models.CharField(
        _("credentials"), max_length=100, blank=True, help_text=_("For example: PT, DPT, OCS.")
    )
    role = models.CharField(_("role"), max_length=20, choices=Role, default=Role.THERAPIST)
    is_active = models.BooleanField(_("active"), default=True)

    objects = TherapistQuerySet.as_manager()

    class Meta:
        verbose_name = _("therapist")
        verbose_name_plural = _("therapists")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "user"], name="asyncpt_therapist_once"),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.credentials}" if self.credentials else self.name


class ClientQuerySet(models.QuerySet["Client"]):
    """Reads of clients; ``in_caseload`` is the one scope of every therapist's view."""

    def in_caseload(self, therapist: Therapist) -> "ClientQuerySet":
        """The clients that ``therapist`` may see: own, covered, or all for a manager."""
        scope = self.filter(clinic_id=therapist.clinic_id)
        if therapist.role == Role.MANAGER:
            return scope
        return scope.filter(
            Q(primary_therapist=therapist)
            | Q(pk__in=Coverage.objects.filter(therapist=therapist).values("client_id"))
        )


class Client(models.Model):
    """A client's profile on a user account, one for each clinic.

    ``user`` is empty once the account is deleted: invoices and what was prescribed must be kept,
    and hang on the profile.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="clients")
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="asyncpt_clients"
    )
    name = models.CharField(_("name"), max_length=200)
    primary_therapist = models.ForeignKey(
        Therapist,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="primary_clients",
        verbose_name=_("primary therapist"),
    )
    time_zone = models.CharField(_("time zone"), max_length=64, default="America/New_York")
    weight_unit = models.CharField(
        _("weight unit"), max_length=2, choices=WeightUnit, default=WeightUnit.LB
    )
    language = models.CharField(
        _("language"),
        max_length=15,
        blank=True,
        help_text=_("Empty: as the client's browser asks, and mails in the site's language."),
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)

    objects = ClientQuerySet.as_manager()

    class Meta:
        verbose_name = _("client")
        verbose_name_plural = _("clients")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "user"], name="asyncpt_client_once"),
        ]

    def __str__(self) -> str:
        return self.name


class Coverage(models.Model):
    """A therapist who covers for a client's primary therapist."""

    client = models.ForeignKey(Client, models.CASCADE, related_name="coverages")
    therapist = models.ForeignKey(Therapist, models.CASCADE, related_name="coverages")

    class Meta:
        verbose_name = _("coverage")
        verbose_name_plural = _("coverages")
        constraints = [
            models.UniqueConstraint(fields=["client", "therapist"], name="asyncpt_coverage_once"),
        ]

    def __str__(self) -> str:
        return f"{self.therapist} → {self.client}"


class AuditEntry(models.Model):
    """Append-only: who read or wrote which client's data, and when. Holds no health data."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, related_name="+")
    client = models.ForeignKey(Client, models.PROTECT, null=True, related_name="audit_entries")
    action = models.CharField(max_length=60)
    object_type = models.CharField(max_length=60, blank=True)
    object_id = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField(default=clock.now, editable=False)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["client", "-at"], name="asyncpt_audit_client")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.action}"


class Letter(models.Model):
    """A mail in the outbox: written in the transaction that causes it, sent after it.

    ``key`` is made from the cause, so that a cause that is processed twice mails once.
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    key = models.CharField(max_length=200, unique=True)
    to = models.EmailField()
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField()
    created_at = models.DateTimeField(default=clock.now, editable=False)
    sent_at = models.DateTimeField(null=True, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("letter")
        verbose_name_plural = _("letters")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return self.subject
