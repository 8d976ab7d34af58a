"""Paint a figure: drawn at twice the size and reduced, so that edges are smooth."""

import math
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFont

from .figure import Figure, Move, Point, Prop, lerp, mix

Color = tuple[int, int, int]
SCALE = 2


@dataclass(frozen=True)
class Look:
    """Colors of one kind of clip."""

    top: Color
    bottom: Color
    floor: Color
    shirt: Color
    legs: Color
    skin: Color
    hair: Color
    shoes: Color
    prop: Color = (176, 148, 112)
    room: bool = False


STUDIO = Look(
    top=(232, 243, 242),
    bottom=(204, 226, 225),
    floor=(179, 207, 206),
    shirt=(19, 111, 117),
    legs=(36, 58, 84),
    skin=(226, 172, 138),
    hair=(66, 46, 38),
    shoes=(242, 120, 92),
)
LIVING_ROOM = Look(
    top=(240, 229, 214),
    bottom=(231, 216, 197),
    floor=(158, 122, 92),
    shirt=(192, 86, 74),
    legs=(70, 72, 82),
    skin=(170, 118, 86),
    hair=(34, 28, 28),
    shoes=(235, 235, 232),
    prop=(120, 92, 66),
    room=True,
)


def _shade(color: Color, factor: float) -> Color:
    red, green, blue = (max(0, min(255, round(part * factor))) for part in color)
    return red, green, blue


