"""Tiers and prices as words for a page."""

from dataclasses import dataclass, field, replace

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from wagtail_asyncpt.core.money import format_money
from wagtail_asyncpt.memberships import queries
from wagtail_asyncpt.memberships.models import Interval, Package, Price, Tier
from wagtail_asyncpt.people.models import Client, Clinic


@dataclass(frozen=True)
class PriceOffer:
    """One way to pay for a tier. ``url`` leads to the join page; ``saving`` are the percent that
    it costs less than paying by the month."""

    amount: str
    per: str
    url: str
    saving: int = 0

    @property
    def words(self) -> str:
        """For example "$149.00 a month"."""
        return f"{self.amount} {self.per}"


@dataclass(frozen=True)
class TierOffer:
    """A pricing card: the tier, what it includes, and its prices (none: not open yet)."""

    tier: Tier
    promises: list[str]
    prices: list[PriceOffer]
    is_full: bool = False
    #: What is paid once with the first payment, and how it begins: a sentence each.
    beginning: list[str] = field(default_factory=list)

    @property
    def wait_url(self) -> str:
        """Where one joins the wait list."""
        return reverse("asyncpt_memberships:wait", args=[self.tier.pk])


@dataclass(frozen=True)
class PackageOffer:
    """A package's card. ``url`` leads to its buy page."""

    package: Package
    promises: list[str]
    amount: str
    url: str


@dataclass(frozen=True)
class PresentOffer:
    """Something that can be given: some months of a tier, or a package.

    ``group`` is the tier's name, and empty for a package.
    """

    name: str
    amount: str
    group: str = ""
    price: Price | None = None
    months: int = 0
    package: Package | None = None


#: For how many months a tier is given.
GIFT_MONTHS = (1, 3, 6, 12)


def per(interval: str) -> str:
    """ "a month" and its kin."""
    return {
        Interval.MONTH.value: _("a month"),
        Interval.QUARTER.value: _("every 3 months"),
        Interval.YEAR.value: _("a year"),
    }[str(interval)]


def offer_price(price: Price) -> PriceOffer:
    """A price in the visitor's language."""
    return PriceOffer(
        amount=format_money(price.amount, price.currency),
        per=per(price.interval),
        url=reverse("asyncpt_memberships:join", args=[price.uuid]),
    )


def promises(tier: Tier) -> list[str]:
    """What the tier includes: what the clinic wrote, and what the program itself promises."""
    built_in: list[str] = []
    if tier.has_program:
        built_in.append(_("A program written for you, adjusted every week"))
        checks = tier.form_checks_per_week
        if checks:
            text = ngettext(
                "%(count)d form check on video a week",
                "%(count)d form checks on video a week",
                checks,
            )
            built_in.append(text % {"count": checks})
        text = ngettext(
            "An answer within %(count)d hour",
            "An answer within %(count)d hours",
            tier.reply_hours,
        )
        built_in.append(text % {"count": tier.reply_hours})
    if tier.visits_per_period:
        text = ngettext(
            "%(count)d in-person visit each time you pay",
            "%(count)d in-person visits each time you pay",
            tier.visits_per_period,
        )
        built_in.append(text % {"count": tier.visits_per_period})
    if tier.member_seats > 1:
        text = _("For up to %(count)d people")
        built_in.append(text % {"count": tier.member_seats})
    return [*built_in, *tier.feature_list]


def tier_offer(tier: Tier) -> TierOffer:
    """The card of a tier with its ``on_sale`` prices and how many are ``taken`` (see queries)."""
    prices: list[Price] = getattr(tier, "on_sale", [])
    taken: int = getattr(tier, "taken", 0)
    is_full = tier.seats_on_sale is not None and taken >= tier.seats_on_sale
    return TierOffer(
        tier,
        promises(tier),
        _ways(prices),
        is_full,
        _beginning(prices[0]) if prices else [],
    )


def _ways(prices: list[Price]) -> list[PriceOffer]:
    monthly = next((price.amount for price in prices if price.interval == Interval.MONTH), 0)
    return [replace(offer_price(price), saving=_saving(price, monthly)) for price in prices]


