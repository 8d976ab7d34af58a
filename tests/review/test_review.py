"""One review: reading the week, commenting on the clip, the verdict and the answer."""

import uuid

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import factories
from tests.review.conftest import add_clip, train
from wagtail_asyncpt.care import operations as care
from wagtail_asyncpt.care.models import FormCheckStatus, ReviewStatus, VideoComment, Week
from wagtail_asyncpt.library.media import VideoStatus

JSON = {"headers": {"accept": "application/json"}}


def page(story) -> str:
    return reverse("asyncpt_review:review", args=[story.review.uuid])


def comments(story) -> str:
    return reverse("asyncpt_review:add_comment", args=[story.clip.uuid])


def verdict(story) -> str:
    return reverse("asyncpt_review:verdict", args=[story.check.uuid])


def answer(story) -> str:
    return reverse("asyncpt_review:answer", args=[story.review.uuid])


def test_the_screen_holds_the_clip_the_question_and_what_was_done(cast, story, login):
    body = login(cast.therapist).get(page(story)).content.decode()

    assert reverse("asyncpt_care:clip_video", args=[story.clip.uuid]) in body
    assert 'data-fps="30.0"' in body
    assert "Does the knee stay over the toes?" in body
    assert "Set 2, from the front" in body
    assert "3 × 8, 45 lb @ RPE 7" in body
    assert "45 lb × 8, 7, 6 @ 7, 8, 9" in body
    assert "moderate pain 5/10" in body
    assert "Knee felt hot on the way down" in body
    assert "session effort 7/10" in body
    assert "1 of 2 done" in body
    assert "Run 5 km without pain" in body


def test_a_set_that_was_taken_back_is_not_shown_as_done(cast, story, login):
    line = story.week.prescribed.first()
    before = login(cast.therapist).get(page(story)).content.decode()
    care.log_set(
        client=cast.owner,
        session_log=line.session.logs.get(),
        prescribed=line,
        key=uuid.uuid4(),
        set_number=3,
        is_done=False,
    )

    body = login(cast.therapist).get(page(story)).content.decode()

    assert "45 lb × 8, 7 @ 7, 8" in body
    assert body.count("45 lb × 8, 7, 6") == before.count("45 lb × 8, 7, 6") - 1


def test_a_skipped_session_and_exercise_are_shown_with_their_reasons(cast, story, login):
    session = story.week.sessions.get()
    log = care.start_session(client=cast.owner, session=session, occurrence=2)
    care.log_exercise(
        client=cast.owner,
        session_log=log,
        prescribed=session.prescribed.first(),
        key=uuid.uuid4(),
        skipped_reason="No weights at the hotel",
        substitute="Chair squat",
    )
    care.skip_session(client=cast.owner, session=session, occurrence=2, reason="Traveling")

    body = login(cast.therapist).get(page(story)).content.decode()

    assert "left out: Traveling" in body
    assert "skipped: No weights at the hotel" in body
    assert "did instead: Chair squat" in body


def test_the_weeks_before_stand_beside_this_one(cast, story, next_week, login):
    care.publish_week(therapist=cast.therapist, week=next_week, reasons={}, message="")
    next_week.refresh_from_db()
    train(next_week, pain=1)
    review = next_week.reviews.get()

    address = reverse("asyncpt_review:review", args=[review.uuid])
    body = login(cast.therapist).get(address).content.decode()

    table = body[body.index("apt-history") :]
    assert "3 sets, top 45 lb × 8 @ 7" in table
    assert table.index("moderate pain 5/10") < table.index("mild pain 1/10")


def test_one_review_takes_the_same_queries_for_little_and_for_much(cast, story, tell_story, login):
    other = factories.make_client(cast.owner.clinic, "Much Logged", cast.therapist)
    much = tell_story(other, cast.therapist, lines=12)
    for number in range(6):
        care.add_video_comment(
            therapist=cast.therapist,
            clip=much.clip,
            key=uuid.uuid4(),
            at_seconds=number / 2,
            text="Look",
        )
    browser = login(cast.therapist)
    browser.get(page(story))
    with CaptureQueriesContext(connection) as little:
        browser.get(page(story))
    with CaptureQueriesContext(connection) as plenty:
        browser.get(page(much))
    assert len(little) == len(plenty)


