"""Two at once at visits, gifts and places. Row locks decide, so these run on PostgreSQL."""

import datetime as dt

import pytest
from django.db.models import Sum

from tests import factories
from tests.memberships.conftest import Shop
from tests.memberships.test_races import racing, together
from wagtail_asyncpt.memberships import operations
from wagtail_asyncpt.memberships.models import (
    Credit,
    Gift,
    GiftStatus,
    Membership,
    Purchase,
    Visit,
)
from wagtail_asyncpt.people.models import Role

__all__ = ["racing"]

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


def test_eight_bookings_of_two_visits_are_two(racing: Shop) -> None:
    manager = factories.make_therapist(racing.clinic, "Mana Ger", Role.MANAGER)
    client = factories.make_client(racing.clinic, "Nora New")
    operations.grant_credits(
        client=client, amount=2, reason="Test", key="a", written_by=manager.user
    )
    at = racing.clock.moment + dt.timedelta(days=1)
    answers = together(
        *[lambda: operations.book_visit(client=client, therapist=None, starts_at=at, actor=manager)]
        * 8
    )
    assert sum(isinstance(answer, Visit) for answer in answers) == 2
    refused = [answer for answer in answers if not isinstance(answer, Visit)]
    assert all(isinstance(answer, operations.NoVisitsLeft) for answer in refused), refused
    assert Credit.objects.aggregate(n=Sum("amount"))["n"] == 0


def test_one_visit_noted_in_every_way_at_once_is_noted_once(racing: Shop) -> None:
    manager = factories.make_therapist(racing.clinic, "Mana Ger", Role.MANAGER)
    client = factories.make_client(racing.clinic, "Nora New")
    operations.grant_credits(
        client=client, amount=1, reason="Test", key="a", written_by=manager.user
    )
    visit = operations.book_visit(
        client=client, therapist=None, starts_at=racing.clock.moment, actor=manager
    )
    together(
        *[
            lambda: operations.attend_visit(visit=visit, actor=manager),
            lambda: operations.miss_visit(visit=visit, actor=manager),
        ]
        * 3
    )
    assert Credit.objects.filter(visit=visit).count() == 3
    assert Credit.objects.aggregate(n=Sum("amount"))["n"] == 0


def test_success_page_and_webhook_at_once_deliver_a_package_once(racing: Shop) -> None:
    client = factories.make_client(racing.clinic, "Nora New")
    package = racing.sell()
    answers = together(*[lambda: racing.start_package(client, package)] * 4)
    assert len(set(answers)) == 1, answers
    racing.pay(answers[0])
    session = Purchase.objects.get().checkout_session_id
    answers = together(
        *[lambda: operations.sync_checkout_session(account="default", session_id=session)] * 6
    )
    assert not [answer for answer in answers if isinstance(answer, Exception)]
    assert Credit.objects.get().amount == 5


def test_a_code_typed_by_many_at_once_opens_once(racing: Shop) -> None:
    buyer = factories.make_client(racing.clinic, "Nora New")
    people = [factories.make_client(racing.clinic) for _n in range(6)]
    Gift.objects.create(
        clinic=racing.clinic,
        buyer=buyer,
        tier=racing.coached,
        months=1,
        code="ABCD-EFGH-JKLM",
        recipient_email="x@example.com",
        status=GiftStatus.PAID,
        amount=14900,
        currency="usd",
    )
    together(
        *[
            lambda one=one: operations.redeem_gift(client=one, typed="ABCD-EFGH-JKLM")
            for one in people
        ]
    )
    assert Membership.objects.count() == 1


def test_the_last_place_is_sold_once(racing: Shop) -> None:
    racing.coached.seats_on_sale = 1
    racing.coached.save()
    people = [factories.make_client(racing.clinic) for _n in range(5)]
    answers = together(*[lambda one=one: racing.start(one) for one in people])
    assert sum(isinstance(answer, str) for answer in answers) == 1, answers
    assert Membership.objects.count() == 1
