"""The mails that a package, a gift, a seat or a free place causes."""

from typing import Any

from django.urls import reverse

from wagtail_asyncpt.core.money import format_money
from wagtail_asyncpt.memberships.models import Gift, Purchase, Seat, WaitListEntry
from wagtail_asyncpt.memberships.standing import day
from wagtail_asyncpt.people.models import Client, Clinic
from wagtail_asyncpt.people.operations import in_the_clients_language, write_letter

_MAIL = "wagtail_asyncpt/memberships/mail"


@in_the_clients_language
def package_bought(purchase: Purchase) -> None:
    """Once for each purchase: what was bought, and until when it is good."""
    lot = purchase.credits.filter(lot=None).first()
    _to_client(
        purchase.client,
        key=f"package-{purchase.uuid}",
        template="package_bought",
        package=purchase.package,
        amount=format_money(purchase.amount, purchase.currency),
        visits=purchase.visits,
        visits_until=day(lot.expires_at, purchase.client) if lot and lot.expires_at else "",
        tier=purchase.tier,
        opens_from=_day(purchase.client, purchase.starts_at),
        opens_until=_day(purchase.client, purchase.ends_at),
    )


def gift_for_you(gift: Gift) -> None:
    """To the receiver, once: who sends it, and the code that opens it."""
    _to_address(
        gift.clinic,
        gift.recipient_email,
        key=f"gift-{gift.uuid}",
        template="gift_for_you",
        gift=gift,
        giver=gift.buyer.name,
        redeem_url=gift.clinic.site.root_url + reverse("asyncpt_memberships:redeem"),
    )


@in_the_clients_language
def gift_sent(gift: Gift) -> None:
    """To the buyer, once: the gift is on its way, and the code in case the mail gets lost."""
    _to_client(
        gift.buyer,
        key=f"gift-sent-{gift.uuid}",
        template="gift_sent",
        gift=gift,
        amount=format_money(gift.amount, gift.currency),
        redeem_url=gift.clinic.site.root_url + reverse("asyncpt_memberships:redeem"),
    )


def seat_invitation(seat: Seat) -> None:
    """To somebody who is invited to a seat, at the secret address that accepts it."""
    clinic = seat.sponsor.clinic
    _to_address(
        clinic,
        seat.email,
        key=f"seat-{seat.uuid}",
        template="seat_invitation",
        host=seat.sponsor.client.name,
        tier=seat.sponsor.tier,
        seat_url=clinic.site.root_url + reverse("asyncpt_memberships:seat", args=[seat.uuid]),
    )


@in_the_clients_language
def place_open(entry: WaitListEntry, *, days: int) -> None:
    """To somebody who waited: a place is free, and kept for some days."""
    root = entry.client.clinic.site.root_url
    _to_client(
        entry.client,
        key=f"place-{entry.pk}",
        template="place_open",
        tier=entry.tier,
        days=days,
        wait_url=root + reverse("asyncpt_memberships:wait", args=[entry.tier_id]),
    )


def _day(client: Client, moment: Any) -> str:
    return day(moment, client) if moment else ""


def _to_client(client: Client, *, key: str, template: str, **context: Any) -> None:
    clinic = client.clinic
    account = clinic.site.root_url + reverse("asyncpt_memberships:account")
    write_letter(
        clinic=clinic,
        key=key,
        user=client.user,
        template=f"{_MAIL}/{template}",
        context={"client": client, "account_url": account, **context},
    )


def _to_address(clinic: Clinic, email: str, *, key: str, template: str, **context: Any) -> None:
    write_letter(
        clinic=clinic,
        key=key,
        to=email,
        template=f"{_MAIL}/{template}",
        context=context,
    )
