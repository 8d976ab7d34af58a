"""Logging: as a plain form and as JSON, replayed, corrected, refused; nothing lost or doubled."""

import json
import re
import uuid
from typing import Any

import pytest
from django.urls import reverse

from tests.conftest import Cast
from tests.portal.conftest import make_history
from wagtail_asyncpt.care import operations as care
from wagtail_asyncpt.care.models import ExerciseLog, PrescribedExercise, Review, SessionLog, SetLog
from wagtail_asyncpt.people.models import Client

SETS = "/care/sets/"
EXERCISES = "/care/exercise-logs/"
JSON = {"content_type": "application/json", "HTTP_ACCEPT": "application/json"}


@pytest.fixture
def fields(started: SessionLog, squat: PrescribedExercise) -> dict[str, Any]:
    """One set of squats as the page's form sends it."""
    return {
        "key": str(uuid.uuid4()),
        "session_log": str(started.uuid),
        "prescribed": str(squat.uuid),
        "set_number": "1",
        "load": "20",
        "load_unit": "lb",
        "reps": "8",
        "effort": "7",
    }


def text(response: Any) -> str:
    """The page with runs of white space made one."""
    return " ".join(response.content.decode().split())


def send(browser: Any, fields: dict[str, Any], url: str = SETS) -> Any:
    """Send ``fields`` as the queue does."""
    return browser.post(url, json.dumps(fields), **JSON)


def test_a_set_is_stored_without_javascript(
    cast: Cast, login: Any, fields: dict[str, Any], started: SessionLog
) -> None:
    response = login(cast.owner).post(SETS, fields, follow=True)
    address, _status = response.redirect_chain[0]
    assert address == (f"/care/sessions/{started.session.uuid}/1/#line-{fields['prescribed']}")
    assert "Set 1 saved." in text(response)
    row = SetLog.objects.get()
    assert (row.client, row.reps, str(row.load), row.load_unit, str(row.effort)) == (
        cast.owner, 8, "20.00", "lb", "7.0",
    )  # fmt: skip


def test_the_page_offers_the_form_that_stores_a_set(
    cast: Cast, login: Any, started: SessionLog
) -> None:
    browser = login(cast.owner)
    page = browser.get(f"/care/sessions/{started.session.uuid}/1/").content.decode()
    form = re.search(r'<form class="set".*?</form>', page, re.S)
    assert form is not None
    offered = dict(re.findall(r'name="(\w+)" value="([^"]*)"', form[0]))
    assert (offered["load"], offered["reps"], offered["effort"]) == ("20", "8", "7")
    offered.pop("undone", None)
    assert browser.post(SETS, offered).status_code == 302
    assert SetLog.objects.get().reps == 8


def test_a_set_is_stored_from_the_queue(cast: Cast, login: Any, fields: dict[str, Any]) -> None:
    response = send(login(cast.owner), fields)
    assert response.status_code == 200
    assert response.json() == {
        "key": fields["key"],
        "created": True,
        "set_number": 1,
        "done": True,
        "summary": "20 lb × 8",
        "message": "Set 1 saved.",
    }
    assert SetLog.objects.count() == 1


def test_a_replay_returns_the_stored_set(cast: Cast, login: Any, fields: dict[str, Any]) -> None:
    browser = login(cast.owner)
    send(browser, fields)
    answer = send(browser, {**fields, "reps": "12"})
    assert answer.status_code == 200
    assert answer.json()["created"] is False
    assert answer.json()["message"] == "Set 1 was saved already: 20 lb × 8."
    assert [row.reps for row in SetLog.objects.all()] == [8]


def test_a_second_submit_of_the_same_set_corrects_it(
    cast: Cast, login: Any, fields: dict[str, Any]
) -> None:
    browser = login(cast.owner)
    send(browser, fields)
    again = {**fields, "key": str(uuid.uuid4()), "reps": "10"}
    response = browser.post(SETS, again, follow=True)
    assert "Set 1 corrected: 20 lb × 10." in text(response)
    assert [(row.reps, row.is_current) for row in SetLog.objects.all()] == [
        (8, False),
        (10, True),
    ]


def test_undo_takes_the_set_back(cast: Cast, login: Any, fields: dict[str, Any]) -> None:
    browser = login(cast.owner)
    send(browser, fields)
    answer = send(browser, {**fields, "key": str(uuid.uuid4()), "undone": True})
    assert answer.json()["done"] is False
    assert answer.json()["message"] == "Set 1 is open again."
    assert not SetLog.objects.get(is_current=True).is_done
    assert SetLog.objects.filter(is_current=False).count() == 1


