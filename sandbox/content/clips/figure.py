"""A jointed figure in its own units: a standing adult is 1.0 tall, the floor is at y = 0."""

import math
from collections.abc import Callable
from dataclasses import dataclass, field

Point = tuple[float, float]

THIGH, SHIN, FOOT = 0.25, 0.245, 0.085
UPPER_ARM, FOREARM = 0.155, 0.15
TORSO, NECK = 0.29, 0.125
LEG, ARM = THIGH + SHIN, UPPER_ARM + FOREARM


@dataclass(frozen=True)
class Prop:
    """A thing in the scene: a ``line``, ``box`` or ``ball`` through ``points``."""

    kind: str
    points: tuple[Point, ...]
    width: float = 0.02
    tone: str = "prop"


@dataclass(frozen=True)
class Figure:
    """Everything that is drawn in one frame. Each leg is hip, knee, ankle, toe; each arm is
    shoulder, elbow, hand; ``far`` limbs lie behind the trunk.
    """

    head: Point
    face: Point
    trunk: tuple[Point, ...]
    near_leg: tuple[Point, ...]
    far_leg: tuple[Point, ...]
    near_arm: tuple[Point, ...]
    far_arm: tuple[Point, ...]
    behind: tuple[Prop, ...] = ()
    front: tuple[Prop, ...] = ()
    is_frontal: bool = False


@dataclass(frozen=True)
class Move:
    """A movement: the figure at a phase, and how the phase runs.

    ``figure(0)`` is the start and ``figure(1)`` the far end, or, for a ``loops`` move, one whole
    turn. ``width`` and ``height`` are the space that it needs, ``hold`` the share of a repetition
    spent at the far end.
    """

    figure: Callable[[float], Figure]
    width: float = 0.8
    height: float = 1.2
    loops: bool = False
    hold: float = 0.12
    seconds: float = 3.0

    def phase(self, second: float) -> float:
        """Where the movement is at this second: out, hold, back, short rest."""
        turn = (second / self.seconds) % 1
        if self.loops:
            return turn
        out, rest = 0.45 * (1 - self.hold), 0.08
        back = 1 - out - self.hold - rest
        if turn < out:
            return _ease(turn / out)
        if turn < out + self.hold:
            return 1.0
        return _ease(max(0.0, 1 - (turn - out - self.hold) / back))


def _ease(share: float) -> float:
    return (1 - math.cos(math.pi * share)) / 2


def mix(start: Point, end: Point, share: float) -> Point:
    """The point at this share of the way."""
    return (start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share)


def path(share: float, *points: Point) -> Point:
    """The point at this share of a line through several points, spaced evenly in time."""
    place = min(max(share, 0.0), 1.0) * (len(points) - 1)
    first = min(int(place), len(points) - 2)
    return mix(points[first], points[first + 1], place - first)


def lerp(start: float, end: float, share: float) -> float:
    """The number at this share of the way."""
    return start + (end - start) * share


def polar(origin: Point, length: float, degrees: float) -> Point:
    """The point at this distance and angle; 0° is to the right, 90° is up."""
    angle = math.radians(degrees)
    return (origin[0] + length * math.cos(angle), origin[1] + length * math.sin(angle))


def joint(start: Point, end: Point, first: float, second: float, side: int) -> tuple[Point, Point]:
    """The middle joint of a two-bone limb and where its end really reaches.

    ``side`` +1 bends to the left of the way from start to end (knees), -1 to the right (elbows).
    """
    dx, dy = end[0] - start[0], end[1] - start[1]
    wanted = math.hypot(dx, dy) or 1e-6
    reach = min(max(wanted, abs(first - second) + 1e-6), first + second - 1e-6)
    ux, uy = dx / wanted, dy / wanted
    along = (first**2 - second**2 + reach**2) / (2 * reach)
    across = math.sqrt(max(first**2 - along**2, 0.0)) * side
    middle = (start[0] + ux * along - uy * across, start[1] + uy * along + ux * across)
    return middle, (start[0] + ux * reach, start[1] + uy * reach)


@dataclass(frozen=True)
class SidePose:
    """A pose seen from the side, facing right: where trunk, hands and ankles are.

    ``lean`` is the trunk's angle in degrees: 0 upright, 90 forward to level, -90 on the back.
    ``near_foot`` and ``far_foot`` are ankles; ``*_pitch`` lifts (+) or points (-) the toes.
    ``curve`` arches the back up, ``neck`` overrides the lean for the head.
    """

    hip: Point
    lean: float
    near_foot: Point
    far_foot: Point
    near_hand: Point
    far_hand: Point
    near_pitch: float = 0
    far_pitch: float = 0
    curve: float = 0
    neck: float | None = None
    glide: float = 0
    elbow: int = -1
    behind: tuple[Prop, ...] = field(default=())
    front: tuple[Prop, ...] = field(default=())

    @property
    def shoulder(self) -> Point:
        """Where the trunk ends."""
        return polar(self.hip, TORSO, 90 - self.lean)

    def figure(self) -> Figure:
        """Solve knees and elbows, and place the head."""
        shoulder = self.shoulder
        up = 90 - (self.lean if self.neck is None else self.neck)
        head = polar(polar(shoulder, NECK, up), self.glide, up - 90)
        middle = polar(mix(self.hip, shoulder, 0.5), self.curve, 180 - self.lean)
        return Figure(
            head=head,
            face=polar((0, 0), 1, up - 90),
            trunk=(self.hip, middle, shoulder),
            near_leg=self._leg(self.near_foot, self.near_pitch),
            far_leg=self._leg(self.far_foot, self.far_pitch),
            near_arm=self._arm(shoulder, self.near_hand),
            far_arm=self._arm(shoulder, self.far_hand),
            behind=self.behind,
            front=self.front,
        )

    def _leg(self, foot: Point, pitch: float) -> tuple[Point, ...]:
        knee, ankle = joint(self.hip, foot, THIGH, SHIN, +1)
        return (self.hip, knee, ankle, polar(ankle, FOOT, pitch))

    def _arm(self, shoulder: Point, hand: Point) -> tuple[Point, ...]:
        elbow, end = joint(shoulder, hand, UPPER_ARM, FOREARM, self.elbow)
        return (shoulder, elbow, end)


def lean_between(hip: Point, shoulder: Point) -> float:
    """The lean of a trunk from this hip to this shoulder."""
    return 90 - math.degrees(math.atan2(shoulder[1] - hip[1], shoulder[0] - hip[0]))
