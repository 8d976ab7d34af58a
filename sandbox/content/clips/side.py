"""Movements seen from the side."""

import math

from .figure import (
    ARM,
    FOOT,
    LEG,
    TORSO,
    Figure,
    Move,
    Point,
    Prop,
    SidePose,
    lean_between,
    lerp,
    mix,
    path,
    polar,
)

FLAT = 0.03
BACK = 0.06  # half the thickness of a lying trunk


def _chair(x: float, height: float = 0.25) -> tuple[Prop, ...]:
    return (
        Prop("box", ((x - 0.13, height - 0.03), (x + 0.11, height))),
        Prop("box", ((x - 0.15, 0), (x - 0.12, height + 0.28))),
        Prop("box", ((x + 0.08, 0), (x + 0.105, height - 0.03))),
    )


def _wall(x: float) -> Prop:
    return Prop("box", ((x, 0), (x + 0.05, 1.15)), tone="wall")


def _bell(hand: Point) -> tuple[Prop, ...]:
    return (
        Prop("ball", ((hand[0], hand[1] - 0.085),), 0.055, "weight"),
        Prop("ball", (hand,), 0.02, "weight"),
    )


def squat(p: float) -> Figure:
    """Arms reach forward as the hips go down and back."""
    hand = mix((0.05, 0.52), (0.30, 0.52), p)
    return SidePose(
        hip=mix((0, 0.52), (-0.17, 0.27), p),
        lean=lerp(2, 40, p),
        near_foot=(0, FLAT),
        far_foot=(0.015, FLAT),
        near_hand=hand,
        far_hand=(hand[0] + 0.02, hand[1]),
    ).figure()


def sit_to_stand(p: float) -> Figure:
    """Lean, then rise."""
    hip = path(p, (-0.21, 0.295), (-0.17, 0.33), (-0.06, 0.45), (0, 0.52))
    lean = path(p, (6, 0), (38, 0), (24, 0), (2, 0))[0]
    hand = path(p, (0.02, 0.36), (0.16, 0.42), (0.15, 0.52), (0.05, 0.52))
    return SidePose(
        hip, lean, (0.0, FLAT), (0.015, FLAT), hand, (hand[0] + 0.02, hand[1]), behind=_chair(-0.23)
    ).figure()


def wall_sit(p: float) -> Figure:
    """Slide down a wall and stay."""
    hip = mix((-0.25, 0.45), (-0.25, 0.285), p)
    hand = (hip[0] + 0.05, hip[1] + 0.03)
    return SidePose(hip, 0, (0, FLAT), (0.015, FLAT), hand, hand, behind=(_wall(-0.365),)).figure()


def step_up(p: float) -> Figure:
    """One foot stays on the step, the other follows."""
    hip = path(p, (0.0, 0.50), (0.12, 0.56), (0.21, 0.69))
    return SidePose(
        hip,
        lean=path(p, (14, 0), (22, 0), (3, 0))[0],
        near_foot=(0.2, 0.2),
        far_foot=path(p, (-0.06, FLAT), (0.03, 0.17), (0.18, 0.2)),
        near_hand=(hip[0] + 0.08, hip[1] + 0.03),
        far_hand=(hip[0] - 0.02, hip[1] + 0.02),
        far_pitch=path(p, (0, 0), (-35, 0), (0, 0))[0],
        behind=(Prop("box", ((0.1, 0), (0.42, 0.17))),),
    ).figure()


def lunge(p: float) -> Figure:
    """Both feet stay, the back knee goes straight down."""
    hip = mix((-0.02, 0.44), (-0.03, 0.27), p)
    hand = (hip[0] + 0.03, hip[1] + 0.03)
    return SidePose(
        hip, lerp(2, 8, p), (0.2, FLAT), (-0.25, 0.08), hand, hand, far_pitch=-50
    ).figure()


