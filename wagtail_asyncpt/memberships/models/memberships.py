"""What a client bought: mirrors of Stripe's subscriptions and one-off payments, and gifts."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.memberships.models.catalog import Package, Price, Tier
from wagtail_asyncpt.people.models import Client, Clinic


class StripeCustomer(models.Model):
    """A client's customer at Stripe: one each client and Stripe account."""

    client = models.ForeignKey(Client, models.PROTECT, related_name="stripe_customers")
    account = models.CharField(max_length=50)
    stripe_id = models.CharField(max_length=100)
    livemode = models.BooleanField(default=False)

    wagtail_reference_index_ignore = True

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
    GIFT = "gift", _("gift")
    SEAT = "seat", _("family or employer seat")


class CancelReason(models.TextChoices):
    """Why somebody leaves (the words of Stripe's ``cancellation_details.feedback``)."""

    TOO_EXPENSIVE = "too_expensive", _("It costs too much")
    MISSING_FEATURES = "missing_features", _("Something I need is missing")
    SWITCHED_SERVICE = "switched_service", _("I go somewhere else")
    UNUSED = "unused", _("I do not use it enough")
    CUSTOMER_SERVICE = "customer_service", _("I was not looked after well")
    TOO_COMPLEX = "too_complex", _("It is too complicated")
    LOW_QUALITY = "low_quality", _("It is not good enough")
    OTHER = "other", _("Something else, for example: I feel well again")


class Membership(models.Model):
    """One client's purchase of a tier. ``uuid`` is what Stripe knows of it.

    ``resumes_at`` is when a pause ends by itself, ``next_price`` what it changes to at
    ``next_price_at``, ``sponsor`` the family's or employer's membership that a seat belongs to.
    ``card_expires_on`` is the last day of the card that is charged.
    ``past_due_since`` starts the grace in which access goes on after a failed payment.
    ``setup_fee`` (in minor units) and ``trial_days`` are the terms of its checkout.
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
    sponsor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="sponsored"
    )
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
    trial_ends_at = models.DateTimeField(null=True, blank=True)
    paused_at = models.DateTimeField(null=True, blank=True)
    resumes_at = models.DateTimeField(null=True, blank=True)
    setup_fee = models.PositiveIntegerField(default=0)
    stripe_setup_price_id = models.CharField(max_length=100, blank=True)
    trial_days = models.PositiveSmallIntegerField(default=0)
    next_price = models.ForeignKey(Price, models.PROTECT, null=True, blank=True, related_name="+")
    next_price_at = models.DateTimeField(null=True, blank=True)
    stripe_schedule_id = models.CharField(max_length=100, blank=True)
    cancel_reason = models.CharField(max_length=30, choices=CancelReason, blank=True)
    cancel_comment = models.TextField(blank=True)
    card_brand = models.CharField(max_length=30, blank=True)
    card_last4 = models.CharField(max_length=4, blank=True)
    card_expires_on = models.DateField(null=True, blank=True)
    past_due_since = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    activated_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    synced_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        ordering = ["-created_at"]
        permissions = [
            ("grant_membership", _("Can give and take back complimentary time")),
            ("extend_membership", _("Can give free days")),
            ("refund_membership", _("Can refund payments")),
            ("cancel_membership", _("Can cancel memberships")),
            ("move_membership", _("Can move members to another plan")),
            ("recheck_membership", _("Can compare with Stripe")),
        ]
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
            models.CheckConstraint(
                condition=Q(next_price=None, next_price_at=None)
                | Q(next_price__isnull=False, next_price_at__isnull=False),
                name="asyncpt_membership_next_price",
            ),
            models.CheckConstraint(
                condition=Q(source=Source.SEAT, sponsor__isnull=False)
                | (~Q(source=Source.SEAT) & Q(sponsor=None)),
                name="asyncpt_membership_sponsor",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client}: {self.tier} ({self.get_status_display()})"


class PurchaseStatus(models.TextChoices):
    """States of a one-off purchase."""

    PENDING = "pending", _("in checkout")
    ABANDONED = "abandoned", _("not bought")
    PAID = "paid", _("paid")
    REFUNDED = "refunded", _("refunded")


class Purchase(models.Model):
    """One client's purchase of a package; with ``membership`` when it came in one checkout.

    ``gift`` is set when somebody else paid. It keeps what was sold, whatever becomes of the
    package: ``amount`` in minor units, and what it holds. What ``tier`` opens is open from
    ``starts_at`` to ``ends_at``; its visits are rows of the credit ledger.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="purchases")
    client = models.ForeignKey(Client, models.PROTECT, related_name="purchases")
    package = models.ForeignKey(Package, models.PROTECT, related_name="purchases")
    membership = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="purchases"
    )
    gift = models.OneToOneField(
        "Gift", models.PROTECT, null=True, blank=True, related_name="purchase"
    )
    tier = models.ForeignKey(Tier, models.PROTECT, null=True, blank=True, related_name="purchases")
    weeks = models.PositiveSmallIntegerField(default=0)
    visits = models.PositiveSmallIntegerField(default=0)
    visits_expire_after_days = models.PositiveSmallIntegerField(default=365)
    status = models.CharField(
        _("status"), max_length=20, choices=PurchaseStatus, default=PurchaseStatus.PENDING
    )
    amount = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    account = models.CharField(max_length=50, blank=True)
    livemode = models.BooleanField(default=False)
    stripe_price_id = models.CharField(max_length=100, blank=True)
    checkout_session_id = models.CharField(max_length=100, blank=True)
    checkout_url = models.URLField(max_length=2000, blank=True)
    payment_intent_id = models.CharField(max_length=100, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    paid_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("purchase")
        verbose_name_plural = _("purchases")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["account", "checkout_session_id"],
                condition=~Q(checkout_session_id="") & Q(membership=None),
                name="asyncpt_purchase_session",
            ),
            models.UniqueConstraint(
                fields=["client", "package"],
                condition=Q(status=PurchaseStatus.PENDING, membership=None),
                name="asyncpt_purchase_one_pending",
            ),
            models.UniqueConstraint(
                fields=["membership"],
                condition=Q(membership__isnull=False),
                name="asyncpt_purchase_one_bundle",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.client}: {self.package} ({self.get_status_display()})"