def test_a_comma_is_a_decimal_point(cast: Cast, login: Any, fields: dict[str, Any]) -> None:
    assert send(login(cast.owner), {**fields, "load": "22,5"}).status_code == 200
    assert str(SetLog.objects.get().load) == "22.50"


def test_seconds_are_logged_for_a_hold(
    cast: Cast, login: Any, started: SessionLog, hold: PrescribedExercise
) -> None:
    browser = login(cast.owner)
    page = browser.get(f"/care/sessions/{started.session.uuid}/1/").content.decode()
    assert 'name="hold_seconds" value="30"' in page
    fields = {
        "key": str(uuid.uuid4()),
        "session_log": str(started.uuid),
        "prescribed": str(hold.uuid),
        "set_number": 1,
        "hold_seconds": 25,
        "load": None,
    }
    assert send(browser, fields).json()["summary"] == "25 s"
    assert SetLog.objects.get().hold_seconds == 25


@pytest.mark.parametrize(
    ("name", "value", "words"),
    [
        ("reps", "eight", "Write a whole number, for example 8."),
        ("load", "heavy", "Write a number, for example 7.5."),
        ("load", "NaN", "Write a number, for example 7.5."),
        ("effort", "11", "less than or equal to 10"),
        ("reps", "-1", "greater than or equal to 0"),
        ("reps", "9" * 30, "less than or equal to 999"),
        ("load_unit", "stone", "not one of the available choices"),
    ],
)
def test_a_wrong_number_is_told_beside_its_field_and_kept(
    cast: Cast, login: Any, fields: dict[str, Any], name: str, value: str, words: str
) -> None:
    browser, wrong = login(cast.owner), {**fields, name: value}
    answer = send(browser, wrong)
    assert answer.status_code == 400
    assert words in " ".join(answer.json()["errors"][name])
    page = browser.post(SETS, wrong)
    assert page.status_code == 400
    assert words in text(page)
    if name != "load_unit":
        assert f'name="{name}" value="{value}"' in page.content.decode()
        assert 'aria-invalid="true"' in page.content.decode()
    assert not SetLog.objects.exists()


@pytest.mark.parametrize("body", ["", "{", "[1]", '"text"', "\x00"])
def test_a_broken_body_is_refused(cast: Cast, login: Any, clinic: Any, body: str) -> None:
    response = login(cast.owner).post(SETS, body, **JSON)
    assert response.status_code == 400
    assert response.json()["errors"]


def test_a_form_that_names_nothing_is_not_found(cast: Cast, login: Any) -> None:
    assert login(cast.owner).post(SETS, {"reps": "8"}).status_code == 404


@pytest.mark.parametrize("number", ["0", "51", "x", ""])
def test_a_set_needs_its_number(
    cast: Cast, login: Any, fields: dict[str, Any], number: str
) -> None:
    assert send(login(cast.owner), {**fields, "set_number": number}).status_code == 400
    assert login(cast.owner).post(SETS, {**fields, "set_number": number}).status_code == 400


def test_a_line_of_another_session_is_not_found(
    cast: Cast, login: Any, fields: dict[str, Any]
) -> None:
    other = make_history(cast.stranger, cast.colleague, lines=1, weeks=1).prescribed.get()
    response = send(login(cast.owner), {**fields, "prescribed": str(other.uuid)})
    assert response.status_code == 404
    assert not SetLog.objects.exists()


def test_a_stranger_logs_nothing_and_learns_nothing(
    cast: Cast, login: Any, fields: dict[str, Any]
) -> None:
    for person in (cast.stranger, cast.lapsed):
        for response in (
            send(login(person), fields),
            send(login(person), fields, EXERCISES),
            login(person).post(SETS, fields),
        ):
            assert response.status_code == 404
            assert b"Olive" not in response.content
            assert b"Goblet" not in response.content
    assert not SetLog.objects.exists()
    assert send(login(cast.owner), fields).status_code == 200


def test_a_session_that_is_over_answers_401_to_the_queue(
    client: Any, fields: dict[str, Any]
) -> None:
    response = send(client, fields)
    assert response.status_code == 401
    assert response.json()["error"] == "Please sign in again."
    assert not SetLog.objects.exists()


def test_a_stale_token_can_be_renewed(cast: Cast, fields: dict[str, Any]) -> None:
    from django.test import Client as Browser

    browser = Browser(enforce_csrf_checks=True)
    browser.force_login(cast.owner.user)
    assert send(browser, fields).status_code == 403
    token = browser.get("/care/csrf/", HTTP_ACCEPT="application/json").json()["token"]
    response = browser.post(SETS, json.dumps(fields), HTTP_X_CSRFTOKEN=token, **JSON)
    assert response.status_code == 200
    assert SetLog.objects.count() == 1


