"""Clips through the real ffmpeg: what is read, what is made, and what is refused kindly."""

from __future__ import annotations

import itertools
import json
import shutil
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from django.test import override_settings
from django.utils import translation
from PIL import Image

from wagtail_asyncpt.core import ffmpeg, video
from wagtail_asyncpt.core.video import VideoError, VideoReason, make_poster, probe, transcode

Make = Callable[..., Path]

pytestmark = pytest.mark.ffmpeg

GPS = "+52.5200+013.4050/"
SHOW_FLAGS = ["-show_entries", "packet=flags"]
AS_COVER = ["-map", "0:a", "-map", "1:v", "-c", "copy", "-disposition:v:0", "attached_pic"]
NO_FFPROBE = {"FFPROBE": "/nonexistent/ffprobe"}


def refusal(act: Callable[[], object]) -> VideoReason:
    with pytest.raises(VideoError) as caught:
        act()
    assert str(caught.value)
    return caught.value.reason


def streams(path: Path) -> list[dict]:
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-show_streams", "-show_format", "-of", "json", path],
        check=True,
        capture_output=True,
    )
    return json.loads(done.stdout)["streams"]


def key_frames(path: Path) -> list[int]:
    done = subprocess.run(
        ["ffprobe", "-v", "error", "-select_streams", "v", *SHOW_FLAGS, "-of", "csv=p=0", path],
        check=True,
        capture_output=True,
        text=True,
    )
    return [n for n, flags in enumerate(done.stdout.split()) if flags.startswith("K")]


@pytest.mark.parametrize("config", [{}, NO_FFPROBE], ids=["ffprobe", "ffmpeg only"])
def test_a_clip_is_read_by_either_program(make_clip: Make, config: dict) -> None:
    clip = make_clip("a.mp4", size="640x360", rate="25", seconds=2)
    with override_settings(WAGTAIL_ASYNCPT=config):
        found = probe(clip)
    assert (found.container, found.codec, found.has_audio) == ("mp4", "h264", True)
    assert (found.width, found.height, found.rotation) == (640, 360, 0)
    assert found.fps == 25
    assert found.duration == pytest.approx(2, abs=0.1)
    assert not found.is_hdr


@pytest.mark.parametrize("config", [{}, NO_FFPROBE], ids=["ffprobe", "ffmpeg only"])
def test_an_hdr_clip_is_told_by_its_transfer(make_clip: Make, config: dict) -> None:
    with override_settings(WAGTAIL_ASYNCPT=config):
        assert probe(hlg(make_clip)).color_transfer == "arib-std-b67"
        assert probe(hlg(make_clip)).is_hdr


@pytest.mark.parametrize("config", [{}, NO_FFPROBE], ids=["ffprobe", "ffmpeg only"])
def test_a_clip_filmed_upright_is_shown_upright(
    make_clip: Make, tmp_path: Path, config: dict
) -> None:
    with override_settings(WAGTAIL_ASYNCPT=config):
        found = probe(rotated(make_clip, tmp_path))
        assert (found.width, found.height, found.rotation) == (720, 1280, 90)
        made = transcode(tmp_path / "rotated.mp4", tmp_path / "out.mp4", probe=found)
    assert (made.width, made.height, made.rotation) == (720, 1280, 0)
    turned = first_frame(tmp_path / "flat.mp4", "transpose=clock")
    shown = first_frame(tmp_path / "out.mp4", "null")
    away = sum(abs(a - b) for a, b in zip(turned, shown, strict=True)) / len(turned)
    assert away < 8, "the picture stands as it was filmed"


def first_frame(path: Path, filters: str) -> bytes:
    command = ["ffmpeg", "-v", "error", "-i", path, "-frames:v", "1", "-vf", filters]
    raw = ["-f", "rawvideo", "-pix_fmt", "gray", "-"]
    return subprocess.run([*command, *raw], check=True, capture_output=True).stdout


def rotated(make_clip: Make, folder: Path) -> Path:
    flat = make_clip("flat.mp4", size="1280x720", seconds=1)
    target = folder / "rotated.mp4"
    # -display_rotation came with ffmpeg 6; before, the tag counted against the clock on copies.
    for turn in (["-display_rotation", "-90"], None):
        before = turn or []
        after = [] if turn else ["-metadata:s:v:0", "rotate=270"]
        done = subprocess.run(
            ["ffmpeg", "-v", "error", *before, "-i", flat, "-c", "copy", *after, "-y", target],
            check=False,
        )
        if not done.returncode:
            return target
    raise AssertionError("this ffmpeg cannot write a rotation")


