"""What a clinic sells: tiers and prices."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.core.money import charge_step, normalize_currency
from wagtail_asyncpt.memberships.models import Price, Tier
from wagtail_asyncpt.people.models import Clinic

#: Stripe takes eight digits; see https://docs.stripe.com/currencies#minimum-and-maximum-charge-amounts
LARGEST_AMOUNT = 99_999_999
_GROUP_PREFIX = "Members: "
_NAME_LENGTH = 150


@transaction.atomic
def create_tier(
    *,
    clinic: Clinic,
    name: str,
    prices: Mapping[str, int] | None = None,
    slug: str = "",
    includes: Iterable[Tier] = (),
    **fields: Any,
) -> Tier:
    """A tier with its group, which is called "Members: <name>" and holds no permissions.

    ``prices``: minor units of the clinic's currency by Interval. Stripe hears of them from
    ``sync_tiers``. Raises DomainError for an amount that Stripe cannot charge.
    """
    tier = Tier.objects.create(
        clinic=clinic,
        name=name,
        slug=slug or _free_slug(clinic, name),
        group=Group.objects.create(name=_free_group_name(clinic, name)),
        **fields,
    )
    tier.includes.set(includes)
    for interval, amount in (prices or {}).items():
        set_price(tier=tier, interval=interval, amount=amount)
    return tier


def _free_slug(clinic: Clinic, name: str) -> str:
    wanted = slugify(name)[:90] or "tier"
    taken = set(Tier.objects.filter(clinic=clinic).values_list("slug", flat=True))
    return next(slug for slug in _numbered(wanted, "-") if slug not in taken)


def _free_group_name(clinic: Clinic, name: str) -> str:
    """Unique over all clinics; an existing group is never taken over with what it may do."""
    wanted = f"{_GROUP_PREFIX}{name}"[: _NAME_LENGTH - 4]
    with_clinic = f"{_GROUP_PREFIX}{name} ({clinic.display_name})"[: _NAME_LENGTH - 4]
    start = f"{_GROUP_PREFIX}{name}"[:60]
    taken = set(Group.objects.filter(name__startswith=start).values_list("name", flat=True))
    if wanted not in taken:
        return wanted
    return next(group for group in _numbered(with_clinic, " ") if group not in taken)


def _numbered(base: str, separator: str) -> Iterable[str]:
    yield base
    for number in range(2, 1000):
        yield f"{base}{separator}{number}"


@transaction.atomic
def set_price(*, tier: Tier, interval: str, amount: int | None) -> Price | None:
    """Sell ``tier`` for ``amount`` each ``interval`` from now on; None takes it off sale.

    A price is never edited: members keep the one that they bought.
    """
    Tier.objects.select_for_update().get(pk=tier.pk)
    currency = normalize_currency(tier.clinic.currency).lower()
    current = tier.prices.filter(interval=interval, is_active=True).first()
    if current and amount == current.amount and currency == current.currency:
        return current
    if amount is not None:
        check_amount(amount, currency)
    if current:
        current.is_active = False
        current.save(update_fields=["is_active"])
    if amount is None:
        return None
    return Price.objects.create(tier=tier, amount=amount, currency=currency, interval=interval)


def check_amount(amount: int, currency: str) -> int:
    """``amount`` in minor units, if Stripe can charge it. Raises DomainError."""
    if not 0 < amount <= LARGEST_AMOUNT or amount % charge_step(currency):
        message = _("This amount cannot be charged in %(currency)s.")
        raise DomainError(message % {"currency": currency.upper()})
    return amount


@transaction.atomic
def save_tier(
    *,
    clinic: Clinic,
    tier: Tier | None,
    values: Mapping[str, Any],
    prices: Mapping[str, int | None],
) -> Tier:
    """Make or change a tier with ``values`` of its fields; ``prices`` None: not sold at that pace.

    Stripe hears of it after the transaction. Raises DomainError.
    """
    fields = dict(values)
    includes = fields.pop("includes", ())
    if tier is None:
        tier = create_tier(clinic=clinic, includes=includes, **fields)
    else:
        for name, value in fields.items():
            setattr(tier, name, value)
        tier.save(update_fields=list(fields))
        tier.includes.set(includes)
    for interval, amount in prices.items():
        set_price(tier=tier, interval=interval, amount=amount)
    sync_after_commit(clinic)
    return tier


def sync_after_commit(clinic: Clinic) -> None:
    """Tell Stripe what has changed, after the transaction; a failure there loses nothing here."""
    transaction.on_commit(lambda: _enqueue_sync(clinic), robust=True)


def _enqueue_sync(clinic: Clinic) -> None:
    from wagtail_asyncpt.memberships.tasks import sync_stripe_tiers

    sync_stripe_tiers.enqueue(clinic.pk)
