"""Writes of the gate: judging who may pass, and projecting entitlement into gate groups."""

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db import connections, router, transaction
from django.db.models import Q
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.log_actions import log

from wagtail_asyncpt.gating import queries
from wagtail_asyncpt.gating.drip import Opening, opening
from wagtail_asyncpt.gating.grounds import BulkGround, Denial, registered_grounds
from wagtail_asyncpt.gating.models import Wait
from wagtail_asyncpt.gating.queries import PageGates, Restriction
from wagtail_asyncpt.gating.readers import Reader

logger = logging.getLogger("wagtail_asyncpt.gating")


@dataclass(frozen=True)
class Judgement:
    """``denial`` says why somebody stays out; without one, ``settled`` restrictions are met.

    ``by_right``: met because the reader may edit what is gated.
    """

    settled: frozenset[int] = frozenset()
    denial: Denial | None = None
    by_right: bool = False


def judge_page(*, reader: Reader, page: Any, gates: PageGates) -> Judgement | None:
    """Decide whether ``reader`` reads a page with these ``gates`` now; ``None``: none are ours.

    As ``judge``; besides, a ground may open this very page, and members wait as long as it says.
    """
    judgement = judge(
        reader=reader, restrictions=gates.restrictions, may_edit=lambda: reader.may_edit(page)
    )
    if judgement is None or judgement.by_right:
        return judgement
    if judgement.denial is None:
        judgement = _judge_wait(reader, gates, judgement)
    if judgement.denial is not None and reader.look is None:
        clock = queries.page_clock(reader.user, page, reader.at)
        if clock is not None and (not gates.wait or opening(clock, gates.wait, reader.at).is_open):
            return pass_all(gates)
    return judgement


def pass_all(gates: PageGates) -> Judgement:
    """Every gate is met; Wagtail still asks for groups that no ground decides."""
    found = [row for row in gates.restrictions if row.by_groups]
    if len(found) > 1:
        gate_ids = queries.gate_group_ids()
        found = [row for row in found if row.group_ids & gate_ids]
    return Judgement(settled=frozenset(row.pk for row in found))


def _judge_wait(reader: Reader, gates: PageGates, judgement: Judgement) -> Judgement:
    """Gates above one another must each be waited for; the longest wait decides."""
    if not gates.wait:
        return judgement
    asked = {row.group_ids for row in gates.restrictions if row.by_groups}
    found = [reader.opening(set(group_ids), gates.wait) for group_ids in asked]
    closed = [one for one in found if one is not None and not one.is_open]
    if not closed:
        return judgement
    return Judgement(denial=Denial("wait", words_of(max(closed, key=lambda one: one.days_left))))


def words_of(found: Opening) -> str:
    """When a wait is over, for the person who waits."""
    if found.on is not None:
        words = _("This is part of your membership. It opens on %(weekday)s, %(date)s.")
        weekday = formats.date_format(found.on, "l")
        return words % {"weekday": weekday, "date": formats.date_format(found.on, "DATE_FORMAT")}
    words = ngettext(
        "This is part of your membership. It opens after %(count)d more day of membership.",
        "This is part of your membership. It opens after %(count)d more days of membership.",
        found.days_left,
    )
    return words % {"count": found.days_left}


def judge(
    *, reader: Reader, restrictions: list[Restriction], may_edit: Callable[[], bool]
) -> Judgement | None:
    """Decide from live entitlement whether ``reader`` passes ``restrictions``; ``None``: not ours.

    Ours are restrictions with at least one gate group. The reader's stored groups are healed when
    they turn out to be wrong. ``may_edit`` is asked only of somebody who is in a group that is no
    gate: Wagtail gives rights to pages and collections to groups alone.
    """
    by_groups = [restriction for restriction in restrictions if restriction.by_groups]
    if not by_groups:
        return None
    everything = frozenset(restriction.pk for restriction in by_groups)
    if reader.is_superuser:
        gated = bool(queries.gate_sets(by_groups, reader.gate_ids))
        return Judgement(settled=everything, by_right=gated)
    entitled, held = reader.entitled, reader.stored
    # The usual client or visitor is in the right groups and no others: nothing to heal, no rights
    # to ask for, and no need to read which groups are gates.
    if held == entitled:
        unmet = _unmet(by_groups, entitled)
        denial = reader.denial([restriction.group_ids for restriction in unmet])
        gated = len(unmet) < len(by_groups)
    else:
        gate_ids = reader.gate_ids
        if held & gate_ids != entitled:
            healed = heal_groups(user=reader.user, at=reader.at)
            reader.stored = (held - gate_ids) | healed
        unmet = _unmet(by_groups, entitled | (held - gate_ids))
        ours = [r.group_ids for r in unmet if r.group_ids & gate_ids]
        is_staff = held - gate_ids and (ours or getattr(reader.user, "is_staff", False))
        gated = bool(queries.gate_sets(by_groups, gate_ids))
        if gated and is_staff and may_edit():
            return Judgement(settled=everything, by_right=True)
        denial = reader.denial(ours)
    if denial is not None:
        return Judgement(denial=denial)
    if not gated:
        return None
    return Judgement(settled=everything - {restriction.pk for restriction in unmet})


