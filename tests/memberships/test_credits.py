"""The ledger of in-person visits: arithmetic, order, expiry, rollover."""

import datetime as dt
from typing import Any

import pytest
from django.core.management import call_command
from django.db.models import F, Sum
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests import factories
from tests.conftest import Cast, MovableClock
from tests.memberships.conftest import Shop
from wagtail_asyncpt.core.errors import Conflict, DomainError, NotAllowed
from wagtail_asyncpt.memberships import operations
from wagtail_asyncpt.memberships.models import Credit, CreditKind, Visit
from wagtail_asyncpt.memberships.operations.credits import lots_left
from wagtail_asyncpt.people.models import AuditEntry, Client
from wagtail_asyncpt.practice.models import TouchPoint


def balance(client: Client) -> int:
    return Credit.objects.filter(client=client).aggregate(n=Sum("amount"))["n"] or 0


def give(cast: Cast, amount: int, days: int | None = None, key: str = "a") -> Credit:
    now = operations.credits.clock.now()
    return operations.grant_credits(
        client=cast.owner,
        amount=amount,
        reason="Welcome",
        key=key,
        written_by=cast.manager.user,
        expires_at=now + dt.timedelta(days=days) if days else None,
    )


def book(cast: Cast, clock: MovableClock, **ahead: float) -> Visit:
    return operations.book_visit(
        client=cast.owner,
        therapist=cast.therapist,
        starts_at=clock.moment + dt.timedelta(**(ahead or {"hours": 1})),
        actor=cast.therapist,
    )


def test_a_visit_is_held_then_used_and_counts_as_contact(cast: Cast, clock: MovableClock) -> None:
    give(cast, 2)
    visit = book(cast, clock)
    assert balance(cast.owner) == 1
    for _again in range(2):
        operations.attend_visit(visit=visit, actor=cast.therapist)
    assert balance(cast.owner) == 1
    kinds = Credit.objects.filter(visit=visit).order_by("pk").values_list("kind", "amount")
    assert list(kinds) == [("held", -1), ("released", 1), ("used", -1)]
    assert TouchPoint.objects.get().kind == "visit"
    actions = set(AuditEntry.objects.values_list("action", flat=True))
    assert {"credits.grant", "visit.book", "visit.attended"} <= actions


def test_a_missed_visit_is_gone_and_a_canceled_one_comes_back(
    cast: Cast, clock: MovableClock
) -> None:
    give(cast, 2)
    missed, canceled = book(cast, clock), book(cast, clock)
    operations.miss_visit(visit=missed, actor=cast.therapist)
    for _again in range(2):
        operations.cancel_visit(visit=canceled, actor=cast.therapist)
    assert balance(cast.owner) == 1
    with pytest.raises(Conflict, match="noted as “missed”"):
        operations.attend_visit(visit=missed, actor=cast.therapist)
    operations.cancel_visit(visit=missed, actor=cast.therapist)
    assert balance(cast.owner) == 2


def test_nobody_books_without_a_visit_left_or_after_its_end(
    cast: Cast, clock: MovableClock
) -> None:
    with pytest.raises(operations.NoVisitsLeft):
        book(cast, clock)
    give(cast, 1, days=10)
    with pytest.raises(operations.NoVisitsLeft):
        book(cast, clock, days=11)
    book(cast, clock, days=9)
    with pytest.raises(operations.NoVisitsLeft):
        book(cast, clock, days=9)
    assert Visit.objects.count() == 1


def test_what_ends_first_is_used_first(cast: Cast, clock: MovableClock) -> None:
    forever = give(cast, 1, key="forever")
    late, soon = give(cast, 1, days=30, key="late"), give(cast, 1, days=5, key="soon")
    lots = [
        Credit.objects.get(visit=book(cast, clock), kind=CreditKind.HELD).lot for _n in range(3)
    ]
    assert lots == [soon, late, forever]


def test_a_visit_still_to_come_is_not_noted_as_attended(cast: Cast, clock: MovableClock) -> None:
    give(cast, 1)
    visit = book(cast, clock, days=2)
    for note in (operations.attend_visit, operations.miss_visit):
        with pytest.raises(Conflict, match="still to come"):
            note(visit=visit, actor=cast.therapist)
    assert balance(cast.owner) == 0


