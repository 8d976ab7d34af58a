"""A prepared read answers as its queryset does, and its SQL is written once."""

import datetime as dt
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.db.models import DateTimeField, Q, QuerySet
from pytest_django import DjangoAssertNumQueries

from tests import factories
from wagtail_asyncpt.core.prepared import Parameter, Prepared
from wagtail_asyncpt.people.models import AuditEntry, Client, Clinic

NOON = dt.datetime(2026, 11, 2, 12, tzinfo=dt.UTC)


@pytest.fixture
def entries(clinic: Clinic) -> list[AuditEntry]:
    """One entry an hour, from noon on."""
    return [
        AuditEntry.objects.create(clinic=clinic, action=f"n{n}", at=NOON + dt.timedelta(hours=n))
        for n in range(4)
    ]


def test_each_run_is_given_its_own_values(
    entries: list[AuditEntry], django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    since = Prepared(
        AuditEntry,
        lambda: (
            AuditEntry.objects.filter(at__gte=Parameter("since", DateTimeField()))
            .order_by("at")
            .values_list("action", "at")
        ),
    )
    for first in (3, 0, 2):
        moment = NOON + dt.timedelta(hours=first)
        with django_assert_num_queries(1):
            found = since.rows(since=moment)
        assert found == [(one.action, one.at) for one in entries[first:]]
    assert since.rows(since=NOON + dt.timedelta(days=1)) == []


def test_the_sql_is_written_once_for_each_shape(clinic: Clinic) -> None:
    built: list[int] = []
    name = Group._meta.get_field("name")

    def build(number: int) -> QuerySet[Any, Any]:
        built.append(number)
        asked = Q()
        for n in range(number):
            asked |= Q(name=Parameter(f"name_{n}", name))
        return Group.objects.filter(asked).order_by("name").values_list("name")

    for one in ("A", "B", "C"):
        Group.objects.create(name=one)
    named = Prepared(Group, build)
    assert named.rows(1, name_0="B") == [("B",)]
    assert named.rows(2, name_0="C", name_1="A") == [("A",), ("C",)]
    assert named.rows(1, name_0="A") == [("A",)]
    assert built == [1, 2]


def test_a_value_is_data_and_never_sql(clinic: Clinic) -> None:
    person = factories.make_client(clinic, "Olive Owner")
    named = Prepared(
        Client,
        lambda: Client.objects.filter(
            name=Parameter("name", Client._meta.get_field("name"))
        ).values_list("pk", "uuid"),
    )
    assert named.rows(name="x' or '1' = '1") == []
    assert named.rows(name="Olive Owner") == [(person.pk, person.uuid)]