def reverse_lunge(p: float) -> Figure:
    """Step back, lower, return."""
    hip = path(p, (0.1, 0.52), (0.04, 0.46), (-0.03, 0.27))
    hand = (hip[0] + 0.02, hip[1] + 0.0)
    return SidePose(
        hip,
        lerp(2, 10, p),
        (0.12, FLAT),
        path(p, (0.1, FLAT), (-0.2, 0.12), (-0.30, 0.08)),
        hand,
        hand,
        far_pitch=path(p, (0, 0), (-40, 0), (-50, 0))[0],
        front=(Prop("ball", (hand,), 0.03, "weight"),),
    ).figure()


def heel_raise(p: float) -> Figure:
    """The toes stay, everything else rises."""
    pitch = lerp(0, -45, p)
    toe = (FOOT, 0.02)
    ankle = polar(toe, FOOT, 180 + pitch)
    ankle = (ankle[0], ankle[1] + 0.01)
    hip = (ankle[0] + 0.005, ankle[1] + LEG - 0.004)
    return SidePose(
        hip,
        1,
        ankle,
        (ankle[0] + 0.015, ankle[1]),
        (0.27, hip[1] + 0.2),
        (hip[0] + 0.03, hip[1] + 0.0),
        near_pitch=pitch,
        far_pitch=pitch,
        behind=(_wall(0.29),),
    ).figure()


def hip_hinge(p: float) -> Figure:
    """A stick along the spine while the hips go back."""
    hip, lean = mix((0, 0.52), (-0.13, 0.48), p), lerp(1, 68, p)
    along = 90 - lean
    low = polar(polar(hip, 0.07, 180 - lean), 0.06, along)
    high = polar(low, 0.46, along)
    stick = Prop("line", (polar(low, -0.12, along), high), 0.016)
    return SidePose(
        hip, lean, (0, FLAT), (0.015, FLAT), low, polar(low, 0.34, along), behind=(stick,)
    ).figure()


def deadlift(p: float) -> Figure:
    """Pick a weight up from between the feet."""
    hip = mix((0, 0.52), (-0.17, 0.37), p)
    hand = path(p, (0.07, 0.5), (0.08, 0.33), (0.085, 0.15))
    return SidePose(
        hip, lerp(0, 70, p), (0, FLAT), (0.015, FLAT), hand, hand, front=_bell(hand)
    ).figure()


def single_leg_hinge(p: float) -> Figure:
    """The free leg and the trunk tip as one piece."""
    hip, lean = mix((0, 0.52), (-0.06, 0.51), p), lerp(2, 78, p)
    shoulder = polar(hip, TORSO, 90 - lean)
    return SidePose(
        hip,
        lean,
        near_foot=(0, FLAT),
        far_foot=polar(hip, LEG, -90 - lean),
        near_hand=(shoulder[0] + 0.03, shoulder[1] - 0.29),
        far_hand=(shoulder[0] + 0.06, shoulder[1] - 0.28),
        far_pitch=-lean,
    ).figure()


def _supine(near: Point, far: Point, near_pitch: float, far_pitch: float) -> SidePose:
    return SidePose(
        hip=(0, BACK),
        lean=-90,
        near_foot=near,
        far_foot=far,
        near_hand=(0.0, 0.045),
        far_hand=(0.0, 0.05),
        near_pitch=near_pitch,
        far_pitch=far_pitch,
    )


def straight_leg_raise(p: float) -> Figure:
    """The straight leg rises to the height of the bent knee."""
    angle = lerp(-2, 40, p)
    return _supine(polar((0, BACK), LEG, angle), (0.28, FLAT), angle + 80, 0).figure()


def heel_slide(p: float) -> Figure:
    """The heel slides toward the buttock."""
    return _supine(mix((0.49, 0.04), (0.16, FLAT), p), (0.49, 0.04), lerp(75, 0, p), 78).figure()