def test_another_therapists_client_is_out_of_reach(cast: Cast, clock: MovableClock) -> None:
    give(cast, 1)
    visit = book(cast, clock)
    for write in (operations.attend_visit, operations.miss_visit, operations.cancel_visit):
        with pytest.raises(NotAllowed):
            write(visit=visit, actor=cast.colleague)
    with pytest.raises(NotAllowed):
        operations.book_visit(
            client=cast.owner, therapist=None, starts_at=clock.moment, actor=cast.colleague
        )
    visit.refresh_from_db()
    assert visit.status == "booked"


def test_staff_give_and_take_back_once_for_each_form(cast: Cast) -> None:
    for _again in range(2):
        give(cast, 3)
    assert balance(cast.owner) == 3
    take = {"client": cast.owner, "reason": "Refunded", "written_by": cast.manager.user}
    for _again in range(2):
        operations.revoke_credits(amount=2, key="b", **take)
    assert balance(cast.owner) == 1
    with pytest.raises(DomainError, match="fewer visits left"):
        operations.revoke_credits(amount=2, key="c", **take)
    for wrong in ({"amount": 0}, {"amount": 101}, {"reason": " "}):
        with pytest.raises(DomainError):
            operations.grant_credits(
                **{
                    "client": cast.owner,
                    "amount": 1,
                    "reason": "Why",
                    "key": "d",
                    "written_by": cast.manager.user,
                    **wrong,
                }
            )
    assert balance(cast.owner) == 1


def test_what_is_left_ends_once_and_a_booked_visit_stays(
    cast: Cast, clock: MovableClock, capsys: Any
) -> None:
    give(cast, 3, days=10)
    visit = book(cast, clock, days=9)
    clock.move(days=10)
    call_command("asyncpt_expire_credits")
    assert "2 visits" in capsys.readouterr().out
    assert operations.expire_credits() == 0
    operations.attend_visit(visit=visit, actor=cast.therapist)
    assert balance(cast.owner) == 0
    operations.cancel_visit(visit=visit, actor=cast.therapist)
    assert operations.expire_credits() == 1
    assert balance(cast.owner) == 0


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["give", "book", "attend", "miss", "cancel", "revoke", "expire", "wait"]),
        st.integers(1, 12),
    ),
    max_size=25,
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_in_any_order_the_balance_is_the_sum_and_no_ended_visit_is_used(
    cast: Cast, clock: MovableClock, steps: list[tuple[str, int]]
) -> None:
    Credit.objects.exclude(lot=None).delete()
    Credit.objects.all().delete()
    Visit.objects.all().delete()
    for number, (step, n) in enumerate(steps):
        visits = list(Visit.objects.order_by("pk"))
        visit = visits[n % len(visits)] if visits else None
        try:
            if step == "give":
                give(cast, n, days=n if n % 3 else None, key=f"k{number}")
            elif step == "book":
                book(cast, clock, hours=n * 6)
            elif step == "revoke":
                operations.revoke_credits(
                    client=cast.owner,
                    amount=n,
                    reason="x",
                    key=f"k{number}",
                    written_by=cast.manager.user,
                )
            elif step == "expire":
                operations.expire_credits()
            elif step == "wait":
                clock.move(days=n / 2)
            elif visit is not None:
                write = {
                    "attend": operations.attend_visit,
                    "miss": operations.miss_visit,
                    "cancel": operations.cancel_visit,
                }[step]
                write(visit=visit, actor=cast.therapist)
        except DomainError:
            pass
        assert_sound(cast.owner)
    operations.expire_credits()
    left = sum(lot.left for lot in lots_left(cast.owner.pk, clock.moment))
    assert balance(cast.owner) == left


def assert_sound(client: Client) -> None:
    """No lot below zero, no visit paid twice, nothing drawn from a lot after its end."""
    for lot in Credit.objects.filter(client=client, lot=None):
        moved = lot.movements.aggregate(n=Sum("amount"))["n"] or 0
        assert 0 <= lot.amount + moved <= lot.amount
    paid = {"booked": -1, "attended": -1, "no_show": -1, "canceled": 0}
    for visit in Visit.objects.filter(client=client):
        assert (visit.credits.aggregate(n=Sum("amount"))["n"] or 0) == paid[visit.status]
    drawn = Credit.objects.filter(client=client, kind__in=("held", "revoked"))
    assert not drawn.filter(lot__expires_at__lte=F("created_at")).exists()


