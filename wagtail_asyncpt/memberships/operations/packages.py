"""Packages: what a clinic writes of them, and how a client buys one."""

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from wagtail_asyncpt.core.errors import Conflict, DomainError
from wagtail_asyncpt.core.money import normalize_currency
from wagtail_asyncpt.memberships import queries
from wagtail_asyncpt.memberships.models import Package, Purchase, PurchaseStatus
from wagtail_asyncpt.memberships.operations import selling
from wagtail_asyncpt.memberships.operations.customers import ensure_customer
from wagtail_asyncpt.memberships.operations.selling import ReturnUrls
from wagtail_asyncpt.memberships.operations.tiers import check_amount, sync_after_commit
from wagtail_asyncpt.memberships.stripe import gateway
from wagtail_asyncpt.people.models import Client, Clinic


@transaction.atomic
def save_package(*, clinic: Clinic, package: Package | None, values: Mapping[str, Any]) -> Package:
    """Make or change a package with ``values`` of its fields, ``amount`` in minor units.

    Purchases keep what they were sold. Stripe hears of it after the transaction. Raises
    DomainError.
    """
    fields = {**values, "currency": normalize_currency(clinic.currency).lower()}
    check_amount(fields["amount"], fields["currency"])
    check_contents(fields)
    package = package or Package(clinic=clinic)
    for name, value in fields.items():
        setattr(package, name, value)
    package.save()
    sync_after_commit(clinic)
    return package


def check_contents(values: Mapping[str, Any]) -> None:
    """A package holds something, and weeks of a plan only with the plan. Raises DomainError."""
    if not (values.get("visits") or values.get("weeks")):
        raise DomainError(_("A package holds visits, weeks of a plan, or both."), field="visits")
    if bool(values.get("tier")) != bool(values.get("weeks")):
        raise DomainError(
            _("Choose both a plan and for how many weeks it opens, or neither."), field="weeks"
        )


def start_purchase(*, client: Client, package: Package, urls: ReturnUrls) -> str:
    """Address of the Checkout page where ``client`` pays ``package``, a member or not.

    An unfinished checkout of the same package is taken up again, or closed when the package has
    changed. Raises Conflict, DomainError, StripeFailure.
    """
    if queries.package_on_sale(client.clinic, package.uuid) is None:
        raise DomainError(_("This package is not on sale any more."))
    _settle_earlier(client, package)
    purchase = _claim(client, package)
    customer = ensure_customer(client=client)
    return selling.open_session(purchase, lambda locked: _order(locked, customer.stripe_id, urls))


def _settle_earlier(client: Client, package: Package) -> None:
    earlier = Purchase.objects.filter(
        client=client, package=package, membership=None, status=PurchaseStatus.PENDING
    ).first()
    if earlier is None:
        return
    selling.refresh(earlier)
    if earlier.status == PurchaseStatus.PAID:
        raise Conflict(_("You have just bought this package. Nothing was charged a second time."))
    if earlier.status == PurchaseStatus.PENDING and not _fits(earlier, package):
        selling.close(earlier)


def _fits(purchase: Purchase, package: Package) -> bool:
    same_account = purchase.account == package.clinic.stripe_account
    return same_account and all(
        getattr(purchase, name) == value for name, value in terms_of(package).items()
    )


def terms_of(package: Package) -> dict[str, Any]:
    """What a purchase keeps of the package that it was sold as."""
    return {
        "tier_id": package.tier_id,
        "weeks": package.weeks,
        "visits": package.visits,
        "visits_expire_after_days": package.visits_expire_after_days,
        "amount": package.amount,
        "currency": package.currency,
        "stripe_price_id": package.stripe_price_id,
    }


@transaction.atomic
def _claim(client: Client, package: Package) -> Purchase:
    """The one pending purchase; the client's row makes two clicks take turns."""
    Client.objects.select_for_update().get(pk=client.pk)
    purchase, _created = Purchase.objects.get_or_create(
        client=client,
        package=package,
        membership=None,
        status=PurchaseStatus.PENDING,
        defaults={
            "clinic_id": client.clinic_id,
            "account": client.clinic.stripe_account,
            **terms_of(package),
        },
    )
    if not _fits(purchase, package):
        raise Conflict(_("Another checkout was just started. Please try again."))
    return purchase


def _order(purchase: Purchase, customer: str, urls: ReturnUrls) -> gateway.Order:
    return gateway.Order(
        kind="purchase",
        reference=str(purchase.uuid),
        customer=customer,
        prices=(purchase.stripe_price_id,),
        success_url=urls.success,
        cancel_url=urls.cancel,
        **queries.checkout_options(purchase.clinic),
    )
