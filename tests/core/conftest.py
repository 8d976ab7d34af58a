"""Sources for the video tests, made by ffmpeg when they are needed."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Make = Callable[..., Path]


@pytest.fixture(scope="session")
def ffmpeg_program() -> str:
    """The real ffmpeg; where CI asks for tools, its absence is a failure and not a skip."""
    program = shutil.which("ffmpeg")
    if program is None:
        if os.environ.get("CI_REQUIRE_TOOLS") == "1":
            pytest.fail("ffmpeg is required here and is not installed")
        pytest.skip("ffmpeg is not installed")
    return program


@pytest.fixture
def make_clip(ffmpeg_program: str, tmp_path: Path) -> Make:
    """Encode a moving test picture: make_clip("a.mp4", size="320x240", seconds=2, …)."""

    def make(
        name: str = "clip.mp4",
        *options: str,
        size: str = "320x240",
        rate: str = "30",
        seconds: float = 2,
        sound: bool = True,
        picture: bool = True,
    ) -> Path:
        target = tmp_path / name
        inputs: list[str] = []
        if picture:
            inputs += ["-f", "lavfi", "-i", f"testsrc2=size={size}:rate={rate}:d={seconds}"]
        if sound:
            inputs += ["-f", "lavfi", "-i", f"sine=frequency=440:duration={seconds}"]
        quick = ["-preset", "ultrafast"] if name.endswith((".mp4", ".mov")) and picture else []
        subprocess.run(
            [ffmpeg_program, "-v", "error", "-nostdin", *inputs, *quick, *options, "-y", target],
            check=True,
        )
        return target

    return make
