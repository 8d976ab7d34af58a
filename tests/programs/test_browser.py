"""The editor of a week in real Chromium: rules, doses in words, copying a dose."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from tests import factories
from tests.browser import chromium as chromium
from tests.browser import sign_in as sign_in
from tests.conftest import Cast
from wagtail_asyncpt.care.days import as_raw
from wagtail_asyncpt.pages.models import ProgramWeekPage
from wagtail_asyncpt.programs.rules import RuleWidget

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True, serialized_rollback=True),
]


@pytest.fixture
def week(cast: Cast) -> ProgramWeekPage:
    """A week of a program with one exercise twice and another once."""
    squat, hold = factories.make_exercise("Squat"), factories.make_exercise("Hold")
    targets = [{"type": "item", "id": "1", "value": {"reps": 12}}]
    days = [
        factories.session(
            factories.line(squat, sets=4, reps=6, load_value="20", load_unit="kg"),
            factories.line(hold),
            factories.line(squat, targets=targets),
            rule="RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE",
        )
    ]
    return ProgramWeekPage.objects.child_of(factories.make_program(weeks=[days])).get()


@pytest.fixture
def editor(
    chromium: Any, live_server: Any, sign_in: Callable[[Any, Any], None], cast: Cast, week: Any
) -> Iterator[Any]:
    """The week's editor; an uncaught script error fails the test."""
    cast.editor.groups.add(Group.objects.get(name="Moderators"))
    context = chromium.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    sign_in(page, cast.editor)
    page.goto(live_server.url + reverse("wagtailadmin_pages:edit", args=[week.pk]))
    page.wait_for_selector(".asyncpt-copy-dose")
    yield page
    context.close()
    assert faults == []


def test_a_rule_is_shown_and_written_in_a_streamfield(editor: Any, week: Any) -> None:
    rule = editor.locator("[name='days-0-value-rule']")
    controls = editor.locator(".asyncpt-rule")
    editor.locator(".asyncpt-session [data-block-settings]").first.evaluate(
        "element => element.removeAttribute('hidden')"
    )
    assert controls.locator("input[type=number]").input_value() == "2"
    assert controls.locator("input:checked").evaluate_all("all => all.map(one => one.value)") == [
        "MO",
        "WE",
    ]
    controls.locator("input[type=number]").fill("3")
    controls.locator("input[value=WE]").uncheck()
    assert rule.input_value() == "RRULE:FREQ=WEEKLY;INTERVAL=3;BYDAY=MO"
    controls.locator("select").select_option("DAILY")
    assert rule.input_value() == "RRULE:FREQ=DAILY;INTERVAL=3"
    assert not controls.locator("[role=group]").is_visible()
    controls.locator("select").select_option("")
    assert rule.input_value() == ""


def test_the_widget_starts_in_a_row_that_is_added_later(editor: Any) -> None:
    """An InlinePanel adds rows as HTML: the controller starts by itself."""
    html = RuleWidget().render("rows-7-rule", "RRULE:FREQ=DAILY;INTERVAL=2", {"id": "id_rows-7"})
    editor.evaluate(
        "html => document.querySelector('main').insertAdjacentHTML('beforeend', html)", html
    )
    controls = editor.locator("#id_rows-7-interval")
    controls.wait_for()
    assert controls.input_value() == "2"


def test_a_dose_is_copied_to_the_other_lines_of_its_exercise(editor: Any) -> None:
    copy = editor.locator(".asyncpt-copy-dose").first
    copy.get_by_role("button").click()
    assert "lines changed: 1" in copy.get_by_role("status").inner_text()
    values = [
        [
            editor.locator(f"[name='days-0-value-exercises-{n}-value-dose-{name}']").input_value()
            for name in ("sets", "reps", "load_value")
        ]
        for n in range(3)
    ]
    assert values == [["4", "6", "20"], ["3", "8", ""], ["4", "6", "20"]]
    assert not editor.locator(
        "[name='days-0-value-exercises-2-value-dose-targets-0-value-reps']"
    ).is_visible()


def choose(editor: Any, number: int, name: str) -> None:
    """Add a line to the session and choose its exercise."""
    items = editor.locator("[data-contentpath='exercises']").first
    items.get_by_role("button", name="Insert a block").last.click()
    editor.get_by_role("option", name="Exercise", exact=True).click()
    chooser = editor.locator(f"#days-0-value-exercises-{number}-value-exercise-chooser")
    chooser.get_by_role("button").first.click()
    editor.locator(".modal-body").get_by_text(name, exact=True).click()
    editor.locator(".modal-body").wait_for(state="hidden")


def test_a_new_line_starts_from_the_usual_dose_of_its_exercise(cast: Cast, editor: Any) -> None:
    usual = {"sets": 2, "reps": 15, "load_value": "7.5", "load_unit": "kg", "side": "each"}
    exercise = factories.make_exercise("Clam")
    exercise.default_dose = usual
    exercise.save()
    choose(editor, 3, "Clam")
    dose = "days-0-value-exercises-3-value-dose"
    editor.wait_for_function(f"document.querySelector(\"[name='{dose}-sets']\").value === '2'")
    values = {name: editor.locator(f"[name='{dose}-{name}']").input_value() for name in usual}
    assert values == {name: str(value) for name, value in usual.items()}


def test_sessions_and_lines_are_duplicated_with_wagtails_own_button(editor: Any, week: Any) -> None:
    """Both have the button of Wagtail's own blocks; every copy gets an id of its own."""
    lines = editor.locator("[data-contentpath='exercises']").first
    lines.get_by_role("button", name="Duplicate").first.click()
    editor.get_by_role("button", name="Duplicate").first.click()
    editor.get_by_role("button", name="Save draft").first.click()
    editor.get_by_text("has been updated").wait_for()
    week.refresh_from_db()
    days = as_raw(week.get_latest_revision_as_object().days)
    assert [len(session["value"]["exercises"]) for session in days] == [4, 4]
    ids = [one["id"] for day in days for one in [day, *day["value"]["exercises"]]]
    assert len(set(ids)) == 10
