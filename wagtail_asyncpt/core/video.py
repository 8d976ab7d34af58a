"""Clips: what a file is, and making it a small, steady, anonymous MP4 with a poster.

Never run inside a request. A file is only ever opened with the demuxer that its first bytes
name: ffmpeg's own guess would follow a playlist called `.mp4` to other files of the server.
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from wagtail_asyncpt.conf import settings as asyncpt_settings
from wagtail_asyncpt.core import ffmpeg
from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.core.ffmpeg import find_ffmpeg, find_ffprobe
from wagtail_asyncpt.core.probing import (
    FFPROBE_ENTRIES,
    NoPicture,
    Probe,
    parse_ffmpeg,
    parse_ffprobe,
)

__all__ = [
    "Probe",
    "VideoError",
    "VideoReason",
    "find_ffmpeg",
    "find_ffprobe",
    "make_poster",
    "probe",
    "sniff_container",
    "transcode",
]

logger = logging.getLogger(__name__)

MAX_SIDE = 4096
MAX_PIXELS = 4096 * 2304
PROBE_SECONDS = 30
POSTER_WIDTH = 640
# Two threads of a small server, 4K60 HEVC to 720p: some ten seconds for each second of film.
TRANSCODE_SECONDS_BASE = 120
TRANSCODE_SECONDS_PER_SECOND = 20

_MP4_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot"})
_PICTURE_BRANDS = frozenset({b"heic", b"heix", b"mif1", b"msf1", b"avif", b"avis"})
_EBML = b"\x1a\x45\xdf\xa3"


class VideoReason(StrEnum):
    """Why a file did not become a clip; stored with it, and stable."""

    EMPTY = "empty"
    NOT_A_VIDEO = "not_a_video"
    NO_PICTURE = "no_picture"
    INCOMPLETE = "incomplete"
    TOO_LONG = "too_long"
    TOO_LARGE = "too_large"
    NO_FFMPEG = "no_ffmpeg"
    FAILED = "failed"
    TIMED_OUT = "timed_out"


_MESSAGES: dict[VideoReason, Promise] = {
    VideoReason.EMPTY: _("This file is empty. Please choose the video again."),
    VideoReason.NOT_A_VIDEO: _(
        "We could not read this file as a video. Please send an MP4, MOV or WebM film."
    ),
    VideoReason.NO_PICTURE: _("This file has sound but no picture. Please choose a video."),
    VideoReason.INCOMPLETE: _(
        "This video seems to be cut off. Please choose it and send it again."
    ),
    VideoReason.TOO_LONG: _(
        "This video is longer than we can take. Please trim it to the set that was asked for."
    ),
    VideoReason.TOO_LARGE: _("This picture is larger than we can take. 1080p is plenty."),
    VideoReason.NO_FFMPEG: _("Your video is safe, but the clinic cannot prepare videos just now."),
    VideoReason.FAILED: _("Your video arrived, but we could not prepare it. Please try another."),
    VideoReason.TIMED_OUT: _(
        "Your video arrived, but preparing it took too long. A shorter one will work better."
    ),
}


class VideoError(DomainError):
    """A file that did not become a clip. `reason` is for programs, the message for people."""

    def __init__(self, reason: VideoReason, detail: str = "") -> None:
        super().__init__(_MESSAGES[reason])
        self.reason = reason
        #: What ffmpeg said, for the log of the clinic; may name paths, so never for clients.
        self.detail = detail[-2000:]

    @property
    def may_pass_later(self) -> bool:
        """Whether the same file may succeed when tried again (the fault was ours)."""
        return self.reason in {VideoReason.NO_FFMPEG, VideoReason.FAILED, VideoReason.TIMED_OUT}


def sniff_container(path: str | Path) -> str | None:
    """Return "mp4" (also MOV, 3GP) or "matroska" (also WebM) by the first bytes, or None."""
    with open(path, "rb") as stream:
        head = stream.read(12)
    if head.startswith(_EBML):
        return "matroska"
    if head[4:8] in _MP4_BOXES and head[8:12] not in _PICTURE_BRANDS:
        return "mp4"
    return None


def probe(path: str | Path) -> Probe:
    """Return what the clip is, within our limits. Raises VideoError, also for clips too long."""
    found = _read(Path(path))
    if max(found.width, found.height) > MAX_SIDE or found.width * found.height > MAX_PIXELS:
        raise VideoError(VideoReason.TOO_LARGE)
    # Half a second of grace: a clip trimmed to the limit ends on the next frame or sound block.
    if found.duration and found.duration > asyncpt_settings.VIDEO_MAX_SECONDS + 0.5:
        raise VideoError(VideoReason.TOO_LONG)
    return found


def transcode(source: str | Path, target: str | Path, *, probe: Probe) -> Probe:
    """Write `target`: 720p H.264/AAC MP4 at 30 or 60 frames a second, without any metadata.

    A key frame every 15 frames makes stepping quick; the index is in front; the picture is never
    enlarged; HDR is mapped to an ordinary screen. `probe` is the source's. Returns the target's.
    `target` appears only when whole. Raises VideoError.
    """
    program = _ffmpeg()
    limit = asyncpt_settings.VIDEO_MAX_SECONDS
    with _whole_or_nothing(Path(target)) as part:
        # One second more than allowed tells a clip that is longer than its header says.
        _run_ffmpeg(
            [
                *_input(program, Path(source), probe.container, "-t", str(limit + 1)),
                *("-map", "0:V:0", "-map", "0:a:0?", "-dn", "-sn"),
                *("-map_metadata", "-1", "-map_chapters", "-1"),
                *("-vf", _picture(probe, ffmpeg.has_filter(program, "zscale"))),
                *("-c:v", "libx264", "-preset", "veryfast", "-crf", "23", "-g", "15"),
                *("-a53cc", "0", "-c:a", "aac", "-b:a", "96k", "-ac", "2"),
                *("-fflags", "+bitexact", "-flags:v", "+bitexact", "-flags:a", "+bitexact"),
                *("-threads", "2", "-movflags", "+faststart", "-f", "mp4", "-y", f"file:{part}"),
            ],
            timeout=TRANSCODE_SECONDS_BASE
            + TRANSCODE_SECONDS_PER_SECOND * min(probe.duration or limit, limit),
        )
        made = _read(part)
        if made.duration and made.duration > limit + 0.5:
            raise VideoError(VideoReason.TOO_LONG)
        if (made.duration or 0) < 0.9 * (probe.duration or 0) - 0.5:
            raise VideoError(VideoReason.INCOMPLETE)
    return made


def make_poster(source: str | Path, target: str | Path) -> None:
    """Write `target`, a JPEG of at most 640 pixels width from a quarter into the clip.

    Raises VideoError.
    """
    program = _ffmpeg()
    found = _read(Path(source))
    with _whole_or_nothing(Path(target)) as part:
        for seconds in (0.25 * (found.duration or 0), 0.0):
            start = ("-ss", f"{seconds:.3f}")
            scale = f"scale='trunc(min({POSTER_WIDTH},iw)/2)*2':-2,format=yuvj420p"
            _run_ffmpeg(
                [
                    *_input(program, Path(source), found.container, *start),
                    *("-map", "0:V:0", "-an", "-frames:v", "1", "-map_metadata", "-1"),
                    *("-vf", scale, "-c:v", "mjpeg", "-q:v", "4", "-flags:v", "+bitexact"),
                    *("-threads", "2", "-f", "image2", "-update", "1", "-y", f"file:{part}"),
                ],
                timeout=PROBE_SECONDS,
            )
            if part.exists() and part.stat().st_size:
                return
        raise VideoError(VideoReason.FAILED)


def _read(path: Path) -> Probe:
    """Return what the file is, without judging its length or size."""
    if not path.stat().st_size:
        raise VideoError(VideoReason.EMPTY)
    container = sniff_container(path)
    if container is None:
        raise VideoError(VideoReason.NOT_A_VIDEO)
    program = _ffmpeg()
    ffprobe = find_ffprobe()
    guarded = ("-protocol_whitelist", "file", "-f", container)
    name = f"file:{path.absolute()}"
    if ffprobe:
        arguments = [ffprobe, "-hide_banner", "-v", "error", *guarded]
        arguments += ["-show_entries", FFPROBE_ENTRIES, "-of", "json", name]
    else:
        arguments = [program, "-nostdin", "-hide_banner", *guarded, "-i", name]
    try:
        done = ffmpeg.run(arguments, timeout=PROBE_SECONDS, max_file_bytes=1024**2)
    except TimeoutError as error:
        raise VideoError(VideoReason.TIMED_OUT) from error
    if (ffprobe and done.code) or (not ffprobe and "Input #0" not in done.errors):
        raise VideoError(VideoReason.NOT_A_VIDEO, done.errors)
    try:
        if ffprobe:
            return parse_ffprobe(done.output, container)
        return parse_ffmpeg(done.errors, container)
    except NoPicture as error:
        raise VideoError(VideoReason.NO_PICTURE, done.errors) from error
    except json.JSONDecodeError as error:
        raise VideoError(VideoReason.NOT_A_VIDEO, done.errors) from error


def _picture(probe: Probe, has_zscale: bool) -> str:
    """Return the filters: steady frames, then small, and only then the costly tone mapping."""
    steps = [
        "fps=60" if probe.fps >= 50 else "fps=30",
        "scale='if(gt(iw,ih),-2,trunc(min(720,iw)/2)*2)':'if(gt(iw,ih),trunc(min(720,ih)/2)*2,-2)'",
    ]
    if probe.is_hdr and has_zscale:
        steps += [
            f"zscale=tin={probe.color_transfer}:pin=bt2020:min=bt2020nc:t=linear:npl=100",
            "format=gbrpf32le",
            "zscale=p=bt709",
            "tonemap=tonemap=hable:desat=0",
            "zscale=t=bt709:m=bt709:r=tv",
        ]
    return ",".join([*steps, "format=yuv420p"])


def _input(program: str, source: Path, container: str, *options: str) -> list[str]:
    return [
        *(program, "-nostdin", "-hide_banner", "-v", "error", "-threads", "2"),
        *("-protocol_whitelist", "file", "-f", container, *options),
        *("-i", f"file:{source.absolute()}"),
    ]


def _run_ffmpeg(arguments: list[str], *, timeout: float) -> None:
    try:
        done = ffmpeg.run(
            arguments, timeout=timeout, max_file_bytes=asyncpt_settings.UPLOAD_MAX_BYTES
        )
    except TimeoutError as error:
        raise VideoError(VideoReason.TIMED_OUT) from error
    if done.code:
        logger.warning("ffmpeg ended with %s: %s", done.code, done.errors[-500:])
        raise VideoError(VideoReason.FAILED, done.errors)


def _ffmpeg() -> str:
    program = find_ffmpeg()
    if program is None:
        raise VideoError(VideoReason.NO_FFMPEG)
    return program


@contextlib.contextmanager
def _whole_or_nothing(target: Path) -> Iterator[Path]:
    part = target.with_name(f"{target.name}.part")
    try:
        yield part
        os.replace(part, target)
    finally:
        part.unlink(missing_ok=True)
