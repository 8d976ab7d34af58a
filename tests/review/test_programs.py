"""Programs in the cockpit: older texts, pushing, starting together."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import factories
from tests.care.test_programs import MONDAY, enrolled, first_dose, pages, rewrite
from tests.care.test_programs import program as program
from wagtail_asyncpt.care import operations as care
from wagtail_asyncpt.care.models import Cohort, Enrolment

pytestmark = pytest.mark.django_db


def address(name, *args) -> str:
    return reverse(f"asyncpt_review:{name}", args=args)


def test_programs_are_listed_with_the_own_clients_counted(cast, program, login):
    enrolled(cast, cast.owner, program)
    enrolled(cast, cast.stranger, program)
    page = login(cast.therapist).get(address("programs"))
    assert [(row.page.pk, row.client_count) for row in page.context["rows"]] == [(program.pk, 1)]
    rows = login(cast.manager).get(address("programs")).context["rows"]
    assert rows[0].client_count == 2


def test_the_differences_are_listed_and_pushed_to_whom_is_chosen(cast, program, login):
    week, other = enrolled(cast, cast.owner, program), enrolled(cast, cast.lapsed, program)
    browser = login(cast.therapist)
    here = address("program", program.pk)
    assert "draft with the newest text" in browser.get(here).content.decode()
    rewrite(pages(program)[0])
    body = browser.get(here).content.decode()
    for words in ("Olive Owner", "Lara Lapsed", "3 × 8 @ RPE 7", "3 × 12 @ RPE 7", "Deeper"):
        assert words in body
    answer = browser.post(here, {"week": f"{week.uuid}:0"})
    assert answer.status_code == 302
    assert (first_dose(week)["reps"], first_dose(other)["reps"]) == (12, 8)


@pytest.mark.parametrize(("chosen", "status"), [("nobody", 422), ("old", 409), ("nonsense", 404)])
def test_a_wrong_choice_changes_nothing(cast, program, login, chosen, status):
    week = enrolled(cast, cast.owner, program)
    rewrite(pages(program)[0])
    data = {"nobody": {}, "old": {"week": f"{week.uuid}:7"}, "nonsense": {"week": "x:y"}}[chosen]
    answer = login(cast.therapist).post(address("program", program.pk), data)
    assert answer.status_code == status
    assert first_dose(week)["reps"] == 8


def test_a_colleague_sees_the_program_without_others_clients_and_pushes_to_none(
    cast, program, login
):
    week = enrolled(cast, cast.owner, program)
    rewrite(pages(program)[0])
    browser = login(cast.colleague)
    page = browser.get(address("program", program.pk))
    assert page.status_code == 200
    assert "Olive" not in page.content.decode()
    answer = browser.post(address("program", program.pk), {"week": f"{week.uuid}:0"})
    assert answer.status_code == 404
    assert first_dose(week)["reps"] == 8


def test_a_draft_program_and_another_page_are_not_found(cast, program, login):
    browser = login(cast.therapist)
    for page_id in (pages(program)[0].pk, 987654):
        assert browser.get(address("program", page_id)).status_code == 404
        assert browser.post(address("enrol_several", page_id)).status_code == 404
    program.unpublish()
    assert browser.get(address("program", program.pk)).status_code == 404


def several(cast, **more):
    return {
        "clients": [cast.owner.uuid, cast.lapsed.uuid],
        "starts_on": "2026-11-09",
        "therapist": cast.therapist.pk,
        "cohort_name": "November knees",
        **more,
    }


def test_several_clients_start_together_and_more_join(cast, clinic, program, login):
    browser = login(cast.therapist)
    form = browser.get(address("enrol_several", program.pk)).content.decode()
    assert "Olive Owner" in form
    assert "Stan Ranger" not in form
    answer = browser.post(address("enrol_several", program.pk), several(cast))
    cohort = Cohort.objects.get()
    assert answer["Location"] == address("cohort", cohort.uuid)
    body = browser.get(answer["Location"]).content.decode()
    assert "Olive Owner" in body
    assert "Lara Lapsed" in body
    newcomer = factories.make_client(clinic, "Nina New")
    joined = browser.post(address("add_to_cohort", cohort.uuid), {"clients": [newcomer.uuid]})
    assert joined.status_code == 302
    assert Enrolment.objects.filter(cohort=cohort).count() == 3
    listed = browser.get(address("programs")).content.decode()
    assert "November knees" in listed
    assert "3 clients" in listed


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"clients": []}, "clients"),
        ({"clients": ["nonsense"]}, "clients"),
        ({"starts_on": "soon"}, "starts_on"),
        ({"therapist": "999"}, "therapist"),
    ],
)
def test_a_wrong_form_is_explained_and_enrols_nobody(cast, program, login, wrong, field):
    browser = login(cast.therapist)
    answer = browser.post(address("enrol_several", program.pk), several(cast, **wrong))
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert not Enrolment.objects.exists()


def test_nobody_elses_clients_are_enrolled(cast, program, login):
    data = several(cast, clients=[cast.owner.uuid, cast.stranger.uuid])
    answer = login(cast.therapist).post(address("enrol_several", program.pk), data)
    assert answer.status_code == 422
    other = several(cast, therapist=cast.colleague.pk)
    answer = login(cast.therapist).post(address("enrol_several", program.pk), other)
    assert list(answer.context["form"].errors) == ["therapist"]
    answer = login(cast.manager).post(address("enrol_several", program.pk), other)
    assert "not in your caseload" in str(answer.context["form"].errors["clients"])
    assert not Enrolment.objects.exists()
    assert not Cohort.objects.exists()


def test_a_group_is_found_by_its_therapist_and_managers_only(cast, program, login):
    login(cast.therapist).post(address("enrol_several", program.pk), several(cast))
    cohort = Cohort.objects.get()
    for name in ("cohort", "add_to_cohort"):
        assert login(cast.colleague).get(address(name, cohort.uuid)).status_code == 404
        assert login(cast.editor).get(address(name, cohort.uuid)).status_code == 404
        assert login(cast.manager).get(address(name, cohort.uuid)).status_code == 200
    assert "November knees" not in login(cast.colleague).get(address("programs")).content.decode()


def test_screens_cost_the_same_for_few_and_many(cast, clinic, program, login):
    browser = login(cast.therapist)
    costs = []
    for count in (2, 8):
        people = [
            factories.make_client(clinic, f"Client {count} {n}", cast.therapist)
            for n in range(count)
        ]
        care.enrol_many(
            therapist=cast.therapist,
            clients=people,
            program=program,
            starts_on=MONDAY,
            cohort_name=f"Group {count}",
        )
        rewrite(pages(program)[0], reps=count + 1)
        cohort = Cohort.objects.get(name=f"Group {count}")
        cost = []
        for url in (
            address("programs"),
            address("program", program.pk),
            address("cohort", cohort.uuid),
        ):
            browser.get(url)
            with CaptureQueriesContext(connection) as queries:
                assert browser.get(url).status_code == 200
            cost.append(len(queries))
        costs.append(cost)
    assert costs[0] == costs[1]
