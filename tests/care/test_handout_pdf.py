"""A week as PDF: gated as its page, with its pictures, and plainly absent without the extra."""

from collections.abc import Callable
from typing import Any

import pypdfium2
import pytest
from django.core.files.base import ContentFile
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import factories as make
from tests.care.test_sessions import publish, whole_session
from tests.conftest import Cast
from tests.core.test_pdf import picture
from tests.pdf import images, structure, words
from wagtail_asyncpt.care import handouts
from wagtail_asyncpt.care import operations as care
from wagtail_asyncpt.library.models import Exercise, ExerciseVideo
from wagtail_asyncpt.people.models import AuditEntry

pytestmark = [pytest.mark.django_db, pytest.mark.pdf]
Login = Callable[[Any], Browser]


def film(title: str) -> ExerciseVideo:
    """A ready video with a poster."""
    video = ExerciseVideo(title=title, status="ready")
    video.video.save("video.mp4", ContentFile(b"film"), save=False)
    video.poster.save("poster.jpg", ContentFile(picture()), save=False)
    video.save()
    return video


def test_the_client_gets_the_week_as_pdf_and_a_stranger_nothing(cast: Cast, login: Login) -> None:
    week = publish(cast, whole_session(weekdays=["MO", "TH"], times_per_week=None))
    Exercise.objects.filter(name="Squat").update(video=film("Squat"))
    address = reverse("asyncpt_portal:week_pdf", args=[week.uuid])
    browser = login(cast.owner)
    page = browser.get(reverse("asyncpt_portal:print_week", args=[week.uuid])).text
    assert f'href="{address}"' in page
    answer = browser.get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert "no-store" in answer["Cache-Control"] and "private" in answer["Cache-Control"]
    assert answer["Content-Disposition"].startswith("inline; filename=")
    assert answer["Content-Disposition"].endswith('week-1.pdf"')
    said = words(answer.content)
    for part in ("Week 1", "Squat", "Superset", "Sit back slowly.", "How were the stairs?", "Mon"):
        assert part in said, part
    for button in ("Print", "Open as PDF", "Only this one"):
        assert button not in said
    assert images(answer.content) == 1
    assert b"/Lang (en" in structure(answer.content)
    title = pypdfium2.PdfDocument(answer.content).get_metadata_dict()["Title"]
    assert title.startswith("Week 1 · ")
    assert login(cast.stranger).get(address).status_code == 404
    assert Browser().get(address).status_code == 302


def test_one_exercise_of_the_week_is_a_pdf_of_its_own(cast: Cast, login: Login) -> None:
    week = publish(cast, whole_session())
    row = week.prescribed.get(exercise__name="Row")
    address = reverse("asyncpt_portal:week_pdf", args=[week.uuid])
    browser = login(cast.owner)
    printed = reverse("asyncpt_portal:print_week", args=[week.uuid])
    assert f'href="{address}?line={row.uuid}"' in browser.get(printed, {"line": row.uuid}).text
    answer = browser.get(address, {"line": row.uuid})
    assert answer["Content-Disposition"].endswith('-row.pdf"')
    said = words(answer.content)
    assert "Row" in said and "Squat" not in said
    for wrong in ("nonsense", str(week.uuid)):
        assert browser.get(address, {"line": wrong}).status_code == 404


def test_the_therapist_gets_published_weeks_of_the_caseload_only(cast: Cast, login: Login) -> None:
    week = publish(cast, whole_session())
    draft = care.draft_next_week(therapist=cast.therapist, week=week)
    address = reverse("asyncpt_review:week_pdf", args=[week.uuid])
    assert login(cast.colleague).get(address).status_code == 404
    assert login(cast.editor).get(address).status_code == 404
    assert not AuditEntry.objects.filter(action="week.print").exists()
    assert "Squat" in words(login(cast.therapist).get(address).content)
    assert AuditEntry.objects.filter(action="week.print", client=cast.owner).count() == 1
    unpublished = reverse("asyncpt_review:week_pdf", args=[draft.uuid])
    assert login(cast.therapist).get(unpublished).status_code == 302
    assert login(cast.therapist).post(address).status_code == 405


def test_without_the_extra_nothing_is_offered(cast: Cast, login: Login, monkeypatch: Any) -> None:
    monkeypatch.setattr(handouts, "pdf_is_available", lambda: False)
    week = publish(cast, whole_session())
    for person, room in ((cast.owner, "asyncpt_portal"), (cast.therapist, "asyncpt_review")):
        browser = login(person)
        printed = browser.get(reverse(f"{room}:print_week", args=[week.uuid]))
        assert printed.status_code == 200
        assert "PDF" not in printed.text
        assert browser.get(reverse(f"{room}:week_pdf", args=[week.uuid])).status_code == 404


def test_a_handout_of_1_and_of_12_exercises_costs_the_same_queries(
    cast: Cast, login: Login
) -> None:
    def queries(count: int) -> int:
        exercises = [make.make_exercise(f"Squat {count}-{n}") for n in range(count)]
        for one in exercises:
            one.video = film(one.name)
            one.save()
        client = make.make_client(cast.owner.clinic, f"C {count}", cast.therapist)
        lines = [make.line(one) for one in exercises]
        week = make.make_published_week(client, cast.therapist, [make.session(*lines)])
        browser = login(client)
        address = reverse("asyncpt_portal:print_week", args=[week.uuid])
        browser.get(address)
        with CaptureQueriesContext(connection) as ran:
            page = browser.get(address).text
        assert page.count("line__picture") == count
        return len(ran)

    assert queries(1) == queries(12)
