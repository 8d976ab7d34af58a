"""The end of a program and its undoing: what is told, what stays, who may."""

import datetime as dt
from typing import Any

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.urls import reverse

from tests import factories
from tests.conftest import Cast, MovableClock
from wagtail_asyncpt.care import operations as care
from wagtail_asyncpt.care import signals
from wagtail_asyncpt.care.models import Enrolment, EnrolmentStatus, SessionLog, Week
from wagtail_asyncpt.core.errors import DomainError, NotAllowed
from wagtail_asyncpt.people.models import AuditEntry, Coverage

TODAY = "/care/"


@pytest.fixture
def week(cast: Cast) -> Week:
    check = {"camera_view": "side", "set_number": 1, "question": "Heels down?"}
    line = factories.line(factories.make_exercise("Squat"), check=check)
    return factories.make_published_week(cast.owner, cast.therapist, [factories.session(line)])


def end(cast: Cast, week: Week, **values: Any) -> Enrolment:
    values = {"completed": False, "reason": "Moves to another town", **values}
    therapist = values.pop("therapist", cast.therapist)
    return care.end_enrolment(therapist=therapist, enrolment=week.enrolment, **values)


def test_the_end_is_told_with_day_reason_mail_and_trail(
    cast: Cast, week: Week, django_capture_on_commit_callbacks: Any
) -> None:
    heard = []
    signals.enrolment_ended.connect(lambda **said: heard.append(said["key"]), weak=False)
    with django_capture_on_commit_callbacks(execute=True):
        enrolment = end(cast, week, message="It was good to work with you.")
    assert enrolment.status == EnrolmentStatus.ENDED
    assert (enrolment.ended_on, enrolment.ended_by) == (dt.date(2026, 11, 2), cast.therapist)
    assert AuditEntry.objects.filter(action="enrolment.end", actor=cast.therapist.user).count() == 1
    letter = mail.outbox[-1]
    assert (letter.to, letter.subject) == ([cast.owner.user.email], "Your program has ended")
    for private in ("another town", "good to work"):
        assert private not in letter.body
    assert len(heard) == 1
    with pytest.raises(DomainError, match="ended already"):
        end(cast, week)


def test_nothing_is_written_on_and_nothing_is_lost(cast: Cast, week: Week, login: Any) -> None:
    draft = care.draft_next_week(therapist=cast.therapist, week=week)
    session = week.sessions.get()
    started = care.start_session(client=cast.owner, session=session, occurrence=1)
    end(cast, week, completed=True, message="Keep the bridge.")

    for refused in (
        lambda: care.publish_week(therapist=cast.therapist, week=draft, reasons={}),
        lambda: care.draft_next_week(therapist=cast.therapist, week=week),
        lambda: care.start_session(client=cast.owner, session=session, occurrence=2),
    ):
        with pytest.raises(DomainError, match="has ended"):
            refused()
    assert care.start_session(client=cast.owner, session=session, occurrence=1) == started
    care.finish_session(client=cast.owner, session_log=started)  # what was begun may be ended

    browser = login(cast.owner)
    page = browser.get(TODAY).content.decode()
    assert "You finished your program" in page and "Keep the bridge." in page
    assert "Moves to another town" not in page and "Videos asked for" not in page
    open_session = reverse("asyncpt_portal:session", args=[session.uuid, 2])
    assert "Your program has ended" in browser.get(open_session).content.decode()
    for name in ("start", "skip"):
        address = reverse(f"asyncpt_portal:{name}", args=[session.uuid, 2])
        told = browser.post(address, {"reason": "other"}, follow=True)
        assert told.redirect_chain[-1][0] == TODAY
        assert "Your program has ended" in told.content.decode(), name
    assert SessionLog.objects.count() == 1
    assert browser.get(reverse("asyncpt_portal:plan")).status_code == 200


