"""Seats of a family's or employer's membership."""

import re
import uuid
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from tests import factories
from tests.memberships.conftest import Shop
from wagtail_asyncpt.core.errors import DomainError, NotAllowed
from wagtail_asyncpt.memberships import operations, queries
from wagtail_asyncpt.memberships.models import Membership, Seat
from wagtail_asyncpt.people.models import Client, Letter

SEATS = reverse("asyncpt_memberships:seats")


@pytest.fixture
def sponsor(shop: Shop, client: Client) -> Membership:
    """A membership for three people."""
    shop.coached.member_seats = 3
    shop.coached.save()
    return shop.join(client)


@pytest.fixture
def guest(shop: Shop) -> Client:
    return factories.make_client(shop.clinic, "Gus Guest")


def invite(client: Client, login: Any, email: str) -> Seat:
    assert login(client).post(SEATS, {"email": email}).status_code == 302
    return Seat.objects.get(email=email.lower())


def test_a_guest_is_invited_by_mail_accepts_and_gets_what_the_sponsor_has(
    shop: Shop, sponsor: Membership, client: Client, guest: Client, login: Any
) -> None:
    assert SEATS in login(client).get(reverse("asyncpt_memberships:account")).content.decode()
    invite(client, login, "Gus@Example.com")
    text = Letter.objects.get(to="gus@example.com").text
    path = re.search(r"/care/seats/[0-9a-f-]+/", text).group()  # type: ignore[union-attr]
    assert "Nora New keeps a seat in Coached" in text
    assert Browser().post(path).status_code == 200
    assert "Take the seat" in login(guest).get(path).content.decode()
    assert login(guest).post(path).status_code == 302
    membership = Membership.objects.get(client=guest)
    assert (membership.source, membership.sponsor, membership.tier) == (
        "seat",
        sponsor,
        shop.coached,
    )
    assert queries.program_access(guest).is_open is True
    assert guest.user.groups.count() == 2
    stranger = factories.make_client(shop.clinic)
    assert login(stranger).get(path).status_code == 404
    assert login(stranger).post(path).status_code == 404
    assert (
        "Give up my seat"
        in login(guest).get(reverse("asyncpt_memberships:account")).content.decode()
    )
    assert login(guest).get(SEATS).status_code == 404


def test_the_seat_follows_its_sponsor(
    shop: Shop, sponsor: Membership, client: Client, guest: Client, login: Any
) -> None:
    operations.accept_seat(client=guest, seat=invite(client, login, "gus@example.com"))
    operations.pause_membership(client=client, weeks=2)
    shop.deliver()
    assert queries.program_access(guest).is_open is False
    operations.resume_membership(client=client)
    shop.deliver()
    assert queries.program_access(guest).is_open is True
    shop.stripe.v1.subscriptions.cancel(sponsor.stripe_subscription_id)
    shop.deliver()
    assert queries.program_access(guest).is_open is False
    assert guest.user.groups.count() == 0
    shop.advance(minutes=1)
    assert shop.join(guest).status == "active"


@pytest.mark.parametrize("who", ["sponsor", "guest"])
def test_a_seat_is_taken_back_or_given_up(
    shop: Shop, sponsor: Membership, client: Client, guest: Client, login: Any, who: str
) -> None:
    seat = invite(client, login, "gus@example.com")
    operations.accept_seat(client=guest, seat=seat)
    end = reverse("asyncpt_memberships:revoke_seat", args=[seat.uuid])
    stranger = factories.make_client(shop.clinic)
    assert login(stranger).post(end).status_code == 404
    assert queries.program_access(guest).is_open is True
    person = client if who == "sponsor" else guest
    for _twice in range(2):
        assert login(person).post(end).status_code == 302
    assert queries.program_access(guest).is_open is False
    shop.deliver()
    operations.sync_subscription(account="default", subscription_id=sponsor.stripe_subscription_id)
    assert queries.program_access(guest).is_open is False
    assert invite(client, login, "next@example.com")


def test_seats_are_counted_and_mistakes_are_said(
    sponsor: Membership, client: Client, guest: Client, login: Any
) -> None:
    browser = login(client)
    for wrong in ("no address", client.user.email):
        answer = browser.post(SEATS, {"email": wrong})
        assert (answer.status_code, list(answer.context["form"].errors)) == (422, ["email"])
    invite(client, login, "one@example.com")
    assert browser.post(SEATS, {"email": "ONE@example.com"}).status_code == 422
    two = invite(client, login, "two@example.com")
    answer = browser.post(SEATS, {"email": "three@example.com"})
    assert "Every seat is taken" in answer.content.decode()
    operations.revoke_seat(client=client, seat=two)
    with pytest.raises(NotAllowed):
        operations.accept_seat(client=guest, seat=two)
    gone = reverse("asyncpt_memberships:seat", args=[two.uuid])
    unknown = reverse("asyncpt_memberships:seat", args=[uuid.uuid4()])
    for path in (gone, unknown):
        assert login(guest).get(path).status_code == 404


def test_members_and_those_without_seats_are_refused(
    shop: Shop, sponsor: Membership, client: Client, guest: Client, login: Any
) -> None:
    seat = invite(client, login, "gus@example.com")
    shop.join(guest, shop.basic_price)
    path = reverse("asyncpt_memberships:seat", args=[seat.uuid])
    answer = login(guest).post(path)
    assert answer.status_code == 409
    assert "good when that has ended" in answer.content.decode()
    assert login(guest).get(SEATS).status_code == 404
    with pytest.raises(NotAllowed):
        operations.invite_to_seat(client=guest, email="x@example.com")
    with pytest.raises(DomainError):
        operations.accept_seat(client=client, seat=seat)
