"""What the gate reads: restrictions in force, gate groups, and who is entitled to them now."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.apps import apps
from django.contrib.auth.models import Group
from django.db.models import Exists, F, OuterRef, Q
from django.db.models.functions import Length, Substr
from wagtail.models import Collection, CollectionViewRestriction, PageViewRestriction

from wagtail_asyncpt.core.pages import page_model_name
from wagtail_asyncpt.gating.drip import EntitledClock
from wagtail_asyncpt.gating.grounds import (
    BulkGround,
    ClockGround,
    Denial,
    GateGroup,
    Ground,
    NamedGround,
    PageGround,
    StoredGround,
    registered_grounds,
)
from wagtail_asyncpt.gating.models import Wait, days_of

_RESTRICTION = (
    "view_restrictions__pk",
    "view_restrictions__restriction_type",
    "view_restrictions__groups__pk",
)


_WAIT = ("asyncpt_wait__count", "asyncpt_wait__unit")


@dataclass(frozen=True)
class Restriction:
    """One row of Wagtail's Privacy dialog. ANY of its groups opens it."""

    pk: int
    kind: str
    group_ids: frozenset[int]

    @property
    def by_groups(self) -> bool:
        """Whether it asks for groups, not for a login or a shared password."""
        return self.kind == PageViewRestriction.GROUPS


@dataclass(frozen=True)
class PageGates:
    """What is in force on a page: restrictions, outermost first, ALL of which must be met.

    ``wait`` is the longest waiting time among the page and those above it, in entitled days.
    ``source`` is the path of the page that this one is an alias of: of ``gates_by_path`` alone.
    """

    restrictions: list[Restriction]
    wait: int = 0
    source: str = ""


def page_model() -> Any:
    """The site's page model."""
    return apps.get_model(page_model_name())


def page_restrictions(page: Any) -> list[Restriction]:
    """Every restriction in force on ``page``, outermost first; ALL must be met."""
    return page_gates(page).restrictions


def page_gates(page: Any) -> PageGates:
    """Every restriction and waiting time in force on ``page``.

    Its own and its ancestors'. For an alias, or below one, also the source's and those of the
    source's ancestors, and restrictions on the alias itself: core forgets the last two. One
    query, and one more for each step from alias to source.
    """
    found: dict[int, Restriction] = {}
    paths, seen, wait = _lineage(page), set[str](), 0
    while paths - seen:
        rows = (
            page_model()
            ._default_manager.filter(path__in=paths - seen)
            .filter(
                Q(alias_of__isnull=False)
                | Q(view_restrictions__isnull=False)
                | Q(asyncpt_wait__isnull=False)
            )
            .order_by("path")
            .values_list("alias_of__path", *_WAIT, *_RESTRICTION)
        )
        seen |= paths
        sources = set()
        for source, count, unit, *restriction in rows:
            _collect(found, restriction)
            wait = max(wait, days_of(count or 0, unit))
            if source:
                sources.add(source)
        paths = set().union(*(_prefixes(path, page_model().steplen) for path in sources))
    return PageGates(list(found.values()), wait)


def without_waiting(pages: Any) -> Any:
    """The queryset ``pages`` without gated ones for which somebody may have to wait."""
    rows = page_model()._default_manager.filter(asyncpt_wait__isnull=False)
    waiting = Q()
    for path in rows.values_list("path", flat=True):
        waiting |= Q(path__startswith=path) | Q(alias_of__path__startswith=path)
    if not waiting:
        return pages
    gated = page_model()._default_manager.filter(waiting).not_public()
    # By id: a search backend knows few other fields to filter by.
    return pages.exclude(pk__in=list(gated.values_list("pk", flat=True)))


def wait_of(page: Any) -> Wait | None:
    """The page's own waiting time."""
    return Wait.objects.filter(page_id=page.pk).first()


def inherited_wait(page: Any) -> int:
    """The longest waiting time of the pages above, in days."""
    parent = page.get_parent()
    return page_gates(parent).wait if parent else 0


def names_of_members(page: Any) -> str:
    """Whose members may read ``page``, as a list in words; empty where it has no gate."""
    wanted = set().union(*(r.group_ids for r in page_restrictions(page)))
    return ", ".join(group.name for group in gate_groups() if group.pk in wanted)


