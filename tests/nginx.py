"""A real nginx in front of the live server, with the configuration of docs/how-to/deploy.md."""

import re
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.tools import nginx_path

DEPLOY = Path(__file__).resolve().parent.parent / "docs" / "how-to" / "deploy.md"
START_SECONDS = 20.0
#: A single process that stays in the foreground, as the user who runs the tests.
FRAME = """\
daemon off;
master_process off;
pid {folder}/nginx.pid;
error_log {folder}/error.log;
events {{ worker_connections 128; }}
http {{
    default_type application/octet-stream;
    access_log off;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/fastcgi;
    uwsgi_temp_path {folder}/uwsgi;
    scgi_temp_path {folder}/scgi;
    add_header X-Cache $upstream_cache_status always;
{site}
}}
"""


def documented(replaced: dict[str, str]) -> str:
    """The configuration that the documentation shows, with these texts replaced, each found."""
    blocks = re.findall(r"^```nginx\n(.+?)^```", DEPLOY.read_text(), re.MULTILINE | re.DOTALL)
    site = "\n".join(blocks)
    for text, instead in replaced.items():
        assert text in site, f"docs/how-to/deploy.md does not say {text!r}"
        site = site.replace(text, instead)
    return site


@contextmanager
def running(
    folder: Path, *, upstream: str, private: Path, media: Path, static: Path
) -> Iterator[str]:
    """The address of an nginx that runs inside the block; all that it writes is in ``folder``."""
    program = nginx_path()
    assert program is not None
    folder.mkdir(parents=True, exist_ok=True)
    port = _free_port()
    site = documented(
        {
            "/var/cache/nginx/clinic": f"{folder}/cache",
            "server 127.0.0.1:8000;": f"server {urlsplit(upstream).netloc};",
            "listen 443 ssl;": f"listen 127.0.0.1:{port};",
            "ssl_certificate /etc/ssl/clinic.pem;": "",
            "ssl_certificate_key /etc/ssl/clinic.key;": "",
            "/srv/clinic/static/": f"{static}/",
            "/srv/clinic/media/": f"{media}/",
            "/srv/clinic/private/": f"{private}/",
        }
    )
    configuration = folder / "nginx.conf"
    configuration.write_text(FRAME.format(folder=folder, site=site))
    output = folder / "output.txt"
    command = [program, "-p", str(folder), "-c", str(configuration)]
    with output.open("wb") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=stream)
        try:
            _wait_for(port, process, output)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
    return port


def _wait_for(port: int, process: "subprocess.Popen[bytes]", output: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            pytest.fail(f"nginx did not start:\n{output.read_text()}")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    pytest.fail(f"nginx does not answer:\n{output.read_text()}")
