"""Visits on the client's record: booked, noted, given and taken back."""

import datetime as dt
import uuid
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.conftest import Cast, MovableClock
from wagtail_asyncpt.memberships import operations
from wagtail_asyncpt.memberships.balances import visits_left
from wagtail_asyncpt.memberships.models import Credit, Visit


def give(cast: Cast, amount: int = 3) -> None:
    operations.grant_credits(
        client=cast.owner,
        amount=amount,
        reason="Five for four",
        key=str(uuid.uuid4()),
        written_by=cast.manager.user,
    )


def page(cast: Cast) -> str:
    return reverse("asyncpt_review:visits", args=[cast.owner.uuid])


def note(visit: Visit, what: str) -> str:
    return reverse("asyncpt_review:note_visit", args=[visit.uuid, what])


def test_a_therapist_books_in_the_clients_time_and_notes_it(
    cast: Cast, clock: MovableClock, login: Any
) -> None:
    give(cast)
    browser = login(cast.therapist)
    record = browser.get(reverse("asyncpt_review:client", args=[cast.owner.uuid]))
    assert page(cast) in record.content.decode()
    answer = browser.post(page(cast), {"book-starts_at": "2026-11-02 16:30"})
    assert answer.status_code == 302
    visit = Visit.objects.get()
    assert visit.starts_at == dt.datetime(2026, 11, 2, 21, 30, tzinfo=dt.UTC)
    assert visit.therapist == cast.therapist
    html = browser.get(page(cast)).content.decode()
    assert "2 visits left" in html
    assert note(visit, "canceled") in html
    assert note(visit, "attended") not in html
    clock.move(hours=8)
    assert note(visit, "attended") in browser.get(page(cast)).content.decode()
    assert browser.post(note(visit, "attended")).status_code == 302
    html = browser.get(page(cast)).content.decode()
    assert "Used: visit on Nov. 2, 2026" in html
    assert "Received: Five for four" in html
    assert browser.post(note(visit, "canceled")).status_code == 302
    assert visits_left(cast.owner) == 3


def test_what_cannot_be_is_said_and_nothing_is_written(
    cast: Cast, clock: MovableClock, login: Any
) -> None:
    browser = login(cast.therapist)
    answer = browser.post(page(cast), {"book-starts_at": "2026-11-03 10:00"})
    assert answer.status_code == 422
    assert "no visit left that may be used" in answer.content.decode()
    assert browser.post(page(cast), {"book-starts_at": "soon"}).status_code == 422
    assert not Visit.objects.exists()
    give(cast)
    browser.post(page(cast), {"book-starts_at": "2026-11-20 10:00"})
    answer = browser.post(note(Visit.objects.get(), "attended"))
    assert answer.status_code == 409
    assert "still to come" in answer.content.decode()


def test_only_managers_give_and_take_back(cast: Cast, clock: MovableClock, login: Any) -> None:
    address = reverse("asyncpt_review:give_visits", args=[cast.owner.uuid])
    form = {"give-key": str(uuid.uuid4()), "give-do": "give", "give-amount": "2"}
    assert login(cast.therapist).post(address, {**form, "give-reason": "x"}).status_code == 404
    browser = login(cast.manager)
    assert browser.post(address, form).status_code == 422
    full = {**form, "give-reason": "Sorry for the wait", "give-expires_at": "2026-12-01"}
    for _twice in range(2):
        assert browser.post(address, full).status_code == 302
    lot = Credit.objects.get()
    assert (lot.amount, lot.written_by) == (2, cast.manager.user)
    assert lot.expires_at == dt.datetime(2026, 12, 2, 5, 0, tzinfo=dt.UTC)
    take = {**full, "give-key": str(uuid.uuid4()), "give-do": "take", "give-amount": "3"}
    assert browser.post(address, take).status_code == 422
    assert browser.post(address, {**take, "give-amount": "1"}).status_code == 302
    assert visits_left(cast.owner) == 1


@pytest.mark.parametrize("who", ["colleague", "editor", "owner"])
def test_others_find_nothing(cast: Cast, clock: MovableClock, login: Any, who: str) -> None:
    give(cast)
    visit = operations.book_visit(
        client=cast.owner, therapist=None, starts_at=clock.moment, actor=cast.therapist
    )
    browser = login(getattr(cast, who))
    expected = {404} if who == "colleague" else {302, 404}
    for answer in (
        browser.get(page(cast)),
        browser.post(page(cast), {"book-starts_at": "2026-11-03 10:00"}),
        browser.post(note(visit, "attended")),
        browser.post(note(visit, "nonsense")),
    ):
        assert answer.status_code in expected
    visit.refresh_from_db()
    assert visit.status == "booked"
    assert Visit.objects.count() == 1


def test_an_unknown_note_is_not_found(cast: Cast, clock: MovableClock, login: Any) -> None:
    give(cast)
    visit = operations.book_visit(
        client=cast.owner, therapist=None, starts_at=clock.moment, actor=cast.therapist
    )
    browser = login(cast.therapist)
    assert browser.post(note(visit, "eaten")).status_code == 404
    assert browser.get(note(visit, "attended")).status_code == 405


def test_record_and_account_take_the_same_queries_for_few_and_many(
    cast: Cast, clock: MovableClock, login: Any
) -> None:
    counts = []
    for lots in (1, 8):
        for _lot in range(lots):
            give(cast, 1)
            operations.book_visit(
                client=cast.owner,
                therapist=cast.therapist,
                starts_at=clock.moment,
                actor=cast.therapist,
            )
        give(cast, 1)
        for person, address in (
            (cast.therapist, page(cast)),
            (cast.owner, reverse("asyncpt_memberships:account")),
        ):
            browser = login(person)
            browser.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(address).status_code == 200
            counts.append(len(queries))
    assert counts[:2] == counts[2:]


def test_the_client_sees_what_is_left_and_why(cast: Cast, clock: MovableClock, login: Any) -> None:
    account = reverse("asyncpt_memberships:account")
    assert "In-person visits" not in login(cast.owner).get(account).content.decode()
    give(cast, 2)
    operations.book_visit(
        client=cast.owner, therapist=cast.therapist, starts_at=clock.moment, actor=cast.therapist
    )
    html = login(cast.owner).get(account).content.decode()
    assert "1 without an end" in html
    assert "Received: Five for four" in html
    assert "Thea Ray: booked" in html
    assert "Five for four" not in login(cast.stranger).get(account).content.decode()