class Stage:
    """A background and a camera for one movement; ``frame`` paints the figure at a phase."""

    def __init__(self, move: Move, size: tuple[int, int], look: Look, caption: str = "") -> None:
        self.move, self.size, self.look = move, size, look
        width, height = size
        self.unit = min(0.8 * height / move.height, 0.94 * width / move.width) * SCALE
        self.floor_y = height * SCALE * (0.86 if width > height else 0.8)
        start, end = move.figure(0), move.figure(1 if not move.loops else 0.5)
        self.middle_x = _middle([start, end])
        self.background = self._background(caption)

    def frame(self, phase: float) -> bytes:
        """The picture at this phase as raw RGB bytes."""
        width, height = self.size
        layer = Image.new("RGBA", (width * SCALE, height * SCALE), (0, 0, 0, 0))
        self._figure(ImageDraw.Draw(layer), self.move.figure(phase))
        small = layer.reduce(SCALE)
        picture = self.background.copy()
        picture.paste(small, (0, 0), small)
        return picture.tobytes()

    def _at(self, point: Point) -> Point:
        x = (point[0] - self.middle_x) * self.unit + self.size[0] * SCALE / 2
        return (x, self.floor_y - point[1] * self.unit)

    def _background(self, caption: str) -> Image.Image:
        width, height = self.size
        look = self.look
        column = Image.new("RGB", (1, height))
        for y in range(height):
            share = y / height
            pixel = tuple(
                round(a + (b - a) * share) for a, b in zip(look.top, look.bottom, strict=True)
            )
            column.putpixel((0, y), pixel)
        picture = column.resize((width, height))
        draw = ImageDraw.Draw(picture)
        floor = round(self.floor_y / SCALE)
        if look.room:
            _living_room(draw, width, floor)
        draw.rectangle((0, floor, width, height), fill=look.floor)
        draw.line((0, floor, width, floor), fill=_shade(look.floor, 0.86), width=2)
        if caption:
            font = ImageFont.load_default(size=max(18, height // 25))
            draw.text((height // 22, height // 22), caption, font=font, fill=(38, 70, 83))
        return picture

    def _figure(self, draw: ImageDraw.ImageDraw, figure: Figure) -> None:
        frontal = figure.is_frontal
        far = 1.0 if frontal else 0.8
        self._shadow(draw, figure)
        self._props(draw, figure.behind)
        self._arm(draw, figure.far_arm, far)
        self._leg(draw, figure.far_leg, far)
        self._head(draw, figure)
        if frontal:
            self._leg(draw, figure.near_leg, 1.0)
        self._trunk(draw, figure)
        if not frontal:
            self._leg(draw, figure.near_leg, 1.0)
        self._props(draw, figure.front)
        self._arm(draw, figure.near_arm, 1.0)
        if frontal:
            self._arm(draw, figure.far_arm, 1.0)

    def _shadow(self, draw: ImageDraw.ImageDraw, figure: Figure) -> None:
        points = [*figure.near_leg, *figure.far_leg, *figure.trunk, figure.head]
        left, right = min(x for x, _ in points) - 0.04, max(x for x, _ in points) + 0.04
        x0, y0 = self._at((left, 0.006))
        x1, y1 = self._at((right, -0.03))
        draw.ellipse((x0, y0, x1, y1), fill=(*_shade(self.look.floor, 0.8), 150))

    def _trunk(self, draw: ImageDraw.ImageDraw, figure: Figure) -> None:
        hip, middle, chest = figure.trunk
        low, high = 0.058, 0.068
        if figure.is_frontal and chest[1] - hip[1] > 0.15:
            low, high = 0.088, 0.1
            left, right = (chest[0] - 0.095, chest[1] - 0.03), (chest[0] + 0.095, chest[1] - 0.03)
            self._limb(draw, left, right, 0.045, 0.045, self.look.shirt)
            chest = (chest[0], chest[1] - 0.085)
        curve = [_bezier(hip, mix(hip, chest, 0.5), chest, i / 8) for i in range(9)]
        if not figure.is_frontal:
            curve = [_bezier(hip, middle, chest, i / 8) for i in range(9)]
        for i in range(8):
            first, last = lerp(low, high, i / 8), lerp(low, high, (i + 1) / 8)
            self._limb(draw, curve[i], curve[i + 1], first, last, self.look.shirt)
        self._limb(draw, curve[0], curve[1], low, low, self.look.legs)

    def _leg(self, draw: ImageDraw.ImageDraw, leg: tuple[Point, ...], tone: float) -> None:
        hip, knee, ankle, toe = leg
        look = self.look
        self._limb(draw, hip, knee, 0.058, 0.042, _shade(look.legs, tone))
        self._limb(draw, knee, ankle, 0.042, 0.028, _shade(look.legs, tone * 1.12))
        self._limb(draw, ankle, toe, 0.026, 0.02, _shade(look.shoes, tone))

    def _arm(self, draw: ImageDraw.ImageDraw, arm: tuple[Point, ...], tone: float) -> None:
        shoulder, elbow, hand = arm
        look = self.look
        self._limb(draw, elbow, hand, 0.026, 0.021, _shade(look.skin, tone))
        self._limb(draw, shoulder, elbow, 0.036, 0.027, _shade(look.shirt, tone * 0.88))
        self._ball(draw, hand, 0.024, _shade(look.skin, tone))

    def _head(self, draw: ImageDraw.ImageDraw, figure: Figure) -> None:
        x, y = figure.head
        fx, fy = figure.face
        chest = figure.trunk[-1]
        self._limb(draw, chest, figure.head, 0.032, 0.03, _shade(self.look.skin, 0.92))
        up = 0.014 if figure.is_frontal else 0.006
        self._ball(draw, (x - 0.016 * fx, y - 0.016 * fy + up), 0.068, self.look.hair)
        if figure.is_frontal:
            self._ball(draw, (x, y - 0.008), 0.056, self.look.skin)
            return
        self._ball(draw, (x + 0.014 * fx, y + 0.014 * fy), 0.056, self.look.skin)
        nose = (x + 0.067 * fx + 0.016 * fy, y + 0.067 * fy - 0.016 * fx)
        self._ball(draw, nose, 0.011, self.look.skin)

    def _props(self, draw: ImageDraw.ImageDraw, props: tuple[Prop, ...]) -> None:
        tones = {
            "prop": self.look.prop,
            "wall": _shade(self.look.floor, 0.9),
            "weight": (52, 58, 66),
            "band": (240, 163, 60),
            "mark": _shade(self.look.floor, 0.85),
        }
        for prop in props:
            color = tones[prop.tone]
            if prop.kind == "box":
                (x0, y1), (x1, y0) = self._at(prop.points[0]), self._at(prop.points[1])
                radius = min(0.02 * self.unit, (x1 - x0) / 3, (y1 - y0) / 3)
                draw.rounded_rectangle((x0, y0, x1, y1), radius, fill=color)
            elif prop.kind == "ball":
                self._ball(draw, prop.points[0], prop.width, color)
            else:
                start, end = prop.points
                self._limb(draw, start, end, prop.width / 2, prop.width / 2, color)

    def _ball(self, draw: ImageDraw.ImageDraw, center: Point, radius: float, color: Color) -> None:
        x, y = self._at(center)
        size = radius * self.unit
        draw.ellipse((x - size, y - size, x + size, y + size), fill=color)

    def _limb(
        self,
        draw: ImageDraw.ImageDraw,
        start: Point,
        end: Point,
        first: float,
        last: float,
        color: Color,
    ) -> None:
        self._ball(draw, start, first, color)
        self._ball(draw, end, last, color)
        (x0, y0), (x1, y1) = self._at(start), self._at(end)
        length = math.hypot(x1 - x0, y1 - y0)
        if length < 1:
            return
        nx, ny = (y1 - y0) / length * self.unit, -(x1 - x0) / length * self.unit
        draw.polygon(
            [
                (x0 + nx * first, y0 + ny * first),
                (x1 + nx * last, y1 + ny * last),
                (x1 - nx * last, y1 - ny * last),
                (x0 - nx * first, y0 - ny * first),
            ],
            fill=color,
        )


def _bezier(start: Point, middle: Point, end: Point, share: float) -> Point:
    """A curve from start to end that passes through the middle."""
    control = (2 * middle[0] - (start[0] + end[0]) / 2, 2 * middle[1] - (start[1] + end[1]) / 2)
    a, b, c = (1 - share) ** 2, 2 * share * (1 - share), share**2
    return (
        a * start[0] + b * control[0] + c * end[0],
        a * start[1] + b * control[1] + c * end[1],
    )


def _middle(figures: list[Figure]) -> float:
    xs = [
        x
        for figure in figures
        for x, _ in (*figure.near_leg, *figure.far_leg, *figure.trunk, figure.head)
    ]
    return (min(xs) + max(xs)) / 2


def _living_room(draw: ImageDraw.ImageDraw, width: int, floor: int) -> None:
    """A window, a picture and a skirting board: somebody's home."""
    left, top = round(width * 0.62), round(floor * 0.08)
    right, bottom = round(width * 0.94), round(floor * 0.42)
    draw.rectangle((left - 10, top - 10, right + 10, bottom + 10), fill=(250, 246, 240))
    draw.rectangle((left, top, right, bottom), fill=(176, 208, 224))
    middle = (left + right) // 2
    draw.line((middle, top, middle, bottom), fill=(250, 246, 240), width=8)
    draw.rectangle(
        (width * 0.07, floor * 0.14, width * 0.3, floor * 0.3),
        fill=(214, 190, 160),
        outline=(140, 108, 78),
        width=6,
    )
    draw.rectangle((0, floor - 22, width, floor), fill=(247, 240, 230))
    draw.polygon(
        [
            (width * 0.05, floor - 22),
            (width * 0.14, floor - 22),
            (width * 0.15, floor - 110),
            (width * 0.04, floor - 110),
        ],
        fill=(178, 104, 78),
    )
    for shift in (-46, -18, 12, 40):
        x = width * 0.095 + shift
        draw.ellipse((x - 26, floor - 240, x + 26, floor - 100), fill=(92, 130, 96))
