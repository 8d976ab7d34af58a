"""Where this site's own code would show what is gated; for the system check and the audit."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.db.models import Model
from modelcluster.models import get_all_child_m2m_relations, get_all_child_relations
from wagtail import blocks
from wagtail.api import APIField
from wagtail.models import AbstractPage, get_page_models

from wagtail_asyncpt.gating import parts
from wagtail_asyncpt.gating.blocks import PaywallLineBlock, PaywallMixin
from wagtail_asyncpt.gating.previews import PreviewFacesMixin

#: What Wagtail or the teaser shows of every page.
ALWAYS_SHOWN = {"title", "slug", "seo_title", "search_description"}


@dataclass(frozen=True)
class Leak:
    """``what`` is shown ``where``, and what to do."""

    what: str
    where: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.what}: {self.where}"


def field_leaks() -> Iterator[Leak]:
    """Gated fields that an API or a search shows, or that cannot be emptied."""
    for model in get_page_models():
        for name in parts.gated_fields_of(model):
            yield from _listed(model, name)
            yield from _cannot_be_emptied(model, name)


def line_leaks() -> Iterator[Leak]:
    """Paywall lines where what is below them is not kept out of search and API."""
    for model in get_page_models():
        for field in parts.streams_with_parts(model):
            if _has_loose_line(field.stream_block, is_top=True):
                yield Leak(
                    f"{model._meta.label}.{field.name}",
                    "a paywall line whose stream does not end at it in search and API",
                    "Put the line into the field's own StreamBlock, a class with PaywallMixin.",
                )


def related_leaks() -> Iterator[Leak]:
    """Foreign keys to pages in ``api_fields``: API version 2 asks no privacy of what they name."""
    seen = set()
    for model in get_page_models():
        for owner, name in _api_relations(model):
            if (owner, name) not in seen:
                seen.add((owner, name))
                yield Leak(
                    f"{owner._meta.label}.{name}",
                    "a page in api_fields, which API version 2 shows in full although it is gated "
                    "or a draft",
                    "Take it out, or give its APIField a serializer that asks "
                    "page.get_view_restrictions().",
                )


def _api_relations(model: type[Model]) -> Iterator[tuple[type[Model], str]]:
    """Fields of the model and of its child objects which an API lists and which name a page."""
    children = {r.get_accessor_name(): r.related_model for r in get_all_child_relations(model)}
    for entry in _entries(model, "api_fields"):
        name = entry.name if isinstance(entry, APIField) else str(entry)
        if getattr(entry, "serializer", None) is not None:
            continue
        if child := children.get(name):
            yield from _api_relations(child)
            continue
        try:
            related = model._meta.get_field(name).related_model
        except FieldDoesNotExist:
            continue
        if isinstance(related, type) and issubclass(related, AbstractPage):
            yield model, name


def without_faces() -> Iterator[str]:
    """Labels of the page types with parts whose preview shows one face only."""
    for model in get_page_models():
        if parts.has_parts(model) and not issubclass(model, PreviewFacesMixin):
            yield model._meta.label


def _listed(model: type[Model], name: str) -> Iterator[Leak]:
    what = f"{model._meta.label}.{name}"
    if name in {shown for entry in _entries(model, "api_fields") for shown in _api_names(entry)}:
        yield Leak(what, "listed in api_fields", "Take it out: an API would show it to anybody.")
    if name in {entry.field_name for entry in getattr(model, "search_fields", ())}:
        yield Leak(what, "listed in search_fields", "Take it out: a search would find its words.")


def _cannot_be_emptied(model: type[Model], name: str) -> Iterator[Leak]:
    what = f"{model._meta.label}.{name}"
    try:
        field = model._meta.get_field(name)
    except FieldDoesNotExist:
        yield Leak(what, "no field of the page type", "Correct the name in gated_fields.")
        return
    if name in ALWAYS_SHOWN:
        yield Leak(what, "shown in the teaser", "Gate the whole page with the Privacy dialog.")
    if (field.many_to_many or field.one_to_many) and not _is_cluster(model, name):
        yield Leak(what, "a relation that cannot be emptied in memory", "Use a Parental field.")


def _is_cluster(model: type[Model], name: str) -> bool:
    children = {relation.get_accessor_name() for relation in get_all_child_relations(model)}
    return name in children | {field.name for field in get_all_child_m2m_relations(model)}


def _entries(model: type[Model], attribute: str) -> list[Any]:
    return list(getattr(model, attribute, ()))


def _api_names(entry: Any) -> set[str]:
    if not isinstance(entry, APIField):
        return {str(entry)}
    source = getattr(entry.serializer, "source", None)
    return {entry.name, source.split(".")[0]} if source else {entry.name}


def _has_loose_line(block: blocks.Block, *, is_top: bool) -> bool:
    is_safe = is_top and isinstance(block, PaywallMixin)
    return any(
        (isinstance(child, PaywallLineBlock) and not is_safe)
        or _has_loose_line(child, is_top=False)
        for child in parts.children_of(block)
    )