def test_pain_and_a_comment_are_stored_and_told(
    cast: Cast, login: Any, fields: dict[str, Any]
) -> None:
    told = {name: fields[name] for name in ("key", "session_log", "prescribed")}
    response = login(cast.owner).post(
        EXERCISES, {**told, "pain": "2", "comment": "A pinch at the bottom"}, follow=True
    )
    assert "Saved." in text(response)
    assert "A pinch at the bottom" in text(response)
    assert "has been told" not in text(response).split('data-advice role="alert" hidden')[0]
    row = ExerciseLog.objects.get()
    assert (row.pain, row.comment) == (2, "A pinch at the bottom")
    assert Review.objects.get().reasons == ["comment"]


def test_high_pain_shows_calm_advice_and_tells_the_therapist(
    cast: Cast, login: Any, fields: dict[str, Any], started: SessionLog
) -> None:
    told = {name: fields[name] for name in ("key", "session_log", "prescribed")}
    browser = login(cast.owner)
    answer = send(browser, {**told, "pain": "6"}, EXERCISES).json()
    assert answer["pain_alert"] is True
    assert answer["message"] == "Saved. Your therapist has been told."
    assert Review.objects.get().reasons == ["pain"]
    page = text(browser.get(f"/care/sessions/{started.session.uuid}/1/"))
    assert '<div class="advice" data-advice role="alert" > <p><strong>Stop this exercise' in page
    mild = {**told, "key": str(uuid.uuid4()), "pain": "5"}
    assert send(browser, mild, EXERCISES).json()["pain_alert"] is False


def test_a_skipped_exercise_keeps_its_reason(
    cast: Cast, login: Any, fields: dict[str, Any]
) -> None:
    told = {name: fields[name] for name in ("key", "session_log", "prescribed")}
    skip = {**told, "skipped_reason": "No equipment", "substitute": "Air squat"}
    response = login(cast.owner).post(EXERCISES, skip, follow=True)
    row = ExerciseLog.objects.get()
    assert (row.skipped_reason, row.substitute) == ("No equipment", "Air squat")
    assert 'value="No equipment" selected' in text(response)


@pytest.mark.parametrize(("pain", "status"), [("11", 400), ("much", 400), ("10", 200)])
def test_pain_is_0_to_10(
    cast: Cast, login: Any, fields: dict[str, Any], pain: str, status: int
) -> None:
    told = {name: fields[name] for name in ("key", "session_log", "prescribed")}
    browser, told = login(cast.owner), {**told, "pain": pain, "comment": "Hm"}
    assert send(browser, told, EXERCISES).status_code == status
    if status == 400:
        page = browser.post(EXERCISES, told)
        assert page.status_code == 400
        assert ">Hm</textarea>" in page.content.decode()


@pytest.mark.parametrize(("lines", "weeks"), [(3, 1), (30, 1), (3, 12)])
def test_a_set_costs_at_most_8_queries(
    cast: Cast, count_queries: Any, lines: int, weeks: int
) -> None:
    week = make_history(cast.owner, cast.therapist, lines, weeks)
    queries = _post_a_set(cast.owner, week, cast, count_queries)
    assert len(queries) <= 8, "\n".join(queries)


def _post_a_set(client: Client, week: Any, cast: Cast, count_queries: Any) -> list[str]:
    session = week.sessions.get()
    log = care.start_session(client=client, session=session, occurrence=1)
    fields = {
        "key": str(uuid.uuid4()),
        "session_log": str(log.uuid),
        "prescribed": str(session.prescribed.first().uuid),
        "set_number": 1,
        "reps": 8,
    }
    queries: list[str] = count_queries(lambda browser: send(browser, fields), client)
    assert SetLog.objects.filter(session_log=log).count() == 1
    return queries


def test_a_set_costs_the_same_at_every_size(cast: Cast, count_queries: Any) -> None:
    small = make_history(cast.owner, cast.therapist, lines=3, weeks=1)
    large = make_history(cast.stranger, cast.colleague, lines=30, weeks=12)
    assert len(_post_a_set(cast.owner, small, cast, count_queries)) == len(
        _post_a_set(cast.stranger, large, cast, count_queries)
    )


def test_the_addresses_are_those_of_the_forms() -> None:
    assert reverse("asyncpt_portal:log_set") == SETS
    assert reverse("asyncpt_portal:log_exercise") == EXERCISES
