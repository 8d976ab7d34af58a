"""Stripe's own types, closed: what a request may say and what an answer must look like.

The SDK describes every parameter (``stripe.params``, TypedDicts) and every field of every object
(class annotations). Both are open for forward compatibility: extra keys pass, enums allow any
string. Here they are closed, so that a misspelled parameter or a field that has moved is found
on this machine and not in production.
"""

from __future__ import annotations

import types
from collections.abc import Iterator, Mapping
from decimal import Decimal
from functools import cache
from importlib import import_module
from typing import (
    Any,
    ClassVar,
    ForwardRef,
    Literal,
    NotRequired,
    Required,
    Union,
    get_args,
    get_origin,
)

from pydantic import ConfigDict, TypeAdapter, ValidationError
from stripe._list_object import ListObject
from stripe._object_classes import OBJECT_CLASSES
from stripe._request_options import RequestOptions
from stripe._stripe_context import StripeContext
from stripe._stripe_object import StripeObject, UntypedStripeObject
from typing_extensions import (
    TypedDict,
    get_type_hints,
    is_typeddict,
)

from .engine.errors import invalid

Json = dict[str, Any]

# ---------------------------------------------------------------------------------- requests


def parse_params(params_class: type, raw: Mapping[str, Any]) -> Json:
    """Validate decoded form data against one of the SDK's ``*Params`` and return typed values.

    Strings are read leniently ("1" is an int, "true" a bool), as Stripe reads a form. Raises
    ``StripeError`` 400 in Stripe's words for an unknown, missing or malformed parameter.
    """
    try:
        return dict(_adapter(params_class).validate_python(raw, strict=False))
    except ValidationError as error:
        raise _as_stripe_error(error, raw) from error


def request_findings(params_class: type, params: Mapping[str, Any]) -> list[str]:
    """What Stripe's parameter types have against ``params``; an empty list when nothing."""
    try:
        _adapter(params_class).validate_python(params, strict=False)
    except ValidationError as error:
        return [f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()]
    return []


@cache
def _adapter(params_class: type) -> TypeAdapter[Any]:
    return TypeAdapter(_closed(params_class))


@cache
def _closed(params_class: type) -> Any:
    """The same TypedDict with extra keys forbidden, enums closed and request options dropped."""
    module = import_module(params_class.__module__)
    names = vars(module) | {
        "Mapping": Mapping,
        "StripeContext": StripeContext,
        "UntypedStripeObject": UntypedStripeObject,
    }
    hints = get_type_hints(params_class, globalns=names, include_extras=False)
    options = set(RequestOptions.__annotations__) if "idempotency_key" in hints else set()
    required: frozenset[str] = vars(params_class)["__required_keys__"]
    fields = {
        name: (Required if name in required else NotRequired)[_close(hint)]
        for name, hint in hints.items()
        if name not in options
    }
    make: Any = TypedDict  # built from data, which a type checker cannot follow
    closed = make(params_class.__name__, fields)
    closed.__module__ = params_class.__module__
    closed.__pydantic_config__ = ConfigDict(extra="forbid")
    return closed


def _close(hint: Any) -> Any:
    if is_typeddict(hint):
        return _closed(hint)
    origin, args = get_origin(hint), get_args(hint)
    if _is_union(origin):
        arms = [a for a in args if get_origin(a) is not UntypedStripeObject]
        if _has_enum(arms):
            arms = [a for a in arms if a is not str]
        return Union[tuple(_close(a) for a in arms)]  # noqa: UP007
    if origin in (list, dict):
        return origin[tuple(_close(a) for a in args)]
    return hint


def _is_union(origin: Any) -> bool:
    return origin is Union or origin is types.UnionType


def _has_enum(arms: list[Any]) -> bool:
    """True for ``Literal["a"] | str``; false for ``Literal[""] | str``, which may be emptied."""
    return any(value for arm in arms if get_origin(arm) is Literal for value in get_args(arm))


_PRIORITY = {"extra_forbidden": 0, "missing": 1, "literal_error": 3}


def _as_stripe_error(error: ValidationError, raw: Mapping[str, Any]) -> Exception:
    details = sorted(error.errors(), key=lambda e: (_PRIORITY.get(e["type"], 2), -len(e["loc"])))
    first = details[0]
    param = _wire_name(first["loc"], raw, first["type"] == "missing")
    if first["type"] == "extra_forbidden":
        return invalid(f"Received unknown parameter: {param}", param, "parameter_unknown")
    if first["type"] == "missing":
        return invalid(f"Missing required param: {param}.", param, "parameter_missing")
    if first["input"] == "":
        return invalid(
            f"You passed an empty string for '{param}'.", param, "parameter_invalid_empty"
        )
    code = {"int_parsing": "parameter_invalid_integer"}.get(first["type"])
    return invalid(f"Invalid {param}: {first['msg']}", param, code)


def _wire_name(loc: tuple[int | str, ...], raw: Mapping[str, Any], missing: bool) -> str:
    """``line_items[0][price]`` from a pydantic location, whose union arms are not in the data."""
    value: Any = raw
    parts: list[str] = []
    for part in loc:
        inside = isinstance(value, Mapping) and part in value
        if inside or (isinstance(value, list) and isinstance(part, int)):
            parts.append(str(part))
            value = value[part]
    if missing:
        parts.append(str(loc[-1]))
    return parts[0] + "".join(f"[{p}]" for p in parts[1:]) if parts else ""


# --------------------------------------------------------------------------------- responses


def response_findings(value: Any) -> list[str]:
    """Where ``value`` (an object or a list as sent) departs from the SDK's declared fields.

    Checked: every key is declared, every field that is not Optional is there, every value has the
    declared type, enums hold a known word. Not checkable: "nullable" against "may be absent" (the
    SDK writes Optional for both) and what an id points to.
    """
    return list(_object_findings(value, "$"))


