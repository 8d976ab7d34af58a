"""A paused membership stops the program's clock; resuming continues where it stopped."""

import datetime as dt

import pytest

from tests import factories
from tests.conftest import Cast, MovableClock
from wagtail_asyncpt.care import operations as care
from wagtail_asyncpt.care.models import FormCheck, Review, Week
from wagtail_asyncpt.care.operations.resting import move_weeks
from wagtail_asyncpt.care.queries import current_week, proposed_changes
from wagtail_asyncpt.memberships import signals
from wagtail_asyncpt.memberships.models import AccessPeriod, Membership
from wagtail_asyncpt.people.models import Client


def published(cast: Cast) -> Week:
    """A week from Monday 2 November with sessions on Monday, Wednesday and Friday."""
    line = factories.line(
        factories.make_exercise(),
        check={"camera_view": "side", "set_number": 2, "question": "Knee over foot?"},
    )
    days = [factories.session(line, weekdays=["MO", "WE", "FR"])]
    return factories.make_published_week(cast.owner, cast.therapist, days)


def rest(client: Client, clock: MovableClock, *, start: int, days: int) -> None:
    """Pause ``start`` days from now for ``days``, as the sync does."""
    paused_at = clock.moment + dt.timedelta(days=start)
    clock.set(paused_at + dt.timedelta(days=days))
    membership = Membership.objects.get(client=client)
    AccessPeriod.objects.create(
        clinic=client.clinic,
        client=client,
        membership=membership,
        tier=membership.tier,
        kind="paused",
        key=f"pause-{start}",
        starts_at=paused_at,
        ends_at=clock.moment,
    )
    signals.resumed.send(
        Membership,
        instance=membership,
        client=client,
        key=f"resumed-{start}",
        paused_at=paused_at,
        resumed_at=clock.moment,
    )


def test_the_interrupted_week_goes_on_where_it_stopped(cast: Cast, clock: MovableClock) -> None:
    week = published(cast)
    draft = care.draft_next_week(therapist=cast.therapist, week=week)
    session = week.sessions.get()
    due = FormCheck.objects.get().due_on
    assert session.dates == ["2026-11-02", "2026-11-04", "2026-11-06"]

    rest(cast.owner, clock, start=1, days=16)  # Tuesday the 3rd to Thursday the 19th
    for row in (week, draft, session):
        row.refresh_from_db()
    assert week.starts_on == dt.date(2026, 11, 18)
    assert draft.starts_on == dt.date(2026, 11, 25)
    assert session.dates == ["2026-11-18", "2026-11-20", "2026-11-23"], "the same weekdays"
    assert FormCheck.objects.get().due_on == due + dt.timedelta(days=16)
    assert current_week(cast.owner, clock.moment.date()) == week


def test_a_rule_goes_on_counting_where_the_pause_stopped_it(
    cast: Cast, clock: MovableClock
) -> None:
    """Every 2 days keeps its rhythm, every 2 weeks its weeks, every month its moved day."""
    rules = ["DAILY;INTERVAL=2", "WEEKLY;INTERVAL=2", "MONTHLY;BYMONTHDAY=3"]
    days = [
        factories.session(factories.line(factories.make_exercise()), rule=f"RRULE:FREQ={rule}")
        for rule in rules
    ]
    week = factories.make_published_week(cast.owner, cast.therapist, days)
    every_second_day, every_second_week, monthly = week.sessions.order_by("position")
    assert every_second_day.dates == ["2026-11-02", "2026-11-04", "2026-11-06", "2026-11-08"]

    rest(cast.owner, clock, start=1, days=10)  # the week begins on Thursday the 12th
    for row in (week, every_second_day, every_second_week, monthly):
        row.refresh_from_db()
    assert every_second_day.dates == ["2026-11-12", "2026-11-14", "2026-11-16", "2026-11-18"]
    assert every_second_week.dates == ["2026-11-12"]
    assert monthly.dates == ["2026-11-13"], "no 3rd in the moved week: its day moves along"

    second, third = _following(cast, week), None
    titles = set(second.sessions.values_list("uid", flat=True))
    assert titles == {every_second_day.uid}, "week 2 of the program has no session every 2 weeks"
    rhythm = second.sessions.get()
    assert rhythm.dates == ["2026-11-20", "2026-11-22", "2026-11-24"], "counted on from the 12th"
    third = _following(cast, second)
    assert every_second_week.uid in set(third.sessions.values_list("uid", flat=True))


