"""Videos and weeks that this room's tests share."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests import factories as make
from tests.conftest import Cast
from wagtail_asyncpt.care.models import FormCheck


@pytest.fixture(scope="session")
def film(tmp_path_factory: Any) -> bytes:
    """Two seconds of H.264 as a phone films it, with a location in its metadata."""
    path: Path = tmp_path_factory.mktemp("film") / "clip.mp4"
    subprocess.run(
        [
            "ffmpeg", "-v", "error", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=30:duration=2",
            "-metadata", "location=+40.7000-074.0000/", "-pix_fmt", "yuv420p",
            "-c:v", "libx264", "-preset", "ultrafast", str(path),
        ],
        check=True,
    )  # fmt: skip
    return path.read_bytes()


@pytest.fixture
def check(cast: Cast) -> FormCheck:
    """A form check asked of the owner."""
    request = {"camera_view": "side", "set_number": 2, "question": "Do the knees stay out?"}
    days = [make.session(make.line(make.make_exercise("Box squat"), check=request))]
    make.make_published_week(cast.owner, cast.therapist, days)
    return FormCheck.objects.get()
