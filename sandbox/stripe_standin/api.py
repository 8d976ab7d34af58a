"""One API request from bytes to bytes: key, faults, idempotency, parameters, operation, answer."""

from __future__ import annotations

import base64
import hashlib
import json
import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from .engine import Account, Engine
from .engine.errors import StripeError, unsupported
from .engine.store import API_VERSION, random_text
from .engine.webhooks import Post
from .routes import resolve
from .shapes import parse_params, response_findings
from .table import Route
from .wire import decode, expand

log = logging.getLogger(__name__)

Json = dict[str, Any]


@dataclass
class Response:
    """What goes back over HTTP."""

    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Request:
    """What came in. ``path`` without the query; header names are matched in any case."""

    method: str
    path: str
    query: str
    body: bytes
    headers: Mapping[str, str]

    def header(self, name: str) -> str | None:
        wanted = name.lower()
        return next((v for k, v in self.headers.items() if k.lower() == wanted), None)


@dataclass(frozen=True)
class _Call:
    """A request understood: whose, what, with which typed parameters and ids."""

    path: str
    key: str
    route: Route
    params: Json
    ids: tuple[str, ...]
    request_id: str
    token: str | None


@dataclass(frozen=True)
class _Result:
    """The true answer, kept for replays, and the response sent, which may have been lost."""

    body: bytes
    response: Response


# What a second judge has against (method, path, parameters, answer).
Judge = Callable[[str, str, Json, Json], list[str]]


class Api:
    """``/v1``. ``strict``: an answer that departs from the SDK's types is a 500, not sent.

    ``judge`` finds fault in a request and its successful answer; what it finds is a 500 too.
    """

    def __init__(
        self, engine: Engine, *, post: Post, strict: bool = False, judge: Judge | None = None
    ) -> None:
        self.engine = engine
        self.post = post
        self.strict = strict
        self.judge = judge

    def handle(self, request: Request) -> Response:
        request_id = f"req_{random_text(14)}"
        headers = {"Request-Id": request_id, "Stripe-Version": API_VERSION}
        try:
            response = self._answer(request, request_id)
        except StripeError as error:
            response = Response(error.status, _dump(error.body))
        except Exception:
            log.exception("%s %s", request.method, request.path)
            failed = StripeError("The stand-in failed; see its log.", status=500, kind="api_error")
            response = Response(500, _dump(failed.body))
        response.headers = headers | {"Content-Type": "application/json"} | response.headers
        return response

    def _answer(self, request: Request, request_id: str) -> Response:
        key = _api_key(request)
        faults = self.engine.faults
        if faults.slow:
            time.sleep(faults.slow)
        if faults.strikes("rate_limit"):
            raise StripeError("Too many requests hit the API too quickly.", status=429)
        if faults.strikes("conflict"):
            raise StripeError(
                "This object cannot be accessed right now because another API request is "
                "currently accessing it.",
                status=409,
                code="lock_timeout",
            )
        found = resolve(request.method, request.path)
        if found is None:
            raise StripeError(
                f"Unrecognized request URL ({request.method}: {request.path}). The stand-in "
                "does not have this endpoint.",
                status=404,
            )
        _check_version(request)
        route, ids = found
        params = _params(route, request)
        token = request.header("Idempotency-Key")
        call = _Call(request.path, key, route, params, ids, request_id, token)
        if request.method != "POST" or not call.token:
            return self._run(call).response
        return self._once(call, call.token, request)

    def _once(self, call: _Call, token: str, request: Request) -> Response:
        """Run at most once per idempotency key; later requests get the first answer again."""
        table = self.engine.idempotency
        content = b"\0".join((request.path.encode(), request.body))
        fingerprint = hashlib.sha256(content).hexdigest()
        stored = table.begin(call.key, token, fingerprint, self.engine.now())
        if stored is not None:
            body = str(stored["body"]).encode()
            return Response(stored["status"], body, {"Idempotent-Replayed": "true"})
        try:
            result = self._run(call)
        except StripeError as error:
            table.finish(call.key, token, error.status, _dump(error.body).decode())
            raise
        except BaseException:
            table.release(call.key, token)
            raise
        table.finish(call.key, token, 200, result.body.decode())
        with self.engine.lock:
            self.engine.changed()
        return result.response

    def _run(self, call: _Call) -> _Result:
        changes = call.route.method != "GET"
        with self.engine.lock:
            self.engine.run_due()
            body = self._operate(self.engine.account(call.key), call)
            if changes:
                self.engine.run_due()
                self.engine.changed()
        if changes and self.engine.faults.deliver_before_response:
            self.engine.deliver_all(self.post)
        if changes and self.engine.faults.strikes("fail_after_commit"):
            error = StripeError("An unknown error occurred.", status=500, kind="api_error")
            return _Result(body, Response(500, _dump(error.body)))
        return _Result(body, Response(200, body))

    def _operate(self, account: Account, call: _Call) -> bytes:
        params = dict(call.params)
        paths = params.pop("expand", [])
        self.engine.current_request = {"id": call.request_id, "idempotency_key": call.token}
        try:
            answer = call.route.operation(account, params, *call.ids)
        finally:
            self.engine.current_request = None
        answer = expand(account, answer, paths)
        if self.strict:
            _refuse("departs from the SDK's types", response_findings(answer))
        if self.judge is not None:
            found = self.judge(call.route.method, call.path, call.params, answer)
            _refuse("or its request departs from Stripe's OpenAPI", found)
        return _dump(answer)


def _refuse(what: str, findings: list[str]) -> None:
    if findings:
        raise StripeError(
            f"The stand-in's answer {what}: " + "; ".join(findings),
            status=500,
            kind="api_error",
        )


def _params(route: Route, request: Request) -> Json:
    text = request.query
    if request.method == "POST":
        try:
            text = request.body.decode()
        except UnicodeDecodeError as error:
            raise StripeError("Invalid request body: not UTF-8.") from error
    params = parse_params(route.params, decode(text))
    for name in params:
        if name not in route.acts_on:
            raise unsupported(name)
    return params


def _api_key(request: Request) -> str:
    kind, _, value = (request.header("Authorization") or "").partition(" ")
    if kind == "Basic":
        try:
            value = base64.b64decode(value).decode().split(":")[0]
        except ValueError:
            value = ""
    if not value:
        raise _unauthorized("You did not provide an API key.")
    if not value.startswith(("sk_test_", "rk_test_")):
        masked = f"{value[:7]}…{value[-4:]}" if len(value) > 16 else "…"
        raise _unauthorized(
            f"Invalid API Key provided: {masked}. The stand-in takes test keys only."
        )
    return value


def _check_version(request: Request) -> None:
    version = request.header("Stripe-Version")
    if version not in (None, API_VERSION):
        raise StripeError(f"The stand-in speaks {API_VERSION} only, not {version}.")
    if request.header("Stripe-Account"):
        raise StripeError("The stand-in has no connected accounts.", param="Stripe-Account")


def _unauthorized(message: str) -> StripeError:
    return StripeError(message, status=401)


def _dump(value: Json) -> bytes:
    return json.dumps(value, indent=2).encode()