def hlg(make_clip: Make) -> Path:
    colors = ["-color_primaries", "bt2020", "-color_trc", "arib-std-b67", "-colorspace"]
    return make_clip("hlg.mp4", *colors, "bt2020nc", "-pix_fmt", "yuv420p", seconds=1)


def test_a_large_clip_becomes_720p_with_steady_frames_and_close_key_frames(
    make_clip: Make, tmp_path: Path
) -> None:
    clip = make_clip("a.mov", size="1920x1080", rate="24", seconds=2)
    out = tmp_path / "out.mp4"
    made = transcode(clip, out, probe=probe(clip))
    picture, sound = streams(out)
    assert (picture["width"], picture["height"]) == (1280, 720)
    assert (picture["codec_name"], picture["pix_fmt"]) == ("h264", "yuv420p")
    assert picture["r_frame_rate"] == picture["avg_frame_rate"] == "30/1"
    assert sound["codec_name"] == "aac"
    keys = key_frames(out)
    assert max(b - a for a, b in itertools.pairwise(keys)) <= 15
    content = out.read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")
    assert (made.fps, made.width, made.has_audio) == (30.0, 1280, True)
    assert made.duration == pytest.approx(2, abs=0.1)


def test_a_fast_camera_keeps_60_frames(make_clip: Make, tmp_path: Path) -> None:
    clip = make_clip("fast.mp4", rate="120", seconds=1)
    assert transcode(clip, tmp_path / "out.mp4", probe=probe(clip)).fps == 60


@pytest.mark.parametrize("size", ["322x242", "241x321", "64x64"])
def test_a_small_clip_is_never_enlarged(make_clip: Make, tmp_path: Path, size: str) -> None:
    clip = make_clip("small.mp4", "-pix_fmt", "yuv444p", size=size, seconds=1)
    made = transcode(clip, tmp_path / "out.mp4", probe=probe(clip))
    width, height = (int(side) for side in size.split("x"))
    assert width - 2 < made.width <= width
    assert height - 2 < made.height <= height


def test_a_clip_without_sound_stays_without(make_clip: Make, tmp_path: Path) -> None:
    clip = make_clip("mute.mp4", sound=False, seconds=1)
    assert not probe(clip).has_audio
    assert not transcode(clip, tmp_path / "out.mp4", probe=probe(clip)).has_audio


@pytest.mark.parametrize("name", ["a.mkv", "a.webm"])
def test_matroska_and_webm_are_taken_too(make_clip: Make, tmp_path: Path, name: str) -> None:
    clip = make_clip(name, "-cpu-used", "8", "-deadline", "realtime", seconds=1)
    assert probe(clip).container == "matroska"
    assert transcode(clip, tmp_path / "out.mp4", probe=probe(clip)).codec == "h264"


def test_a_clip_that_does_not_tell_its_length_is_measured(make_clip: Make, tmp_path: Path) -> None:
    clip = make_clip("live.webm", "-live", "1", "-f", "webm", "-deadline", "realtime", seconds=3)
    found = probe(clip)
    assert found.duration is None
    made = transcode(clip, tmp_path / "out.mp4", probe=found)
    assert made.duration == pytest.approx(3, abs=0.1)
    with override_settings(WAGTAIL_ASYNCPT={"VIDEO_MAX_SECONDS": 1}):
        reason = refusal(lambda: transcode(clip, tmp_path / "long.mp4", probe=found))
    assert reason is VideoReason.TOO_LONG
    assert not (tmp_path / "long.mp4").exists()


def test_no_location_or_device_survives(make_clip: Make, tmp_path: Path) -> None:
    clip = make_clip(
        "gps.mov",
        *(
            "-metadata",
            f"location={GPS}",
            "-metadata",
            f"com.apple.quicktime.location.ISO6709={GPS}",
        ),
        *("-metadata", "com.apple.quicktime.model=iPhone 42", "-metadata", "title=Anna's knee"),
        *("-metadata", "creation_time=2024-05-06T07:08:09Z"),
        *("-metadata:s:v:0", "handler_name=Anna's lens", "-movflags", "use_metadata_tags"),
        seconds=1,
    )
    secrets = [b"+52.52", b"013.40", b"iPhone 42", b"Anna"]
    assert all(secret in clip.read_bytes() for secret in secrets)
    out, poster = tmp_path / "out.mp4", tmp_path / "poster.jpg"
    transcode(clip, out, probe=probe(clip))
    make_poster(clip, poster)
    for path in (out, poster):
        assert not [
            secret for secret in [*secrets, b"2024", b"Lavf"] if secret in path.read_bytes()
        ]
    if exiftool := shutil.which("exiftool"):
        listing = [exiftool, "-ee", "-a", "-G1"]
        said = [
            subprocess.check_output([*listing, path], text=True) for path in (clip, out, poster)
        ]
        assert "GPS" in said[0]
        assert "iPhone" in said[0]
        for text in said[1:]:
            assert not [
                word for word in ("GPS", "ISO6709", "iPhone", "Anna", "2024:") if word in text
            ]


