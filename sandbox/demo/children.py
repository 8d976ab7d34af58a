"""Child processes: started with a log file, waited for, watched, and all stopped together."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import TracebackType

START_SECONDS = 60.0
STOP_SECONDS = 8.0
LOG_LINES = 25


class ChildFailed(Exception):
    """A child ended, or did not answer in time; says which and shows the end of its log."""


def port_is_free(port: int) -> bool:
    """Whether a server could listen on ``port`` of the loopback address."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def answers(url: str) -> bool:
    """Whether an HTTP server answers at ``url``, with whatever status."""
    try:
        with urllib.request.urlopen(url, timeout=5):
            return True
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


class Child:
    """One process with its log."""

    def __init__(self, name: str, command: Sequence[str], log: Path, env: Mapping[str, str]):
        self.name = name
        self.log = log
        with log.open("wb") as output:
            # A session of its own: Ctrl-C reaches the parent only, which stops the children.
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env={**os.environ, **env, "PYTHONUNBUFFERED": "1"},
                start_new_session=True,
            )

    @property
    def is_alive(self) -> bool:
        """Whether the process runs."""
        return self.process.poll() is None

    def failed(self, what: str) -> ChildFailed:
        """The exception that tells ``what`` happened, with the end of the log."""
        lines = self.log.read_text(errors="replace").splitlines()[-LOG_LINES:]
        end = "\n".join(f"  {line}" for line in lines) or "  (empty)"
        return ChildFailed(f"The {self.name} {what}. The end of {self.log}:\n{end}")

    def wait_until(self, ready: Callable[[], bool]) -> None:
        """Return when ``ready()`` is true; raise ``ChildFailed`` after a minute or at its end."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            self.check()
            if ready():
                return
            time.sleep(0.1)
        raise self.failed(f"did not answer within {START_SECONDS:.0f} seconds")

    def check(self) -> None:
        """Raise ``ChildFailed`` when the process has ended."""
        if not self.is_alive:
            raise self.failed(f"stopped (exit code {self.process.returncode})")

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the child and what it started, if it still runs."""
        if self.is_alive:
            os.killpg(self.process.pid, number)


class Children:
    """The running children. Leaving the ``with`` block stops them, newest first."""

    def __init__(self, folder: Path, env: Mapping[str, str]):
        self.folder = folder
        self.env = env
        self.running: list[Child] = []

    def start(self, name: str, command: Sequence[str]) -> Child:
        """Start one; its log is ``<name>.log`` in the folder."""
        child = Child(name, command, self.folder / f"{name.replace(' ', '-')}.log", self.env)
        self.running.append(child)
        return child

    def watch(self, meanwhile: Callable[[], None]) -> None:
        """Look after the children until interrupted; raise ``ChildFailed`` when one ends."""
        while True:
            for child in self.running:
                child.check()
            meanwhile()
            time.sleep(0.5)

    def __enter__(self) -> Children:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        # A second Ctrl-C must not leave a child behind.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        for child in reversed(self.running):
            child.signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_SECONDS
        for child in reversed(self.running):
            try:
                child.process.wait(max(0.1, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                child.signal(signal.SIGKILL)
                child.process.wait()
