"""What was charged and given back, and the inbox of webhooks: mirrors of Stripe."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.memberships.models.memberships import Gift, Membership, Purchase
from wagtail_asyncpt.people.models import Client, Clinic


class Invoice(models.Model):
    """Mirror of a Stripe invoice: what a client was charged, in minor units.

    ``description`` and the days of service are what a receipt says; nothing about health.
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    client = models.ForeignKey(Client, models.PROTECT, related_name="invoices")
    membership = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="invoices")
    purchase = models.ForeignKey(
        Purchase, models.PROTECT, null=True, blank=True, related_name="invoices"
    )
    account = models.CharField(max_length=50)
    stripe_id = models.CharField(max_length=100)
    number = models.CharField(max_length=100, blank=True)
    description = models.CharField(max_length=200, blank=True)
    payment_intent_id = models.CharField(max_length=100, blank=True)
    status = models.CharField(max_length=20)
    billing_reason = models.CharField(max_length=40, blank=True)
    currency = models.CharField(max_length=3)
    amount_due = models.IntegerField(default=0)
    amount_paid = models.IntegerField(default=0)
    amount_refunded = models.IntegerField(default=0)
    period_start = models.DateTimeField(null=True, blank=True)
    period_end = models.DateTimeField(null=True, blank=True)
    service_start = models.DateTimeField(null=True, blank=True)
    service_end = models.DateTimeField(null=True, blank=True)
    hosted_url = models.URLField(max_length=2000, blank=True)
    created_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("invoice")
        verbose_name_plural = _("invoices")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "stripe_id"], name="asyncpt_invoice_stripe_id"
            ),
        ]

    def __str__(self) -> str:
        return self.stripe_id


class RefundEffect(models.TextChoices):
    """What a refund does to what was paid for (kept at Stripe, in the refund's metadata)."""

    KEEP = "keep", _("Access and visits stay as they are")
    VISITS = "visits", _("Unused visits are taken back, in proportion to the amount")
    END = "end", _("Access ends now, and unused visits are taken back")


class Refund(models.Model):
    """Mirror of a Stripe refund, in minor units; ``reason`` and ``made_by`` when staff made it."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    client = models.ForeignKey(Client, models.PROTECT, related_name="refunds")
    invoice = models.ForeignKey(
        Invoice, models.PROTECT, null=True, blank=True, related_name="refunds"
    )
    purchase = models.ForeignKey(
        Purchase, models.PROTECT, null=True, blank=True, related_name="refunds"
    )
    gift = models.ForeignKey(Gift, models.PROTECT, null=True, blank=True, related_name="refunds")
    account = models.CharField(max_length=50)
    stripe_id = models.CharField(max_length=100)
    payment_intent_id = models.CharField(max_length=100)
    status = models.CharField(max_length=20)
    amount = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    effect = models.CharField(max_length=10, choices=RefundEffect, default=RefundEffect.VISITS)
    reason = models.CharField(max_length=200, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("refund")
        verbose_name_plural = _("refunds")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "stripe_id"], name="asyncpt_refund_stripe_id"
            ),
        ]

    def __str__(self) -> str:
        return self.stripe_id


class Dispute(models.Model):
    """Mirror of a Stripe dispute: a payment that the client's bank took back for now."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    client = models.ForeignKey(Client, models.PROTECT, related_name="disputes")
    invoice = models.ForeignKey(
        Invoice, models.PROTECT, null=True, blank=True, related_name="disputes"
    )
    purchase = models.ForeignKey(
        Purchase, models.PROTECT, null=True, blank=True, related_name="disputes"
    )
    gift = models.ForeignKey(Gift, models.PROTECT, null=True, blank=True, related_name="disputes")
    account = models.CharField(max_length=50)
    stripe_id = models.CharField(max_length=100)
    payment_intent_id = models.CharField(max_length=100)
    status = models.CharField(max_length=30)
    amount = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    reason = models.CharField(max_length=50, blank=True)
    due_by = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("dispute")
        verbose_name_plural = _("disputes")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "stripe_id"], name="asyncpt_dispute_stripe_id"
            ),
        ]

    def __str__(self) -> str:
        return self.stripe_id


class EventStatus(models.TextChoices):
    """What became of a webhook event."""

    RECEIVED = "received", _("received")
    DONE = "done", _("processed")
    IGNORED = "ignored", _("not ours")
    FAILED = "failed", _("failed")


class StripeEvent(models.Model):
    """The inbox: every verified webhook event once; a hint to fetch ``object_id``."""

    account = models.CharField(max_length=50)
    event_id = models.CharField(max_length=100)
    type = models.CharField(max_length=100)
    object_id = models.CharField(max_length=100, blank=True)
    livemode = models.BooleanField(default=False)
    payload = models.JSONField(default=dict)
    status = models.CharField(max_length=20, choices=EventStatus, default=EventStatus.RECEIVED)
    attempts = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)
    received_at = models.DateTimeField(default=clock.now, editable=False)
    processed_at = models.DateTimeField(null=True, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("Stripe event")
        verbose_name_plural = _("Stripe events")
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["account", "event_id"], name="asyncpt_event_once"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"
