"""Partly gated pages: what is closed is taken off the instance before anything renders it.

A members-only block and a paywall line are closed until the gate opens them for the person who is
reading, so an instance that never came to the gate (a feed's, a listing's) has nothing to show.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import Any, NoReturn

from django.db.models import Model, TextField
from django.utils.safestring import SafeString
from modelcluster.models import get_all_child_m2m_relations, get_all_child_relations
from wagtail import blocks
from wagtail.blocks.stream_block import BaseStreamBlock, StreamValue
from wagtail.blocks.struct_block import BaseStructBlock
from wagtail.fields import StreamField

from wagtail_asyncpt.gating.grounds import Denial

#: Key under which a part's face travels in raw stream data, in memory only.
FACE = "asyncpt_face"
#: Attribute of an instance: names of the fields that were prepared for one reader.
PREPARED = "asyncpt_prepared"

#: Where a page keeps its public words, the first that has any.
TEASER_WORDS = ("search_description", "summary")
EMPTY = SafeString("")


@dataclass(frozen=True)
class Face:
    """How a part of a page is shown: open, or closed with an invitation."""

    is_open: bool = False
    denial: Denial | None = None
    is_first: bool = False
    is_visitor: bool = True
    login_url: str = ""
    structured_data: SafeString = EMPTY


#: What is shown where nobody asked the gate.
CLOSED = Face()
OPEN = Face(is_open=True)

#: Gives the face of a part by the gate groups that open it; without any it is open to nobody.
FaceOf = Callable[[frozenset[int]], Face]


class PartBlock:
    """Marks a block that closes something; ``ends_stream`` where that is all that follows."""

    ends_stream = False


class PartValue(blocks.StructValue):
    """The value of such a block, with the face that the gate gave it."""

    face: Face = CLOSED


class PreparedForReading(TypeError):
    """Code tried to save an instance whose fields were prepared for one reader."""


def group_ids_of(raw: Any) -> frozenset[int]:
    """The gate groups that an editor chose, from stored texts."""
    return frozenset(int(pk) for pk in raw or () if str(pk).isdigit())


@lru_cache
def streams_with_parts(model: Any) -> tuple[StreamField, ...]:
    """The StreamFields of ``model`` whose blocks may close something."""
    return tuple(
        field
        for field in model._meta.get_fields()
        if isinstance(field, StreamField) and _holds_part(field.stream_block)
    )


def gated_fields_of(model: type[Model]) -> tuple[str, ...]:
    """The fields that a page type keeps for members, by name."""
    return tuple(getattr(model, "gated_fields", ()))


def has_parts(model: type[Model]) -> bool:
    """Whether pages of this type can be partly gated."""
    return bool(gated_fields_of(model) or streams_with_parts(model))


def show_parts(instance: Any, face_of: FaceOf) -> bool:
    """Open the parts of ``instance`` that ``face_of`` opens and empty the others.

    Returns whether there was any part. The instance is for reading from then on: saving it, a
    revision or a copy of it raises ``PreparedForReading``.
    """
    model: Any = type(instance)
    prepared: list[str] = []
    found = False
    if names := gated_fields_of(model):
        face = face_of(group_ids_of(instance.gate_groups))
        instance.members_face = face
        found = True
        if not face.is_open:
            for name in names:
                _empty(instance, name)
            prepared += names
    for field in streams_with_parts(model):
        stream = getattr(instance, field.name)
        parts = _Parts(face_of)
        shown, _cut = parts.shown(field.stream_block, list(stream.raw_data))
        if parts.found:
            found = True
            prepared.append(field.name)
            value = StreamValue(field.stream_block, shown, is_lazy=True)
            setattr(instance, field.name, value)
    if prepared:
        _mark(instance, prepared)
    return found


def close(instance: Any) -> None:
    """Empty all that may be content on a page which is gated as a whole and stands in a list.

    Its child objects too, and the specific page behind a plain one. What is left are short texts,
    numbers, dates and pictures, and the words of a teaser.
    """
    fields = instance._meta.concrete_fields
    names = [
        field.name
        for field in fields
        if isinstance(field, (StreamField, TextField)) and field.name not in TEASER_WORDS
    ]
    names += [name for name in gated_fields_of(type(instance)) if name not in names]
    for name in names:
        _empty(instance, name)
    # Child objects go in memory alone: they are stored with a save, which is refused.
    model = type(instance)
    for relation in [*get_all_child_relations(model), *get_all_child_m2m_relations(model)]:
        accessor = getattr(relation, "get_accessor_name", None)
        name = accessor() if accessor else relation.name
        getattr(instance, name).set([])
        names.append(name)
    if model is not instance.specific_class:
        # Nobody fetches the content past the gate.
        instance.specific = instance.specific_deferred = instance
    _mark(instance, names)


def groups_of_parts(instance: Any) -> set[frozenset[int]]:
    """The gate groups of each part of ``instance``, which stays as it is.

    Fields that were not read from the database are left out.
    """
    model: Any = type(instance)
    found: set[frozenset[int]] = set()

    def note(group_ids: frozenset[int]) -> Face:
        found.add(group_ids)
        return OPEN

    deferred = instance.get_deferred_fields()
    if gated_fields_of(model) and "gate_groups" not in deferred:
        note(group_ids_of(instance.gate_groups))
    for field in streams_with_parts(model):
        if field.attname not in deferred:
            stream = getattr(instance, field.name)
            _Parts(note).shown(field.stream_block, list(stream.raw_data))
    return found


def up_to_closed_line(stream: StreamValue) -> StreamValue:
    """``stream`` itself, or, where a line in it is closed, a stream that ends there."""
    for number, child in enumerate(stream, start=1):
        if getattr(child.block, "ends_stream", False) and not child.value.face.is_open:
            return StreamValue(stream.stream_block, stream[:number])
    return stream


def refuse_to_save(instance: Any, update_fields: Any) -> None:
    """Raise ``PreparedForReading`` where a save would write what was emptied."""
    prepared: set[str] = set(getattr(instance, PREPARED, ()))
    # A copy of the instance has its streams, but not its mark.
    prepared |= {name for name, value in vars(instance).items() if PREPARED in _marks_of(value)}
    if prepared and (update_fields is None or prepared & set(update_fields)):
        _refuse(_name_of(instance), "name other update_fields")


def _mark(instance: Any, prepared: list[str]) -> None:
    setattr(instance, PREPARED, frozenset(prepared))
    for name in prepared:
        if isinstance(value := vars(instance).get(name), StreamValue):
            setattr(value, PREPARED, True)
    # In front of the methods, since a revision is stored without the page being saved.
    for method in ("save_revision", "serializable_data"):
        if hasattr(instance, method):
            setattr(instance, method, partial(_refuse, _name_of(instance)))


def _marks_of(value: Any) -> dict[str, Any]:
    return vars(value) if isinstance(value, StreamValue) else {}


def _name_of(instance: Any) -> str:
    return f"{type(instance).__name__} {instance.pk}"


def _refuse(name: str, or_else: str = "", *args: Any, **kwargs: Any) -> NoReturn:
    hint = f", or {or_else}" if isinstance(or_else, str) and or_else else ""
    raise PreparedForReading(
        f"{name} was prepared for its reader. Fetch it again to change it{hint}."
    )


def _empty(instance: Any, name: str) -> None:
    field = instance._meta.get_field(name)
    if isinstance(field, StreamField):
        setattr(instance, name, [])
    elif field.one_to_many or field.many_to_many:
        # A cluster keeps what it is given in memory until it is saved.
        getattr(instance, name).set([])
    else:
        is_text = field.empty_strings_allowed and not field.is_relation and not field.null
        setattr(instance, name, "" if is_text else None)


def _holds_part(block: blocks.Block) -> bool:
    return isinstance(block, PartBlock) or any(_holds_part(child) for child in children_of(block))


def children_of(block: Any) -> Iterator[blocks.Block]:
    """The blocks that ``block`` is made of."""
    if child := getattr(block, "child_block", None):
        yield child
    yield from getattr(block, "child_blocks", {}).values()


class _Parts:
    """Walks raw stream data along its block definitions, in the order in which it is read."""

    def __init__(self, face_of: FaceOf) -> None:
        self.face_of = face_of
        self.found = False

    def shown(self, block: Any, raw: Any) -> tuple[Any, bool]:
        """What is left of ``raw``, and whether a closed line cut off all that follows."""
        if isinstance(block, PartBlock):
            return self._part(block, raw)
        if isinstance(block, BaseStreamBlock):
            return self._items(raw, lambda item: block.child_blocks.get(item["type"]))
        if isinstance(block, blocks.ListBlock):
            return self._list(block, raw)
        if isinstance(block, BaseStructBlock):
            return self._struct(block, raw)
        return raw, False

    def _part(self, block: Any, raw: Any) -> tuple[Any, bool]:
        self.found = True
        face = self.face_of(group_ids_of(raw.get("tiers")))
        if face.is_open:
            shown, cut = self._struct(block, raw)
            return {**shown, FACE: face}, cut
        return {"tiers": raw.get("tiers", []), FACE: face}, block.ends_stream

    def _list(self, block: Any, raw: Any) -> tuple[Any, bool]:
        # Older lists hold bare values, without ids.
        items = [
            item
            if isinstance(item, dict) and item.get("type") == "item" and "value" in item
            else {"type": "item", "value": item}
            for item in raw or ()
        ]
        return self._items(items, lambda item: block.child_block)

    def _items(self, raw: Any, block_of: Callable[[Any], Any]) -> tuple[Any, bool]:
        kept = []
        for item in raw or ():
            block = block_of(item)
            value, cut = self.shown(block, item["value"]) if block else (item["value"], False)
            kept.append({**item, "value": value})
            if cut:
                return kept, True
        return kept, False

    def _struct(self, block: Any, raw: Any) -> tuple[Any, bool]:
        kept = {}
        for name, child in block.child_blocks.items():
            if name not in raw:
                continue
            kept[name], cut = self.shown(child, raw[name])
            if cut:
                return kept, True
        return kept, False
