"""The clinic's two programs, as plain data: what changes from week to week, and why."""

from typing import Any, NamedTuple

from .exercises import BY_SLUG, Dose


class FormCheck(NamedTuple):
    """A video that the therapist would like to see."""

    camera_view: str
    question: str
    set_number: int = 1
    due_day: str = "5"


class Item(NamedTuple):
    """One line of a session; ``changes`` override the exercise's default dose."""

    exercise: str
    section: str = "main"
    changes: Dose = {}
    note: str = ""
    form_check: FormCheck | None = None

    @property
    def dose(self) -> Dose:
        """The whole dose: the exercise's own, with this line's changes; ``None`` removes."""
        merged = {**BY_SLUG[self.exercise].dose, **self.changes}
        return {key: value for key, value in merged.items() if value is not None}


class Session(NamedTuple):
    """A training unit, a number of times a week or on named weekdays (MO, TU, …)."""

    title: str
    items: list[Item]
    times_per_week: int | None = None
    weekdays: list[str] = []
    notes: str = ""


class Week(NamedTuple):
    """One week of a program."""

    title: str
    focus: str
    phase: str
    sessions: list[Session]
    is_deload: bool = False


class Program(NamedTuple):
    """A program; ``goals`` are one sentence each, ``phases`` name the weeks that they cover."""

    slug: str
    title: str
    summary: str
    for_whom: str
    goals: list[str]
    level: str
    phases: dict[str, str]
    body: str
    weeks: list[Week]


def warm_up(exercise: str, note: str = "", **changes: Any) -> Item:
    """A line of the warm-up."""
    return Item(exercise, "warm_up", changes, note)


def main(exercise: str, note: str = "", check: FormCheck | None = None, **changes: Any) -> Item:
    """A line of the main part."""
    return Item(exercise, "main", changes, note, check)


def cool_down(exercise: str, note: str = "", **changes: Any) -> Item:
    """A line of the cool-down."""
    return Item(exercise, "cool_down", changes, note)


_EASY_DAY = Session(
    "Easy movement",
    [
        main("heel-slide", sets=1, reps=12, reps_max=None),
        main("single-leg-balance", sets=2, hold_seconds=30),
        cool_down("knees-to-side"),
    ],
    times_per_week=2,
    notes="Ten unhurried minutes. Any day without strength work is a good day for it.",
)

