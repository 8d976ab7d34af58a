"""A prescribed exercise is part of a client's history: the admin says so and keeps it."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client as Browser
from django.urls import reverse

from tests import factories as make
from tests.conftest import Cast
from wagtail_asyncpt.library.models import Exercise


@pytest.fixture
def librarian(cast: Cast, login: Callable[[Any], Browser]) -> Browser:
    for action in ("add", "change", "delete", "view"):
        permission = Permission.objects.get(codename=f"{action}_exercise")
        cast.therapist.user.user_permissions.add(permission)
    return login(cast.therapist)


def delete(browser: Browser, exercise: Exercise) -> Any:
    return browser.post(reverse("asyncpt_exercises:delete", args=[exercise.pk]), follow=True)


def delete_in_bulk(browser: Browser, *exercises: Exercise) -> Any:
    address = reverse("wagtail_bulk_action", args=["wagtail_asyncpt", "exercise", "delete"])
    ids = "&".join(f"id={exercise.pk}" for exercise in exercises)
    return browser.post(f"{address}?{ids}", follow=True)


@pytest.mark.parametrize("way", [delete, delete_in_bulk])
def test_a_prescribed_exercise_is_kept_and_an_unused_one_goes(
    cast: Cast, librarian: Browser, way: Any
) -> None:
    week = make.make_published_week(cast.owner, cast.therapist)
    prescribed = week.prescribed.get().exercise
    unused = make.make_exercise("Never used")
    response = way(librarian, prescribed)
    assert response.status_code == 200
    assert "a client was prescribed this" in response.content.decode()
    assert Exercise.objects.filter(pk=prescribed.pk).exists()
    way(librarian, unused)
    assert not Exercise.objects.filter(pk=unused.pk).exists()
    assert week.prescribed.get().exercise == prescribed
