"""The plan: this week, what changed and why, earlier weeks."""

import copy
from typing import Any

from tests import factories as make
from tests.conftest import Cast
from tests.portal.conftest import make_history
from wagtail_asyncpt.care import operations as care
from wagtail_asyncpt.care.models import Week
from wagtail_asyncpt.care.queries import proposed_changes


def text(response: Any) -> str:
    """The page with runs of white space made one."""
    return " ".join(response.content.decode().split())


def publish_changed(cast: Cast, week: Week) -> Week:
    """Week 2: a heavier squat, a swapped hold, one more exercise."""
    following = care.draft_next_week(therapist=cast.therapist, week=week)
    days = copy.deepcopy(list(following.days.get_prep_value()))
    lines = days[0]["value"]["exercises"]
    lines[0]["value"]["dose"]["load_value"] = "25"
    lines[1]["value"]["exercise"] = make.make_exercise("Spanish squat").pk
    lines.append(make.line(make.make_exercise("Calf raise")))
    care.save_draft(
        therapist=cast.therapist, week=following, days=days, focus="Load", base_version=0
    )
    following.refresh_from_db()
    reasons = {change.key: f"Because {change.kind}." for change in proposed_changes(following)}
    care.publish_week(therapist=cast.therapist, week=following, reasons=reasons)
    following.refresh_from_db()
    return following


def test_the_plan_lists_sessions_days_and_lines(cast: Cast, week: Week, login: Any) -> None:
    page = text(login(cast.owner).get("/care/plan/"))
    for words in (
        "Week 1", "Legs", "2 times this week, on any days", "Goblet squat",
        "3 × 8, 20 lb @ RPE 7, rest 90 s", "Wall sit", "any day", "Stronger Knees",
    ):  # fmt: skip
        assert words in page
    assert "What changed" not in page


def test_each_change_is_told_in_words_with_its_reason(
    cast: Cast, week: Week, login: Any, clock: Any
) -> None:
    publish_changed(cast, week)
    clock.move(days=7)
    page = text(login(cast.owner).get("/care/plan/"))
    assert "What changed, and why" in page
    for before, after, reason in (
        ("3 × 8, 20 lb @ RPE 7, rest 90 s", "3 × 8, 25 lb @ RPE 7, rest 90 s", "Because dose."),
        ("Wall sit: 2 × 30 s hold @ RPE 7", "Spanish squat: 2 × 30 s hold", "Because swapped."),
        ("Calf raise", "3 × 8 @ RPE 7", "Because added."),
    ):
        assert before in page and after in page and reason in page
    assert page.index("Week 2") < page.index("Week 1")


def test_an_earlier_week_stays_readable(cast: Cast, week: Week, login: Any, clock: Any) -> None:
    following = publish_changed(cast, week)
    clock.move(days=7)
    page = text(login(cast.owner).get(f"/care/plan/{week.uuid}/"))
    assert "<h1>Week 1</h1>" in page and "Calf raise" not in page
    assert f"/care/plan/{following.uuid}/" in page


def test_without_a_week_the_plan_says_so(cast: Cast, login: Any) -> None:
    assert "No week yet" in text(login(cast.owner).get("/care/plan/"))


def test_a_lapsed_member_reads_own_weeks(cast: Cast, login: Any) -> None:
    week = make.make_published_week(cast.lapsed, cast.therapist)
    assert "Squat" in text(login(cast.lapsed).get(f"/care/plan/{week.uuid}/"))


def test_another_clients_week_is_not_found(cast: Cast, week: Week, login: Any) -> None:
    for person in (cast.stranger, cast.therapist, cast.editor):
        response = login(person).get(f"/care/plan/{week.uuid}/")
        assert response.status_code == 404
        assert b"Goblet" not in response.content
    assert login(cast.owner).get(f"/care/plan/{week.uuid}/").status_code == 200


def test_the_plan_costs_the_same_at_every_size(cast: Cast, count_queries: Any) -> None:
    make_history(cast.owner, cast.therapist, lines=3, weeks=2)
    make_history(cast.stranger, cast.colleague, lines=30, weeks=12)
    counts = {
        len(count_queries(lambda browser: browser.get("/care/plan/"), person))
        for person in (cast.owner, cast.stranger)
    }
    assert len(counts) == 1