def _bridge(p: float, far: Point | None) -> Figure:
    shoulder = (-0.29, BACK)
    hip = polar(shoulder, TORSO, lerp(0, 33, p))
    return SidePose(
        hip,
        lean_between(hip, shoulder),
        near_foot=(0.2, FLAT),
        far_foot=polar(hip, LEG, 24) if far is None else far,
        near_hand=(0.0, 0.035),
        far_hand=(0.0, 0.045),
        far_pitch=100 if far is None else 0,
        neck=-90,
    ).figure()


def bridge(p: float) -> Figure:
    """Hips rise into one line with knees and shoulders."""
    return _bridge(p, (0.215, FLAT))


def single_leg_bridge(p: float) -> Figure:
    """The same on one leg."""
    return _bridge(p, None)


def dead_bug(p: float) -> Figure:
    """One leg and the opposite arm lower."""
    return SidePose(
        hip=(0, BACK),
        lean=-90,
        near_foot=path(p, (0.24, 0.30), (0.38, 0.25), (0.48, 0.13)),
        far_foot=(0.25, 0.31),
        near_hand=(-0.27, BACK + ARM),
        far_hand=polar((-0.29, BACK), ARM, lerp(88, 165, p)),
        near_pitch=lerp(60, 80, p),
        far_pitch=60,
    ).figure()


def _all_fours(**changes: object) -> SidePose:
    base: dict[str, object] = {
        "hip": (-0.15, 0.285),
        "lean": 88.0,
        "near_foot": (-0.38, 0.035),
        "far_foot": (-0.375, 0.035),
        "near_hand": (0.165, 0.02),
        "far_hand": (0.18, 0.02),
        "near_pitch": 180,
        "far_pitch": 180,
        "elbow": +1,
    }
    return SidePose(**{**base, **changes})  # type: ignore[arg-type]


def cat_camel(p: float) -> Figure:
    """The back rounds up, then sinks."""
    return _all_fours(curve=lerp(-0.055, 0.075, p), neck=lerp(58, 122, p)).figure()


def bird_dog(p: float) -> Figure:
    """Opposite arm and leg reach out."""
    hip: Point = (-0.15, 0.285)
    return _all_fours(
        near_foot=path(p, (-0.38, 0.035), (-0.52, 0.12), polar(hip, LEG, 178)),
        far_hand=path(p, (0.18, 0.02), (0.32, 0.12), (0.44, 0.33)),
        near_pitch=path(p, (180, 0), (215, 0), (255, 0))[0],
        neck=114.0,
    ).figure()


def prone_press_up(p: float) -> Figure:
    """The chest rises, the hips stay heavy."""
    return SidePose(
        hip=(-0.06, BACK),
        lean=lerp(86, 48, p),
        near_foot=(-0.55, 0.035),
        far_foot=(-0.55, 0.04),
        near_hand=(0.2, 0.02),
        far_hand=(0.215, 0.02),
        near_pitch=178,
        far_pitch=178,
        curve=lerp(0, -0.045, p),
        neck=lerp(80, 22, p),
    ).figure()


def knees_to_side(p: float) -> Figure:
    """Both knees sway toward the viewer."""
    pose = _supine((0.24, FLAT), (0.25, FLAT), 0, 0).figure()
    knee = mix((0.09, 0.275), (0.17, 0.10), p)
    hip, foot = (0.0, BACK), (0.25, FLAT)
    leg = (hip, knee, foot, (foot[0] + FOOT, FLAT))
    far = (hip, mix((0.1, 0.28), (0.15, 0.17), p), foot, (foot[0] + FOOT, FLAT))
    return Figure(pose.head, pose.face, pose.trunk, leg, far, pose.near_arm, pose.far_arm)


def row(p: float) -> Figure:
    """Elbows travel back past the ribs."""
    hand = mix((0.31, 0.68), (0.09, 0.63), p)
    return SidePose(
        hip=(-0.03, 0.50),
        lean=4,
        near_foot=(0, FLAT),
        far_foot=(0.015, FLAT),
        near_hand=hand,
        far_hand=(hand[0] + 0.015, hand[1]),
        behind=(
            Prop("box", ((0.62, 0), (0.65, 1.0)), tone="wall"),
            Prop("line", (hand, (0.63, 0.68)), 0.014, "band"),
        ),
    ).figure()


