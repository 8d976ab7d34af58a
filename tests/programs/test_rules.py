"""Recurrence rules on a site's own models: in a plain form, in the rows of an InlinePanel."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import reverse

from tests import factories
from tests.browser import chromium as chromium
from tests.browser import sign_in as sign_in
from tests.rules.models import ClassTime, GroupClass
from wagtail_asyncpt.programs.rules import rule_text

ADD = "tests_group_classes:add"
DAILY = "RRULE:FREQ=DAILY;INTERVAL=2"


def posted(rule: str, row: str) -> dict[str, str]:
    return {
        "name": "Balance",
        "rule": rule,
        "times-TOTAL_FORMS": "1",
        "times-INITIAL_FORMS": "0",
        "times-MIN_NUM_FORMS": "0",
        "times-MAX_NUM_FORMS": "1000",
        "times-0-id": "",
        "times-0-ORDER": "1",
        "times-0-DELETE": "",
        "times-0-label": "Morning",
        "times-0-rule": row,
    }


@pytest.fixture
def boss(site: Any) -> Any:
    return factories.make_user("Bo Boss", is_staff=True, is_superuser=True)


def test_a_rule_is_stored_as_its_text_without_a_start(
    boss: Any, login: Callable[[Any], Browser]
) -> None:
    browser = login(boss)
    assert browser.post(reverse(ADD), posted("", "FREQ=WEEKLY;BYDAY=MO,TH")).status_code == 302
    found = GroupClass.objects.get()
    assert found.rule is None
    assert rule_text(found.times.get().rule) == "RRULE:FREQ=WEEKLY;BYDAY=MO,TH"
    edit = browser.get(reverse("tests_group_classes:edit", args=[found.pk])).content.decode()
    assert "RRULE:FREQ=WEEKLY;BYDAY=MO,TH" in edit and "rule-widget.js" in edit
    assert "jquery.init.js" not in edit and "recurrence-widget" not in edit


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("RRULE:FREQ=DAILY;INTERVAL=0", "The interval is at least 1"),
        ("RRULE:FREQ=SECONDLY", "counts days, weeks or months"),
        ("RRULE:FREQ=DAILY;BYHOUR=8", "counts days, weeks or months"),
        ("every now and then", "This is not a rule"),
    ],
)
def test_a_rule_that_never_ends_or_begins_is_refused_at_its_field_and_kept(
    boss: Any, login: Callable[[Any], Browser], rule: str, told: str
) -> None:
    browser = login(boss)
    for data in (posted(rule, DAILY), posted(DAILY, rule)):
        answer = browser.post(reverse(ADD), data)
        assert answer.status_code == 200
        page = answer.content.decode()
        assert told in page and rule in page and DAILY in page
    assert not GroupClass.objects.exists()
    assert browser.post(reverse(ADD), posted(DAILY, DAILY)).status_code == 302


@pytest.mark.browser
@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_rows_are_added_moved_and_removed_with_their_rules(
    chromium: Any, live_server: Any, sign_in: Callable[[Any, Any], None], boss: Any
) -> None:
    context = chromium.new_context(viewport={"width": 1280, "height": 1000})
    page = context.new_page()
    faults: list[str] = []
    page.on("pageerror", lambda error: faults.append(str(error)))
    sign_in(page, boss)
    page.goto(live_server.url + reverse(ADD))
    page.locator("#id_name").fill("Balance")
    page.locator("#id_rule-unit").select_option("DAILY")
    page.locator("#id_rule-interval").fill("3")
    for number, (label, unit) in enumerate([("A", "DAILY"), ("B", "WEEKLY"), ("C", "MONTHLY")]):
        page.get_by_role("button", name="Add time").click()
        page.locator(f"#id_times-{number}-label").fill(label)
        page.locator(f"#id_times-{number}-rule-unit").select_option(unit)
    page.locator("#id_times-1-rule-interval").fill("2")
    row = page.locator("#inline_child_times-1")
    row.get_by_role("button", name="Move up").click()
    row.locator(".asyncpt-rule").get_by_label("Tue").check()
    page.locator("#inline_child_times-2").get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Save").first.click()
    page.wait_for_url(live_server.url + reverse("tests_group_classes:list"))

    assert rule_text(GroupClass.objects.get().rule) == "RRULE:FREQ=DAILY;INTERVAL=3"
    times = ClassTime.objects.order_by("sort_order")
    assert [(one.label, rule_text(one.rule)) for one in times] == [
        ("B", "RRULE:FREQ=WEEKLY;INTERVAL=2;BYDAY=TU"),
        ("A", "RRULE:FREQ=DAILY"),
    ]
    page.goto(
        live_server.url + reverse("tests_group_classes:edit", args=[GroupClass.objects.get().pk])
    )
    page.locator("#id_times-0-rule-interval").wait_for()
    assert page.locator(".asyncpt-rule").count() == 3, "one set of controls for each rule"
    assert page.locator("#id_times-0-rule-interval").input_value() == "2"
    context.close()
    assert faults == []