def restrictions_of(pages: Iterable[Any]) -> dict[str, list[Restriction]]:
    """The restrictions in force on each of ``pages``, by path; one query for all of them.

    An alias has its source's gates as rows of its own.
    """
    lineages = {page.path: _lineage(page) for page in pages}
    found: dict[str, dict[int, Restriction]] = {}
    rows = page_model()._default_manager.filter(
        path__in=set().union(*lineages.values()), view_restrictions__isnull=False
    )
    for path, *restriction in rows.values_list("path", *_RESTRICTION):
        _collect(found.setdefault(path, {}), restriction)
    return {
        path: [r for one in sorted(lineage) for r in found.get(one, {}).values()]
        for path, lineage in lineages.items()
    }


def gates_by_path() -> dict[str, PageGates]:
    """Every page's own restrictions and waiting time, by path; one query for the whole site."""
    rows = (
        page_model()
        ._default_manager.filter(
            Q(view_restrictions__isnull=False)
            | Q(asyncpt_wait__isnull=False)
            | Q(alias_of__isnull=False)
        )
        .values_list("path", "alias_of__path", *_WAIT, *_RESTRICTION)
    )
    found: dict[str, dict[int, Restriction]] = {}
    waits: dict[str, int] = {}
    sources: dict[str, str] = {}
    for path, source, count, unit, *restriction in rows:
        sources[path] = source or ""
        _collect(found.setdefault(path, {}), restriction)
        waits[path] = days_of(count or 0, unit)
    return {
        path: PageGates(list(own.values()), waits[path], sources[path])
        for path, own in found.items()
    }


def gates_among(page: Any, known: dict[str, PageGates]) -> PageGates:
    """What of ``gates_by_path`` is in force on ``page``; an alias has its source's as its own."""
    paths, seen = _lineage(page), set[str]()
    while new := paths - seen:
        seen |= new
        sources = {known[path].source for path in new if path in known} - {""}
        paths = set().union(*(_prefixes(path, page.steplen) for path in sources))
    above = [known[path] for path in sorted(seen) if path in known]
    restrictions = [one for gates in above for one in gates.restrictions]
    return PageGates(restrictions, max((gates.wait for gates in above), default=0))


def collection_restrictions(collection: Collection) -> list[Restriction]:
    """Every restriction in force on ``collection``, outermost first. One query."""
    rows = (
        Collection.objects.filter(path__in=_lineage(collection), view_restrictions__isnull=False)
        .order_by("path")
        .values_list(*_RESTRICTION)
    )
    found: dict[int, Restriction] = {}
    for restriction in rows:
        _collect(found, restriction)
    return list(found.values())


def public_image(model: Any, pk: Any) -> Any:
    """The image, unless its collection, or one above it, has any restriction. One query."""
    head = Substr(OuterRef("collection__path"), 1, Length("collection__path"))
    private = CollectionViewRestriction.objects.annotate(head=head).filter(
        head=F("collection__path")
    )
    return model._default_manager.filter(~Exists(private.order_by()), pk=pk).first()


def _collect(found: dict[int, Restriction], row: Iterable[Any]) -> None:
    pk, kind, group_id = row
    if pk is not None:
        known = found[pk].group_ids if pk in found else frozenset()
        found[pk] = Restriction(pk, kind, known | ({group_id} if group_id else set()))


def _lineage(node: Any) -> set[str]:
    return _prefixes(node.path, node.steplen)


def _prefixes(path: str, step: int) -> set[str]:
    return {path[:end] for end in range(step, len(path) + 1, step)}


def gate_group_ids() -> set[int]:
    """Ids of the groups that any ground decides."""
    return set().union(*(ground.gate_group_ids() for ground in registered_grounds()))


def gate_groups() -> list[GateGroup]:
    """The gate groups in words for editors; a ground without words shows its groups' names."""
    found: list[GateGroup] = []
    for ground in registered_grounds():
        if isinstance(ground, NamedGround):
            found += ground.gate_groups()
        else:
            groups = Group.objects.filter(pk__in=ground.gate_group_ids()).order_by("name")
            found += [GateGroup(g.pk, g.name, g.name, frozenset({g.pk})) for g in groups]
    return found


def gate_group_choices() -> list[tuple[str, str]]:
    """The same, for a form."""
    return [(str(group.pk), group.name) for group in gate_groups()]


def gate_sets(restrictions: Iterable[Restriction], gate_ids: set[int]) -> list[frozenset[int]]:
    """The group ids of those restrictions that a gate group can open."""
    return [r.group_ids for r in restrictions if r.by_groups and r.group_ids & gate_ids]