def test_a_comment_is_stored_at_its_moment_and_comes_back_as_a_fragment(cast, story, login):
    data = {"key": uuid.uuid4(), "at_seconds": "3.217", "text": "Knee drifts in here"}

    answered = login(cast.therapist).post(comments(story), data, **JSON)

    comment = VideoComment.objects.get()
    assert (comment.key, comment.at_seconds) == (data["key"], 3.217)
    assert "Knee drifts in here" in answered.json()["html"]
    assert "0:03.2" in answered.json()["html"]


def test_the_same_comment_sent_twice_is_stored_once(cast, story, login):
    browser = login(cast.therapist)
    data = {"key": uuid.uuid4(), "at_seconds": "1", "text": "Once"}

    first, second = (browser.post(comments(story), data, **JSON) for _ in range(2))

    assert (first.status_code, second.status_code) == (200, 200)
    assert VideoComment.objects.count() == 1


def test_a_comment_works_as_a_plain_form_too(cast, story, login):
    data = {"key": uuid.uuid4(), "at_seconds": "1", "text": "Plain"}

    answered = login(cast.therapist).post(comments(story), data)

    assert answered.status_code == 302
    assert answered["Location"].startswith(page(story))
    assert VideoComment.objects.get().text == "Plain"


@pytest.mark.parametrize("wanted", [{}, JSON])
@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"at_seconds": "soon"}, "Write the moment in seconds"),
        ({"at_seconds": "99"}, "The clip has no such moment"),
        ({"at_seconds": "-1"}, "greater than or equal to 0"),
        ({"at_seconds": "nan"}, "Write the moment in seconds"),
        ({"text": "  "}, "Write what you see"),
    ],
)
def test_a_wrong_comment_is_explained_and_keeps_what_was_typed(
    cast, story, login, wrong, error, wanted
):
    key = uuid.uuid4()
    data = {"key": key, "at_seconds": "1.5", "text": "Typed with care", **wrong}

    answered = login(cast.therapist).post(comments(story), data, **wanted)

    assert answered.status_code == 422
    body = answered.json()["html"] if wanted else answered.content.decode()
    assert error in body
    assert data["text"].strip() in body
    assert data["at_seconds"] in body
    assert str(key) in body
    assert not VideoComment.objects.exists()


def test_a_comment_without_a_valid_key_is_refused(cast, story, login):
    data = {"key": "mine", "at_seconds": "1", "text": "Hello"}
    assert login(cast.therapist).post(comments(story), data, **JSON).status_code == 422
    assert not VideoComment.objects.exists()


def test_a_comment_can_be_taken_back_until_the_verdict(cast, story, login):
    browser = login(cast.therapist)
    kept, gone = (
        care.add_video_comment(
            therapist=cast.therapist, clip=story.clip, key=uuid.uuid4(), at_seconds=1, text=text
        )[0]
        for text in ("kept", "gone")
    )

    def delete(comment):
        args = [story.clip.uuid, comment.key]
        return browser.post(reverse("asyncpt_review:delete_comment", args=args), **JSON)

    assert delete(gone).status_code == 200
    assert delete(gone).status_code == 200  # a repetition is harmless
    browser.post(verdict(story), {"verdict": "keep", "note": ""})
    refused = delete(kept)

    assert refused.status_code == 422
    assert "answered already" in refused.json()["html"]
    assert list(VideoComment.objects.all()) == [kept]


@pytest.mark.parametrize("wanted", [{}, JSON])
def test_a_verdict_answers_the_form_check(cast, story, login, wanted):
    data = {"verdict": "cue", "note": "Push the floor apart."}
    answered = login(cast.therapist).post(verdict(story), data, **wanted)

    story.check.refresh_from_db()
    assert answered.status_code == (200 if wanted else 302)
    assert story.check.status == FormCheckStatus.ANSWERED
    assert (story.check.verdict, story.check.verdict_note) == ("cue", "Push the floor apart.")
    assert story.check.answered_by == cast.therapist


