"""Writes of the gate: projecting entitlement into the members of the gate groups."""

from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connections, router, transaction

from wagtail_asyncpt.gating import queries


def heal_groups(*, user: Any, at: datetime) -> set[int]:
    """Make ``user``'s gate groups those of live entitlement at ``at``; return their ids.

    Other groups are left alone. Where the groups are right nothing is written. Call it in the
    transaction that changes the entitlement; the user's row is locked before writing, so that of
    two writers the later one sees what the earlier one did.
    """
    gates = queries.gate_group_ids()
    entitled = queries.entitled_group_ids(user, at) & gates
    if _held(user, gates) == entitled:
        return entitled
    with transaction.atomic(using=_database()):
        _lock(user)
        entitled = queries.entitled_group_ids(user, at) & gates
        held = _held(user, gates)
        user.groups.add(*entitled - held)
        user.groups.remove(*held - entitled)
    return entitled


def _held(user: Any, gates: set[int]) -> set[int]:
    return set(user.groups.filter(pk__in=gates).values_list("pk", flat=True))


def _database() -> str:
    return router.db_for_write(get_user_model())


def _lock(user: Any) -> None:
    # NO KEY: rows that point at the user may be written meanwhile, which rules out a deadlock.
    no_key = connections[_database()].features.has_select_for_no_key_update
    users = get_user_model()._default_manager.using(_database())
    users.select_for_update(no_key=no_key).filter(pk=user.pk).values_list("pk").first()
