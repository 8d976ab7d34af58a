"""Movements seen from the front, where a fault of the knee shows."""

import math
from collections.abc import Callable

from .figure import Figure, Move, Point, Prop, lerp, mix, polar

ANKLE = 0.03
HIP_HALF, SHOULDER_HALF = 0.075, 0.125


def _standing(
    hip: Point,
    ankles: tuple[Point, Point],
    knees: tuple[Point, Point],
    hands: tuple[Point, Point],
    *,
    drop: float = 0,
    height: float = 0.285,
    behind: tuple[Prop, ...] = (),
    front: tuple[Prop, ...] = (),
) -> Figure:
    """Build a figure facing us; first of each pair is on the left of the picture.

    ``drop`` lowers the right side of the pelvis, ``height`` is the visible length of the trunk.
    """
    chest = (hip[0] - drop * 0.3, hip[1] + height)

    def leg(side: int) -> tuple[Point, ...]:
        socket = (hip[0] + side * HIP_HALF, hip[1] - side * drop / 2)
        ankle = ankles[max(side, 0)]
        return (socket, knees[max(side, 0)], ankle, (ankle[0] + side * 0.03, ankle[1] - 0.012))

    def arm(side: int) -> tuple[Point, ...]:
        shoulder = (chest[0] + side * SHOULDER_HALF, chest[1] - 0.015)
        hand = hands[max(side, 0)]
        middle = mix(shoulder, hand, 0.5)
        return (shoulder, (middle[0] + side * 0.05, middle[1] - 0.02), hand)

    return Figure(
        head=(chest[0], chest[1] + 0.125),
        face=(0, 0),
        trunk=(hip, mix(hip, chest, 0.5), chest),
        near_leg=leg(-1),
        far_leg=leg(+1),
        near_arm=arm(-1),
        far_arm=arm(+1),
        behind=behind,
        front=front,
        is_frontal=True,
    )


def _at_hips(hip: Point) -> tuple[Point, Point]:
    return ((hip[0] - 0.09, hip[1] + 0.06), (hip[0] + 0.09, hip[1] + 0.06))


def squat(p: float, valgus: float = 0.0) -> Figure:
    """A goblet squat; ``valgus`` (0-1) lets both knees cave in near the bottom."""
    hip = (0.0, lerp(0.52, 0.31, p))
    spread = lerp(0.1, 0.15, p) - 0.115 * valgus * p
    height = lerp(0.285, 0.235, p)
    chest = hip[1] + height - 0.11
    hands = ((-0.03, chest), (0.03, chest))
    knee = lerp(0.275, 0.24, p)
    return _standing(
        hip,
        ((-0.12, ANKLE), (0.12, ANKLE)),
        ((-spread, knee), (spread, knee)),
        hands,
        height=height,
        front=(Prop("ball", ((0, chest - 0.01),), 0.05, "weight"),),
    )


def step_down(p: float, valgus: float = 0.0) -> Figure:
    """One leg stands on the step, the other heel reaches the floor beside it."""
    stance: Point = (-0.06, 0.17)
    hip = (lerp(0.0, 0.015, p), lerp(0.655, 0.545, p))
    knee = (lerp(-0.07, -0.085, p) + 0.115 * valgus * p, lerp(0.41, 0.385, p))
    free = mix((0.1, 0.2), (0.12, 0.05), p)
    free_knee = mix((0.09, 0.43), (0.1, 0.30), p)
    box = Prop("box", ((-0.3, 0), (0.03, 0.14)))
    return _standing(
        hip,
        (stance, free),
        (knee, free_knee),
        _at_hips(hip),
        drop=0.05 * valgus * p,
        behind=(box,),
    )


def step_up(p: float, valgus: float = 0.0) -> Figure:
    """Onto a step toward the viewer; the left leg of the picture does the work."""
    hip = (lerp(0.0, -0.01, p), lerp(0.52, 0.66, p))
    work = math.sin(math.pi * min(p, 0.999))
    knee = (lerp(-0.1, -0.085, p) + 0.12 * valgus * work, lerp(0.40, 0.415, p))
    other = mix((0.1, ANKLE), (0.08, 0.17), max(0.0, p * 1.6 - 0.6))
    other_knee = mix((0.1, 0.28), (0.085, 0.415), max(0.0, p * 1.4 - 0.4))
    box = Prop("box", ((-0.24, 0), (0.24, 0.14)))
    return _standing(
        hip,
        ((-0.085, 0.17), other),
        (knee, other_knee),
        _at_hips(hip),
        drop=0.04 * valgus * work,
        behind=(box,),
    )


def sit_to_stand(p: float, valgus: float = 0.0) -> Figure:
    """Rise from a chair; ``valgus`` lets the knees meet on the way."""
    hip = (0.0, lerp(0.30, 0.52, p))
    work = 1 - p
    spread = lerp(0.12, 0.1, p) - 0.08 * valgus * work
    height = lerp(0.27, 0.285, p)
    chair = Prop("box", ((-0.17, 0), (0.17, 0.26)))
    hands = ((-0.05, hip[1] + 0.14), (0.05, hip[1] + 0.14))
    knee = lerp(0.24, 0.275, p)
    return _standing(
        hip,
        ((-0.1, ANKLE), (0.1, ANKLE)),
        ((-spread, knee), (spread, knee)),
        hands,
        height=height,
        behind=(chair,),
    )


