"""The whole demo as processes: site, stand-in and worker, with a folder and ports of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
READY_SECONDS = 600


@dataclass(frozen=True)
class Stack:
    """Where the running demo answers, and where it keeps its files."""

    site: str
    standin: str
    folder: Path

    def mails_to(self, address: str) -> list[str]:
        """The mails that were sent to ``address``."""
        mails = [path.read_text() for path in (self.folder / "mail").glob("*.log")]
        return [mail for mail in mails if f"To: {address}" in mail]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running_stack(folder: Path) -> Iterator[Stack]:
    """``python -m sandbox.demo --empty``, stopped when the block ends."""
    site, standin = _free_port(), _free_port()
    log = folder / "demo.out"
    env = {
        **{key: value for key, value in os.environ.items() if not key.startswith("DJANGO")},
        "ASYNCPT_DEMO_DIR": str(folder / "demo"),
        "ASYNCPT_DEMO_PORT": str(site),
        "ASYNCPT_STANDIN_PORT": str(standin),
        "PYTHONUNBUFFERED": "1",
    }
    env.pop("DATABASE_URL", None)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "sandbox.demo", "--empty"],
            cwd=ROOT,
            env=env,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait(process, log)
        yield Stack(f"http://127.0.0.1:{site}", f"http://127.0.0.1:{standin}", folder / "demo")
    finally:
        process.terminate()
        process.wait(timeout=60)


def _wait(process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while "Ready after" not in log.read_text(errors="replace"):
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(log.read_text(errors="replace")[-4000:])
        time.sleep(0.2)
