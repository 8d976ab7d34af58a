"""The site's pictures, drawn here with the same figure as the clips."""

import functools
import io
import math
from dataclasses import replace

from PIL import Image, ImageDraw, ImageFilter

from .clips.figure import Move
from .clips.front import FRONT
from .clips.paint import STUDIO, Look, Stage
from .clips.side import SIDE

SIZE = (1200, 900)

SEA = replace(STUDIO, top=(222, 238, 240), bottom=(196, 221, 224), floor=(154, 193, 196))
SAND = replace(
    STUDIO, top=(249, 238, 222), bottom=(243, 224, 198), floor=(222, 190, 152), shirt=(14, 98, 105)
)
DUSK = replace(
    STUDIO, top=(246, 226, 214), bottom=(240, 205, 188), floor=(201, 150, 130), shirt=(60, 88, 130)
)
MOSS = replace(
    STUDIO, top=(229, 238, 224), bottom=(208, 224, 202), floor=(163, 187, 155), shirt=(176, 84, 58)
)
DARKER_SKIN = {"skin": (141, 92, 66), "hair": (32, 26, 26)}
GRAY_HAIR = {"hair": (176, 178, 182)}

# Name: movement, phase, look, description for people who do not see it.
SCENES: dict[str, tuple[Move, float, Look, str]] = {
    "knee": (
        SIDE["step_up"],
        0.45,
        replace(SEA, **DARKER_SKIN),
        "Drawing of a person stepping up onto a low wooden step",
    ),
    "back": (
        SIDE["deadlift"],
        0.8,
        SAND,
        "Drawing of a person bending at the hips to lift a weight",
    ),
    "running": (SIDE["carry"], 0.06, DUSK, "Drawing of a person walking briskly with a weight"),
    "surgery": (
        SIDE["heel_slide"],
        0.7,
        replace(MOSS, **GRAY_HAIR),
        "Drawing of a person lying down and sliding one heel toward the body",
    ),
    "stairs": (
        FRONT["step_down"],
        0.8,
        replace(SEA, **GRAY_HAIR),
        "Drawing of a person lowering one heel from a step, seen from the front",
    ),
    "bird-dog": (
        SIDE["bird_dog"],
        1.0,
        replace(SAND, **DARKER_SKIN),
        "Drawing of a person on hands and knees, reaching one arm and the opposite leg",
    ),
    "desk": (
        SIDE["chin_tuck"],
        1.0,
        replace(MOSS, **DARKER_SKIN),
        "Drawing of a person sitting tall on a chair",
    ),
    "bridge": (
        SIDE["bridge"],
        1.0,
        DUSK,
        "Drawing of a person lying down with hips lifted into a bridge",
    ),
}
HERO_ALT = "Drawing of a person lunging on a pier, with a lighthouse and the morning sun behind"


@functools.cache
def scene(name: str) -> bytes:
    """The picture ``name`` as PNG bytes, a figure before a large pale disc."""
    move, phase, look, _ = SCENES[name]
    stage = Stage(move, SIZE, look)
    disc = Image.new("L", SIZE, 0)
    radius = SIZE[1] * 0.36
    middle = (SIZE[0] * 0.5, SIZE[1] * 0.46)
    ImageDraw.Draw(disc).ellipse(
        (middle[0] - radius, middle[1] - radius, middle[0] + radius, middle[1] + radius), fill=120
    )
    floor = round(stage.floor_y / 2)
    disc.paste(0, (0, floor, SIZE[0], SIZE[1]))
    stage.background.paste((255, 255, 255), (0, 0), disc.filter(ImageFilter.GaussianBlur(1)))
    return _png(Image.frombytes("RGB", SIZE, stage.frame(phase)))


@functools.cache
def hero() -> bytes:
    """The front page's picture as PNG bytes: a harbor in the morning."""
    width, height = SIZE
    look = replace(SEA, top=(253, 231, 205), bottom=(214, 234, 234), floor=(166, 118, 84))
    stage = Stage(SIDE["reverse_lunge"], SIZE, look)
    floor = round(stage.floor_y / 2)
    sky = stage.background
    draw = ImageDraw.Draw(sky, "RGBA")
    draw.ellipse((690, 150, 910, 370), fill=(255, 190, 130, 255))
    draw.ellipse((650, 110, 950, 410), fill=(255, 200, 150, 70))
    _hills(draw, width, floor - 210, 60, (128, 172, 170, 255))
    _hills(draw, width, floor - 165, 38, (92, 146, 148, 255), shift=2.1)
    _lighthouse(draw, 160, floor - 185)
    draw.rectangle((0, floor - 140, width, floor), fill=(71, 135, 142, 255))
    for row in range(6):
        y = floor - 122 + row * 22
        for x in range(-60 + row * 37, width, 190):
            draw.rounded_rectangle((x, y, x + 90, y + 5), 3, fill=(152, 200, 200, 150))
    _pier(draw, width, height, floor)
    return _png(Image.frombytes("RGB", SIZE, stage.frame(0.95)))


def _hills(
    draw: ImageDraw.ImageDraw,
    width: int,
    base: float,
    rise: float,
    fill: tuple[int, int, int, int],
    shift: float = 0,
) -> None:
    ridge = [
        (x, base - rise * (math.sin(x / 170 + shift) + 0.5 * math.sin(x / 67 + 2 * shift)))
        for x in range(0, width + 10, 10)
    ]
    draw.polygon([(0, base + 200), *ridge, (width, base + 200)], fill=fill)


def _lighthouse(draw: ImageDraw.ImageDraw, x: int, base: int) -> None:
    draw.polygon(
        [(x - 26, base), (x - 17, base - 150), (x + 17, base - 150), (x + 26, base)],
        fill=(250, 246, 238),
    )
    for share in (0.2, 0.6):
        y0, y1 = base - 150 * share, base - 150 * (share + 0.2)
        w0, w1 = 26 - 9 * share, 26 - 9 * (share + 0.2)
        draw.polygon([(x - w0, y0), (x - w1, y1), (x + w1, y1), (x + w0, y0)], fill=(196, 88, 66))
    draw.rectangle((x - 21, base - 158, x + 21, base - 150), fill=(60, 72, 80))
    draw.rectangle((x - 12, base - 184, x + 12, base - 158), fill=(255, 226, 150))
    draw.polygon([(x - 18, base - 184), (x, base - 208), (x + 18, base - 184)], fill=(60, 72, 80))


def _pier(draw: ImageDraw.ImageDraw, width: int, height: int, floor: int) -> None:
    for x in range(-40, width, 150):
        draw.line((x, floor, x - 26, height), fill=(138, 94, 64, 255), width=4)
    draw.rectangle((0, floor, width, floor + 10), fill=(192, 142, 104, 255))


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG", optimize=True)
    return buffer.getvalue()
