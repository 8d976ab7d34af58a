"""A short film for the library's tests, made by the real ffmpeg."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from wagtail_asyncpt.core.video import find_ffmpeg
from wagtail_asyncpt.library.models import ExerciseVideo


@pytest.fixture(scope="session")
def film(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """Two seconds of 320x240 with a tone and a phone's location."""
    program = find_ffmpeg()
    if program is None:
        pytest.skip("ffmpeg is not installed")
    path = tmp_path_factory.mktemp("film") / "squat.mp4"
    subprocess.run(
        [
            *(program, "-v", "error", "-f", "lavfi", "-i", "testsrc=size=320x240:rate=25"),
            *(
                "-f",
                "lavfi",
                "-i",
                "sine",
                "-t",
                "2",
                "-c:v",
                "libx264",
                "-preset",
                "ultrafast",
                "-c:a",
                "aac",
            ),
            *("-metadata", "location=+40.7128-074.0060/", "-y", str(path)),
        ],
        check=True,
        timeout=60,
    )
    return path.read_bytes()


@pytest.fixture
def make_video(db: None) -> Callable[..., ExerciseVideo]:
    """Gives a received video with these bytes as its original."""

    def made(content: bytes, title: str = "Squat", name: str = "IMG_1.MP4") -> ExerciseVideo:
        video = ExerciseVideo(title=title)
        video.source.save(name, ContentFile(content), save=False)
        video.save()
        return video

    return made


@pytest.fixture
def ready_video(make_video: Callable[..., ExerciseVideo]) -> ExerciseVideo:
    """A video that can be played, as far as its row and files say."""
    video = make_video(b"")
    video.source.delete(save=False)
    video.video.save("video.mp4", ContentFile(bytes(range(256)) * 4), save=False)
    video.poster.save("poster.jpg", ContentFile(b"\xff\xd8poster"), save=False)
    video.status = "ready"
    video.save()
    return video


@pytest.fixture
def files(private_files: Path) -> Callable[[], list[str]]:
    """Gives the names of all private files."""

    def listed() -> list[str]:
        root = private_files / "private"
        return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())

    return listed