# ------------------------------------------------------------------------ visits of a tier


def lots(client: Client) -> list[tuple[int, dt.datetime | None]]:
    rows = Credit.objects.filter(client=client, lot=None).order_by("pk")
    return list(rows.values_list("amount", "expires_at"))


def months(shop: Shop, count: int) -> None:
    for _month in range(count):
        shop.advance(days=31)
        shop.deliver()


@pytest.mark.parametrize("rollover", ["none", "up_to", "all"])
def test_each_paid_period_brings_its_visits_and_what_stays(
    shop: Shop, client: Client, rollover: str
) -> None:
    tier = shop.coached
    tier.visits_per_period, tier.visit_rollover, tier.visit_rollover_limit = 2, rollover, 1
    tier.save()
    membership = shop.join(client)
    assert [amount for amount, _end in lots(client)] == [2]
    shop.deliver()
    operations.sync_invoice(account="default", invoice_id=membership.invoices.get().stripe_id)
    assert len(lots(client)) == 1
    operations.expire_credits()
    months(shop, 1)
    operations.expire_credits()
    assert balance(client) == {"none": 2, "up_to": 3, "all": 4}[rollover]
    months(shop, 1)
    operations.expire_credits()
    assert balance(client) == {"none": 2, "up_to": 3, "all": 6}[rollover]


def test_a_tier_without_visits_brings_none(shop: Shop, client: Client) -> None:
    shop.join(client)
    assert lots(client) == []


def test_unused_visits_move_on_even_when_they_were_written_off_before_the_renewal(
    shop: Shop, client: Client
) -> None:
    tier = shop.coached
    tier.visits_per_period, tier.visit_rollover, tier.visit_rollover_limit = 2, "up_to", 2
    tier.save()
    membership = shop.join(client)
    shop.clock.set(membership.period_end + dt.timedelta(minutes=1))
    assert operations.expire_credits() == 2
    assert balance(client) == 0
    shop.advance(days=1)
    shop.deliver()
    assert balance(client) == 4


@pytest.mark.parametrize(
    ("days", "used", "left"),
    [
        (0, 0, 2),  # nothing of the month was used: the new month is the same month
        (0, 1, 1),  # a visit used before the pause is not given again
        (0, 2, 0),
        (15, 1, 2),  # half a month was paid for and used: one visit of it, one left, one new
        (28, 1, 3),  # nearly the whole month: the left one waits for the member
    ],
)
@pytest.mark.parametrize("weeks", [1, 8])
def test_a_pause_neither_loses_visits_nor_gives_them_twice(
    shop: Shop, client: Client, cast: Cast, days: int, used: int, left: int, weeks: int
) -> None:
    tier = shop.coached
    tier.visits_per_period = 2
    tier.save()
    shop.join(client)
    for _visit in range(used):
        visit = operations.book_visit(
            client=client,
            therapist=None,
            starts_at=shop.clock.moment + dt.timedelta(minutes=5),
            actor=cast.manager,
        )
        operations.attend_visit(visit=visit, actor=cast.manager)
    shop.advance(days=days)
    operations.pause_membership(client=client, weeks=weeks)
    shop.advance(weeks=weeks)
    operations.expire_credits()
    operations.resume_membership(client=client)
    shop.deliver()
    assert balance(client) == left
    operations.expire_credits()
    shop.deliver()
    assert balance(client) == left


def test_freezing_keeps_a_visit_from_being_booked(cast: Cast, clock: MovableClock) -> None:
    lot = give(cast, 1)
    operations.credits.move(lot, CreditKind.FROZEN, -1, key="frozen")
    with pytest.raises(operations.NoVisitsLeft):
        book(cast, clock)
    operations.credits.move(lot, CreditKind.THAWED, 1, key="thawed")
    book(cast, clock)


def test_another_clinics_therapist_is_not_booked(cast: Cast, clock: MovableClock) -> None:
    give(cast, 1)
    elsewhere = factories.make_therapist(cast.owner.clinic, "Else Where")
    elsewhere.clinic_id = 0
    with pytest.raises(NotAllowed):
        operations.book_visit(
            client=cast.owner, therapist=elsewhere, starts_at=clock.moment, actor=cast.therapist
        )
