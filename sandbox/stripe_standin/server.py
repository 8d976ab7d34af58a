"""The HTTP adapter: a threading server on loopback, the webhook thread, and ``StandIn``."""

from __future__ import annotations

import http.client
import ipaddress
import logging
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from . import checkout_pages, control, pages, portal_pages
from .api import Api, Judge, Request, Response
from .engine import Engine
from .engine.errors import StripeError
from .engine.store import API_VERSION
from .engine.webhooks import Post, add_endpoint
from .html import HERE

log = logging.getLogger(__name__)

MAX_BODY = 1_000_000
WEBHOOK_TIMEOUT = 15.0
_STATIC = {".css": "text/css; charset=utf-8", ".svg": "image/svg+xml"}


def post_webhook(url: str, body: bytes, headers: dict[str, str]) -> int:
    """POST without following redirects (a 3xx is a failed delivery); the status."""
    parts = urlsplit(url)
    secure = parts.scheme == "https"
    kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
    connection = kind(parts.hostname or "", parts.port, timeout=WEBHOOK_TIMEOUT)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body, headers)
        return connection.getresponse().status
    finally:
        connection.close()


class Site:
    """Every address of the stand-in: ``/v1``, the hosted pages and ``/_standin/``."""

    def __init__(
        self, engine: Engine, *, post: Post, strict: bool, judge: Judge | None = None
    ) -> None:
        self.engine = engine
        self.api = Api(engine, post=post, strict=strict, judge=judge)

    def handle(self, request: Request) -> Response:
        if request.path.startswith("/v1/"):
            return self.api.handle(request)
        if request.path.startswith("/static/"):
            return _static(request.path.removeprefix("/static/"))
        if request.method == "POST" and not _same_origin(request):
            return Response(403, b"Forms are posted from the stand-in's own pages only.\n")
        try:
            with self.engine.lock:
                self.engine.run_due()
                response = self._page(request)
                if request.method == "POST":
                    self.engine.run_due()
                    self.engine.changed()
            if request.method == "POST" and self.engine.faults.deliver_before_response:
                self.engine.deliver_all(self.api.post)
            return response
        except StripeError as error:
            return pages.message("That did not work", str(error), status=error.status)
        except Exception:
            log.exception("%s %s", request.method, request.path)
            return pages.message("The stand-in failed", "See its log.", status=500)

    def _page(self, request: Request) -> Response:
        data = {}
        if request.method == "POST" and not _is_json(request):
            text = request.body.decode("utf-8", "replace")
            data = dict(parse_qsl(text, keep_blank_values=True, max_num_fields=100))
        parts = request.path.strip("/").split("/")
        engine, method = self.engine, request.method
        if parts[0] == "_standin":
            return control.handle(engine, request, "/".join(parts[1:]), data)
        rest = "/".join(parts[2:])
        if parts[:2] == ["c", "pay"] and len(parts) > 2:
            return checkout_pages.checkout(engine, method, parts[2], "/".join(parts[3:]), data)
        if parts[0] == "r" and len(parts) == 2:
            return pages.receipt(engine, parts[1])
        if parts[0] == "i" and len(parts) > 1:
            return pages.invoice(engine, method, parts[1], rest, data)
        if parts[:2] == ["p", "session"] and len(parts) > 2:
            return portal_pages.handle(engine, method, parts[2], "/".join(parts[3:]), data)
        return pages.not_found()


def _is_json(request: Request) -> bool:
    return (request.header("Content-Type") or "").startswith("application/json")


def _same_origin(request: Request) -> bool:
    """Another site's page must not move our clock: its Origin is not our Host."""
    origin = request.header("Origin")
    return origin is None or urlsplit(origin).netloc == request.header("Host")


