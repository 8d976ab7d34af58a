"""The twins at Stripe of what a clinic sells: products and prices of tiers and packages."""

from collections.abc import Callable
from dataclasses import dataclass, field

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from wagtail_asyncpt.core.money import format_money
from wagtail_asyncpt.memberships.models import (
    OPEN_STATUSES,
    Interval,
    MembershipStatus,
    Package,
    Price,
    Tier,
)
from wagtail_asyncpt.memberships.stripe import gateway
from wagtail_asyncpt.memberships.stripe.client import Missing
from wagtail_asyncpt.people.models import Clinic

MONTHS: dict[str, int] = {Interval.MONTH: 1, Interval.QUARTER: 3, Interval.YEAR: 12}
#: Stands for the id of something that a dry run would make.
NOT_YET = ""


_ACTIONS = {
    "created product": _("Make a product"),
    "found product": _("Use the product that is there"),
    "updated product": _("Update the product's name and put it on sale"),
    "created price": _("Make a price"),
    "found price": _("Use the price that is there"),
    "put on sale price": _("Put the price on sale"),
    "took off sale price": _("Take the price off sale"),
    "created coupon": _("Make a coupon"),
    "found coupon": _("Use the coupon that is there"),
    "closed coupon": _("Close the coupon"),
    "adopted coupon": _("Take over a coupon that was made at Stripe"),
}


@dataclass(frozen=True)
class SyncLine:
    """One difference: ``action`` (created, found, updated, …) to ``what``; ``note`` says more."""

    action: str
    what: str
    stripe_id: str
    note: str = ""

    @property
    def label(self) -> str:
        """The action, for people."""
        return str(_ACTIONS.get(self.action, self.action))

    def __str__(self) -> str:
        words = f"{self.action} {self.what}"
        if self.stripe_id:
            words += f" ({self.stripe_id})"
        return f"{words}: {self.note}" if self.note else words


@dataclass
class Run:
    """One comparison with Stripe. A ``dry`` one only notes what it would do."""

    account: str
    dry: bool = False
    done: list[SyncLine] = field(default_factory=list)
    _products: dict[str, gateway.Json] | None = None

    def step(
        self, action: str, what: str, write: Callable[[], str], *, known: str = "", note: str = ""
    ) -> str:
        """Do ``write``, unless dry, and note it; returns the id that it gives."""
        identity = known if self.dry else write()
        self.done.append(SyncLine(action, what, identity, note))
        return identity

    def product_marked(self, mark: str) -> gateway.Json | None:
        """The product that carries our ``mark``; the account's products are listed once."""
        if self._products is None:
            self._products = {
                row["metadata"][key]: row
                for row in gateway.products(self.account)
                for key in ("asyncpt_tier", "asyncpt_package")
                if key in row["metadata"]
            }
        return self._products.get(mark)


def sync_tiers(*, clinic: Clinic, dry_run: bool = False) -> list[SyncLine]:
    """Give every tier, package and coupon its twin at Stripe; what is right is left alone.

    A twin whose id was lost here is found again by our metadata and lookup keys. Each step is
    stored on its own, so that a failure loses nothing. ``dry_run`` writes nothing, here or there,
    and returns what would be done. Raises StripeFailure.
    """
    from wagtail_asyncpt.memberships.operations.coupons import sync_coupons

    run = Run(clinic.stripe_account, dry_run)
    for tier in Tier.objects.filter(clinic=clinic).select_related("clinic"):
        _sync_tier(run, tier)
    for package in _packages(clinic):
        _sync_package(run, package)
    sync_coupons(run, clinic)
    return run.done


def _packages(clinic: Clinic) -> QuerySet[Package]:
    """Those that are sold, alone or together with a tier, or were."""
    sold = Q(is_public=True) | ~Q(stripe_price_id="") | Q(bundled_with__isnull=False)
    return Package.objects.filter(sold, clinic=clinic).select_related("clinic").distinct()


# ---------------------------------------------------------------------------------------- tiers


def _sync_tier(run: Run, tier: Tier) -> None:
    members = Count("memberships", filter=Q(memberships__status__in=_PAYING))
    prices = list(tier.prices.annotate(members=members))
    if not any(price.is_active or price.stripe_price_id for price in prices):
        return
    _sync_product(run, tier, "asyncpt_tier", f"{tier.clinic.webhook_uuid}:{tier.slug}")
    for price in prices:
        _sync_price(run, tier, price)
    if tier.setup_fee:
        _sync_setup_fee(run, tier)


_PAYING = tuple(status for status in OPEN_STATUSES if status != MembershipStatus.PENDING)


def _sync_product(run: Run, row: Tier | Package, kind: str, mark: str) -> None:
    product = _known(gateway.product, run.account, row.stripe_product_id)
    if product is None:
        product = run.product_marked(mark)
        row.stripe_product_id = run.step(
            "found product" if product else "created product",
            row.name,
            lambda: str((product or _new_product(run, row, kind, mark))["id"]),
            known=product["id"] if product else NOT_YET,
        )
        _save(run, row, "stripe_product_id")
    if product and (product["name"] != row.name or not product["active"]):
        run.step(
            "updated product",
            row.name,
            lambda: str(
                gateway.rename_product(run.account, row.stripe_product_id, name=row.name)["id"]
            ),
            known=row.stripe_product_id,
        )


