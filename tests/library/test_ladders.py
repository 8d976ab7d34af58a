"""Ladders: reading, writing, and no loops."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import IntegrityError, transaction
from django.test import Client as Browser
from django.urls import reverse
from wagtail.models import Locale

from tests import factories
from tests.conftest import Cast
from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.library.ladders import ladder_of, write_ladder
from wagtail_asyncpt.library.models import Exercise, Ladder, LadderStep

Login = Callable[[Any], Browser]
NAMES = ["Box squat", "Squat", "Goblet squat"]


@pytest.fixture
def exercises(db: None) -> list[Exercise]:
    return [factories.make_exercise(name) for name in NAMES]


@pytest.fixture
def ladder(exercises: list[Exercise]) -> Ladder:
    return write_ladder(ladder=Ladder(name="Squat"), exercises=exercises)


@pytest.fixture
def editor(cast: Cast, login: Login) -> Browser:
    cast.therapist.user.user_permissions.add(
        *Permission.objects.filter(
            content_type__app_label="wagtail_asyncpt",
            content_type__model__in=["ladder", "exercise"],
        )
    )
    return login(cast.therapist)


def form(*exercises: Exercise, steps: list[int] | None = None) -> dict[str, Any]:
    """The posted form; ``steps`` are the keys of rows that exist."""
    steps = steps or []
    rows = {}
    for n, exercise in enumerate(exercises):
        rows |= {
            f"steps-{n}-exercise": exercise.pk,
            f"steps-{n}-id": steps[n] if n < len(steps) else "",
            f"steps-{n}-ORDER": n + 1,
            f"steps-{n}-DELETE": "",
        }
    return {
        "name": "Squat",
        "note": "",
        "steps-TOTAL_FORMS": len(exercises),
        "steps-INITIAL_FORMS": len(steps),
        "steps-MIN_NUM_FORMS": 0,
        "steps-MAX_NUM_FORMS": 1000,
        **rows,
    }


def names(ladder: Ladder) -> list[str]:
    return [str(step) for step in LadderStep.objects.filter(ladder=ladder)]


def test_a_ladder_is_read_from_each_of_its_exercises(
    ladder: Ladder, exercises: list[Exercise]
) -> None:
    view = ladder_of(exercises[1])
    assert view is not None
    assert [one.name for one in view.steps] == NAMES
    assert (view.easier, view.harder) == ([exercises[0]], [exercises[2]])
    assert ladder_of(factories.make_exercise("Plank")) is None


def test_it_costs_the_same_for_3_and_30_steps(
    ladder: Ladder, exercises: list[Exercise], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(2):
        ladder_of(exercises[0])
    more = [factories.make_exercise() for _n in range(27)]
    write_ladder(ladder=ladder, exercises=[*exercises, *more])
    with django_assert_num_queries(2):
        assert len(ladder_of(exercises[0]).steps) == 30  # type: ignore[union-attr]


def test_clients_see_published_steps_only(ladder: Ladder, exercises: list[Exercise]) -> None:
    Exercise.objects.filter(pk=exercises[2].pk).update(live=False)
    view = ladder_of(exercises[1], only_published=True)
    assert view is not None and view.harder == []


def test_a_translation_stands_where_its_original_does(
    ladder: Ladder, exercises: list[Exercise]
) -> None:
    german = Locale.objects.create(language_code="de")
    translated = exercises[1].copy_for_translation(german)
    translated.name = "Kniebeuge"
    translated.save()
    view = ladder_of(translated)
    assert view is not None
    assert [one.name for one in view.steps] == ["Box squat", "Kniebeuge", "Goblet squat"]
    assert view.place == 1


@pytest.mark.parametrize("again", [0, 1, 2])
def test_a_ladder_that_loops_is_refused(
    ladder: Ladder, exercises: list[Exercise], again: int
) -> None:
    with pytest.raises(DomainError, match=f"at step {again + 1}. A ladder has no loops"):
        write_ladder(ladder=ladder, exercises=[*exercises, exercises[again]])
    assert names(ladder) == NAMES


def test_the_database_refuses_an_exercise_on_two_ladders(
    ladder: Ladder, exercises: list[Exercise]
) -> None:
    other = Ladder.objects.create(name="Other")
    with pytest.raises(IntegrityError), transaction.atomic():
        LadderStep.objects.create(ladder=other, exercise=exercises[0])


def test_a_therapist_writes_a_ladder(editor: Browser, exercises: list[Exercise]) -> None:
    answer = editor.post(reverse("asyncpt_ladders:add"), form(*exercises))
    assert answer.status_code == 302
    assert names(Ladder.objects.get()) == NAMES


def test_steps_change_places_in_one_save(
    editor: Browser, ladder: Ladder, exercises: list[Exercise]
) -> None:
    first, second, third = exercises
    keys = list(LadderStep.objects.filter(ladder=ladder).values_list("pk", flat=True))
    answer = editor.post(
        reverse("asyncpt_ladders:edit", args=[ladder.pk]), form(second, first, third, steps=keys)
    )
    assert answer.status_code == 302
    assert names(ladder) == ["Squat", "Box squat", "Goblet squat"]


def test_a_loop_is_told_at_its_row_and_nothing_is_lost(
    editor: Browser, ladder: Ladder, exercises: list[Exercise]
) -> None:
    keys = list(LadderStep.objects.filter(ladder=ladder).values_list("pk", flat=True))
    answer = editor.post(
        reverse("asyncpt_ladders:edit", args=[ladder.pk]),
        form(*exercises, exercises[0], steps=keys),
    )
    assert answer.status_code == 200
    assert "A ladder has no loops" in answer.content.decode()
    assert names(ladder) == NAMES


def test_an_exercise_of_another_ladder_is_told(
    editor: Browser, ladder: Ladder, exercises: list[Exercise]
) -> None:
    plank = factories.make_exercise("Plank")
    page = editor.post(reverse("asyncpt_ladders:add"), form(plank, exercises[0])).content.decode()
    assert "is on the ladder “Squat”" in page
    assert Ladder.objects.count() == 1


def test_a_ladder_of_one_is_refused(editor: Browser, exercises: list[Exercise]) -> None:
    page = editor.post(reverse("asyncpt_ladders:add"), form(exercises[0])).content.decode()
    assert "two exercises or more" in page
    assert not Ladder.objects.exists()


def test_a_new_ladder_begins_with_the_exercise_one_came_from(
    editor: Browser, exercises: list[Exercise]
) -> None:
    page = editor.get(reverse("asyncpt_ladders:add"), {"exercise": exercises[0].pk})
    assert page.context["form"].formsets["steps"].forms[0].instance.exercise == exercises[0]
    assert editor.get(reverse("asyncpt_ladders:add"), {"exercise": "x"}).status_code == 200


def test_the_exercise_shows_its_ladder(
    editor: Browser, ladder: Ladder, exercises: list[Exercise]
) -> None:
    page = editor.get(reverse("asyncpt_exercises:edit", args=[exercises[1].pk])).content.decode()
    assert reverse("asyncpt_ladders:edit", args=[ladder.pk]) in page
    assert all(name in page for name in NAMES)


def test_somebody_without_the_permission_writes_none(
    cast: Cast, login: Login, ladder: Ladder, exercises: list[Exercise]
) -> None:
    browser = login(cast.colleague)
    for url in (
        reverse("asyncpt_ladders:add"),
        reverse("asyncpt_ladders:edit", args=[ladder.pk]),
        reverse("asyncpt_ladders:delete", args=[ladder.pk]),
    ):
        assert browser.post(url, form(*exercises)).status_code == 302
    assert names(ladder) == NAMES
