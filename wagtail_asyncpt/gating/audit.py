"""What is gated on this site, for whom, and where it could leak."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

from django.db.models import Q
from django.urls import URLPattern, get_resolver
from wagtail.api.v2.views import PagesAPIViewSet
from wagtail.documents.api.v2.views import DocumentsAPIViewSet
from wagtail.images.api.v2.views import ImagesAPIViewSet
from wagtail.models import Collection, get_page_models

from wagtail_asyncpt.gating import file_leaks, parts, queries
from wagtail_asyncpt.gating.api import HealedAccessMixin
from wagtail_asyncpt.gating.leaks import Leak, field_leaks, line_leaks, related_leaks
from wagtail_asyncpt.gating.models import Wait


@dataclass(frozen=True)
class Gated:
    """Something gated, and who may open it. ``note`` says more, such as an opening time."""

    kind: str
    name: str
    open_to: str
    note: str = ""


class AuditSource(Protocol):
    """What another room adds to the audit."""

    def gated(self) -> Iterator[Gated]:
        """What it keeps from visitors, and who may see it."""

    def leaks(self, image_endpoints: list[str]) -> Iterator[Leak]:
        """Where that could be seen by somebody else; the API views that list images are given."""


_sources: list[AuditSource] = []


def register_audit(source: AuditSource) -> None:
    """Let ``source`` take part in the audit."""
    if source not in _sources:
        _sources.append(source)


def gated_objects() -> Iterator[Gated]:
    """Every page, part of a page and collection with a gate."""
    names = {group.pk: group.name for group in queries.gate_groups()}
    yield from _gated_pages(names)
    yield from _partly_gated_pages(names)
    for collection in _gated_collections():
        groups = set().union(*(r.group_ids for r in queries.collection_restrictions(collection)))
        yield Gated("collection", collection.name, _names(groups, names))
    for source in _sources:
        yield from source.gated()


def leaks() -> Iterator[Leak]:
    """Every place where something gated could be read by somebody else."""
    yield from field_leaks()
    yield from line_leaks()
    yield from _powerful_groups()
    yield from _loose_aliases()
    endpoints = _endpoints()
    yield from _plain_endpoints(endpoints)
    if any(issubclass(view, PagesAPIViewSet) for view in endpoints):
        yield from related_leaks()
    yield from file_leaks.private_files()
    collections = list(_gated_collections())
    yield from file_leaks.documents(collections)
    listing = [_view_name(view) for view in endpoints if issubclass(view, ImagesAPIViewSet)]
    yield from file_leaks.images(collections, listing)
    for source in _sources:
        yield from source.leaks(listing)


def to_look_at() -> Iterator[Leak]:
    """What may leak, and cannot be judged from here."""
    yield from file_leaks.to_look_at(list(_gated_collections()))


def _names(group_ids: set[int], names: dict[int, str]) -> str:
    return ", ".join(name for pk, name in names.items() if pk in group_ids) or "staff alone"


def _gated_pages(names: dict[int, str]) -> Iterator[Gated]:
    waits = {wait.page_id: wait for wait in Wait.objects.all()}
    pages = queries.page_model()._default_manager
    own = Q(view_restrictions__groups__in=names) | Q(pk__in=waits)
    for page in pages.filter(own).distinct().order_by("path"):
        groups = set().union(*(r.group_ids for r in queries.page_restrictions(page)))
        below = page.get_descendant_count()
        notes = [f"and {below} page(s) below it"] if below else []
        if page.pk in waits:
            notes.append(f"opens after {waits[page.pk].days} day(s)")
        yield Gated("page", _place(page), _names(groups, names), ", ".join(notes))


def _partly_gated_pages(names: dict[int, str]) -> Iterator[Gated]:
    for model in get_page_models():
        if not parts.has_parts(model):
            continue
        for page in model._default_manager.order_by("path").iterator():
            for group_ids in sorted(parts.groups_of_parts(page), key=sorted):
                yield Gated("part of a page", _place(page), _names(set(group_ids), names))


def _place(page: Any) -> str:
    return f"{page.title} ({page.url or 'no address'})"


def _gated_collections() -> Iterator[Any]:
    gate_ids = queries.gate_group_ids()
    for collection in Collection.objects.order_by("path"):
        if queries.gate_sets(queries.collection_restrictions(collection), gate_ids):
            yield collection


def _powerful_groups() -> Iterator[Leak]:
    for pk in sorted(queries.groups_with_permissions(queries.gate_group_ids())):
        yield Leak(
            f"The membership group {pk}",
            "holds permissions, so that every member has them",
            "Take them away in Settings > Groups.",
        )


def _loose_aliases() -> Iterator[Leak]:
    pages = queries.page_model()._default_manager
    gate_ids = queries.gate_group_ids()
    for alias in pages.filter(alias_of__isnull=False).public().order_by("path"):
        if queries.gate_sets(queries.page_restrictions(alias), gate_ids):
            yield Leak(
                f"The alias {_place(alias)}",
                "in search, sitemap and API, although its source is gated",
                "Run asyncpt_sweep_access.",
            )


def _plain_endpoints(endpoints: list[Any]) -> Iterator[Leak]:
    for view in endpoints:
        is_ours = issubclass(view, (PagesAPIViewSet, DocumentsAPIViewSet))
        if is_ours and not issubclass(view, HealedAccessMixin):
            yield Leak(
                f"The API endpoint {_view_name(view)}",
                "shows gated content to former members until the next sweep, and to members "
                "before it opens",
                "Put wagtail_asyncpt.gating.api.HealedAccessMixin in front of it.",
            )


def _endpoints() -> list[Any]:
    """The classes of API version 2's views that the site has, the admin's own left out."""
    views = (getattr(p.callback, "cls", None) for p in _patterns(get_resolver().url_patterns))
    found = dict.fromkeys(view for view in views if isinstance(view, type))
    return [view for view in found if ".admin." not in view.__module__]


def _view_name(view: Any) -> str:
    return f"{view.__module__}.{view.__qualname__}"


def _patterns(patterns: Any) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        else:
            yield from _patterns(pattern.url_patterns)
