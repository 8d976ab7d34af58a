"""Gifts: bought by one person, used once by another with a code."""

import secrets
from dataclasses import dataclass

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.core.errors import Conflict, DomainError
from wagtail_asyncpt.gating.operations import heal_groups
from wagtail_asyncpt.memberships import queries
from wagtail_asyncpt.memberships.models import (
    AccessKind,
    AccessPeriod,
    Dispute,
    Gift,
    GiftStatus,
    Membership,
    MembershipStatus,
    Package,
    Price,
    Purchase,
    Source,
)
from wagtail_asyncpt.memberships.operations import letters, selling
from wagtail_asyncpt.memberships.operations.closing import close_ended
from wagtail_asyncpt.memberships.operations.customers import ensure_customer
from wagtail_asyncpt.memberships.operations.fulfil import deliver
from wagtail_asyncpt.memberships.operations.packages import terms_of
from wagtail_asyncpt.memberships.operations.selling import ReturnUrls
from wagtail_asyncpt.memberships.operations.sync.payments import SETTLED, gift_key
from wagtail_asyncpt.memberships.operations.tiers import check_amount
from wagtail_asyncpt.memberships.operations.waiting import require_free_place
from wagtail_asyncpt.memberships.stripe import gateway
from wagtail_asyncpt.people.models import Client

#: Without letters and digits that are taken for each other.
_ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
_GROUPS, _LETTERS = 3, 4
#: So many places of a plan may one person keep by gifts that are not paid yet.
MOST_UNPAID = 2


@dataclass(frozen=True)
class Present:
    """What is given: ``months`` of the tier that ``price`` sells by the month, or a package."""

    price: Price | None = None
    months: int = 0
    package: Package | None = None

    @property
    def amount(self) -> int:
        """What it costs, in minor units."""
        if self.package is not None:
            return self.package.amount
        return self.price.amount * self.months if self.price else 0

    @property
    def currency(self) -> str:
        """The currency of ``amount``."""
        thing = self.package or self.price
        return thing.currency if thing else ""


@dataclass(frozen=True)
class Receiver:
    """Whom it is for, and a few words to them."""

    email: str
    name: str = ""
    message: str = ""


def start_gift(*, client: Client, present: Present, receiver: Receiver, urls: ReturnUrls) -> str:
    """Address of the Checkout page where ``client`` pays the present. Raises DomainError,
    StripeFailure."""
    check_amount(present.amount, present.currency)
    price_id = _stripe_price(client, present)
    gift = _claim(client, present, receiver, price_id)
    customer = ensure_customer(client=client)
    return selling.open_session(
        gift,
        lambda locked: gateway.Order(
            kind="gift",
            reference=str(locked.uuid),
            customer=customer.stripe_id,
            prices=(locked.stripe_price_id,),
            success_url=urls.success,
            cancel_url=urls.cancel,
            **queries.checkout_options(client.clinic),
        ),
    )


def _stripe_price(client: Client, present: Present) -> str:
    """The package's own price, or one for these months that is made when it is first needed."""
    account = client.clinic.stripe_account
    if present.package is not None:
        return present.package.stripe_price_id
    price = present.price
    if price is None or not price.is_active or not price.stripe_price_id or present.months < 1:
        raise DomainError(_("This plan is not on sale any more."))
    new = gateway.NewPrice(
        product=price.tier.stripe_product_id,
        amount=present.amount,
        currency=present.currency.lower(),
        months=0,
        mark=f"gift-{price.uuid}-{present.months}",
    )
    found = gateway.price_by_key(account, new.mark) or gateway.create_price(account, new)
    return str(found["id"])


