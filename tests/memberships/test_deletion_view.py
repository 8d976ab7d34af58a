"""Deleting what money hangs on is refused in words, never a fault."""

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group
from django.test import Client as Browser
from django.urls import reverse

from tests import factories
from tests.conftest import Cast
from wagtail_asyncpt.memberships.models import Tier

Login = Callable[[Any], Browser]


@pytest.fixture
def boss(cast: Cast, login: Login) -> Browser:
    return login(factories.make_user("Super User", is_staff=True, is_superuser=True))


@pytest.mark.parametrize(
    ("who", "said"),
    [("owner", "that is not over"), ("lapsed", "must be kept"), ("therapist", "must be kept")],
)
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_user_with_records_stays_and_is_named(
    cast: Cast, boss: Browser, who: str, said: str, method: str
) -> None:
    user = getattr(cast, who).user
    path = reverse("wagtailusers_users:delete", args=[user.pk])
    answer = getattr(boss, method)(path, follow=True)
    assert answer.status_code == 200
    assert said in answer.content.decode()
    assert get_user_model().objects.filter(pk=user.pk).exists()


def test_many_at_once_are_refused_together(cast: Cast, boss: Browser) -> None:
    free = factories.make_user("Fred Free")
    path = reverse(
        "wagtail_bulk_action", args=[free._meta.app_label, free._meta.model_name, "delete"]
    )
    answer = boss.post(f"{path}?id={free.pk}&id={cast.owner.user.pk}", follow=True)
    assert "that is not over" in answer.content.decode()
    assert get_user_model().objects.filter(pk__in=(free.pk, cast.owner.user.pk)).count() == 2
    boss.post(f"{path}?id={free.pk}", follow=True)
    assert not get_user_model().objects.filter(pk=free.pk).exists()


def test_a_user_without_records_is_deleted(boss: Browser) -> None:
    free = factories.make_user("Fred Free")
    boss.post(reverse("wagtailusers_users:delete", args=[free.pk]))
    assert not get_user_model().objects.filter(pk=free.pk).exists()


def test_the_group_of_a_plan_stays_and_any_other_goes(cast: Cast, boss: Browser) -> None:
    tier = Tier.objects.get()
    path = reverse("wagtailusers_groups:delete", args=[tier.group_id])
    for method in (boss.get, boss.post):
        page = method(path, follow=True)
        assert page.status_code == 200
        assert "belongs to the plan" in page.content.decode()
    assert Group.objects.filter(pk=tier.group_id).exists()
    other = Group.objects.create(name="Other")
    boss.post(reverse("wagtailusers_groups:delete", args=[other.pk]))
    assert not Group.objects.filter(pk=other.pk).exists()


def test_who_may_not_delete_groups_hears_nothing_of_the_plan(cast: Cast, login: Login) -> None:
    path = reverse("wagtailusers_groups:delete", args=[Tier.objects.get().group_id])
    for person in (cast.manager, cast.editor):
        answer = login(person).post(path)
        assert answer.status_code in (302, 404)
        assert "belongs to the plan" not in answer.content.decode()