def test_an_undone_end_leaves_everything_as_it_was(
    cast: Cast, week: Week, login: Any, django_capture_on_commit_callbacks: Any
) -> None:
    draft = care.draft_next_week(therapist=cast.therapist, week=week)
    end(cast, week)
    with django_capture_on_commit_callbacks(execute=True):
        enrolment = care.reopen_enrolment(therapist=cast.therapist, enrolment=week.enrolment)
    assert enrolment.status == EnrolmentStatus.ACTIVE
    assert (enrolment.ended_on, enrolment.ended_by, enrolment.end_reason) == (None, None, "")
    assert mail.outbox[-1].subject == "Your program goes on"
    assert AuditEntry.objects.filter(action="enrolment.reopen").count() == 1
    page = login(cast.owner).get(TODAY).content.decode()
    assert "start/" in page and "Videos asked for" in page
    care.publish_week(therapist=cast.therapist, week=draft, reasons={})
    with pytest.raises(DomainError, match="is running"):
        care.reopen_enrolment(therapist=cast.therapist, enrolment=enrolment)
    end(cast, week)  # a second end mails again
    assert AuditEntry.objects.filter(action="enrolment.end").count() == 2


def test_a_week_that_was_not_over_goes_on_when_the_end_is_undone_later(
    cast: Cast, week: Week, clock: MovableClock
) -> None:
    began, due = week.starts_on, week.form_checks.get().due_on
    clock.move(days=2)
    end(cast, week)
    clock.move(days=28)
    care.reopen_enrolment(therapist=cast.therapist, enrolment=week.enrolment)
    week.refresh_from_db()
    assert week.starts_on == began + dt.timedelta(days=28)
    assert week.form_checks.get().due_on == due + dt.timedelta(days=28)


def test_a_client_in_another_program_sees_that_one_and_the_end_stays(
    cast: Cast, week: Week, login: Any
) -> None:
    end(cast, week)
    program = factories.make_program("Healthy Back")
    later = care.enrol(
        therapist=cast.therapist,
        client=cast.owner,
        program=program,
        starts_on=dt.date(2026, 11, 9),
    )
    page = login(cast.owner).get(TODAY).content.decode()
    assert "Your therapist is writing your week" in page and "has ended" not in page
    with pytest.raises(DomainError, match="in another program"):
        care.reopen_enrolment(therapist=cast.therapist, enrolment=week.enrolment)
    care.publish_week(therapist=cast.therapist, week=later.weeks.get(), reasons={})
    assert "You start on Monday, November 9" in login(cast.owner).get(TODAY).content.decode()


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"reason": "   "}, "reason"),
        ({"ended_on": dt.date(2026, 11, 3)}, "ended_on"),
        ({"ended_on": dt.date(2026, 11, 1)}, "ended_on"),
    ],
)
def test_an_end_without_a_reason_or_on_a_wrong_day_is_refused(
    cast: Cast, week: Week, values: Any, field: str
) -> None:
    with pytest.raises(DomainError) as refused:
        end(cast, week, **values)
    assert refused.value.field == field
    assert Enrolment.objects.get().status == EnrolmentStatus.ACTIVE


def test_others_neither_end_nor_reopen_but_a_cover_does(cast: Cast, week: Week, login: Any) -> None:
    address = reverse("asyncpt_review:end_program", args=[week.enrolment.uuid])
    undo = reverse("asyncpt_review:reopen_program", args=[week.enrolment.uuid])
    data = {"outcome": "ended", "ended_on": "2026-11-02", "reason": "Enough", "message": "Bye"}
    for who in (cast.colleague, cast.editor):
        for target in (address, undo):
            assert login(who).post(target, data).status_code == 404
    with pytest.raises(NotAllowed):
        end(cast, week, therapist=cast.colleague)
    assert Enrolment.objects.get().status == EnrolmentStatus.ACTIVE

    Coverage.objects.create(client=cast.owner, therapist=cast.colleague)
    browser = login(cast.colleague)
    assert "The client gets a mail" in browser.get(address).content.decode()
    kept = browser.post(address, {**data, "reason": ""})
    assert kept.status_code == 422 and "Bye" in kept.content.decode()
    done = browser.post(address, data, follow=True).content.decode()
    assert "Enough" in done and "Undo: go on with this program" in done
    assert Enrolment.objects.get().ended_by == cast.colleague
    again = browser.post(address, data)
    assert again.status_code == 422 and "ended already" in again.content.decode()
    assert "End the program" in browser.post(undo, follow=True).content.decode()
    assert Enrolment.objects.get().status == EnrolmentStatus.ACTIVE
    assert browser.get(undo).status_code == 405


def test_the_database_refuses_an_end_without_a_reason(cast: Cast, week: Week) -> None:
    for values in ({"status": "ended"}, {"ended_on": dt.date(2026, 11, 2)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Enrolment.objects.update(**values)
