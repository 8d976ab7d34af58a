"""Publishing a week: each change with its reason."""

import uuid

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import factories
from tests.review.conftest import CHECK
from wagtail_asyncpt.care import operations as care
from wagtail_asyncpt.care.days import as_raw
from wagtail_asyncpt.care.models import Change, WeekStatus
from wagtail_asyncpt.care.queries import proposed_changes
from wagtail_asyncpt.core.errors import DomainError


def publish(week) -> str:
    return reverse("asyncpt_review:publish", args=[week.uuid])


def change_draft(therapist, week):
    """Another dose for the first line, another exercise for the second."""
    raw = as_raw(week.days)
    first, second = (item["value"] for item in raw[0]["value"]["exercises"])
    first["dose"]["load_value"] = "50"
    second["exercise"] = factories.make_exercise("Split squat").pk
    care.save_draft(
        therapist=therapist, week=week, days=raw, focus="", base_version=week.draft_version
    )
    week.refresh_from_db()
    return week


def answers(week, reason="Pain has settled") -> dict[str, object]:
    return {
        "draft_version": week.draft_version,
        "message": "On we go",
        **{f"reason-{change.key}": reason for change in proposed_changes(week)},
    }


def test_each_change_stands_there_in_words(cast, next_week, login):
    change_draft(cast.therapist, next_week)

    body = login(cast.therapist).get(publish(next_week)).content.decode()

    assert "3 × 8, 45 lb @ RPE 7" in body
    assert "3 × 8, 50 lb @ RPE 7" in body
    assert "Squat 1 → Split squat" in body
    assert "Too easy" in body
    assert body.count('name="reason-') == 2


def test_publishing_stores_the_reasons_and_mails_the_client(
    cast, next_week, login, django_capture_on_commit_callbacks
):
    change_draft(cast.therapist, next_week)

    with django_capture_on_commit_callbacks(execute=True):
        answer = login(cast.therapist).post(publish(next_week), answers(next_week))

    next_week.refresh_from_db()
    assert answer["Location"] == reverse("asyncpt_review:queue")
    assert next_week.status == WeekStatus.PUBLISHED
    assert {change.reason for change in Change.objects.all()} == {"Pain has settled"}
    assert next_week.current_version.message == "On we go"
    assert mail.outbox[-1].to == [cast.owner.user.email]


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_missing_reason_is_told_at_its_change_and_the_rest_is_kept(
    cast, next_week, login, reason
):
    change_draft(cast.therapist, next_week)
    data = answers(next_week, "Typed with care")
    missing = next(name for name in data if name.startswith("reason-"))

    answer = login(cast.therapist).post(publish(next_week), {**data, missing: reason})

    body = answer.content.decode()
    assert answer.status_code == 422
    assert body.count("Give a reason; the client reads it.") == 1
    assert "Typed with care" in body
    assert "On we go" in body
    assert answer.context["form"].errors.keys() == {missing}
    next_week.refresh_from_db()
    assert next_week.status == WeekStatus.DRAFT


def test_a_draft_that_was_saved_meanwhile_is_looked_at_first(cast, next_week, login):
    data = answers(next_week)
    change_draft(cast.therapist, next_week)

    answer = login(cast.therapist).post(publish(next_week), data)

    assert answer.status_code == 409
    assert "saved again meanwhile" in answer.content.decode()
    assert "On we go" in answer.content.decode()
    next_week.refresh_from_db()
    assert next_week.status == WeekStatus.DRAFT


def test_a_first_week_needs_no_reason(cast, login):
    enrolment = care.enrol(
        therapist=cast.therapist,
        client=cast.owner,
        program=factories.make_program(),
        starts_on=cast.owner.created_at.date(),
    )
    week = enrolment.weeks.get()
    browser = login(cast.therapist)

    body = browser.get(publish(week)).content.decode()
    browser.post(publish(week), {"draft_version": week.draft_version, "message": "Welcome"})

    assert "first week" in body
    assert "Squat" in body
    week.refresh_from_db()
    assert week.status == WeekStatus.PUBLISHED


def test_an_empty_week_is_not_published(cast, next_week, login):
    care.save_draft(therapist=cast.therapist, week=next_week, days=[], focus="", base_version=0)
    next_week.refresh_from_db()
    answer = login(cast.therapist).post(publish(next_week), answers(next_week))
    assert answer.status_code == 422
    assert "Add at least one session" in answer.content.decode()


