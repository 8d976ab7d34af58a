"""A week on paper: for the client, and for the therapist to hand out."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from tests import factories as make
from tests.care.test_sessions import publish, whole_session
from tests.conftest import Cast
from wagtail_asyncpt.care import operations as care
from wagtail_asyncpt.people.models import AuditEntry

pytestmark = pytest.mark.django_db


def test_the_client_prints_a_week_with_a_way_back(
    cast: Cast, login: Callable[[Any], Browser]
) -> None:
    week = publish(cast, whole_session(weekdays=["MO", "TH"], times_per_week=None))
    address = reverse("asyncpt_portal:print_week", args=[week.uuid])
    browser = login(cast.owner)
    page = browser.get(address).content.decode()
    for words in ("Squat", "Superset", "Tendons like <b>time</b>.", "How were the stairs?", "Mon"):
        assert words in page
    assert 'class="asyncpt-qr"' in page
    assert "Sit back slowly." in page
    assert address in browser.get(reverse("asyncpt_portal:plan")).content.decode()
    assert login(cast.stranger).get(address).status_code == 404


def test_one_exercise_is_printed_alone(cast: Cast, login: Callable[[Any], Browser]) -> None:
    week = publish(cast, whole_session())
    row = week.prescribed.get(exercise__name="Row")
    address = reverse("asyncpt_portal:print_week", args=[week.uuid])
    page = login(cast.owner).get(address, {"line": row.uuid}).content.decode()
    assert "Row" in page
    assert "Squat" not in page
    for wrong in ("nonsense", str(week.uuid)):
        assert login(cast.owner).get(address, {"line": wrong}).status_code == 404


def test_the_therapist_prints_published_weeks_of_the_caseload_only(
    cast: Cast, login: Callable[[Any], Browser]
) -> None:
    week = publish(cast, whole_session())
    draft = care.draft_next_week(therapist=cast.therapist, week=week)
    address = reverse("asyncpt_review:print_week", args=[week.uuid])
    assert "Squat" in login(cast.therapist).get(address).content.decode()
    assert AuditEntry.objects.filter(action="week.print", client=cast.owner).count() == 1
    assert login(cast.colleague).get(address).status_code == 404
    assert login(cast.editor).get(address).status_code == 404
    unpublished = reverse("asyncpt_review:print_week", args=[draft.uuid])
    assert login(cast.therapist).get(unpublished).status_code == 302


def test_a_draft_is_not_on_paper(cast: Cast, login: Callable[[Any], Browser]) -> None:
    enrolment = care.enrol(
        therapist=cast.therapist,
        client=cast.owner,
        program=make.make_program(),
        starts_on=cast.owner.created_at.date(),
    )
    address = reverse("asyncpt_portal:print_week", args=[enrolment.weeks.get().uuid])
    assert login(cast.owner).get(address).status_code == 404