def _unmet(restrictions: list[Restriction], group_ids: set[int]) -> list[Restriction]:
    return [r for r in restrictions if not r.group_ids & group_ids]


def heal_groups(*, user: Any, at: datetime) -> set[int]:
    """Make ``user``'s gate groups those of live entitlement at ``at``; return their ids.

    Other groups are left alone. Where the groups are right nothing is written. Call it in the
    transaction that changes the entitlement; the user's row is locked before writing, so that of
    two writers the later one sees what the earlier one did. A group that was given permissions
    is not handed out: members would enter the admin. Nobody (``None``: the account is deleted)
    holds nothing.
    """
    if user is None:
        return set()
    gate_ids = queries.gate_group_ids()
    entitled = queries.entitled_group_ids(user, at) & gate_ids
    if queries.held_group_ids(user) & gate_ids == entitled:
        return entitled
    with transaction.atomic(using=_database()):
        _lock(user)
        entitled = queries.entitled_group_ids(user, at) & gate_ids
        held = queries.held_group_ids(user) & gate_ids
        user.groups.add(*_without_permissions(entitled - held))
        user.groups.remove(*held - entitled)
    return entitled


def sweep(*, at: datetime, batch: int = 500) -> int:
    """Heal every user whose gate groups are wrong at ``at``; return how many there were.

    Reads ``batch`` users at a time.
    """
    gate_ids = queries.gate_group_ids()
    healed = 0
    for users in _batches(gate_ids, batch):
        entitled = queries.entitlements(users, at)
        held = _held_by(users, gate_ids)
        for user in users:
            if entitled[user.pk] & gate_ids != held.get(user.pk, set()):
                heal_groups(user=user, at=at)
                healed += 1
    return healed


@transaction.atomic
def set_wait(*, page: Any, user: Any, count: int, unit: str) -> None:
    """Let members wait so long for ``page`` and the pages below it; 0 opens it at once."""
    if count:
        Wait.objects.update_or_create(page_id=page.pk, defaults={"count": count, "unit": unit})
    else:
        Wait.objects.filter(page_id=page.pk).delete()
    log(
        instance=page,
        action="wagtail_asyncpt.wait",
        user=user,
        data={"count": count, "unit": unit},
    )


def _without_permissions(group_ids: set[int]) -> set[int]:
    if not group_ids:
        return group_ids
    powerful = queries.groups_with_permissions(group_ids)
    if powerful:
        logger.error("Membership groups %s hold permissions; nobody is added.", sorted(powerful))
    return group_ids - powerful


def _batches(gate_ids: set[int], size: int) -> Iterator[list[Any]]:
    everybody = get_user_model()._default_manager.all()
    concerned = Q(pk__in=everybody.filter(groups__in=gate_ids).values("pk"))
    for ground in registered_grounds():
        if isinstance(ground, BulkGround):
            concerned |= Q(pk__in=ground.candidate_user_ids())
    users = everybody.filter(concerned).order_by("pk")
    found = list(users[:size])
    while found:
        yield found
        found = list(users.filter(pk__gt=found[-1].pk)[:size])


def _held_by(users: list[Any], gate_ids: set[int]) -> dict[int, set[int]]:
    pairs = (
        get_user_model()
        ._default_manager.filter(pk__in=[user.pk for user in users], groups__in=gate_ids)
        .values_list("pk", "groups__pk")
    )
    held: dict[int, set[int]] = {}
    for pk, group_id in pairs:
        held.setdefault(pk, set()).add(group_id)
    return held


def _database() -> str:
    return router.db_for_write(get_user_model())


def _lock(user: Any) -> None:
    # NO KEY: rows that point at the user may be written meanwhile, which rules out a deadlock.
    no_key = connections[_database()].features.has_select_for_no_key_update
    users = get_user_model()._default_manager.using(_database())
    users.select_for_update(no_key=no_key).filter(pk=user.pk).values_list("pk").first()
