"""Reading what ffprobe, or ffmpeg where ffprobe is missing, says about a file."""

from __future__ import annotations

import contextlib
import json
import re
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

HDR_TRANSFERS = frozenset({"arib-std-b67", "smpte2084"})

#: What `parse_ffprobe` needs, for ffprobe's `-show_entries`.
FFPROBE_ENTRIES = (
    "format=duration:"
    "stream=codec_type,codec_name,width,height,avg_frame_rate,color_transfer:"
    "stream_disposition=attached_pic:stream_side_data=rotation:stream_tags=rotate"
)


@dataclass(frozen=True)
class Probe:
    """What a clip is. Sizes are pixels as shown (after rotation), rotation is clockwise degrees.

    `container` is "mp4" or "matroska"; `duration` is in seconds and None where the file does not
    tell (WebM from a browser's recorder); `fps` is the average frame rate, 0.0 where unknown;
    `color_transfer` is ffmpeg's name ("bt709", "arib-std-b67" for HLG, "smpte2084" for HDR10) or
    "".
    """

    container: str
    duration: float | None
    width: int
    height: int
    fps: float
    rotation: int
    codec: str
    color_transfer: str
    has_audio: bool

    @property
    def is_hdr(self) -> bool:
        """Whether the colors need tone mapping for an ordinary screen."""
        return self.color_transfer in HDR_TRANSFERS


class NoPicture(Exception):
    """The file could be read and has no moving picture."""


def parse_ffprobe(text: str, container: str) -> Probe:
    """Return the probe from ffprobe's JSON. Raises NoPicture."""
    found = json.loads(text)
    streams: list[dict[str, Any]] = found.get("streams", [])
    for stream in streams:
        is_cover = stream.get("disposition", {}).get("attached_pic", 0)
        if stream.get("codec_type") == "video" and not is_cover and stream.get("width"):
            break
    else:
        raise NoPicture
    return _build(
        container=container,
        duration=_seconds(found.get("format", {}).get("duration")),
        size=(stream["width"], stream["height"]),
        fps=_rate(stream.get("avg_frame_rate", "")),
        counterclockwise=_rotation(stream),
        codec=stream.get("codec_name", ""),
        color_transfer=stream.get("color_transfer", ""),
        has_audio=any(other.get("codec_type") == "audio" for other in streams),
    )


# Lines of `ffmpeg -i`; a stranger's metadata cannot begin a line with "  Stream #".
_STREAM = re.compile(r"^ {2,4}Stream #0:\d+\S*: (Video|Audio): (\S+)(.*)$")
_SIZE = re.compile(r", (\d{1,6})x(\d{1,6})[ ,]")
_FPS = re.compile(r", ([\d.]+)(k?) fps")
_DURATION = re.compile(r"^ {2}Duration: (\d+):(\d\d):(\d\d\.\d+)", re.MULTILINE)
_MATRIX = re.compile(r"^ {6,10}displaymatrix: rotation of (-?[\d.]+) degrees")
_COLORS = re.compile(r"\([^()]*?/[\w-]+/([\w-]+)[^()]*\)")


def parse_ffmpeg(text: str, container: str) -> Probe:
    """Return the probe from what `ffmpeg -i FILE` writes on standard error. Raises NoPicture."""
    picture: re.Match[str] | None = None
    has_audio, in_picture, counterclockwise = False, False, 0.0
    for line in text.splitlines():
        if stream := _STREAM.match(line):
            is_picture = stream[1] == "Video" and "(attached pic)" not in line
            in_picture = is_picture and picture is None and _SIZE.search(stream[3]) is not None
            picture = stream if in_picture else picture
            has_audio = has_audio or stream[1] == "Audio"
        elif in_picture and (matrix := _MATRIX.match(line)):
            counterclockwise = float(matrix[1])
    if picture is None:
        raise NoPicture
    size, fps, colors = (kind.search(picture[3]) for kind in (_SIZE, _FPS, _COLORS))
    assert size is not None  # noqa: S101 (a picture is only taken with its size)
    clock = _DURATION.search(text)
    return _build(
        container=container,
        duration=(int(clock[1]) * 3600 + int(clock[2]) * 60 + float(clock[3]) if clock else None),
        size=(int(size[1]), int(size[2])),
        fps=float(fps[1]) * (1000 if fps[2] else 1) if fps else 0.0,
        counterclockwise=counterclockwise,
        codec=picture[2].rstrip(","),
        color_transfer=colors[1] if colors else "",
        has_audio=has_audio,
    )


def _build(
    *, size: tuple[int, int], counterclockwise: float, duration: float | None, **rest: Any
) -> Probe:
    rotation = round(-counterclockwise / 90) * 90 % 360
    width, height = size[::-1] if rotation in {90, 270} else size
    return Probe(width=width, height=height, rotation=rotation, duration=duration or None, **rest)


def _rotation(stream: dict[str, Any]) -> float:
    """Degrees against the clock, as the display matrix counts; the older tag counts with it."""
    for side in stream.get("side_data_list", []):
        if "rotation" in side:
            return float(side["rotation"])
    with contextlib.suppress(ValueError):
        return -float(stream.get("tags", {}).get("rotate", 0))
    return 0.0


def _seconds(text: str | None) -> float | None:
    with contextlib.suppress(TypeError, ValueError):
        return float(text or "")
    return None


def _rate(text: str) -> float:
    with contextlib.suppress(ValueError, ZeroDivisionError):
        return float(Fraction(text))
    return 0.0