def _new_product(run: Run, row: Tier | Package, kind: str, mark: str) -> gateway.Json:
    return gateway.create_product(
        run.account, name=row.name, kind=kind, reference=mark, key=f"product-{mark}"
    )


def _known(
    fetch: Callable[[str, str], gateway.Json], account: str, stripe_id: str
) -> gateway.Json | None:
    if not stripe_id:
        return None
    try:
        found = fetch(account, stripe_id)
    except Missing:
        return None
    return None if found.get("deleted") else found


def _save(run: Run, row: Tier | Package | Price, *fields: str) -> None:
    if not run.dry:
        row.save(update_fields=list(fields))


def _sync_price(run: Run, tier: Tier, price: Price) -> None:
    twin = _known(gateway.price, run.account, price.stripe_price_id)
    if twin is None:
        if price.is_active:
            price.stripe_price_id = _price_twin(
                run,
                _words(price),
                gateway.NewPrice(
                    product=tier.stripe_product_id,
                    amount=price.amount,
                    currency=price.currency.lower(),
                    months=MONTHS[price.interval],
                    mark=str(price.uuid),
                ),
            )
            _save(run, price, "stripe_price_id")
        return
    if twin["active"] != price.is_active:
        members: int = price.members  # type: ignore[attr-defined]
        run.step(
            "put on sale price" if price.is_active else "took off sale price",
            _words(price),
            lambda: _set_active(run, twin["id"], active=price.is_active),
            known=twin["id"],
            note=_kept_by(members) if members and not price.is_active else "",
        )


def _words(price: Price) -> str:
    amount = format_money(price.amount, price.currency)
    return f"{price.tier.name}: {amount} / {price.get_interval_display()}"


def _kept_by(members: int) -> str:
    text = ngettext(
        "%(count)d present member keeps it", "%(count)d present members keep it", members
    )
    return text % {"count": members}


def _set_active(run: Run, price_id: str, *, active: bool) -> str:
    return str(gateway.set_price_active(run.account, price_id, active=active)["id"])


def _price_twin(run: Run, what: str, new: gateway.NewPrice) -> str:
    """The price with our mark, found or made, and on sale; its id."""
    found = gateway.price_by_key(run.account, new.mark)
    if found is None:
        return run.step(
            "created price", what, lambda: str(gateway.create_price(run.account, new)["id"])
        )
    if not found["active"]:
        _set_active_unless_dry(run, found["id"])
    return run.step("found price", what, lambda: str(found["id"]), known=found["id"])


def _set_active_unless_dry(run: Run, price_id: str) -> None:
    if not run.dry:
        gateway.set_price_active(run.account, price_id, active=True)


# ----------------------------------------------------------------------------- paid once


def _sync_setup_fee(run: Run, tier: Tier) -> None:
    currency = tier.clinic.currency.lower()
    tier.stripe_setup_price_id = _sync_one_time(
        run,
        f"{tier.name}: set-up fee",
        tier.stripe_setup_price_id,
        gateway.NewPrice(
            product=tier.stripe_product_id,
            amount=tier.setup_fee,
            currency=currency,
            months=0,
            mark=f"{tier.clinic.webhook_uuid}:{tier.slug}:setup-{tier.setup_fee}-{currency}",
        ),
    )
    _save(run, tier, "stripe_setup_price_id")


def _sync_package(run: Run, package: Package) -> None:
    _sync_product(run, package, "asyncpt_package", str(package.uuid))
    package.stripe_price_id = _sync_one_time(
        run,
        f"{package.name}: {format_money(package.amount, package.currency)}",
        package.stripe_price_id,
        gateway.NewPrice(
            product=package.stripe_product_id,
            amount=package.amount,
            currency=package.currency.lower(),
            months=0,
            mark=f"{package.uuid}-{package.amount}-{package.currency.lower()}",
        ),
    )
    _save(run, package, "stripe_price_id")


def _sync_one_time(run: Run, what: str, known_id: str, wanted: gateway.NewPrice) -> str:
    """A price that is paid once. Another amount is another price, and the old one is closed."""
    twin = _known(gateway.price, run.account, known_id)
    if twin is not None and _is(twin, wanted):
        if not twin["active"]:
            run.step(
                "put on sale price",
                what,
                lambda: _set_active(run, twin["id"], active=True),
                known=twin["id"],
            )
        return known_id
    identity = _price_twin(run, what, wanted)
    if twin is not None and twin["active"]:
        run.step(
            "took off sale price",
            what,
            lambda: _set_active(run, twin["id"], active=False),
            known=twin["id"],
            note="it had another amount",
        )
    return identity


def _is(twin: gateway.Json, wanted: gateway.NewPrice) -> bool:
    same = twin["unit_amount"] == wanted.amount and twin["currency"] == wanted.currency
    return bool(same and twin["type"] == "one_time")
