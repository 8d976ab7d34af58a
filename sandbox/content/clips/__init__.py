"""Generated video clips: a drawn figure does an exercise, encoded as real H.264.

``make_clip`` draws one clip, ``make_demonstrations`` all that the exercises need, and
``make_client_clip`` one that looks as if a client filmed it at home, with the location and device
names that a phone writes into its files.
"""

import functools
import shutil
import subprocess
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from .figure import Move
from .front import FRONT, KNEE_VALGUS
from .paint import LIVING_ROOM, STUDIO, Look, Stage
from .side import SIDE

MOVES: dict[str, dict[str, Move]] = {"side": SIDE, "front": FRONT}
FAULTS: dict[str, dict[str, Move]] = {"knee_valgus": KNEE_VALGUS}
# One repetition is drawn in so many pictures and then repeated.
PICTURES = 45
PHONE_METADATA = {
    "location": "+40.7000-074.0000/",
    "make": "Example",
    "model": "Phone 12",
    "title": "Filmed at home",
    "creation_time": "2026-11-02T18:04:05Z",
}


def make_clip(
    name: str,
    path: Path,
    *,
    seconds: float = 6,
    size: tuple[int, int] = (960, 540),
    fps: int = 30,
    view: str = "side",
    fault: str | None = None,
    caption: str = "",
) -> Path:
    """Draw the movement ``name`` as an MP4 at ``path``, unless it is there already.

    ``fault="knee_valgus"`` lets the knee cave in (front view only). Raises ``ValueError`` for a
    movement, view or fault that is not drawn.
    """
    move = _find(name, view, fault)
    return _film(move, path, seconds, size, fps, STUDIO, caption)


def make_client_clip(
    name: str,
    path: Path,
    *,
    seconds: float = 6,
    size: tuple[int, int] = (720, 1280),
    fps: int = 30,
    view: str = "front",
    fault: str | None = None,
) -> Path:
    """Draw ``name`` as a client films it: upright, at home, with sound, place and phone inside."""
    move = _find(name, view, fault)
    return _film(move, path, seconds, size, fps, LIVING_ROOM, "", metadata=PHONE_METADATA)


def make_demonstrations(
    folder: Path, wanted: Iterable[tuple[str, str, str]]
) -> dict[tuple[str, str], Path]:
    """Make the clips (name, view, caption) in ``folder``; return their paths by (name, view)."""
    clips = {(name, view): caption for name, view, caption in wanted}

    def make(item: tuple[tuple[str, str], str]) -> tuple[tuple[str, str], Path]:
        (name, view), caption = item
        path = folder / f"{name}-{view}.mp4"
        return (name, view), make_clip(name, path, view=view, caption=caption)

    # ffmpeg runs beside Python, so two at a time keep two processors busy.
    with ThreadPoolExecutor(max_workers=2) as pool:
        return dict(pool.map(make, clips.items()))


@functools.cache
def ffmpeg() -> str:
    """The ffmpeg program: on the PATH, or the one that imageio-ffmpeg brings.

    Raises ``FileNotFoundError`` with a hint where there is neither.
    """
    found = shutil.which("ffmpeg")
    if found:
        return found
    try:
        import imageio_ffmpeg
    except ImportError:
        raise FileNotFoundError(
            "No ffmpeg program: install ffmpeg, or pip install wagtail-asyncpt[ffmpeg]"
        ) from None
    return str(imageio_ffmpeg.get_ffmpeg_exe())


def _find(name: str, view: str, fault: str | None) -> Move:
    moves = MOVES.get(view, {}) if fault is None else FAULTS.get(fault, {})
    if name not in moves or (fault and view != "front"):
        raise ValueError(f"No drawing of {name!r} from the {view} with fault {fault!r}")
    return moves[name]


def _film(
    move: Move,
    path: Path,
    seconds: float,
    size: tuple[int, int],
    fps: int,
    look: Look,
    caption: str,
    metadata: dict[str, str] | None = None,
) -> Path:
    if path.exists():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    stage = Stage(move, size, look, caption)
    picture = functools.cache(lambda step: stage.frame(step / PICTURES))
    # Written beside and renamed, so that an interrupted run leaves no half clip behind.
    unfinished = path.with_name(f".{path.name}.part")
    command = _command(size, fps, seconds, unfinished, metadata)
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stderr=subprocess.PIPE)
    assert process.stdin is not None  # noqa: S101
    try:
        for frame in range(round(seconds * fps)):
            process.stdin.write(picture(round(move.phase(frame / fps) * PICTURES)))
    except BrokenPipeError:
        pass  # ffmpeg has stopped; its own words are raised below
    _, errors = process.communicate()
    if process.returncode:
        unfinished.unlink(missing_ok=True)
        raise RuntimeError(f"ffmpeg failed: {errors.decode(errors='replace')[-500:]}")
    unfinished.replace(path)
    return path


def _command(
    size: tuple[int, int], fps: int, seconds: float, path: Path, metadata: dict[str, str] | None
) -> list[str]:
    width, height = size
    raw = ["-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{width}x{height}", "-r", str(fps)]
    command = [ffmpeg(), "-v", "error", "-y", *raw, "-i", "pipe:0"]
    if metadata is not None:
        command += ["-f", "lavfi", "-t", str(seconds), "-i", "anoisesrc=amplitude=0.002"]
        command += ["-c:a", "aac", "-b:a", "64k"]
        for key, value in metadata.items():
            command += ["-metadata", f"{key}={value}"]
    command += ["-c:v", "libx264", "-preset", "ultrafast", "-crf", "24", "-pix_fmt", "yuv420p"]
    command += ["-g", "15", "-movflags", "+faststart", "-f", "mp4", str(path)]
    return command
