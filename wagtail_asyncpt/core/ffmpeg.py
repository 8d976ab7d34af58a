"""The ffmpeg and ffprobe programs: where they are, and how to run them on a stranger's file.

They run as separate processes: a hostile file then crashes a child with limits and without our
environment, and ffmpeg's licence stays its own.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import IO

from wagtail_asyncpt.conf import settings as asyncpt_settings

try:
    import resource
except ImportError:  # not on Windows
    resource = None  # type: ignore[assignment]

ADDRESS_SPACE_BYTES = 3 * 1024**3
OPEN_FILES = 64
OUTPUT_READ_BYTES = 256 * 1024
# Enough to find shared libraries and a folder for temporary files; no secret, no proxy.
_KEPT_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "TMPDIR")


@dataclass(frozen=True)
class Finished:
    """How a program ended: its exit code and the beginning of what it wrote."""

    code: int
    output: str
    errors: str


def find_ffmpeg() -> str | None:
    """Return the path of ffmpeg: the setting FFMPEG, else on PATH, else imageio_ffmpeg's."""
    if asyncpt_settings.FFMPEG:
        return shutil.which(asyncpt_settings.FFMPEG)
    return shutil.which("ffmpeg") or _imageio_ffmpeg()


def find_ffprobe() -> str | None:
    """Return the path of ffprobe: the setting FFPROBE, else on PATH. May be missing."""
    return shutil.which(asyncpt_settings.FFPROBE or "ffprobe")


def has_filter(program: str, name: str) -> bool:
    """Whether this build of ffmpeg has the filter (zscale is left out of some)."""
    return name in _filters(program)


def run(arguments: Sequence[str], *, timeout: float, max_file_bytes: int) -> Finished:
    """Run a program without a shell, input or our environment, and within limits.

    `timeout` is in seconds of the clock (two threads may each use that much of a processor);
    `max_file_bytes` is the largest file it may write. Raises TimeoutError.
    """
    environment = {key: os.environ[key] for key in _KEPT_ENVIRONMENT if key in os.environ}
    with tempfile.TemporaryFile() as output, tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(  # noqa: S603 (a fixed list; file names are arguments)
            arguments,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=errors,
            env=environment | {"LC_ALL": "C"},
        )
        try:
            _limit(process.pid, int(timeout * 2) + 1, max_file_bytes)
            code = process.wait(timeout)
        except subprocess.TimeoutExpired as error:
            raise TimeoutError(arguments[0]) from error
        finally:
            process.kill()
            process.wait()
        return Finished(code, _beginning(output), _beginning(errors))


def _limit(pid: int, cpu_seconds: int, max_file_bytes: int) -> None:
    # From outside, because preexec_fn may deadlock in a process with threads. Linux only.
    if resource is None or not hasattr(resource, "prlimit"):
        return
    limits = {
        resource.RLIMIT_CPU: cpu_seconds,
        resource.RLIMIT_AS: ADDRESS_SPACE_BYTES,
        resource.RLIMIT_FSIZE: max_file_bytes,
        resource.RLIMIT_NOFILE: OPEN_FILES,
        resource.RLIMIT_CORE: 0,
    }
    with contextlib.suppress(ProcessLookupError):
        for kind, most in limits.items():
            resource.prlimit(pid, kind, (most, most))


def _beginning(stream: IO[bytes]) -> str:
    stream.seek(0)
    return stream.read(OUTPUT_READ_BYTES).decode(errors="replace")


def _imageio_ffmpeg() -> str | None:
    try:
        return str(importlib.import_module("imageio_ffmpeg").get_ffmpeg_exe())
    except (ImportError, RuntimeError):
        return None


@lru_cache
def _filters(program: str) -> frozenset[str]:
    done = run([program, "-hide_banner", "-filters"], timeout=30, max_file_bytes=OUTPUT_READ_BYTES)
    words = (line.split() for line in done.output.splitlines())
    return frozenset(found[1] for found in words if len(found) > 2)
