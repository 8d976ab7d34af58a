"""An exercise through a workflow: sent for review, approved or sent back; and its end by date."""

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.test import Client as Browser
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupApprovalTask, Workflow, WorkflowContentType, WorkflowTask

from tests import factories
from tests.conftest import Cast
from tests.library.test_admin import form
from wagtail_asyncpt.library.models import Exercise

pytestmark = pytest.mark.django_db
Login = Callable[[Any], Browser]
SUBMIT, PUBLISH = {"action-submit": "1"}, {"action-publish": "1"}


def allow(user: Any, *codenames: str) -> None:
    user.user_permissions.add(
        *Permission.objects.filter(
            content_type__app_label="wagtail_asyncpt", codename__in=codenames
        )
    )


@pytest.fixture
def reviewers(db: None) -> Group:
    """Who must agree before an exercise is published."""
    group = Group.objects.create(name="Reviewers")
    task = GroupApprovalTask.objects.create(name="Read by a colleague")
    task.groups.add(group)
    workflow = Workflow.objects.create(name="Review of exercises")
    WorkflowTask.objects.create(workflow=workflow, task=task)
    WorkflowContentType.objects.create(
        workflow=workflow, content_type=ContentType.objects.get_for_model(Exercise)
    )
    return group


@pytest.fixture
def author(cast: Cast, login: Login) -> Browser:
    """Writes, and may not publish."""
    allow(cast.therapist.user, "add_exercise", "change_exercise")
    return login(cast.therapist)


@pytest.fixture
def reviewer(cast: Cast, login: Login, reviewers: Group) -> Browser:
    """Agrees, or sends back."""
    allow(cast.colleague.user, "change_exercise", "publish_exercise")
    cast.colleague.user.groups.add(reviewers)
    return login(cast.colleague)


@pytest.fixture
def submitted(author: Browser, reviewers: Group) -> Exercise:
    """A published exercise with a change that waits for its review."""
    squat = factories.make_exercise("Squat")
    Exercise.objects.update(slug="squat", summary="As it was.")
    answer = author.post(edit_url(squat), form(name="Squat", slug="squat", **SUBMIT))
    assert answer.status_code == 302
    return squat


def edit_url(exercise: Exercise) -> str:
    return reverse("asyncpt_exercises:edit", args=[exercise.pk])


def act(browser: Browser, exercise: Exercise, action: str, **data: str) -> Any:
    task_state = exercise.current_workflow_task_state
    names = [exercise.pk, action, task_state.pk]
    return browser.post(reverse("asyncpt_exercises:workflow_action", args=names), data)


def summary(exercise: Exercise) -> str:
    return Exercise.objects.get(pk=exercise.pk).summary


def draft(exercise: Exercise) -> str:
    found: Exercise = Exercise.objects.get(pk=exercise.pk).get_latest_revision_as_object()
    return found.summary


def test_a_change_waits_until_a_reviewer_approves_it(
    submitted: Exercise, author: Browser, reviewer: Browser
) -> None:
    assert summary(submitted) == "As it was."
    assert submitted.current_workflow_state.status == "in_progress"
    page = reviewer.get(edit_url(submitted)).text
    assert "Slide down a wall." in page and "Read by a colleague" in page
    act(author, submitted, "approve")
    assert summary(submitted) == "As it was."
    act(reviewer, submitted, "approve")
    assert summary(submitted) == "Slide down a wall."
    assert Exercise.objects.get(pk=submitted.pk).current_workflow_state is None


def test_a_reviewer_sends_it_back_with_a_word_and_the_author_tries_again(
    submitted: Exercise, author: Browser, reviewer: Browser
) -> None:
    act(author, submitted, "reject", comment="Mine!")
    assert submitted.current_workflow_state.status == "in_progress"
    act(reviewer, submitted, "reject", comment="Say how deep.")
    assert summary(submitted) == "As it was."
    state = Exercise.objects.get(pk=submitted.pk).current_workflow_state
    assert (state.status, state.current_task_state.comment) == ("needs_changes", "Say how deep.")
    assert (
        "Say how deep."
        in author.get(reverse("asyncpt_exercises:workflow_history", args=[submitted.pk])).text
        + author.get(edit_url(submitted)).text
    )
    again = form(name="Squat", slug="squat", summary="Thighs level.", **SUBMIT)
    author.post(edit_url(submitted), again)
    act(reviewer, Exercise.objects.get(pk=submitted.pk), "approve")
    assert summary(submitted) == "Thighs level."


def test_while_it_is_reviewed_the_author_changes_nothing(
    submitted: Exercise, author: Browser, reviewer: Browser
) -> None:
    late = form(name="Squat", slug="squat", summary="One more thing.")
    author.post(edit_url(submitted), late)
    assert draft(submitted) == "Slide down a wall."
    reviewer.post(edit_url(submitted), late)
    assert draft(submitted) == "One more thing."
    assert summary(submitted) == "As it was."


def test_the_author_does_not_publish_past_the_review(
    author: Browser, reviewer: Browser, reviewers: Group
) -> None:
    squat = factories.make_exercise("Squat")
    Exercise.objects.update(slug="squat", summary="As it was.")
    author.post(edit_url(squat), form(name="Squat", slug="squat", **PUBLISH))
    assert summary(squat) == "As it was."
    reviewer.post(edit_url(squat), form(name="Squat", slug="squat", **PUBLISH))
    assert summary(squat) == "Slide down a wall."


def test_an_exercise_ends_when_its_day_has_come(author: Browser, cast: Cast) -> None:
    allow(cast.therapist.user, "publish_exercise")
    squat, row = factories.make_exercise("Squat"), factories.make_exercise("Row")
    for one, days in ((squat, -1), (row, 1)):
        Exercise.objects.filter(pk=one.pk).update(
            expire_at=timezone.now() + dt.timedelta(days=days)
        )
    call_command("publish_scheduled")
    assert set(Exercise.objects.published()) == {row}
    listing = author.get(reverse("asyncpt_exercises:list"), {"status": "draft"})
    assert [one.name for one in listing.context["object_list"]] == ["Squat"]


def test_a_lock_is_set_and_lifted_by_its_holder(author: Browser, cast: Cast, login: Login) -> None:
    allow(cast.therapist.user, "lock_exercise", "publish_exercise")
    allow(cast.colleague.user, "change_exercise", "publish_exercise")
    squat = factories.make_exercise("Squat")
    Exercise.objects.update(slug="squat", summary="As it was.")
    author.post(reverse("asyncpt_exercises:lock", args=[squat.pk]))
    colleague, change = login(cast.colleague), form(name="Squat", slug="squat", **PUBLISH)
    colleague.post(edit_url(squat), change)
    colleague.post(reverse("asyncpt_exercises:unlock", args=[squat.pk]))
    assert Exercise.objects.get(pk=squat.pk).locked
    assert summary(squat) == "As it was."
    author.post(reverse("asyncpt_exercises:unlock", args=[squat.pk]))
    colleague.post(edit_url(squat), change)
    assert summary(squat) == "Slide down a wall."