def _following(cast: Cast, week: Week) -> Week:
    draft = care.draft_next_week(therapist=cast.therapist, week=week)
    care.publish_week(
        therapist=cast.therapist,
        week=draft,
        reasons={change.key: "as planned" for change in proposed_changes(draft)},
    )
    draft.refresh_from_db()
    return draft


def test_a_week_that_was_over_stays_and_the_next_one_starts_after_the_pause(
    cast: Cast, clock: MovableClock
) -> None:
    week = published(cast)
    rest(cast.owner, clock, start=8, days=20)
    week.refresh_from_db()
    assert week.starts_on == dt.date(2026, 11, 2)
    draft = care.draft_next_week(therapist=cast.therapist, week=week)
    assert draft.starts_on == dt.date(2026, 11, 29)


def test_a_pause_that_is_heard_of_late_moves_no_week_that_was_answered_since(
    cast: Cast, clock: MovableClock
) -> None:
    week = published(cast)
    draft = care.draft_next_week(therapist=cast.therapist, week=week)
    paused_at, resumed_at = clock.moment, clock.moment + dt.timedelta(days=14)
    clock.move(days=20)
    Review.objects.create(
        clinic=week.clinic,
        client=cast.owner,
        week=week,
        therapist=cast.therapist,
        status="answered",
        due_at=clock.moment,
        answered_at=clock.moment,
    )
    move_weeks(client=cast.owner, paused_at=paused_at, resumed_at=resumed_at)
    for row, day in ((week, 2), (draft, 23)):
        row.refresh_from_db()
        assert row.starts_on == dt.date(2026, 11, day)


def test_nobody_elses_program_moves(cast: Cast, clock: MovableClock) -> None:
    week = factories.make_published_week(cast.stranger, cast.colleague)
    published(cast)
    rest(cast.owner, clock, start=1, days=7)
    week.refresh_from_db()
    assert week.starts_on == dt.date(2026, 11, 2)


def test_a_paused_week_is_not_queued_as_ended(cast: Cast, clock: MovableClock) -> None:
    published(cast)
    memberships = Membership.objects.filter(client=cast.owner)
    memberships.update(status="paused")
    clinic = cast.owner.clinic
    assert care.close_finished_weeks(clinic=clinic, on=dt.date(2026, 11, 30)) == 0
    memberships.update(status="active")
    assert care.close_finished_weeks(clinic=clinic, on=dt.date(2026, 11, 30)) == 1
    assert Review.objects.count() == 1


@pytest.mark.parametrize("hours", [0, 3])
def test_a_pause_of_less_than_a_day_moves_nothing(
    cast: Cast, clock: MovableClock, hours: int
) -> None:
    week = published(cast)
    until = clock.moment + dt.timedelta(hours=hours)
    assert move_weeks(client=cast.owner, paused_at=clock.moment, resumed_at=until) == 0
    week.refresh_from_db()
    assert week.starts_on == dt.date(2026, 11, 2)


def test_moving_costs_the_same_for_one_session_as_for_six(cast: Cast, clock: MovableClock) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    counts = []
    for number, who in ((1, cast.owner), (6, cast.stranger)):
        days = [
            factories.session(factories.line(factories.make_exercise()), weekdays=["MO"])
            for _ in range(number)
        ]
        therapist = cast.therapist if who == cast.owner else cast.colleague
        factories.make_published_week(who, therapist, days)
        with CaptureQueriesContext(connection) as queries:
            until = clock.moment + dt.timedelta(days=3)
            move_weeks(client=who, paused_at=clock.moment, resumed_at=until)
        counts.append(len(queries))
    assert counts[0] == counts[1]