def groups_with_permissions(group_ids: set[int]) -> set[int]:
    """Those of ``group_ids`` that hold a permission of any kind."""
    holds = (
        Q(permissions__isnull=False)
        | Q(page_permissions__isnull=False)
        | Q(collection_permissions__isnull=False)
    )
    return set(Group.objects.filter(holds, pk__in=group_ids).values_list("pk", flat=True))


def held_group_ids(user: Any) -> set[int]:
    """Ids of every group that ``user`` is stored in."""
    return set(user.groups.values_list("pk", flat=True))


def entitled_group_ids(user: Any, at: datetime) -> set[int]:
    """Ids of the gate groups that ``user`` holds at ``at``, by any ground."""
    if not user.is_authenticated or not user.is_active:
        return set()
    return set().union(*(ground.entitled_group_ids(user, at) for ground in registered_grounds()))


def entitled_and_stored(user: Any, at: datetime) -> tuple[set[int], set[int]]:
    """``entitled_group_ids`` and ``held_group_ids``, in one query less where a ground can."""
    if not user.is_authenticated:
        return set(), set()
    if not user.is_active:
        return set(), held_group_ids(user)
    entitled: set[int] = set()
    stored: set[int] | None = None
    for ground in registered_grounds():
        if stored is None and isinstance(ground, StoredGround):
            found, stored = ground.entitled_and_stored(user, at)
            entitled |= found
        else:
            entitled |= ground.entitled_group_ids(user, at)
    return entitled, held_group_ids(user) if stored is None else stored


def entitled_clock(user: Any, group_ids: set[int], at: datetime) -> EntitledClock | None:
    """When ``user`` held any of the groups, by any ground that keeps time."""
    if not user.is_authenticated:
        return None
    grounds = (ground for ground in registered_grounds() if isinstance(ground, ClockGround))
    return _together(ground.entitled_clock(user, group_ids, at) for ground in grounds)


def page_clock(user: Any, page: Any, at: datetime) -> EntitledClock | None:
    """Since when ``user`` may read ``page`` by a ground that opens single pages."""
    if not user.is_authenticated or not user.is_active:
        return None
    grounds = (ground for ground in registered_grounds() if isinstance(ground, PageGround))
    return _together(ground.page_clock(user, page, at) for ground in grounds)


def _together(clocks: Iterable[EntitledClock | None]) -> EntitledClock | None:
    found = [clock for clock in clocks if clock is not None]
    if not found:
        return None
    periods = tuple(period for clock in found for period in clock.periods)
    return EntitledClock(periods, found[0].time_zone)


def entitlements(users: list[Any], at: datetime) -> dict[int, set[int]]:
    """The entitled group ids of each of ``users`` by primary key; in bulk where a ground can."""
    found: dict[int, set[int]] = {user.pk: set() for user in users}
    active = {user.pk: user for user in users if user.is_active}
    for ground in registered_grounds():
        if isinstance(ground, BulkGround):
            for pk, group_ids in ground.entitlements(set(active), at).items():
                found[pk] |= group_ids
        else:
            for pk, user in active.items():
                found[pk] |= ground.entitled_group_ids(user, at)
    return found


def denial(
    user: Any, unmet: Iterable[frozenset[int]], at: datetime, case: str = ""
) -> Denial | None:
    """Words and offers for the groups of each gate that ``user`` does not pass, outermost first.

    ``None`` when no ground knows any of the groups. Where several gates stand in the way, an offer
    that opens them all is worth showing alone. With a ``case`` the words are an example's.
    """
    answers = [_denial_of(user, group_ids, at, case) for group_ids in unmet]
    denials = [answer for answer in answers if answer is not None]
    if not denials:
        return None
    first, *others = denials
    common = tuple(o for o in first.offers if all(o in other.offers for other in others))
    return Denial(first.code, first.message, common or first.offers)


def _denial_of(user: Any, group_ids: frozenset[int], at: datetime, case: str) -> Denial | None:
    answers = [_ask(ground, user, group_ids, at, case) for ground in registered_grounds()]
    parts = [answer for answer in answers if answer is not None]
    if not parts:
        return None
    offers = tuple(offer for part in parts for offer in part.offers)
    return Denial(parts[0].code, parts[0].message, offers)


def _ask(
    ground: Ground, user: Any, group_ids: frozenset[int], at: datetime, case: str
) -> Denial | None:
    if case and isinstance(ground, NamedGround):
        return ground.example_denial(case, set(group_ids), at)
    return ground.denial(user, set(group_ids), at)
