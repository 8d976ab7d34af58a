"""What a clinic sells and what a client bought: local mirrors of Stripe, and ledgers."""

import uuid

from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.people.models import Client, Clinic


class Tier(models.Model):
    """A recurring membership level of one clinic.

    ``group`` is how editors gate a page in Wagtail's Privacy dialog; it holds no permissions and
    its members are a projection of entitlement, never its source.
    """

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="tiers")
    name = models.CharField(_("name"), max_length=100)
    slug = models.SlugField(_("slug"), max_length=100)
    summary = models.CharField(_("summary"), max_length=250, blank=True)
    features = models.TextField(
        _("what it includes"), blank=True, help_text=_("One promise on each line.")
    )
    group = models.OneToOneField(Group, models.PROTECT, related_name="asyncpt_tier", editable=False)
    includes = models.ManyToManyField(
        "self",
        symmetrical=False,
        blank=True,
        related_name="included_in",
        verbose_name=_("also opens"),
        help_text=_("Lower tiers whose pages this one opens too."),
    )
    has_program = models.BooleanField(
        _("weekly program"), default=True, help_text=_("The client is coached week by week.")
    )
    form_checks_per_week = models.PositiveSmallIntegerField(_("form checks a week"), default=2)
    reply_hours = models.PositiveSmallIntegerField(_("promised reply in hours"), default=48)
    is_public = models.BooleanField(_("on sale"), default=True)
    is_highlighted = models.BooleanField(_("highlighted"), default=False)
    sort_order = models.PositiveSmallIntegerField(_("order"), default=0)
    stripe_product_id = models.CharField(max_length=100, blank=True, editable=False)

    class Meta:
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        ordering = ["sort_order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "slug"], name="asyncpt_tier_slug"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def feature_list(self) -> list[str]:
        """The promises, one string each."""
        return [line.strip() for line in self.features.splitlines() if line.strip()]


class Interval(models.TextChoices):
    """How often a price is charged."""

    MONTH = "month", _("month")
    QUARTER = "quarter", _("3 months")
    YEAR = "year", _("year")


class Price(models.Model):
    """What a tier costs: integer minor units of a currency, each interval. Never edited."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    tier = models.ForeignKey(Tier, models.PROTECT, related_name="prices")
    amount = models.PositiveIntegerField(_("amount in minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    interval = models.CharField(
        _("charged every"), max_length=10, choices=Interval, default=Interval.MONTH
    )
    is_active = models.BooleanField(_("on sale"), default=True)
    stripe_price_id = models.CharField(max_length=100, blank=True, editable=False)

    class Meta:
        verbose_name = _("price")
        verbose_name_plural = _("prices")
        ordering = ["amount"]
        constraints = [
            models.UniqueConstraint(
                fields=["stripe_price_id"],
                condition=~Q(stripe_price_id=""),
                name="asyncpt_price_stripe_id",
            ),
            models.UniqueConstraint(
                fields=["tier", "interval"],
                condition=Q(is_active=True),
                name="asyncpt_price_one_active",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tier}: {self.amount} {self.currency} / {self.get_interval_display()}"


class StripeCustomer(models.Model):
    """A client's customer at Stripe: one each client and Stripe account."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="stripe_customers")
    account = models.CharField(max_length=50)
    stripe_id = models.CharField(max_length=100)
    livemode = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("Stripe customer")
        verbose_name_plural = _("Stripe customers")
        constraints = [
            models.UniqueConstraint(fields=["client", "account"], name="asyncpt_customer_once"),
            models.UniqueConstraint(
                fields=["account", "stripe_id"], name="asyncpt_customer_stripe_id"
            ),
        ]

    def __str__(self) -> str:
        return self.stripe_id


class MembershipStatus(models.TextChoices):
    """Stripe's subscription states, and two of ours: pending (in Checkout) and abandoned."""

    PENDING = "pending", _("in checkout")
    ABANDONED = "abandoned", _("not bought")
    INCOMPLETE = "incomplete", _("payment incomplete")
    INCOMPLETE_EXPIRED = "incomplete_expired", _("payment never completed")
    TRIALING = "trialing", _("trial")
    ACTIVE = "active", _("active")
    PAST_DUE = "past_due", _("payment failed")
    UNPAID = "unpaid", _("unpaid")
    PAUSED = "paused", _("paused")
    CANCELED = "canceled", _("ended")


#: States in which a client holds (or is buying) the one membership that a clinic allows.
OPEN_STATUSES = (
    MembershipStatus.PENDING,
    MembershipStatus.INCOMPLETE,
    MembershipStatus.TRIALING,
    MembershipStatus.ACTIVE,
    MembershipStatus.PAST_DUE,
    MembershipStatus.UNPAID,
    MembershipStatus.PAUSED,
)


class Source(models.TextChoices):
    """Where a membership comes from."""

    STRIPE = "stripe", _("Stripe")
    COMPLIMENTARY = "complimentary", _("complimentary")


class Membership(models.Model):
    """One client's purchase of a tier. ``uuid`` is what Stripe knows of it.

    ``past_due_since`` starts the grace in which access goes on after a failed payment.
    ``ends_at`` is when a canceled or complimentary membership stops; empty while it renews.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="memberships")
    client = models.ForeignKey(Client, models.PROTECT, related_name="memberships")
    tier = models.ForeignKey(Tier, models.PROTECT, related_name="memberships")
    price = models.ForeignKey(
        Price, models.PROTECT, null=True, blank=True, related_name="memberships"
    )
    source = models.CharField(max_length=20, choices=Source, default=Source.STRIPE)
    reason = models.CharField(max_length=200, blank=True)
    status = models.CharField(
        _("status"), max_length=20, choices=MembershipStatus, default=MembershipStatus.PENDING
    )
    account = models.CharField(max_length=50, blank=True)
    livemode = models.BooleanField(default=False)
    stripe_subscription_id = models.CharField(max_length=100, blank=True)
    checkout_session_id = models.CharField(max_length=100, blank=True)
    checkout_url = models.URLField(max_length=2000, blank=True)
    checkout_expires_at = models.DateTimeField(null=True, blank=True)
    period_start = models.DateTimeField(null=True, blank=True)
    period_end = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    past_due_since = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    activated_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    synced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "client"],
                condition=Q(status__in=OPEN_STATUSES),
                name="asyncpt_membership_one_open",
            ),
            models.UniqueConstraint(
                fields=["account", "stripe_subscription_id"],
                condition=~Q(stripe_subscription_id=""),
                name="asyncpt_membership_subscription",
            ),
            models.UniqueConstraint(
                fields=["account", "checkout_session_id"],
                condition=~Q(checkout_session_id=""),
                name="asyncpt_membership_session",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client}: {self.tier} ({self.get_status_display()})"


class AccessPeriod(models.Model):
    """Append-only: days to which a client is entitled. ``key`` names the paid line or the grant."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    client = models.ForeignKey(Client, models.PROTECT, related_name="access_periods")
    membership = models.ForeignKey(Membership, models.PROTECT, related_name="access_periods")
    tier = models.ForeignKey(Tier, models.PROTECT, related_name="+")
    key = models.CharField(max_length=200, unique=True)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("access period")
        verbose_name_plural = _("access periods")
        ordering = ["starts_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=models.F("starts_at")), name="asyncpt_access_forward"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client}: {self.starts_at:%Y-%m-%d} – {self.ends_at:%Y-%m-%d}"


class Invoice(models.Model):
    """Mirror of a Stripe invoice: what a client was charged, in minor units."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+")
    client = models.ForeignKey(Client, models.PROTECT, related_name="invoices")
    membership = models.ForeignKey(Membership, models.PROTECT, null=True, related_name="invoices")
    account = models.CharField(max_length=50)
    stripe_id = models.CharField(max_length=100)
    status = models.CharField(max_length=20)
    billing_reason = models.CharField(max_length=40, blank=True)
    currency = models.CharField(max_length=3)
    amount_due = models.IntegerField(default=0)
    amount_paid = models.IntegerField(default=0)
    period_start = models.DateTimeField(null=True, blank=True)
    period_end = models.DateTimeField(null=True, blank=True)
    hosted_url = models.URLField(max_length=2000, blank=True)
    created_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True, blank=True)

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

    class Meta:
        verbose_name = _("Stripe event")
        verbose_name_plural = _("Stripe events")
        ordering = ["-received_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["account", "event_id"], name="asyncpt_event_once"),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"