def test_hdr_is_mapped_to_an_ordinary_screen(make_clip: Make, tmp_path: Path) -> None:
    clip, out = hlg(make_clip), tmp_path / "out.mp4"
    made = transcode(clip, out, probe=probe(clip))
    if ffmpeg.has_filter(video._ffmpeg(), "zscale"):
        assert made.color_transfer == "bt709"
        plain = make_clip("plain.mp4", seconds=1)
        transcode(plain, tmp_path / "plain-out.mp4", probe=probe(plain))
        assert out.read_bytes() != (tmp_path / "plain-out.mp4").read_bytes()
    assert made.duration == pytest.approx(1, abs=0.1)


def test_a_build_without_zscale_still_makes_a_clip() -> None:
    hdr = video.Probe("mp4", 1.0, 10, 10, 60.0, 0, "hevc", "smpte2084", False)
    assert "zscale" in video._picture(hdr, True)
    assert "zscale" not in video._picture(hdr, False)
    assert video._picture(hdr, True).index("scale=") < video._picture(hdr, True).index("zscale")


def test_the_poster_is_a_jpeg_of_at_most_640_pixels(make_clip: Make, tmp_path: Path) -> None:
    for name, size, expected in [
        ("a.mp4", "1280x720", (640, 360)),
        ("b.mp4", "320x240", (320, 240)),
    ]:
        poster = tmp_path / f"{name}.jpg"
        make_poster(make_clip(name, size=size, seconds=1), poster)
        with Image.open(poster) as image:
            assert (image.format, image.size) == ("JPEG", expected)
            assert len(image.getcolors(10**6) or []) > 100


@pytest.mark.parametrize("config", [{}, NO_FFPROBE], ids=["ffprobe", "ffmpeg only"])
@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", VideoReason.EMPTY),
        (b"These are my notes, not a film.\n" * 20, VideoReason.NOT_A_VIDEO),
        (b"\x00\x00\x00\x18ftypmp42" + b"no boxes follow" * 50, VideoReason.NOT_A_VIDEO),
        (b"\x1a\x45\xdf\xa3" + b"\x00" * 500, VideoReason.NOT_A_VIDEO),
        (b"\x00\x00\x00\x18ftypheic" + b"\x00" * 500, VideoReason.NOT_A_VIDEO),
        (b"\x00\x00", VideoReason.NOT_A_VIDEO),
    ],
    ids=["empty", "text", "mp4 head", "mkv head", "photo", "two bytes"],
)
@pytest.mark.usefixtures("ffmpeg_program")
def test_what_is_no_video_is_refused_with_a_reason(
    tmp_path: Path, content: bytes, reason: VideoReason, config: dict
) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(content)
    with override_settings(WAGTAIL_ASYNCPT=config):
        assert refusal(lambda: probe(path)) is reason


def test_a_playlist_named_mp4_reads_no_other_file(make_clip: Make, tmp_path: Path) -> None:
    victim = make_clip("victim.ts", "-f", "mpegts", seconds=1)
    playlist = f"#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\nfile://{victim}\n#EXT-X-ENDLIST\n"
    evil = tmp_path / "evil.mp4"
    evil.write_text(playlist)
    plain = ["ffmpeg", "-v", "error", "-f", "hls", "-allowed_extensions", "ALL", "-i", evil]
    leak = subprocess.run([*plain, "-f", "null", "-"], check=False)
    assert leak.returncode == 0, "the playlist must work where nothing guards, or this is no proof"
    assert refusal(lambda: probe(evil)) is VideoReason.NOT_A_VIDEO
    # Even past the first look (a lying probe), the fixed demuxer stands in the way.
    lying = video.Probe("mp4", 1.0, 320, 240, 30.0, 0, "h264", "", True)
    out = tmp_path / "out.mp4"
    assert refusal(lambda: transcode(evil, out, probe=lying)) is VideoReason.FAILED
    assert refusal(lambda: make_poster(evil, out)) is VideoReason.NOT_A_VIDEO
    assert not list(tmp_path.glob("out*"))


