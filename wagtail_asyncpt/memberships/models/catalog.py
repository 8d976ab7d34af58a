"""What a clinic sells: tiers with prices, packages, coupons, and lists for full tiers."""

import uuid

from django.contrib.auth.models import Group
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.people.models import Client, Clinic


class Rollover(models.TextChoices):
    """What becomes of visits that a period left unused."""

    NONE = "none", _("end with the period")
    UP_TO = "up_to", _("keep up to a number")
    ALL = "all", _("keep all")


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
    visits_per_period = models.PositiveSmallIntegerField(_("in-person visits a period"), default=0)
    visit_rollover = models.CharField(
        _("unused visits"), max_length=10, choices=Rollover, default=Rollover.NONE
    )
    visit_rollover_limit = models.PositiveSmallIntegerField(
        _("visits kept at most"),
        default=0,
        help_text=_("Used with “keep up to”: how many unused visits move to the next period."),
    )
    visits_expire_after_days = models.PositiveSmallIntegerField(
        _("visits end after days"), default=365, help_text=_("Used with “keep all”.")
    )
    form_checks_per_week = models.PositiveSmallIntegerField(_("form checks a week"), default=2)
    reply_hours = models.PositiveSmallIntegerField(_("promised reply in hours"), default=48)
    trial_days = models.PositiveSmallIntegerField(_("free trial in days"), default=0)
    setup_fee = models.PositiveIntegerField(_("set-up fee in minor units"), default=0)
    payment_count = models.PositiveSmallIntegerField(
        _("number of payments"),
        null=True,
        blank=True,
        help_text=_("Leave empty for a membership that renews until it is canceled."),
    )
    seats_on_sale = models.PositiveIntegerField(
        _("places"),
        null=True,
        blank=True,
        help_text=_("How many members this plan takes; then visitors may join a wait list."),
    )
    member_seats = models.PositiveSmallIntegerField(
        _("people on one membership"),
        default=1,
        help_text=_("More than one for families and employers: the member invites the others."),
    )
    bundle = models.ForeignKey(
        "Package",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="bundled_with",
        verbose_name=_("sold together with"),
        help_text=_("A package that is paid once, in the same checkout as the first payment."),
    )
    is_public = models.BooleanField(_("on sale"), default=True)
    is_listed = models.BooleanField(
        _("listed"), default=True, help_text=_("Leave off to sell it by link only.")
    )
    is_highlighted = models.BooleanField(_("highlighted"), default=False)
    sort_order = models.PositiveSmallIntegerField(_("order"), default=0)
    stripe_product_id = models.CharField(max_length=100, blank=True, editable=False)
    stripe_setup_price_id = models.CharField(max_length=100, blank=True, editable=False)

    class Meta:
        verbose_name = _("tier")
        verbose_name_plural = _("tiers")
        ordering = ["sort_order", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "slug"], name="asyncpt_tier_slug"),
            models.CheckConstraint(
                condition=Q(payment_count=None) | Q(payment_count__gte=1),
                name="asyncpt_tier_payments",
            ),
            models.CheckConstraint(
                condition=Q(member_seats__gte=1), name="asyncpt_tier_member_seats"
            ),
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

    @property
    def months(self) -> int:
        """How many months it lasts."""
        return {"month": 1, "quarter": 3, "year": 12}[self.value]


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