def test_what_speaks_for_a_change_stands_beside_it_and_stays_in_the_clients_file(
    cast, story, next_week, login
):
    care.answer_form_check(
        therapist=cast.therapist, form_check=story.check, verdict="regress", note="Knee caves in"
    )
    change_draft(cast.therapist, next_week)
    browser = login(cast.therapist)

    body = browser.get(publish(next_week)).content.decode()
    assert "moderate pain 5/10: “Knee felt hot on the way down”" in body
    browser.post(publish(next_week), answers(next_week))

    body = browser.get(reverse("asyncpt_review:client", args=[cast.owner.uuid])).content.decode()
    assert "Squat 1 → Split squat" in body
    assert "Pain has settled" in body
    assert "moderate pain 5/10: “Knee felt hot on the way down”" in body
    assert "Regress: make it easier. Knee caves in" in body
    assert (
        login(cast.colleague)
        .get(reverse("asyncpt_review:client", args=[cast.owner.uuid]))
        .status_code
        == 404
    )


def test_the_clients_file_takes_the_same_queries_for_few_and_many_changes(cast, next_week, login):
    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            browser.get(reverse("asyncpt_review:client", args=[cast.owner.uuid]))
        return len(seen)

    browser = login(cast.therapist)
    change_draft(cast.therapist, next_week)
    browser.post(publish(next_week), answers(next_week))
    queries()
    few = queries()
    raw = as_raw(next_week.days)
    for number in range(6):
        raw[0]["value"]["exercises"].append(
            factories.line(factories.make_exercise(f"Row {number}"))
        )
    next_week.refresh_from_db()
    care.save_draft(
        therapist=cast.therapist,
        week=next_week,
        days=raw,
        focus="",
        base_version=next_week.draft_version,
    )
    next_week.refresh_from_db()
    browser.post(publish(next_week), answers(next_week))
    assert Change.objects.count() == 8
    assert queries() == few


def test_more_form_checks_than_the_plan_includes_are_remarked_and_allowed(cast, next_week, login):
    tier = cast.owner.clinic.tiers.first()
    remark = f"asks for 1 form check; {tier.name} includes 0 a week"
    browser = login(cast.therapist)
    assert remark not in browser.get(publish(next_week)).content.decode()

    tier.form_checks_per_week = 0
    tier.save()
    raw = as_raw(next_week.days)
    raw[0]["value"]["exercises"][0]["value"]["form_check"] = CHECK
    care.save_draft(
        therapist=cast.therapist,
        week=next_week,
        days=raw,
        focus="",
        base_version=next_week.draft_version,
    )
    next_week.refresh_from_db()

    assert remark in browser.get(publish(next_week)).content.decode()
    browser.post(publish(next_week), answers(next_week))
    assert next_week.form_checks.count() == 1


@pytest.mark.parametrize(
    ("kind", "value", "told"),
    [
        ("question", {"text": ""}, "A question of “Strength” is empty"),
        ("note", {"text": ""}, "A note of “Strength” is empty"),
        ("education", {"title": "", "text": ""}, "Something to read in “Strength” is empty"),
    ],
)
def test_a_draft_with_something_empty_opens_the_editor_with_the_error_at_its_block(
    cast, next_week, login, kind, value, told
):
    raw = as_raw(next_week.days)
    block = {"type": kind, "id": str(uuid.uuid4()), "value": value}
    raw[0]["value"]["exercises"].append(block)
    care.save_draft(therapist=cast.therapist, week=next_week, days=raw, focus="", base_version=0)
    browser = login(cast.therapist)

    answer = browser.get(publish(next_week), follow=True)

    body = answer.content.decode()
    assert answer.redirect_chain[0][0].startswith(
        reverse("asyncpt_review:week_editor", args=[next_week.uuid])
    )
    assert "Not ready to publish" in body
    error = answer.context["form"].errors.as_data()["days"][0]
    inner = error.block_errors[0].block_errors["exercises"].block_errors[2]
    assert set(inner.block_errors) & {"text", "title"}
    assert "This field is required." in body
    plain = reverse("asyncpt_review:week_editor", args=[next_week.uuid])
    assert "This field is required." not in browser.get(plain).content.decode()
    with pytest.raises(DomainError, match=told):
        care.publish_week(therapist=cast.therapist, week=next_week, reasons={})

    raw[0]["value"]["exercises"].pop()
    care.save_draft(therapist=cast.therapist, week=next_week, days=raw, focus="", base_version=1)
    assert browser.get(publish(next_week)).status_code == 200
