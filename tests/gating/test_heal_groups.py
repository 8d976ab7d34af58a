"""The stored groups follow entitlement."""

from io import StringIO
from typing import Any

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission

from tests import factories
from tests.gating.conftest import add_page, lose_gates, restrict
from wagtail_asyncpt.gating.operations import heal_groups, sweep
from wagtail_asyncpt.gating.queries import groups_with_permissions


def written(captured: CaptureQueriesContext) -> list[str]:
    return [q["sql"] for q in captured if q["sql"].split()[0] in {"INSERT", "UPDATE", "DELETE"}]


def test_groups_are_added_and_taken_and_others_left_alone(
    member: Any, tiers: Any, clock: Any
) -> None:
    choir = Group.objects.create(name="Choir")
    member.user.groups.add(choir, tiers.other.group)
    assert heal_groups(user=member.user, at=clock.moment) == {tiers.basic.group.pk}
    assert set(member.user.groups.all()) == {choir, tiers.basic.group}


@pytest.mark.parametrize("more_tiers", [0, 30])
def test_right_groups_cost_three_reads_and_no_write(
    member: Any, tiers: Any, clinic: Any, clock: Any, more_tiers: int
) -> None:
    for number in range(more_tiers):
        factories.make_tier(clinic, f"Extra {number}")
    heal_groups(user=member.user, at=clock.moment)
    with CaptureQueriesContext(connection) as captured:
        heal_groups(user=member.user, at=clock.moment)
    assert written(captured) == []
    assert len(captured) == 3


def test_an_inactive_user_holds_nothing(member: Any, clock: Any) -> None:
    heal_groups(user=member.user, at=clock.moment)
    member.user.is_active = False
    assert heal_groups(user=member.user, at=clock.moment) == set()
    assert member.user.groups.count() == 0


def test_a_group_with_permissions_is_not_handed_out(
    member: Any, tiers: Any, clock: Any, home: Any, login: Any
) -> None:
    through = Group.permissions.through
    admin = factories.admin_access()
    through.objects.bulk_create([through(group_id=tiers.basic.group.pk, permission_id=admin.pk)])
    heal_groups(user=member.user, at=clock.moment)
    assert member.user.groups.count() == 0
    through.objects.all().delete()
    heal_groups(user=member.user, at=clock.moment)
    assert member.user.groups.count() == 1


def test_a_tiers_group_takes_no_permission(tiers: Any, home: Any) -> None:
    group, admin = tiers.basic.group, factories.admin_access()
    change = Permission.objects.get(codename="change_page", content_type__app_label="wagtailcore")
    add = Permission.objects.get(codename="add_document")
    root = Collection.get_first_root_node()
    for attempt in (
        lambda: group.permissions.add(admin),
        lambda: admin.group_set.add(group),
        lambda: GroupPagePermission.objects.create(group=group, page=home, permission=change),
        lambda: GroupCollectionPermission.objects.create(
            group=group, collection=root, permission=add
        ),
    ):
        with pytest.raises(PermissionDenied), transaction.atomic():
            attempt()
    assert not groups_with_permissions({group.pk})
    choir = Group.objects.create(name="Choir")
    choir.permissions.add(admin)
    assert choir.permissions.count() == 1


def test_the_admins_group_form_refuses_and_says_so(tiers: Any, login: Any) -> None:
    from django.urls import reverse

    admin = login(factories.make_user(is_staff=True, is_superuser=True))
    group = tiers.basic.group
    empty = {"TOTAL_FORMS": 0, "INITIAL_FORMS": 0}
    data = {"name": group.name, "permissions": [factories.admin_access().pk]}
    for prefix in (
        "page_permissions",
        "document_permissions",
        "image_permissions",
        "collection_permissions",
    ):
        data |= {f"{prefix}-{key}": value for key, value in empty.items()}
    response = admin.post(reverse("wagtailusers_groups:edit", args=[group.pk]), data)
    assert response.status_code == 302
    assert group.permissions.count() == 0


def test_the_sweep_heals_those_who_differ_and_nobody_else(
    member: Any, lapsed: Any, tiers: Any, clinic: Any, clock: Any
) -> None:
    right = factories.make_client(clinic)
    factories.make_membership(right, tiers.premium)
    heal_groups(user=right.user, at=clock.moment)
    assert sweep(at=clock.moment, batch=1) == 2
    assert list(member.user.groups.all()) == [tiers.basic.group]
    assert lapsed.user.groups.count() == 0
    assert right.user.groups.count() == 2
    assert sweep(at=clock.moment) == 0


def test_the_sweep_takes_out_whom_a_simple_ground_no_longer_entitles(
    ground: Any, clinic: Any, clock: Any
) -> None:
    group = Group.objects.create(name="Course")
    ground.groups = {group.pk}
    stays, goes = factories.make_user(), factories.make_user()
    for user in (stays, goes):
        user.groups.add(group)
    ground.entitled = {stays.pk: {group.pk}}
    assert sweep(at=clock.moment) == 1
    assert list(group.user_set.all()) == [stays]


@pytest.mark.parametrize("people", [3, 30])
def test_a_sweep_of_right_groups_costs_the_same_for_any_number_of_people(
    people: int, tiers: Any, clinic: Any, clock: Any
) -> None:
    for _ in range(people):
        client = factories.make_client(clinic)
        factories.make_membership(client, tiers.basic)
        heal_groups(user=client.user, at=clock.moment)
    with CaptureQueriesContext(connection) as captured:
        assert sweep(at=clock.moment) == 0
    assert len(captured) <= 7


def test_the_command_says_what_it_put_right(lapsed: Any, home: Any, tiers: Any, clock: Any) -> None:
    page = add_page(home)
    restrict(page, tiers.basic.group)
    alias = page.create_alias(parent=home, update_slug="alias")
    lose_gates(alias)
    output = StringIO()
    call_command("asyncpt_sweep_access", stdout=output)
    assert output.getvalue() == "1 users and 1 aliases put right.\n"
    assert lapsed.user.groups.count() == 0
    assert alias.view_restrictions.count() == 1
