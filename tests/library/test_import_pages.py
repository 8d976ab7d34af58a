"""The import page, and the export that it reads again."""

import io
from collections.abc import Callable
from typing import Any

import openpyxl
import pytest
from django.contrib.auth.models import Permission
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client as Browser
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import factories
from tests.conftest import Cast
from wagtail_asyncpt.library.importing import import_exercises, read_file
from wagtail_asyncpt.library.models import Exercise
from wagtail_asyncpt.programs.exercises import dose_from_cells

Login = Callable[[Any], Browser]
CSV = b"name,regions\nWall squat,knee\nBad,tail\n"


def allow(person: Any) -> None:
    person.user.user_permissions.add(
        *Permission.objects.filter(
            content_type__app_label="wagtail_asyncpt", content_type__model="exercise"
        )
    )


@pytest.fixture
def editor(cast: Cast, login: Login) -> Browser:
    allow(cast.therapist)
    return login(cast.therapist)


def upload(browser: Browser, content: bytes = CSV, **values: Any) -> Any:
    file = SimpleUploadedFile("exercises.csv", content, "text/csv")
    return browser.post(
        reverse("asyncpt_exercises:import"),
        {"file": file, "kind": "csv", "visibility": "nothing", **values},
    )


def test_a_preview_writes_nothing_and_the_confirmation_imports(
    editor: Browser, files: Callable[[], list[str]]
) -> None:
    preview = upload(editor, visibility="teaser")
    page = preview.content.decode()
    assert "1 created, 0 updated, 0 unchanged, 1 skipped." in page
    assert "regions: there is no “tail”" in page
    assert not Exercise.objects.exists()
    assert len(files()) == 1
    token = preview.context["token"]
    done = editor.post(reverse("asyncpt_exercises:import"), {"token": token})
    assert "1 created" in done.content.decode()
    exercise = Exercise.objects.get()
    assert (exercise.name, exercise.visibility) == ("Wall squat", "teaser")
    assert files() == []
    again = editor.post(reverse("asyncpt_exercises:import"), {"token": token})
    assert "upload it again" in again.content.decode()
    assert Exercise.objects.count() == 1


def test_a_token_is_its_uploaders_own(editor: Browser, cast: Cast, login: Login) -> None:
    token = upload(editor).context["token"]
    allow(cast.colleague)
    other = login(cast.colleague)
    url = reverse("asyncpt_exercises:import")
    assert "upload it again" in other.post(url, {"token": token}).content.decode()
    assert "upload it again" in other.post(url, {"token": "forged"}).content.decode()
    assert not Exercise.objects.exists()


def test_another_file_is_refused_at_its_field(editor: Browser) -> None:
    answer = upload(editor, b"PK\x03\x04\0\0")
    assert "not a CSV" in str(answer.context["form"].errors["file"])


def test_nobody_without_the_permission_imports(cast: Cast, login: Login) -> None:
    for person in (cast.colleague, cast.owner):
        browser = login(person)
        assert browser.get(reverse("asyncpt_exercises:import")).status_code == 302
        assert upload(browser).status_code == 302
    assert Browser().get(reverse("asyncpt_exercises:import")).status_code == 302
    assert not Exercise.objects.exists()


def make(name: str) -> Exercise:
    exercise = factories.make_exercise(name, cues=[("do", "+1 is fine."), ("avoid", "Haste.")])
    exercise.regions, exercise.equipment = ["knee", "hip"], ["chair"]
    exercise.default_dose = {"sets": 3, "reps": 8, "load_value": "12.5", "load_unit": "kg"}
    exercise.summary = "=HYPERLINK(1)"
    exercise.tags.add("Running", "Knee")
    exercise.save()
    return exercise


def exported(browser: Browser, kind: str) -> bytes:
    answer = browser.get(reverse("asyncpt_exercises:list"), {"export": kind})
    return b"".join(answer.streaming_content)


def test_the_export_holds_no_formula(editor: Browser) -> None:
    make("Squat")
    text = exported(editor, "csv").decode()
    assert "'=HYPERLINK(1)" in text and "'+1 is fine." in text
    sheet = openpyxl.load_workbook(io.BytesIO(exported(editor, "xlsx"))).active
    assert all(cell.data_type != "f" for row in sheet.iter_rows() for cell in row)


def test_an_export_is_imported_again_without_a_change(editor: Browser) -> None:
    make("Squat")
    make("Row")
    items = read_file(exported(editor, "csv"), "csv", dose_from_cells)
    report = import_exercises(items=items)
    assert report.words == "0 created, 0 updated, 2 unchanged, 0 skipped."
    assert [line.words for line in report.unchanged] == ["", ""]


def test_the_export_costs_the_same_for_3_and_30(editor: Browser) -> None:
    def ask() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert exported(editor, "csv").count(b"HYPERLINK") == Exercise.objects.count()
        return len(captured)

    for n in range(3):
        make(f"Squat {n}")
    ask()
    few = ask()
    for n in range(27):
        make(f"Row {n}")
    assert ask() == few