class GiftStatus(models.TextChoices):
    """States of a gift."""

    PENDING = "pending", _("in checkout")
    ABANDONED = "abandoned", _("not bought")
    PAID = "paid", _("waits to be used")
    REDEEMED = "redeemed", _("used")
    REFUNDED = "refunded", _("refunded")


class Gift(models.Model):
    """Some months of a tier, or a package, bought by one person for another.

    ``code`` is what the receiver types; it is kept from everybody but the buyer and the receiver.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="gifts")
    buyer = models.ForeignKey(Client, models.PROTECT, related_name="gifts_bought")
    tier = models.ForeignKey(Tier, models.PROTECT, null=True, blank=True, related_name="+")
    months = models.PositiveSmallIntegerField(null=True, blank=True)
    package = models.ForeignKey(Package, models.PROTECT, null=True, blank=True, related_name="+")
    code = models.CharField(max_length=40, unique=True)
    recipient_email = models.EmailField(_("email of the receiver"))
    recipient_name = models.CharField(_("name of the receiver"), max_length=100, blank=True)
    message = models.TextField(_("a few words"), blank=True, max_length=500)
    status = models.CharField(max_length=20, choices=GiftStatus, default=GiftStatus.PENDING)
    amount = models.PositiveIntegerField()
    currency = models.CharField(max_length=3)
    account = models.CharField(max_length=50, blank=True)
    livemode = models.BooleanField(default=False)
    stripe_price_id = models.CharField(max_length=100, blank=True)
    checkout_session_id = models.CharField(max_length=100, blank=True)
    checkout_url = models.URLField(max_length=2000, blank=True)
    payment_intent_id = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=clock.now, editable=False)
    paid_at = models.DateTimeField(null=True, blank=True)
    redeemed_by = models.ForeignKey(
        Client, models.PROTECT, null=True, blank=True, related_name="gifts_redeemed"
    )
    redeemed_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("gift")
        verbose_name_plural = _("gifts")
        ordering = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(tier__isnull=False, months__gte=1, package=None)
                | Q(tier=None, months=None, package__isnull=False),
                name="asyncpt_gift_tier_or_package",
            ),
            models.UniqueConstraint(
                fields=["account", "checkout_session_id"],
                condition=~Q(checkout_session_id=""),
                name="asyncpt_gift_session",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.tier or self.package} ({self.get_status_display()})"


class Seat(models.Model):
    """An invitation to one of the seats of a family's or employer's membership."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sponsor = models.ForeignKey(Membership, models.PROTECT, related_name="seats")
    email = models.EmailField(_("email"))
    membership = models.OneToOneField(
        Membership, models.PROTECT, null=True, blank=True, related_name="seat"
    )
    created_at = models.DateTimeField(default=clock.now, editable=False)
    accepted_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name = _("seat")
        verbose_name_plural = _("seats")
        ordering = ["created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["sponsor", "email"],
                condition=Q(revoked_at=None),
                name="asyncpt_seat_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.email}: {self.sponsor.tier}"