@transaction.atomic
def _claim(client: Client, present: Present, receiver: Receiver, price_id: str) -> Gift:
    """A pending gift; the client's row makes two clicks take turns, and give one gift.

    It keeps a place from now on, so that the code is good however full the plan gets.
    Raises TierFull, and Conflict for somebody who keeps several places without paying.
    """
    Client.objects.select_for_update().get(pk=client.pk)
    tier = present.price.tier if present.price else None
    order = {
        "buyer": client,
        "tier": tier,
        "months": present.months or None,
        "package": present.package,
        "recipient_email": receiver.email,
        "recipient_name": receiver.name,
        "message": receiver.message,
        "amount": present.amount,
        "currency": present.currency,
        "account": client.clinic.stripe_account,
        "stripe_price_id": price_id,
    }
    since = clock.now() - relativedelta(hours=12)
    earlier = Gift.objects.filter(**order, status=GiftStatus.PENDING, created_at__gt=since).first()
    if earlier is not None:
        return earlier
    if tier is not None and tier.seats_on_sale is not None:
        if queries.gifts_begun(client).filter(tier=tier).count() >= MOST_UNPAID:
            raise Conflict(_("You have begun other gifts of this plan. Pay them first."))
        require_free_place(tier)
    return Gift.objects.create(**order, clinic=client.clinic, code=_new_code())


def _new_code() -> str:
    groups = range(_GROUPS)
    return "-".join("".join(secrets.choice(_ALPHABET) for _n in range(_LETTERS)) for _g in groups)


def _tidy(typed: str) -> str:
    """A code as it is stored, however it was typed."""
    plain = "".join(sign for sign in typed.upper() if sign.isalnum())
    return "-".join(plain[i : i + _LETTERS] for i in range(0, len(plain), _LETTERS))


@transaction.atomic
def redeem_gift(*, client: Client, typed: str) -> Gift:
    """Give ``client`` what the code opens, once. Raises Conflict, DomainError.

    A code that is wrong, used or given back is answered alike.
    """
    gift = _find(client, _tidy(typed))
    if gift is None:
        raise DomainError(
            _("This code is not good. Look at it again: a code works once."), field="code"
        )
    Client.objects.select_for_update().get(pk=client.pk)
    now = clock.now()
    gift.status, gift.redeemed_by, gift.redeemed_at = GiftStatus.REDEEMED, client, now
    gift.save(update_fields=["status", "redeemed_by", "redeemed_at"])
    if gift.package is not None:
        _open_package(gift, gift.package, client)
    else:
        _open_tier(gift, client)
    heal_groups(user=client.user, at=now)
    return gift


def _find(client: Client, code: str) -> Gift | None:
    """The gift with this code, locked. The index sees the first group only; the rest is compared
    in a time that tells nothing."""
    rows = Gift.objects.select_for_update(of=("self",)).filter(
        clinic=client.clinic, status=GiftStatus.PAID, code__startswith=f"{code[:_LETTERS]}-"
    )
    found = [gift for gift in rows if constant_time_compare(gift.code, code)]
    if not found or _is_disputed(found[0]):
        return None
    return found[0]


def _is_disputed(gift: Gift) -> bool:
    disputes = Dispute.objects.filter(
        account=gift.account, payment_intent_id=gift.payment_intent_id or "-"
    )
    return disputes.exclude(status__in=SETTLED).exists()


def _open_package(gift: Gift, package: Package, client: Client) -> None:
    terms = {**terms_of(package), "amount": gift.amount, "stripe_price_id": ""}
    purchase = Purchase.objects.create(
        clinic=gift.clinic, client=client, package=package, gift=gift, **terms
    )
    deliver(purchase, paid_at=clock.now())


def _open_tier(gift: Gift, client: Client) -> None:
    close_ended(client)
    if queries.open_membership(client) is not None:
        raise Conflict(
            _("You have a membership already. Keep the code: it is good when that has ended."),
            field="code",
        )
    assert gift.tier is not None and gift.months  # noqa: S101 (a constraint says so)
    now = clock.now()
    ends_at = now + relativedelta(months=gift.months)
    membership = Membership.objects.create(
        clinic=gift.clinic,
        client=client,
        tier=gift.tier,
        source=Source.GIFT,
        reason=_("A gift"),
        status=MembershipStatus.ACTIVE,
        activated_at=now,
        ends_at=ends_at,
    )
    AccessPeriod.objects.create(
        clinic=gift.clinic,
        client=client,
        membership=membership,
        tier=gift.tier,
        kind=AccessKind.GRANTED,
        key=gift_key(gift),
        starts_at=now,
        ends_at=ends_at,
    )
    letters.welcome(membership)
