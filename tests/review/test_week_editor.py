"""The week editor: a draft in Wagtail's panels, saved by a script or a plain form."""

import json
import uuid

import pytest
from django.urls import reverse

from tests import factories
from wagtail_asyncpt.care import operations as care
from wagtail_asyncpt.care.days import as_raw
from wagtail_asyncpt.care.queries import proposed_changes

JSON = {"headers": {"accept": "application/json"}}


def editor(week) -> str:
    return reverse("asyncpt_review:week_editor", args=[week.uuid])


def posted(week, **changes) -> dict[str, str]:
    """What the editor's form posts for the first line of the week, with ``changes`` to its dose."""
    block = as_raw(week.days)[0]
    item = block["value"]["exercises"][0]
    line = "days-0-value-exercises-0-value"
    dose = {**item["value"]["dose"], **changes}
    exercise = changes.pop("exercise", item["value"]["exercise"])
    dose.pop("exercise", None)
    return {
        "draft_version": str(week.draft_version),
        "focus": "Slow lowering",
        "days-count": "1",
        "days-0-deleted": "",
        "days-0-order": "0",
        "days-0-type": "session",
        "days-0-id": block["id"],
        "days-0-value-title": block["value"]["title"],
        "days-0-value-times_per_week": "2",
        "days-0-value-notes": "",
        "days-0-value-exercises-count": "1",
        "days-0-value-exercises-0-deleted": "",
        "days-0-value-exercises-0-order": "0",
        "days-0-value-exercises-0-type": "exercise",
        "days-0-value-exercises-0-id": item["id"],
        f"{line}-exercise": str(exercise),
        f"{line}-section": "main",
        f"{line}-note": "",
        f"{line}-form_check-camera_view": "",
        f"{line}-form_check-set_number": "1",
        f"{line}-form_check-due_day": "",
        f"{line}-form_check-question": "",
        **{f"{line}-dose-{name}": str(value) for name, value in dose.items()},
    }


def first_line(week) -> dict:
    week.refresh_from_db()
    return as_raw(week.days)[0]["value"]["exercises"][0]


def test_the_editor_stands_beside_what_the_client_had(cast, story, next_week, login):
    body = login(cast.therapist).get(editor(next_week)).content.decode()

    assert "What the client had: week 1" in body
    assert "3 sets, top 45 lb × 8 @ 7" in body
    assert reverse("asyncpt_review:review", args=[story.review.uuid]) in body
    assert reverse("asyncpt_review:client", args=[cast.owner.uuid]) in body
    assert 'id="days"' in body
    assert '"sets": "4"' not in body


def test_a_first_week_has_nothing_beside_it(cast, login):
    enrolment = care.enrol(
        therapist=cast.therapist,
        client=cast.owner,
        program=factories.make_program(),
        starts_on="2026-11-02",
    )
    body = login(cast.therapist).get(editor(enrolment.weeks.get())).content.decode()
    assert "It was copied from the program" in body


def test_a_script_saves_and_gets_the_new_version(cast, next_week, login):
    kept = first_line(next_week)["id"]

    answer = login(cast.therapist).post(editor(next_week), posted(next_week, sets=5), **JSON)

    assert answer.status_code == 200
    assert answer.json()["version"] == 1
    line = first_line(next_week)
    assert (line["value"]["dose"]["sets"], line["id"]) == (5, kept)
    assert (next_week.draft_version, next_week.focus) == (1, "Slow lowering")


def test_an_older_version_is_refused_and_changes_nothing(cast, next_week, login):
    browser = login(cast.therapist)
    stale = posted(next_week, sets=2)
    browser.post(editor(next_week), posted(next_week, sets=5), **JSON)

    answer = browser.post(editor(next_week), stale, **JSON)

    assert answer.status_code == 409
    assert "saved in another window" in answer.json()["said"]
    assert answer.json()["version"] == 1
    assert first_line(next_week)["value"]["dose"]["sets"] == 5


