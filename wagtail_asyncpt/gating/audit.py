"""What is gated on this site, for whom, and where it could leak."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings as django_settings
from django.db.models import Q
from django.urls import Resolver404, URLPattern, get_resolver, resolve
from wagtail.api.v2.views import PagesAPIViewSet
from wagtail.documents import get_document_model
from wagtail.documents.api.v2.views import DocumentsAPIViewSet
from wagtail.images import get_image_model
from wagtail.models import Collection, get_page_models

from wagtail_asyncpt.core.storage import is_inside_media_root, private_root
from wagtail_asyncpt.gating import parts, queries
from wagtail_asyncpt.gating.api import HealedAccessMixin
from wagtail_asyncpt.gating.leaks import Leak, field_leaks, line_leaks
from wagtail_asyncpt.gating.models import Wait

FILES_MIDDLEWARE = "wagtail_asyncpt.gating.middleware.PrivateFilesMiddleware"


@dataclass(frozen=True)
class Gated:
    """Something gated, and who may open it. ``note`` says more, such as an opening time."""

    kind: str
    name: str
    open_to: str
    note: str = ""


def gated_objects() -> Iterator[Gated]:
    """Every page, part of a page and collection with a gate."""
    names = {group.pk: group.name for group in queries.gate_groups()}
    yield from _gated_pages(names)
    yield from _partly_gated_pages(names)
    for collection in _gated_collections():
        groups = set().union(*(r.group_ids for r in queries.collection_restrictions(collection)))
        yield Gated("collection", collection.name, _names(groups, names))


def leaks() -> Iterator[Leak]:
    """Every place where something gated could be read by somebody else."""
    yield from field_leaks()
    yield from line_leaks()
    yield from _powerful_groups()
    yield from _loose_aliases()
    yield from _plain_endpoints()
    yield from _private_root()
    collections = list(_gated_collections())
    if collections:
        yield from _documents(collections)
        yield from _images(collections)


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


def _plain_endpoints() -> Iterator[Leak]:
    seen = set()
    for pattern in _patterns(get_resolver().url_patterns):
        view = getattr(pattern.callback, "cls", None)
        if view in seen or not isinstance(view, type):
            continue
        seen.add(view)
        is_ours = issubclass(view, (PagesAPIViewSet, DocumentsAPIViewSet))
        if is_ours and ".admin." not in view.__module__ and not issubclass(view, HealedAccessMixin):
            yield Leak(
                f"The API endpoint {view.__module__}.{view.__qualname__}",
                "shows gated content to former members until the next sweep, and to members "
                "before it opens",
                "Put wagtail_asyncpt.gating.api.HealedAccessMixin in front of it.",
            )


def _patterns(patterns: Any) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLPattern):
            yield pattern
        else:
            yield from _patterns(pattern.url_patterns)


def _private_root() -> Iterator[Leak]:
    static = django_settings.STATIC_ROOT
    inside_static = static and private_root().resolve().is_relative_to(Path(static).resolve())
    if is_inside_media_root() or inside_static:
        yield Leak(
            f"The folder for private files, {private_root()}",
            "inside a folder that the web server hands out",
            "Set WAGTAIL_ASYNCPT['PRIVATE_ROOT'] to a folder outside of both.",
        )


def _documents(collections: list[Any]) -> Iterator[Leak]:
    documents = get_document_model()._default_manager.filter(collection__in=collections)
    count = documents.count()
    if not count:
        return
    what = f"{count} document(s) in gated collections"
    if getattr(django_settings, "WAGTAILDOCS_SERVE_METHOD", None) == "direct":
        yield Leak(
            what,
            "linked where nobody is asked (WAGTAILDOCS_SERVE_METHOD is 'direct')",
            "Use 'serve_view', or 'redirect' with signed addresses of the storage.",
        )
    if _hands_out_media(documents.first()):
        yield Leak(
            what,
            f"handed out under {django_settings.MEDIA_URL} by Django itself",
            "Serve MEDIA_URL in development only, and keep documents/ out of it on the web server.",
        )
    if FILES_MIDDLEWARE not in django_settings.MIDDLEWARE:
        yield Leak(
            what,
            "sent without a word to caches on the way",
            f"Add {FILES_MIDDLEWARE} to MIDDLEWARE.",
        )


def _hands_out_media(document: Any) -> bool:
    try:
        address = document.file.url
        return resolve(address).func.__module__ == "django.views.static"
    except (NotImplementedError, ValueError, Resolver404):
        return False


def _images(collections: list[Any]) -> Iterator[Leak]:
    count = get_image_model()._default_manager.filter(collection__in=collections).count()
    if count:
        yield Leak(
            f"{count} image(s) in gated collections",
            "open to whoever has their address: Wagtail does not guard images",
            "Put what must stay closed into a document or a video.",
        )