STRONGER_KNEES = Program(
    slug="stronger-knees",
    title="Stronger Knees",
    summary=(
        "Six weeks from sore on the stairs to strong on the stairs: three short strength "
        "sessions a week, one easy one, and a therapist who watches how you move."
    ),
    for_whom=(
        "For people with pain around or behind the kneecap that comes with stairs, squatting, "
        "running or long sitting. After a fresh injury, surgery, or with a locked or very swollen "
        "knee, book a visit first."
    ),
    goals=[
        "Walk up and down two flights of stairs with pain no higher than 2 out of 10.",
        "Squat and lunge with knees that follow the feet.",
        "Know how to make a session easier or harder without asking.",
    ],
    level="start",
    phases={"Settle": "Weeks 1 and 2", "Build": "Weeks 3 and 4", "Strengthen": "Weeks 5 and 6"},
    body=(
        "<p>Most sore kneecaps do best with work that is steady, not heavy, and that grows a "
        "little each week. You will feel your thighs and hips. A little discomfort in the knee, "
        "up to 3 out of 10 and gone by the next morning, is expected and safe.</p>"
        "<p>Each week builds on what you logged in the week before. Your therapist changes the "
        "plan to fit you, so your weeks may differ from the ones shown here.</p>"
    ),
    weeks=[
        Week(
            "Week 1: Find your starting point",
            "Learn the movements and find the height and depth your knee accepts today.",
            "Settle",
            [
                Session(
                    "Strength",
                    [
                        warm_up("heel-slide", sets=1),
                        main(
                            "sit-to-stand",
                            "Use a higher chair if the first two repetitions hurt.",
                            FormCheck("front", "Do both knees stay over your feet on the way up?"),
                            sets=2,
                            reps=8,
                            reps_max=None,
                        ),
                        main("glute-bridge", sets=2, reps=10, reps_max=None),
                        main("straight-leg-raise", sets=2, reps=8),
                        main("wall-sit", sets=3, hold_seconds=20, effort=5),
                        cool_down("heel-raise", sets=2, reps=10, reps_max=None, effort=4),
                    ],
                    times_per_week=3,
                    notes="Leave a day between sessions. About 25 minutes.",
                ),
                _EASY_DAY,
            ],
        ),
        Week(
            "Week 2: A little more",
            "Same movements, one more set. Quiet knees first, numbers second.",
            "Settle",
            [
                Session(
                    "Strength",
                    [
                        warm_up("bodyweight-squat", "Only as deep as is easy.", sets=1, effort=3),
                        main("sit-to-stand", sets=3, reps=10, reps_max=None),
                        main("glute-bridge", sets=3, reps=10, reps_max=12),
                        main("clamshell", sets=2),
                        main("wall-sit", sets=4, hold_seconds=30),
                        cool_down("heel-raise", sets=2, reps=12, reps_max=None),
                    ],
                    times_per_week=3,
                ),
                _EASY_DAY,
            ],
        ),
        Week(
            "Week 3: On to the step",
            "Stairs, practiced on purpose: a low step, slow on the way down.",
            "Build",
            [
                Session(
                    "Strength",
                    [
                        warm_up("glute-bridge", sets=1, reps=10, reps_max=None, effort=3),
                        main(
                            "step-up",
                            "Start with 6 inches.",
                            FormCheck("front", "Does the knee stay over your second toe?", 2),
                            sets=3,
                            reps=6,
                        ),
                        main("bodyweight-squat", sets=3, reps=10),
                        main("band-walk", sets=2, reps=10),
                        main("hip-hinge", sets=2, reps=8, reps_max=None),
                        cool_down("heel-raise", sets=3, reps=12, reps_max=None),
                    ],
                    times_per_week=3,
                ),
                _EASY_DAY,
            ],
        ),
        Week(
            "Week 4: Lighter week",
            "Fewer sets so that the last three weeks can sink in. You should finish fresh.",
            "Build",
            [
                Session(
                    "Strength, short",
                    [
                        warm_up("bodyweight-squat", sets=1, effort=3),
                        main("step-up", sets=2, reps=6, effort=5),
                        main("wall-sit", sets=2, hold_seconds=30, effort=5),
                        main("clamshell", sets=1),
                        cool_down("heel-raise", sets=2, reps=10, reps_max=None, effort=4),
                    ],
                    times_per_week=2,
                    notes="About 15 minutes. It is meant to feel easy.",
                ),
                _EASY_DAY,
            ],
            is_deload=True,
        ),
        Week(
            "Week 5: Add weight",
            "First loaded week. Keep two or three good repetitions in reserve.",
            "Strengthen",
            [
                Session(
                    "Strength A",
                    [
                        warm_up("bodyweight-squat", sets=1, effort=3),
                        main(
                            "goblet-squat",
                            "Begin with 15 lb. Add 5 lb only if all sets felt like 6 or less.",
                            FormCheck("front", "Do your knees drift inward near the bottom?", 2),
                        ),
                        main("step-up", sets=3, reps=8),
                        main("heel-raise", sets=3, reps=15, reps_max=None),
                    ],
                    weekdays=["MO", "FR"],
                ),
                Session(
                    "Strength B",
                    [
                        warm_up("glute-bridge", sets=1, reps=10, reps_max=None, effort=3),
                        main("split-squat", "Hold a chair back for balance.", sets=2, reps=8),
                        main("single-leg-bridge", sets=3, reps=6, reps_max=None),
                        main("band-walk", sets=3),
                        cool_down("single-leg-balance", sets=2),
                    ],
                    weekdays=["WE"],
                ),
                _EASY_DAY,
            ],
        ),
        Week(
            "Week 6: Strong on the stairs",
            "Same plan, a little heavier and slower. At the end, walk your two flights again.",
            "Strengthen",
            [
                Session(
                    "Strength A",
                    [
                        warm_up("bodyweight-squat", sets=1, effort=3),
                        main("goblet-squat", load_value=20, effort=7),
                        main(
                            "lateral-step-down",
                            "A low step. Slow is the point.",
                            FormCheck("front", "Does your pelvis stay level?"),
                            sets=3,
                            reps=6,
                            reps_max=None,
                        ),
                        main("heel-raise", sets=3, reps=15, reps_max=None, effort=7),
                    ],
                    weekdays=["MO", "FR"],
                ),
                Session(
                    "Strength B",
                    [
                        warm_up("glute-bridge", sets=1, reps=10, reps_max=None, effort=3),
                        main("reverse-lunge", load_value=5, effort=6),
                        main("single-leg-bridge", sets=3, reps=8, reps_max=None),
                        main("band-walk", sets=3),
                        cool_down("single-leg-balance", "Eyes closed, if you like.", sets=2),
                    ],
                    weekdays=["WE"],
                ),
                _EASY_DAY,
            ],
        ),
    ],
)