def _static(name: str) -> Response:
    path = HERE / "static" / name
    if path.parent != HERE / "static" or path.suffix not in _STATIC or not path.is_file():
        return pages.not_found()
    headers = {"Content-Type": _STATIC[path.suffix], "X-Content-Type-Options": "nosniff"}
    return Response(200, path.read_bytes(), headers)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "StripeStandIn"
    wbufsize = -1  # head and body in one packet
    disable_nagle_algorithm = True
    site: Site

    def _serve(self) -> None:
        length = self.headers.get("Content-Length", "0")
        if not length.isdigit() or int(length) > MAX_BODY:
            self.close_connection = True
            return self._send(Response(413, b"Too much.\n"))
        body = self.rfile.read(int(length))
        if not _names_loopback(self.headers.get("Host", "")):
            return self._send(Response(421, b"The stand-in answers on loopback only.\n"))
        parts = urlsplit(self.path)
        headers = dict(self.headers.items())
        request = Request(self.command, parts.path, parts.query, body, headers)
        self._send(self.site.handle(request))

    do_GET = do_POST = do_DELETE = _serve

    def _send(self, response: Response) -> None:
        self.send_response(response.status)
        for name, value in response.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(response.body)))
        self.end_headers()
        self.wfile.write(response.body)

    def log_message(self, format: str, *args: Any) -> None:
        log.info(format, *args)


def _names_loopback(host: str) -> bool:
    name = urlsplit(f"//{host}").hostname or ""
    if name == "localhost":
        return True
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


class _Server(ThreadingHTTPServer):
    daemon_threads = True


class StandIn:
    """The stand-in on a loopback port, in threads of this process; a context manager.

    ``port`` 0 takes a free one. ``now``: freeze the clock. ``deliver``: send webhooks from a
    thread; otherwise the owner calls ``engine.deliver_all(post)``. ``strict``: check every answer
    against the SDK's types. ``judge``: a second opinion on each request and answer (the tests'
    OpenAPI document). ValueError when ``host`` is not loopback.
    """

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        now: int | None = None,
        state_file: Path | None = None,
        deliver: bool = True,
        strict: bool = False,
        judge: Judge | None = None,
        post: Post = post_webhook,
    ) -> None:
        if not _names_loopback(host):
            raise ValueError(f"the stand-in listens on loopback only, not on {host}")
        self.engine = Engine(now=now, state_file=state_file)
        self._post = post
        self._site = Site(self.engine, post=post, strict=strict, judge=judge)
        handler = type("Handler", (_Handler,), {"site": self._site})
        self._server = _Server((host, port), handler)
        self.url = f"http://{host}:{self._server.server_address[1]}"
        self.engine.base_url = self.url
        self._stop = threading.Event()
        self._threads = [
            threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        ]
        if deliver:
            self._threads.append(threading.Thread(target=self._deliver, daemon=True))

    def register_webhook(
        self,
        url: str,
        secret: str,
        *,
        key: str = "sk_test_standin",
        enabled_events: list[str] | None = None,
    ) -> str:
        """Make sure that account ``key`` has an endpoint at ``url`` with ``secret``; its id."""
        with self.engine.lock:
            account = self.engine.account(key)
            known = [e for e in account.rows("webhook_endpoint") if e["url"] == url]
            endpoint = known[0] if known else None
            if endpoint is None:
                wanted = {
                    "url": url,
                    "enabled_events": enabled_events or ["*"],
                    "api_version": API_VERSION,
                }
                endpoint = add_endpoint(account, wanted, secret)
            account.private[endpoint["id"]]["secret"] = secret
            self.engine.changed()
            return str(endpoint["id"])

    def start(self) -> StandIn:
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        self._stop.set()
        self._server.shutdown()
        self._server.server_close()
        for thread in self._threads:
            thread.join(timeout=5)
        with self.engine.lock:
            self.engine.changed()

    def __enter__(self) -> StandIn:
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _deliver(self) -> None:
        while not self._stop.wait(0.1):
            try:
                self.engine.run_due()
                self.engine.deliver_all(self._post, due_only=True)
            except Exception:
                log.exception("webhook delivery")