def press_up(p: float) -> Figure:
    """One straight line from heels to head, hands on a bench."""
    ankle, angle = (-0.42, 0.06), lerp(45, 32, p)
    return SidePose(
        hip=polar(ankle, LEG, angle),
        lean=90 - angle,
        near_foot=ankle,
        far_foot=(ankle[0] + 0.01, ankle[1]),
        near_hand=(0.33, 0.36),
        far_hand=(0.345, 0.36),
        near_pitch=-40,
        far_pitch=-40,
        behind=(Prop("box", ((0.27, 0), (0.58, 0.33))),),
    ).figure()


def chin_tuck(p: float) -> Figure:
    """The head glides back over the shoulders."""
    hand = (0.03, 0.33)
    return SidePose(
        (-0.21, 0.295),
        lerp(7, 3, p),
        (0.02, FLAT),
        (0.035, FLAT),
        hand,
        hand,
        glide=lerp(0.055, -0.01, p),
        neck=lerp(14, 0, p),
        behind=_chair(-0.23),
    ).figure()


def carry(p: float) -> Figure:
    """Walking in place over a floor that moves."""
    turn = 2 * math.pi * p

    def foot(angle: float) -> Point:
        return (0.14 * math.cos(angle), FLAT + max(0.0, -math.sin(angle)) * 0.07)

    hand = (0.02, 0.5)
    marks = tuple(
        Prop("line", ((x, -0.035), (x + 0.1, -0.035)), 0.008, "mark")
        for x in (i * 0.28 - 0.56 * p for i in range(-6, 9))
    )
    return SidePose(
        hip=(0, 0.505 + 0.012 * math.cos(2 * turn + math.pi)),
        lean=1,
        near_foot=foot(turn),
        far_foot=foot(turn + math.pi),
        near_hand=hand,
        far_hand=(0.02 - 0.1 * math.cos(turn + math.pi), 0.53),
        near_pitch=-18 * max(0.0, -math.sin(turn)),
        far_pitch=-18 * max(0.0, math.sin(turn)),
        behind=marks,
        front=_bell(hand),
    ).figure()


_LYING = {"width": 1.35, "height": 0.66}

SIDE: dict[str, Move] = {
    "squat": Move(squat),
    "sit_to_stand": Move(sit_to_stand),
    "wall_sit": Move(wall_sit, hold=0.55, seconds=6.0),
    "step_up": Move(step_up, height=1.36),
    "lunge": Move(lunge),
    "reverse_lunge": Move(reverse_lunge),
    "heel_raise": Move(heel_raise),
    "hip_hinge": Move(hip_hinge),
    "deadlift": Move(deadlift),
    "single_leg_hinge": Move(single_leg_hinge, width=1.25),
    "straight_leg_raise": Move(straight_leg_raise, **_LYING),
    "heel_slide": Move(heel_slide, **_LYING),
    "bridge": Move(bridge, **_LYING, hold=0.25),
    "single_leg_bridge": Move(single_leg_bridge, **_LYING),
    "dead_bug": Move(dead_bug, **_LYING),
    "knees_to_side": Move(knees_to_side, **_LYING),
    "cat_camel": Move(cat_camel, width=1.1, height=0.75),
    "bird_dog": Move(bird_dog, width=1.45, height=0.75, hold=0.3),
    "prone_press_up": Move(prone_press_up, width=1.45, height=0.75),
    "row": Move(row, width=1.5),
    "press_up": Move(press_up, width=1.4, height=1.0),
    "chin_tuck": Move(chin_tuck, height=1.0, hold=0.3),
    "carry": Move(carry, loops=True, seconds=1.5),
}