_MORNING = Session(
    "Morning loosener",
    [main("cat-camel"), main("knees-to-side")],
    times_per_week=7,
    notes="Three minutes before breakfast.",
)

CALM_LOW_BACK = Program(
    slug="calm-low-back",
    title="Calm Low Back",
    summary=(
        "Four weeks that move a touchy back from careful to capable: a few minutes each morning, "
        "and strength three times a week."
    ),
    for_whom=(
        "For people whose low back has ached on and off for more than six weeks. If you have "
        "numbness around the groin, new trouble with bladder or bowel, fever, or a leg that is "
        "losing strength, seek medical care today; this program is not for that."
    ),
    goals=[
        "Sit through a movie or a meeting and get up without stiffness.",
        "Pick up 20 pounds from the floor with confidence.",
        "Have a plan for the days when the back complains.",
    ],
    level="start",
    phases={"Calm": "Week 1", "Control": "Weeks 2 and 3", "Capable": "Week 4"},
    body=(
        "<p>A back that hurts is seldom a back that is harmed. It is usually a back that has had "
        "too much, or too little, for a while. This program finds the amount that is right, and "
        "raises it bit by bit.</p><p>Some soreness, up to 3 out of 10, is fine while you move. "
        "Pain that runs down your leg is a reason to stop and write to us.</p>"
    ),
    weeks=[
        Week(
            "Week 1: Settle and move",
            "Little and often. Every day has some movement and no day has much.",
            "Calm",
            [
                _MORNING,
                Session(
                    "Gentle strength",
                    [
                        warm_up("prone-press-up", "Skip it if lying on your front is unpleasant."),
                        main("glute-bridge", sets=2, reps=8, reps_max=None, effort=4),
                        main("dead-bug", "Legs only, if that is enough.", sets=2, reps=6, effort=4),
                        main("hip-hinge", sets=2, reps=8, reps_max=None),
                    ],
                    times_per_week=3,
                ),
            ],
        ),
        Week(
            "Week 2: Find control",
            "Arms and legs move, the back stays quiet.",
            "Control",
            [
                _MORNING,
                Session(
                    "Strength",
                    [
                        warm_up("cat-camel", sets=1),
                        main(
                            "bird-dog",
                            check=FormCheck("side", "Does your low back stay still as you reach?"),
                            sets=2,
                            reps=6,
                        ),
                        main("glute-bridge", sets=3, reps=10, reps_max=None),
                        main("side-plank", "From your knees.", sets=2, hold_seconds=15),
                        main("hip-hinge", sets=3, reps=8, reps_max=None),
                    ],
                    times_per_week=3,
                ),
            ],
        ),
        Week(
            "Week 3: Pick things up",
            "The hinge gets a weight. Light first, smooth always.",
            "Control",
            [
                _MORNING,
                Session(
                    "Strength",
                    [
                        warm_up("hip-hinge", sets=1, reps=8, reps_max=None),
                        main(
                            "kettlebell-deadlift",
                            check=FormCheck("side", "Does your back keep its shape off the floor?"),
                            sets=3,
                            reps=6,
                            load_value=15,
                            effort=5,
                        ),
                        main("bird-dog", sets=3, reps=6),
                        main("side-plank", sets=3, hold_seconds=20),
                        main("band-row", sets=2, reps=10, reps_max=None),
                    ],
                    times_per_week=3,
                ),
            ],
        ),
        Week(
            "Week 4: Carry on",
            "Lift, carry and walk. By the end of the week you have a routine to keep.",
            "Capable",
            [
                _MORNING,
                Session(
                    "Strength",
                    [
                        warm_up("hip-hinge", sets=1, reps=8, reps_max=None),
                        main("kettlebell-deadlift", sets=3, reps=8, load_value=20),
                        main("suitcase-carry", load_value=15),
                        main("sit-to-stand", sets=3, reps=10, reps_max=None),
                        main("side-plank", sets=3, hold_seconds=25),
                        main("band-row", sets=3, reps=10, reps_max=None),
                    ],
                    times_per_week=3,
                ),
            ],
        ),
    ],
)

PROGRAMS = [STRONGER_KNEES, CALM_LOW_BACK]
