"""Keeping gates where core loses them: after a move, a copy, a translation, on aliases.

What stands in the database then closes search, sitemap, feeds and APIs, which know nothing of us.
"""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from wagtail.models import PageViewRestriction

from wagtail_asyncpt.gating import queries
from wagtail_asyncpt.gating.models import Wait, WaitUnit


@transaction.atomic
def keep_gate_of_parent(*, page: Any, old_parent: Any) -> int:
    """Put the gates in force under ``old_parent`` on the moved ``page``; return how many."""
    gate_ids = queries.gate_group_ids()
    before = queries.page_gates(old_parent)
    _keep_wait(before.wait, page)
    return _add_missing(page, queries.gate_sets(before.restrictions, gate_ids))


@transaction.atomic
def repair_copy(*, source: Any, copy: Any) -> int:
    """Put the gates that ``source`` and its descendants have on their copies, where missing.

    Core copies the restrictions of the first page to every page below it, and drops a page's own
    where the new parent has any. Returns how many gates were added.
    """
    gate_ids = queries.gate_group_ids()
    pairs = list(_pairs(source, copy))
    added = sum(
        _add_missing(new_page, queries.gate_sets(queries.page_restrictions(old_page), gate_ids))
        for old_page, new_page in pairs
    )
    for old_page, new_page in pairs:
        _keep_wait(queries.page_gates(old_page).wait, new_page)
    return added


@transaction.atomic
def sync_alias(alias: Any, dropped: frozenset[int] = frozenset()) -> bool:
    """Give ``alias`` the gates in force on its source; return whether anything was written.

    Core ignores restrictions on an alias when it serves the page, but search, sitemap and API
    read nothing else. A gate with the groups ``dropped``, which the source has just lost, goes;
    any other that an editor put on the alias stays.
    """
    gate_ids = queries.gate_group_ids()
    source = queries.gate_sets(queries.page_restrictions(alias.alias_of), gate_ids)
    parent = queries.gate_sets(queries.page_restrictions(alias.get_parent()), gate_ids)
    missing = [wanted for wanted in source if not _implied(wanted, parent)]
    stored: set[frozenset[int]] = set()
    changed = False
    for row in _stored_gates(alias, gate_ids):
        groups = frozenset(group.pk for group in row.groups.all())
        if groups in stored or (groups == dropped and groups not in missing):
            row.delete()
            changed = True
        stored.add(groups)
    for wanted in missing:
        if not _implied(wanted, stored):
            _restrict(alias, wanted)
            stored.add(wanted)
            changed = True
    return changed


def sync_aliases(pages: Any, dropped: frozenset[int] = frozenset()) -> int:
    """Sync every alias in the queryset ``pages``; return how many were wrong."""
    aliases = pages.filter(alias_of__isnull=False).select_related("alias_of").order_by("path")
    return sum(sync_alias(alias, dropped) for alias in aliases.iterator())


def aliases_below(page: Any) -> Any:
    """The aliases whose source is ``page`` or below it, and ``page`` where it is one itself."""
    pages = queries.page_model()._default_manager
    return pages.filter(alias_of__path__startswith=page.path) | pages.filter(
        path__startswith=page.path, alias_of__isnull=False
    )


def _pairs(source: Any, copy: Any) -> Iterable[tuple[Any, Any]]:
    old = list(source.get_descendants(inclusive=True).order_by("path"))
    new = list(copy.get_descendants(inclusive=True).order_by("path"))
    return zip(old, new, strict=True) if len(old) == len(new) else [(source, copy)]


def _add_missing(page: Any, wanted: Iterable[frozenset[int]]) -> int:
    in_force = [r.group_ids for r in queries.page_restrictions(page) if r.by_groups]
    added = 0
    for group_ids in wanted:
        if not _implied(group_ids, in_force):
            _restrict(page, group_ids)
            in_force.append(group_ids)
            added += 1
    return added


def _implied(wanted: frozenset[int], in_force: Iterable[frozenset[int]]) -> bool:
    return any(groups and groups <= wanted for groups in in_force)


def _stored_gates(page: Any, gate_ids: set[int]) -> list[PageViewRestriction]:
    rows = PageViewRestriction.objects.filter(
        page_id=page.pk, restriction_type=PageViewRestriction.GROUPS, groups__in=gate_ids
    )
    return list(rows.distinct().order_by("pk").prefetch_related("groups"))


def _keep_wait(before: int, page: Any) -> None:
    """Let members wait for ``page`` as long as they did before."""
    if before > queries.page_gates(page).wait:
        values = {"count": before, "unit": WaitUnit.DAYS}
        Wait.objects.update_or_create(page_id=page.pk, defaults=values)


def _restrict(page: Any, group_ids: frozenset[int]) -> None:
    restriction = PageViewRestriction(page_id=page.pk, restriction_type=PageViewRestriction.GROUPS)
    restriction.save()
    restriction.groups.set(group_ids)