@pytest.mark.parametrize("config", [{}, NO_FFPROBE], ids=["ffprobe", "ffmpeg only"])
def test_sound_alone_is_no_video_even_with_a_cover(
    make_clip: Make, tmp_path: Path, config: dict
) -> None:
    sound = make_clip("song.m4a", "-f", "mp4", picture=False, seconds=1)
    cover, covered = tmp_path / "cover.png", tmp_path / "covered.m4a"
    Image.new("RGB", (64, 64), "teal").save(cover)
    subprocess.run(
        ["ffmpeg", "-v", "error", "-i", sound, "-i", cover, *AS_COVER, "-f", "mp4", covered],
        check=True,
    )
    with override_settings(WAGTAIL_ASYNCPT=config):
        for path in (sound, covered):
            assert refusal(lambda path=path: probe(path)) is VideoReason.NO_PICTURE  # type: ignore[misc]


def test_a_file_cut_at_the_end_is_refused(make_clip: Make, tmp_path: Path) -> None:
    late_index = make_clip("late.mp4", seconds=4)
    late_index.write_bytes(late_index.read_bytes()[: late_index.stat().st_size // 2])
    assert refusal(lambda: probe(late_index)) is VideoReason.NOT_A_VIDEO
    early_index = make_clip("early.mp4", "-movflags", "+faststart", seconds=4)
    early_index.write_bytes(early_index.read_bytes()[: early_index.stat().st_size // 2])
    found = probe(early_index)
    out = tmp_path / "out.mp4"
    assert refusal(lambda: transcode(early_index, out, probe=found)) is VideoReason.INCOMPLETE
    assert not list(tmp_path.glob("out*"))


def test_a_clip_over_the_limit_is_refused_and_one_at_the_limit_taken(make_clip: Make) -> None:
    clip = make_clip("long.mp4", seconds=4)
    with override_settings(WAGTAIL_ASYNCPT={"VIDEO_MAX_SECONDS": 3}):
        assert refusal(lambda: probe(clip)) is VideoReason.TOO_LONG
    with override_settings(WAGTAIL_ASYNCPT={"VIDEO_MAX_SECONDS": 4}):
        assert probe(clip).duration


def test_a_huge_picture_is_refused(make_clip: Make) -> None:
    huge = make_clip("huge.mp4", size="5000x100", rate="5", seconds=0.4, sound=False)
    assert refusal(lambda: probe(huge)) is VideoReason.TOO_LARGE


def test_without_ffmpeg_the_reason_says_that_the_fault_is_ours(make_clip: Make) -> None:
    clip = make_clip(seconds=1)
    with override_settings(WAGTAIL_ASYNCPT={"FFMPEG": "/nonexistent/ffmpeg"}):
        with pytest.raises(VideoError) as caught:
            probe(clip)
        assert ffmpeg.find_ffmpeg() is None
    assert caught.value.reason is VideoReason.NO_FFMPEG
    assert caught.value.may_pass_later
    assert probe(clip).duration


def script(path: Path, text: str) -> str:
    path.write_text(f"#!{sys.executable}\n{text}")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)
    return str(path)


def test_a_program_that_hangs_is_ended(
    make_clip: Make, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = make_clip(seconds=1)
    slow = script(tmp_path / "slow", "import time; time.sleep(60)")
    monkeypatch.setattr(video, "PROBE_SECONDS", 0.3)
    began = time.monotonic()
    with override_settings(WAGTAIL_ASYNCPT={"FFPROBE": slow}):
        assert refusal(lambda: probe(clip)) is VideoReason.TIMED_OUT
    assert time.monotonic() - began < 10


def test_a_program_gets_no_secrets_and_cannot_fill_the_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRIPE_SECRET", "sk_live_canary")
    curious = script(
        tmp_path / "curious",
        "import os, sys, time\n"
        "print(dict(os.environ), os.read(0, 10))\n"
        "time.sleep(0.1)\n"
        "open(sys.argv[1], 'wb').write(b'x' * 5000)\n",
    )
    done = ffmpeg.run([curious, str(tmp_path / "f")], timeout=20, max_file_bytes=1000)
    assert "canary" not in done.output
    assert "PATH" in done.output
    assert "b''" in done.output
    if sys.platform == "linux":
        assert (tmp_path / "f").stat().st_size == 1000
    done = ffmpeg.run([curious, str(tmp_path / "g")], timeout=20, max_file_bytes=10_000)
    assert done.code == 0
    assert (tmp_path / "g").stat().st_size == 5000


def test_every_reason_has_words_that_can_be_translated() -> None:
    for reason in VideoReason:
        with translation.override("en"):
            words = str(VideoError(reason))
        assert words.endswith(".")
        assert "error" not in words.lower()