class Package(models.Model):
    """A one-off bundle: in-person visits, a program of some weeks, or both.

    It opens what ``tier`` opens for ``weeks`` from the purchase. ``amount`` is in minor units of
    ``currency``; a purchase keeps the amount that it was sold for.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="packages")
    name = models.CharField(_("name"), max_length=100)
    summary = models.CharField(_("summary"), max_length=250, blank=True)
    features = models.TextField(
        _("what it includes"), blank=True, help_text=_("One promise on each line.")
    )
    visits = models.PositiveSmallIntegerField(_("in-person visits"), default=0)
    visits_expire_after_days = models.PositiveSmallIntegerField(
        _("visits end after days"), default=365
    )
    tier = models.ForeignKey(
        Tier,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="packages",
        verbose_name=_("opens what this plan opens"),
    )
    weeks = models.PositiveSmallIntegerField(_("for weeks"), default=0)
    amount = models.PositiveIntegerField(_("amount in minor units"))
    currency = models.CharField(_("currency"), max_length=3)
    is_public = models.BooleanField(_("on sale"), default=True)
    is_listed = models.BooleanField(
        _("listed"), default=True, help_text=_("Leave off to sell it by link only.")
    )
    is_highlighted = models.BooleanField(_("highlighted"), default=False)
    sort_order = models.PositiveSmallIntegerField(_("order"), default=0)
    stripe_product_id = models.CharField(max_length=100, blank=True, editable=False)
    stripe_price_id = models.CharField(max_length=100, blank=True, editable=False)

    class Meta:
        verbose_name = _("package")
        verbose_name_plural = _("packages")
        ordering = ["sort_order", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(visits__gt=0) | Q(weeks__gt=0), name="asyncpt_package_holds_something"
            ),
            models.CheckConstraint(
                condition=Q(tier=None, weeks=0) | Q(tier__isnull=False, weeks__gt=0),
                name="asyncpt_package_weeks_of_tier",
            ),
            models.CheckConstraint(condition=Q(amount__gt=0), name="asyncpt_package_amount"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def feature_list(self) -> list[str]:
        """The promises, one string each."""
        return [line.strip() for line in self.features.splitlines() if line.strip()]


class CouponDuration(models.TextChoices):
    """How many payments a coupon lowers (Stripe's words)."""

    ONCE = "once", _("the first payment")
    REPEATING = "repeating", _("some months")
    FOREVER = "forever", _("every payment")


class Coupon(models.Model):
    """A discount, and the code that a client types at Stripe's Checkout; twin of Stripe's two."""

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="coupons")
    code = models.CharField(_("code"), max_length=50)
    percent_off = models.DecimalField(
        _("percent off"), max_digits=5, decimal_places=2, null=True, blank=True
    )
    amount_off = models.PositiveIntegerField(_("amount off in minor units"), null=True, blank=True)
    currency = models.CharField(_("currency"), max_length=3, blank=True)
    duration = models.CharField(
        _("lowers"), max_length=10, choices=CouponDuration, default=CouponDuration.ONCE
    )
    duration_months = models.PositiveSmallIntegerField(_("months"), null=True, blank=True)
    max_redemptions = models.PositiveIntegerField(_("uses at most"), null=True, blank=True)
    times_redeemed = models.PositiveIntegerField(_("uses so far"), default=0, editable=False)
    expires_at = models.DateTimeField(_("valid until"), null=True, blank=True)
    first_time_only = models.BooleanField(_("for new members only"), default=False)
    is_active = models.BooleanField(_("active"), default=True)
    stripe_coupon_id = models.CharField(max_length=100, blank=True, editable=False)
    stripe_promotion_code_id = models.CharField(max_length=100, blank=True, editable=False)
    created_at = models.DateTimeField(default=clock.now, editable=False)

    class Meta:
        verbose_name = _("coupon")
        verbose_name_plural = _("coupons")
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "code"],
                condition=Q(is_active=True),
                name="asyncpt_coupon_code",
            ),
            models.CheckConstraint(
                condition=Q(percent_off__isnull=False, amount_off=None, currency="")
                | (Q(percent_off=None, amount_off__isnull=False) & ~Q(currency="")),
                name="asyncpt_coupon_percent_or_amount",
            ),
            models.CheckConstraint(
                condition=Q(percent_off=None) | Q(percent_off__gt=0, percent_off__lte=100),
                name="asyncpt_coupon_percent",
            ),
            models.CheckConstraint(
                condition=Q(duration=CouponDuration.REPEATING, duration_months__gte=1)
                | (~Q(duration=CouponDuration.REPEATING) & Q(duration_months=None)),
                name="asyncpt_coupon_months",
            ),
        ]

    def __str__(self) -> str:
        return self.code


class WaitListEntry(models.Model):
    """Somebody who waits for a place on a full tier."""

    tier = models.ForeignKey(Tier, models.PROTECT, related_name="wait_list")
    client = models.ForeignKey(Client, models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=clock.now, editable=False)
    invited_at = models.DateTimeField(null=True, blank=True)

    wagtail_reference_index_ignore = True

    class Meta:
        verbose_name = _("wait list entry")
        verbose_name_plural = _("wait list")
        ordering = ["created_at", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["tier", "client"], name="asyncpt_wait_list_once"),
        ]

    def __str__(self) -> str:
        return f"{self.client}: {self.tier}"
