"""The caseload, one client, and taking a client on."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from wagtail.models import Page

from tests import factories
from wagtail_asyncpt.care.models import Enrolment
from wagtail_asyncpt.people.models import AuditEntry

CLIENTS = reverse("asyncpt_review:clients")


@pytest.fixture
def newcomer(cast, clinic):
    """A member whom nobody has taken on."""
    client = factories.make_client(clinic, "Nina New")
    factories.make_membership(client, clinic.tiers.first())
    return client


def enrol(client) -> str:
    return reverse("asyncpt_review:enrol", args=[client.uuid])


def test_the_list_tells_program_week_membership_and_activity(cast, story, login):
    body = login(cast.therapist).get(CLIENTS).content.decode()

    row = body[body.index("Olive Owner") :]
    assert "Stronger Knees" in row
    assert "Rehab: active" in row
    assert reverse("asyncpt_review:review", args=[story.review.uuid]) in row
    assert "Rehab: ended October 3" in body
    assert "Stan Ranger" not in body


def test_a_client_is_found_by_name_or_email(cast, login):
    browser = login(cast.therapist)
    for search in ("olive", cast.owner.user.email[:9]):
        body = browser.get(CLIENTS, {"q": search}).content.decode()
        assert "Olive Owner" in body
        assert "Lara Lapsed" not in body
    assert "matches" in browser.get(CLIENTS, {"q": "Stan Ranger"}).content.decode()


def test_the_list_takes_the_same_queries_for_few_and_many(cast, story, newcomer, tell_story, login):
    browser = login(cast.therapist)
    browser.get(CLIENTS)
    with CaptureQueriesContext(connection) as few:
        browser.get(CLIENTS)
    for number in range(8):
        tier = cast.owner.clinic.tiers.first()
        client = factories.make_client(cast.owner.clinic, f"Client {number}", cast.therapist)
        factories.make_membership(client, tier)
        tell_story(client, cast.therapist)
        factories.make_client(cast.owner.clinic, f"Newcomer {number}")
    with CaptureQueriesContext(connection) as many:
        browser.get(CLIENTS)
    assert len(few) == len(many)


def test_the_clients_page_shows_weeks_and_reviews(cast, story, next_week, login):
    address = reverse("asyncpt_review:client", args=[cast.owner.uuid])
    body = login(cast.therapist).get(address).content.decode()

    assert "published, version 1" in body
    assert "draft" in body
    assert "waiting for an answer" in body
    assert reverse("asyncpt_review:week_editor", args=[next_week.uuid]) in body


def test_every_therapist_sees_whom_nobody_has_taken_on(cast, newcomer, login):
    for therapist in (cast.therapist, cast.colleague, cast.manager):
        body = login(therapist).get(CLIENTS).content.decode()
        assert "Nina New" in body[body.index("New clients to take on") :]


def test_enrolling_takes_a_client_on_and_opens_week_one(cast, newcomer, login):
    program = factories.make_program("Healthy Back")
    browser = login(cast.colleague)
    data = {
        "program": program.pk,
        "starts_on": "2026-11-09",
        "goals": "Garden again",
        "therapist": cast.colleague.pk,
    }

    answer = browser.post(enrol(newcomer), data)

    newcomer.refresh_from_db()
    enrolment = Enrolment.objects.get(client=newcomer)
    assert newcomer.primary_therapist == cast.colleague
    assert (enrolment.program_title, enrolment.goals) == ("Healthy Back", "Garden again")
    assert enrolment.starts_on == dt.date(2026, 11, 9)
    week = enrolment.weeks.get()
    assert answer["Location"] == reverse("asyncpt_review:week_editor", args=[week.uuid])
    assert login(cast.therapist).get(enrol(newcomer)).status_code == 404


def test_a_therapist_cannot_put_a_colleague_in_charge_but_a_manager_can(cast, newcomer, login):
    data = {
        "program": factories.make_program().pk,
        "starts_on": "2026-11-09",
        "therapist": cast.colleague.pk,
    }

    refused = login(cast.therapist).post(enrol(newcomer), data)
    assert refused.status_code == 422
    assert not Enrolment.objects.exists()

    assert login(cast.manager).post(enrol(newcomer), data).status_code == 302
    entry = AuditEntry.objects.get(action="enrolment.create", client=newcomer)
    assert entry.actor == cast.manager.user
    newcomer.refresh_from_db()
    assert newcomer.primary_therapist == cast.colleague


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"program": ""}, "program"),
        ({"program": "999999"}, "program"),
        ({"starts_on": "soon"}, "starts_on"),
        ({"starts_on": ""}, "starts_on"),
    ],
)
def test_a_wrong_form_is_explained_and_keeps_what_was_typed(cast, newcomer, login, wrong, field):
    data = {
        "program": factories.make_program().pk,
        "starts_on": "2026-11-09",
        "therapist": cast.therapist.pk,
        "goals": "Garden again, without pain",
        **wrong,
    }
    answer = login(cast.therapist).post(enrol(newcomer), data)

    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert "Garden again, without pain" in answer.content.decode()
    assert not Enrolment.objects.exists()


def test_only_live_programs_are_offered(cast, newcomer, login):
    program = factories.make_program("Live program")
    hidden = factories.make_program("Hidden program")
    Page.objects.filter(pk=hidden.pk).update(live=False)

    body = login(cast.therapist).get(enrol(newcomer)).content.decode()

    assert program.title in body
    assert hidden.title not in body


def test_a_client_in_a_program_is_not_enrolled_again(cast, story, login):
    data = {
        "program": factories.make_program().pk,
        "starts_on": "2026-11-09",
        "therapist": cast.therapist.pk,
    }
    answer = login(cast.therapist).post(enrol(cast.owner), data)
    assert answer.status_code == 422
    assert "in a program already" in answer.content.decode()
    assert Enrolment.objects.count() == 1