def single_leg_balance(p: float) -> Figure:
    """Small sways over one foot."""
    sway = 0.012 * math.sin(2 * math.pi * p) + 0.006 * math.sin(6 * math.pi * p)
    hip = (-0.05 + sway, 0.525)
    return _standing(
        hip,
        ((-0.08, ANKLE), (0.1 + sway, 0.17)),
        ((-0.095 + sway / 2, 0.28), (0.1 + sway, 0.33)),
        _at_hips(hip),
        drop=sway,
    )


def band_walk(p: float) -> Figure:
    """One foot steps out against the band, the weight follows."""
    lift = 0.05 * math.sin(math.pi * p)
    left, right = (-0.12, ANKLE), (lerp(0.1, 0.25, p), ANKLE + lift)
    hip = (lerp(-0.01, 0.065, p), 0.45)
    knees = ((-0.135, 0.26), (lerp(0.12, 0.245, p), 0.265 + lift / 2))
    return _standing(
        hip,
        (left, right),
        knees,
        _at_hips(hip),
        height=0.265,
        front=(Prop("line", ((-0.12, 0.07), (right[0], 0.07 + lift)), 0.018, "band"),),
    )


def _on_side(top_leg: tuple[Point, ...], bottom_leg: tuple[Point, ...]) -> Figure:
    """Lying on one side, head to the left, facing us."""
    return Figure(
        head=(-0.42, 0.13),
        face=(0, 0),
        trunk=((0, 0.095), (-0.14, 0.09), (-0.29, 0.1)),
        near_leg=top_leg,
        far_leg=bottom_leg,
        near_arm=((-0.29, 0.13), (-0.2, 0.19), (-0.1, 0.06)),
        far_arm=((-0.29, 0.06), (-0.36, 0.04), (-0.47, 0.05)),
        is_frontal=True,
    )


def clamshell(p: float) -> Figure:
    """The top knee opens while the heels stay together."""
    bottom = ((0.0, 0.065), (0.17, 0.05), (0.36, 0.045), (0.4, 0.04))
    top = ((0.0, 0.12), mix((0.18, 0.12), (0.14, 0.28), p), (0.36, 0.09), (0.4, 0.08))
    return _on_side(top, bottom)


def side_leg_raise(p: float) -> Figure:
    """The top leg lifts about a foot."""
    angle = lerp(-3, 32, p)
    hip: Point = (0.0, 0.12)
    knee, ankle = polar(hip, 0.25, angle), polar(hip, 0.49, angle)
    bottom = ((0.0, 0.065), (0.17, 0.05), (0.33, 0.045), (0.37, 0.04))
    return _on_side((hip, knee, ankle, polar(ankle, 0.05, angle - 10)), bottom)


def side_plank(p: float) -> Figure:
    """The hips rise into one line."""
    shoulder, ankle = (-0.29, 0.2), (0.47, 0.045)
    hip = (-0.02, lerp(0.075, 0.16, p))
    knee = mix(hip, ankle, 0.5)
    toe = (ankle[0] + 0.05, ankle[1])
    return Figure(
        head=(-0.405, lerp(0.245, 0.25, p)),
        face=(0, 0),
        trunk=(hip, mix(hip, shoulder, 0.5), shoulder),
        near_leg=(hip, knee, ankle, toe),
        far_leg=((hip[0], hip[1] - 0.02), (knee[0], knee[1] - 0.02), ankle, toe),
        near_arm=((-0.28, 0.22), (-0.16, 0.29), (-0.03, hip[1] + 0.05)),
        far_arm=((-0.29, 0.18), (-0.3, 0.035), (-0.2, 0.03)),
        is_frontal=True,
    )


_LYING = {"width": 1.35, "height": 0.66}

FRONT: dict[str, Move] = {
    "squat": Move(squat),
    "step_down": Move(step_down, height=1.34),
    "step_up": Move(step_up, height=1.34),
    "sit_to_stand": Move(sit_to_stand),
    "single_leg_balance": Move(single_leg_balance, loops=True, seconds=6.0),
    "band_walk": Move(band_walk, width=0.95),
    "clamshell": Move(clamshell, **_LYING),
    "side_leg_raise": Move(side_leg_raise, **_LYING),
    "side_plank": Move(side_plank, **_LYING, hold=0.4),
}


def _with_valgus(name: str, figure: Callable[[float, float], Figure]) -> Move:
    move = FRONT[name]
    return Move(lambda p: figure(p, 1.0), move.width, move.height, move.loops, move.hold)


KNEE_VALGUS: dict[str, Move] = {
    "squat": _with_valgus("squat", squat),
    "step_down": _with_valgus("step_down", step_down),
    "step_up": _with_valgus("step_up", step_up),
    "sit_to_stand": _with_valgus("sit_to_stand", sit_to_stand),
}
