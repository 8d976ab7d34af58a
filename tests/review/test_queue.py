"""The queue, the dashboard and the menu."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import factories
from wagtail_asyncpt.care import operations as care
from wagtail_asyncpt.care.models import Review
from wagtail_asyncpt.people.models import Coverage
from wagtail_asyncpt.review.queries.queue import counts, queue_page

QUEUE = reverse("asyncpt_review:queue")


def test_the_queue_tells_who_waits_why_and_until_when(cast, story, login):
    page = login(cast.therapist).get(QUEUE).content.decode()

    assert "Olive Owner" in page
    assert "Stronger Knees" in page
    assert "week 1" in page
    assert "moderate pain 5/10" in page
    assert "1 clip to watch" in page
    assert "Slept badly" in page or "Knee felt hot" in page
    assert "due in" in page
    assert reverse("asyncpt_care:clip_poster", args=[story.clip.uuid]) in page


def test_the_most_urgent_week_comes_first_and_a_late_one_is_marked(
    cast, story, tell_story, login, clock
):
    other = factories.make_client(cast.owner.clinic, "Ugo Urgent", cast.therapist)
    urgent = tell_story(other, cast.therapist).review
    Review.objects.filter(pk=urgent.pk).update(due_at=clock.moment - dt.timedelta(hours=3))

    page = login(cast.therapist).get(QUEUE).content.decode()

    assert page.index("Ugo Urgent") < page.index("Olive Owner")
    assert "overdue by 3" in page
    assert page.count("apt-queue__row--overdue") == 1
    assert counts(cast.therapist).overdue == 1


def test_an_answered_week_moves_to_the_answered_tab(cast, story, login):
    care.answer_form_check(
        therapist=cast.therapist, form_check=story.check, verdict="keep", note=""
    )
    care.answer_review(therapist=cast.therapist, review=story.review, summary="Well done")
    browser = login(cast.therapist)

    assert "Olive Owner" not in browser.get(QUEUE).content.decode()
    assert "Nobody waits for an answer" in browser.get(QUEUE).content.decode()
    assert "Olive Owner" in browser.get(QUEUE, {"show": "answered"}).content.decode()


def test_a_colleague_sees_the_week_only_when_covering(cast, story, login):
    browser = login(cast.colleague)
    assert "Olive Owner" not in browser.get(QUEUE, {"show": "all"}).content.decode()

    Coverage.objects.create(client=cast.owner, therapist=cast.colleague)

    assert "Olive Owner" in browser.get(QUEUE, {"show": "all"}).content.decode()
    assert "Olive Owner" not in browser.get(QUEUE, {"show": "mine"}).content.decode()


def test_a_manager_sees_everybody_who_waits(cast, story, login):
    for query in ({}, {"show": "all"}):
        assert "Olive Owner" in login(cast.manager).get(QUEUE, query).content.decode()
    mine = login(cast.manager).get(QUEUE, {"show": "mine"}).content.decode()
    assert "Olive Owner" not in mine


@pytest.mark.parametrize("tab", ["mine", "all", "answered", "nonsense", ""])
def test_every_tab_and_page_answers(cast, story, login, tab):
    answer = login(cast.therapist).get(QUEUE, {"show": tab, "p": "99x"})
    assert answer.status_code == 200


def test_the_queue_takes_the_same_few_queries_for_one_and_for_many(cast, story, tell_story, login):
    browser = login(cast.therapist)
    browser.get(QUEUE)
    with CaptureQueriesContext(connection) as few:
        browser.get(QUEUE)
    for number in range(5):
        client = factories.make_client(cast.owner.clinic, f"Client {number}", cast.therapist)
        tell_story(client, cast.therapist, lines=4)
    with CaptureQueriesContext(connection) as many:
        page = browser.get(QUEUE).content.decode()

    assert page.count('class="apt-queue__row') == 6
    assert len(few) == len(many)
    assert len(many) <= 12


def test_a_client_without_clip_pain_or_comment_waits_for_a_finished_week(cast):
    week = factories.make_published_week(cast.owner, cast.therapist)
    for number in (1, 2, 3):
        log = care.start_session(client=cast.owner, session=week.sessions.get(), occurrence=number)
        care.finish_session(client=cast.owner, session_log=log, effort=5)

    (row,) = queue_page(cast.therapist, "mine", counts(cast.therapist)).object_list

    assert row.is_week_done
    assert (row.pain_words, row.comment, row.poster) == ("", "", None)


def test_the_dashboard_shows_counts_and_the_next_three_to_a_therapist(cast, story, login):
    page = login(cast.therapist).get(reverse("wagtailadmin_home")).content.decode()

    assert "asyncpt-reviews" in page
    assert reverse("asyncpt_review:review", args=[story.review.uuid]) in page
    assert "Care (1)" in page


def test_menu_and_panel_are_not_there_for_an_editor(cast, story, login):
    page = login(cast.editor).get(reverse("wagtailadmin_home")).content.decode()

    assert "asyncpt-reviews" not in page
    assert QUEUE not in page
    assert "Olive" not in page