def test_a_deliberate_second_save_replaces_the_other_version(cast, next_week, login):
    browser = login(cast.therapist)
    mine = posted(next_week, sets=2)
    browser.post(editor(next_week), posted(next_week, sets=5), **JSON)
    newest = browser.post(editor(next_week), mine, **JSON).json()["version"]

    answer = browser.post(editor(next_week), {**mine, "draft_version": newest}, **JSON)

    assert answer.status_code == 200
    assert first_line(next_week)["value"]["dose"]["sets"] == 2


def test_a_plain_form_in_conflict_keeps_what_was_typed(cast, next_week, login):
    browser = login(cast.therapist)
    stale = {**posted(next_week), "focus": "My own focus"}
    browser.post(editor(next_week), posted(next_week), **JSON)

    answer = browser.post(editor(next_week), stale)

    assert answer.status_code == 409
    assert "My own focus" in answer.content.decode()
    assert "Saving again keeps yours" in answer.content.decode()


@pytest.mark.parametrize("version", ["", "x", "-1", "9999999999999999999999"])
def test_a_version_that_never_was_is_a_conflict(cast, next_week, login, version):
    data = {**posted(next_week), "draft_version": version}
    assert login(cast.therapist).post(editor(next_week), data, **JSON).status_code == 409


def test_a_draft_may_be_unfinished_but_not_wrong(cast, next_week, login):
    browser = login(cast.therapist)
    unfinished = {
        **posted(next_week),
        "days-0-value-title": "",
        "days-0-value-exercises-0-value-exercise": "",
    }
    assert browser.post(editor(next_week), unfinished, **JSON).status_code == 200
    next_week.refresh_from_db()

    answer = browser.post(editor(next_week), posted(next_week, sets="many"), **JSON)

    assert answer.status_code == 422
    errors = json.dumps(answer.json()["days"])
    assert "sets" in errors
    assert "whole number" in errors
    next_week.refresh_from_db()
    assert next_week.draft_version == 1


def test_a_plain_form_with_a_wrong_number_keeps_what_was_typed(cast, next_week, login):
    answer = login(cast.therapist).post(editor(next_week), posted(next_week, sets="many"))

    assert answer.status_code == 422
    assert "many" in answer.content.decode()
    assert "whole number" in answer.content.decode()


def test_too_long_a_focus_is_explained_at_its_field(cast, next_week, login):
    data = {**posted(next_week), "focus": "x" * 301}
    answer = login(cast.therapist).post(editor(next_week), data, **JSON)
    assert answer.status_code == 422
    assert "at most 300" in answer.json()["errors"]["focus"][0]


def test_going_on_to_publish_needs_a_finished_week(cast, next_week, login):
    browser = login(cast.therapist)
    data = {**posted(next_week), "then": "publish"}
    unfinished = {**data, "days-0-value-title": ""}

    refused = browser.post(editor(next_week), unfinished)
    answer = browser.post(editor(next_week), data)

    assert refused.status_code == 422
    assert "required" in refused.content.decode()
    assert answer["Location"] == reverse("asyncpt_review:publish", args=[next_week.uuid])


def test_an_exercise_that_is_gone_is_never_published(cast, next_week, login):
    browser = login(cast.therapist)
    browser.post(editor(next_week), posted(next_week, exercise=99999), **JSON)
    next_week.refresh_from_db()
    publish = reverse("asyncpt_review:publish", args=[next_week.uuid])
    assert "Not ready to publish" in browser.get(publish, follow=True).content.decode()

    data = {"draft_version": next_week.draft_version, "message": "Hi"}
    data |= {f"reason-{change.key}": "Because" for change in proposed_changes(next_week)}
    answer = browser.post(publish, data)

    assert answer.status_code == 422
    assert "has no exercise" in answer.content.decode()
    next_week.refresh_from_db()
    assert next_week.current_version is None


def test_a_published_week_can_be_edited_for_a_new_version(cast, story, login):
    answer = login(cast.therapist).post(editor(story.week), posted(story.week, sets=4), **JSON)

    assert answer.status_code == 200
    story.week.refresh_from_db()
    assert story.week.current_version.days[0]["value"]["exercises"][0]["value"]["dose"]["sets"] == 3
    assert uuid.UUID(first_line(story.week)["id"])