def _saving(price: Price, monthly: int) -> int:
    """How many percent ``price`` is below as many months at ``monthly``, rounded down."""
    by_month = monthly * Interval(price.interval).months
    return max(0, 100 * (by_month - price.amount) // by_month) if by_month else 0


def _beginning(price: Price) -> list[str]:
    """What a card says of the first payment, so that nobody is surprised at the checkout."""
    tier, said = price.tier, []
    for name, amount in _paid_once(price):
        part = {"name": name, "amount": format_money(amount, price.currency)}
        said.append(_("Plus %(amount)s once: %(name)s") % part)
    if tier.trial_days:
        text = ngettext(
            "The first %(days)d day is free", "The first %(days)d days are free", tier.trial_days
        )
        said.append(text % {"days": tier.trial_days})
    if tier.payment_count:
        text = ngettext("%(count)d payment in all", "%(count)d payments in all", tier.payment_count)
        said.append(text % {"count": tier.payment_count})
    return said


def offers_of(clinic: Clinic) -> list[TierOffer]:
    """The cards of the listed tiers; two queries."""
    return [tier_offer(tier) for tier in queries.tiers_on_sale(clinic)]


def packages_of(clinic: Clinic) -> list[PackageOffer]:
    """The cards of the listed packages; one query."""
    packages = queries.packages_on_sale(clinic).select_related("tier")
    return [package_offer(package) for package in packages]


def find_offer(clinic: Clinic, which: str) -> TierOffer | PackageOffer | None:
    """The card of a tier (its slug, or ``tier:<pk>``) or a package (``package:<pk>``) on sale."""
    kind, _colon, key = which.partition(":")
    if kind == "package" and key.isdecimal():
        package = queries.packages_sold(clinic).select_related("tier").filter(pk=key).first()
        return package_offer(package) if package else None
    tiers = queries.sold_tiers(clinic)
    found = tiers.filter(pk=key) if kind == "tier" and key.isdecimal() else tiers.filter(slug=which)
    tier = found.first()
    return tier_offer(tier) if tier else None


def package_offer(package: Package) -> PackageOffer:
    """The card of a package."""
    return PackageOffer(
        package=package,
        promises=package_promises(package),
        amount=format_money(package.amount, package.currency),
        url=reverse("asyncpt_memberships:buy", args=[package.uuid]),
    )


def package_promises(package: Package) -> list[str]:
    """What the package holds, in words, and what the clinic wrote."""
    built_in: list[str] = []
    if package.visits:
        text = ngettext("%(count)d in-person visit", "%(count)d in-person visits", package.visits)
        built_in.append(text % {"count": package.visits})
        until = ngettext(
            "To be used within %(count)d day",
            "To be used within %(count)d days",
            package.visits_expire_after_days,
        )
        built_in.append(until % {"count": package.visits_expire_after_days})
    if package.tier is not None:
        text = ngettext(
            "%(tier)s for %(count)d week", "%(tier)s for %(count)d weeks", package.weeks
        )
        built_in.append(text % {"tier": package.tier.name, "count": package.weeks})
    return [*built_in, *package.feature_list]


def payment_terms(price: Price, *, with_trial: bool) -> list[str]:
    """What joining costs, and when: a sentence each."""
    tier, currency = price.tier, price.currency
    trial = with_trial and tier.trial_days > 0
    extras = _paid_once(price)
    today = sum(amount for _name, amount in extras) + (0 if trial else price.amount)
    words = {"amount": format_money(today, currency)}
    if today:
        said = [
            _("Today: %(amount)s, by card, on the secure page of our payment provider Stripe.")
            % words
        ]
    else:
        said = [
            _(
                "Today: nothing. You give your card on the secure page of our payment provider "
                "Stripe."
            )
        ]
    for name, amount in extras:
        part = {"name": name, "amount": format_money(amount, currency)}
        said.append(_("In it, once: %(name)s, %(amount)s.") % part)
    if trial:
        text = ngettext(
            "Your first %(days)d day is free. You can cancel before it is over and pay nothing.",
            "Your first %(days)d days are free. You can cancel before they are over and pay "
            "nothing more.",
            tier.trial_days,
        )
        said.append(text % {"days": tier.trial_days})
    said.append(_later(price))
    return said


def _paid_once(price: Price) -> list[tuple[str, int]]:
    tier = price.tier
    extras = []
    if tier.setup_fee and tier.stripe_setup_price_id:
        extras.append((_("set-up fee"), tier.setup_fee))
    if tier.bundle is not None:
        extras.append((tier.bundle.name, tier.bundle.amount))
    return extras


def _later(price: Price) -> str:
    words, count = offer_price(price).words, price.tier.payment_count
    if count is None:
        return _("After that: %(words)s, until you cancel.") % {"words": words}
    text = ngettext(
        "%(count)d payment in all, %(words)s. Then it ends by itself.",
        "%(count)d payments in all, %(words)s. Then it ends by itself.",
        count,
    )
    return text % {"count": count, "words": words}


def presents_of(clinic: Clinic, buyer: Client | None = None) -> dict[str, PresentOffer]:
    """What can be given, by a key for the form: listed tiers that are paid by the month and have
    a place, and listed packages.

    A gift that ``buyer`` began to pay keeps its place for them. Three queries, or four.
    """
    found: dict[str, PresentOffer] = {}
    begun = queries.tiers_being_given(buyer) if buyer is not None else set()
    for tier in queries.tiers_on_sale(clinic):
        monthly = [price for price in tier.on_sale if price.interval == Interval.MONTH]  # type: ignore[attr-defined]
        has_place = tier.pk in begun or not tier_offer(tier).is_full
        for price in monthly[:1] if has_place else ():
            for months in GIFT_MONTHS:
                if months <= (tier.payment_count or months):
                    found[f"{price.uuid}:{months}"] = _months_of(price, months)
    for package in queries.packages_on_sale(clinic):
        found[f"package:{package.uuid}"] = PresentOffer(
            name=package.name,
            amount=format_money(package.amount, package.currency),
            package=package,
        )
    return found


def _months_of(price: Price, months: int) -> PresentOffer:
    text = ngettext("%(tier)s for %(count)d month", "%(tier)s for %(count)d months", months)
    return PresentOffer(
        name=text % {"tier": price.tier.name, "count": months},
        amount=format_money(price.amount * months, price.currency),
        group=price.tier.name,
        price=price,
        months=months,
    )