@pytest.mark.parametrize("wanted", [{}, JSON])
@pytest.mark.parametrize("choice", ["", "excellent"])
def test_a_verdict_must_be_one_of_the_five_and_the_note_is_kept(cast, story, login, choice, wanted):
    data = {"verdict": choice, "note": "A long note, typed with care"}
    answered = login(cast.therapist).post(verdict(story), data, **wanted)

    body = answered.json()["html"] if wanted else answered.content.decode()
    assert answered.status_code == 422
    assert "A long note, typed with care" in body
    assert "apt-error" in body
    story.check.refresh_from_db()
    assert story.check.verdict == ""


def test_a_clip_that_is_not_there_cannot_be_answered(cast, story, login):
    story.clip.delete()
    story.check.status = FormCheckStatus.REQUESTED
    story.check.save()

    answered = login(cast.therapist).post(verdict(story), {"verdict": "keep", "note": ""}, **JSON)

    assert answered.status_code == 422
    assert "There is no clip to answer yet" in answered.json()["html"]


@pytest.mark.parametrize(
    ("state", "words"),
    [
        ({"status": VideoStatus.PROCESSING}, "being prepared"),
        ({"status": VideoStatus.FAILED}, "could not be read"),
    ],
)
def test_a_clip_on_its_way_is_told_in_words(cast, story, login, state, words):
    type(story.clip).objects.filter(pk=story.clip.pk).update(**state)
    body = login(cast.therapist).get(page(story)).content.decode()
    assert words in body
    assert "<video" not in body


def test_the_newest_take_is_the_one_to_watch(cast, story, login, clock):
    clock.move(minutes=5)
    retake = add_clip(story.check)
    body = login(cast.therapist).get(page(story)).content.decode()
    assert str(retake.uuid) in body
    assert str(story.clip.uuid) not in body


def test_an_answer_is_sent_and_leads_back_to_the_queue(
    cast, story, login, django_capture_on_commit_callbacks
):
    browser = login(cast.therapist)
    browser.post(verdict(story), {"verdict": "keep", "note": ""})

    with django_capture_on_commit_callbacks(execute=True):
        answered = browser.post(answer(story), {"summary": "Good week", "then": "queue"})

    story.review.refresh_from_db()
    assert answered["Location"] == reverse("asyncpt_review:queue")
    assert (story.review.status, story.review.summary) == (ReviewStatus.ANSWERED, "Good week")
    assert [letter.to for letter in mail.outbox][-1] == [cast.owner.user.email]


def test_an_answer_can_lead_on_to_the_draft_of_the_next_week(cast, story, login):
    browser = login(cast.therapist)
    browser.post(verdict(story), {"verdict": "keep", "note": ""})

    answered = browser.post(answer(story), {"summary": "Good week", "then": "draft"})

    draft = Week.objects.get(number=2)
    assert answered["Location"] == reverse("asyncpt_review:week_editor", args=[draft.uuid])


@pytest.mark.parametrize(
    ("summary", "error"),
    [("", "Write an answer"), ("Good week", "A clip still waits for your verdict")],
)
def test_an_answer_that_is_refused_keeps_what_was_typed(cast, story, login, summary, error):
    answered = login(cast.therapist).post(answer(story), {"summary": summary, "then": "queue"})

    body = answered.content.decode()
    assert answered.status_code == 422
    assert error in body
    assert f"{summary}</textarea>" in body
    story.review.refresh_from_db()
    assert story.review.status == ReviewStatus.WAITING


def test_drafting_the_next_week_twice_opens_the_same_draft(cast, story, login):
    browser = login(cast.therapist)
    address = reverse("asyncpt_review:draft_next", args=[story.week.uuid])

    first, second = browser.post(address), browser.post(address)

    assert first["Location"] == second["Location"]
    assert Week.objects.filter(number=2).count() == 1


def test_a_draft_has_no_next_week_and_says_so(cast, next_week, login):
    address = reverse("asyncpt_review:draft_next", args=[next_week.uuid])
    body = login(cast.therapist).post(address, follow=True).content.decode()
    assert "Publish week 2 first" in body
    assert not Week.objects.filter(number=3).exists()