def _object_findings(value: Any, where: str) -> Iterator[str]:
    if not isinstance(value, dict) or "object" not in value:
        yield f"{where}: not a Stripe object"
    elif value["object"] == "list":
        yield from _list_findings(value, where, None)
    elif value["object"] == "search_result":
        yield from _search_findings(value, where)
    elif value["object"] not in OBJECT_CLASSES:
        yield f"{where}: unknown object {value['object']!r}"
    elif value.get("deleted") is True:
        yield from _deleted_findings(value, where)
    else:
        path, name = OBJECT_CLASSES[value["object"]]
        yield from _class_findings(getattr(import_module(path), name), value, where)
        if value["object"] == "event":
            yield from _object_findings(value["data"]["object"], f"{where}.data.object")


def _deleted_findings(value: Json, where: str) -> Iterator[str]:
    if not {"id", "object", "deleted"} <= set(value):
        yield f"{where}: a deleted object names its id and object"


def _list_findings(value: Json, where: str, item: Any) -> Iterator[str]:
    if not isinstance(value, dict) or not isinstance(value.get("data"), list):
        yield f"{where}: a list expected"
        return
    if set(value) - {"total_count"} != {"object", "data", "has_more", "url"}:
        yield f"{where}: a list has object, data, has_more and url, not {sorted(value)}"
        return
    for index, row in enumerate(value["data"]):
        if item is not None:
            yield from _findings(item, row, f"{where}.data[{index}]")
        else:
            yield from _object_findings(row, f"{where}.data[{index}]")


def _search_findings(value: Json, where: str) -> Iterator[str]:
    known = {"object", "data", "has_more", "next_page", "url"}
    if set(value) - {"total_count"} != known or not isinstance(value["data"], list):
        yield f"{where}: a search result has {sorted(known)}, not {sorted(value)}"
        return
    for index, row in enumerate(value["data"]):
        yield from _object_findings(row, f"{where}.data[{index}]")


@cache
def _fields(cls: type) -> dict[str, Any]:
    hints: dict[str, Any] = {}
    for base in reversed(cls.__mro__):
        if issubclass(base, StripeObject) and base is not StripeObject:
            hints |= vars(base).get("__annotations__", {})
    return {
        k: v for k, v in hints.items() if not k.startswith("_") and get_origin(v) is not ClassVar
    }


def _class_findings(cls: type, value: Any, where: str) -> Iterator[str]:
    if not isinstance(value, dict):
        yield f"{where}: {cls.__name__} expected, not {type(value).__name__}"
        return
    fields = _fields(cls)
    for name in sorted(set(value) - set(fields)):
        yield f"{where}.{name}: not declared on {cls.__name__}"
    for name, hint in fields.items():
        if name in value:
            yield from _findings(hint, value[name], f"{where}.{name}")
        elif type(None) not in get_args(hint):
            yield f"{where}.{name}: missing, and {cls.__name__} declares it as always there"


def _findings(hint: Any, value: Any, where: str) -> Iterator[str]:
    origin, args = get_origin(hint), get_args(hint)
    if _is_union(origin):
        yield from _union_findings(args, value, where)
    elif isinstance(hint, ForwardRef | str):
        yield from _referred_findings(hint, value, where)
    elif origin is Literal:
        if value not in args:
            yield f"{where}: {value!r} is not one of {args}"
    elif origin is list:
        if not isinstance(value, list):
            yield f"{where}: list expected"
            return
        for index, row in enumerate(value):
            yield from _findings(args[0], row, f"{where}[{index}]")
    elif origin is dict or origin is UntypedStripeObject:
        if not isinstance(value, dict):
            yield f"{where}: mapping expected"
            return
        for key, row in value.items():
            yield from _findings(args[-1], row, f"{where}.{key}")
    elif origin is ListObject:
        yield from _list_findings(value, where, args[0])
    elif isinstance(hint, type) and issubclass(hint, StripeObject):
        yield from _class_findings(hint, value, where)
    else:
        yield from _scalar_findings(hint, value, where)


def _union_findings(args: tuple[Any, ...], value: Any, where: str) -> Iterator[str]:
    if value is None:
        if type(None) not in args:
            yield f"{where}: null, and not nullable"
        return
    arms = [a for a in args if a is not type(None)]
    if _has_enum(arms):
        arms = [a for a in arms if a is not str]
    best: list[str] | None = None
    for arm in arms:
        found = list(_findings(arm, value, where))
        if not found:
            return
        if best is None or len(found) < len(best) or isinstance(value, dict):
            best = found
    yield from best or ()


def _referred_findings(hint: ForwardRef | str, value: Any, where: str) -> Iterator[str]:
    name = (hint.__forward_arg__ if isinstance(hint, ForwardRef) else hint).rsplit(".")[-1]
    if not isinstance(value, dict) or "object" not in value:
        yield f"{where}: a {name} expected"
        return
    known = OBJECT_CLASSES.get(value["object"])
    if known is not None and not known[1].endswith(name) and not name.endswith(known[1]):
        yield f"{where}: a {name} expected, not {value['object']}"
    yield from _object_findings(value, where)


def _scalar_findings(hint: Any, value: Any, where: str) -> Iterator[str]:
    if hint is Any or hint is object:
        return
    if hint is Decimal:
        ok = isinstance(value, str)
    elif hint is float:
        ok = isinstance(value, int | float) and not isinstance(value, bool)
    elif hint is int:
        ok = isinstance(value, int) and not isinstance(value, bool)
    else:
        ok = isinstance(value, hint)
    if not ok:
        yield f"{where}: {getattr(hint, '__name__', hint)} expected, not {value!r}"
