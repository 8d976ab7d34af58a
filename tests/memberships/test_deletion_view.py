"""Deleting accounts and plans' groups in the admin: refusals are words, never a fault."""

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
from wagtail_asyncpt.people.operations import record_audit

Login = Callable[[Any], Browser]


@pytest.fixture
def boss(cast: Cast, login: Login) -> Browser:
    return login(factories.make_user("Super User", is_staff=True, is_superuser=True))


@pytest.mark.parametrize("method", ["get", "post"])
def test_an_account_that_answers_hang_on_stays_and_is_named(
    cast: Cast, boss: Browser, method: str
) -> None:
    user = cast.therapist.user
    path = reverse("wagtailusers_users:delete", args=[user.pk])
    answer = getattr(boss, method)(path, follow=True)
    assert answer.status_code == 200
    assert "must be kept" in answer.content.decode()
    assert get_user_model().objects.filter(pk=user.pk).exists()


def test_a_member_goes_after_a_warning_and_the_records_stay(cast: Cast, boss: Browser) -> None:
    user = cast.owner.user
    path = reverse("wagtailusers_users:delete", args=[user.pk])
    page = boss.get(path).content.decode()
    assert "Deleting the account ends it now" in page
    assert get_user_model().objects.filter(pk=user.pk).exists()
    boss.post(path)
    assert not get_user_model().objects.filter(pk=user.pk).exists()
    cast.owner.refresh_from_db()
    assert cast.owner.user is None
    assert cast.owner.memberships.get().status == "canceled"
    # Another's membership goes on, and one that is over needs no warning.
    assert cast.stranger.memberships.get().status == "active"
    lapsed = reverse("wagtailusers_users:delete", args=[cast.lapsed.user.pk])
    assert "Deleting the account ends it now" not in boss.get(lapsed).content.decode()


def test_who_may_not_delete_users_ends_no_membership(cast: Cast, login: Login) -> None:
    path = reverse("wagtailusers_users:delete", args=[cast.owner.user.pk])
    for person in (cast.stranger, cast.therapist, cast.manager, cast.editor):
        login(person).post(path)
    assert cast.owner.memberships.get().status == "active"
    assert get_user_model().objects.filter(pk=cast.owner.user.pk).exists()


def test_many_at_once_go_together_or_stay_together(cast: Cast, boss: Browser) -> None:
    free, reader = factories.make_user("Fred Free"), factories.make_user("Rita Reader")
    record_audit(actor=reader, client=cast.owner, action="client.read")
    path = reverse(
        "wagtail_bulk_action", args=[free._meta.app_label, free._meta.model_name, "delete"]
    )
    everybody = [free.pk, cast.owner.user.pk, reader.pk]
    answer = boss.post(path + "?" + "&".join(f"id={pk}" for pk in everybody), follow=True)
    assert "must be kept" in answer.content.decode()
    assert get_user_model().objects.filter(pk__in=everybody).count() == 3
    assert cast.owner.memberships.get().status == "active"
    boss.post(f"{path}?id={free.pk}&id={cast.owner.user.pk}", follow=True)
    assert get_user_model().objects.filter(pk__in=everybody).count() == 1
    assert cast.owner.memberships.get().status == "canceled"


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
