"""The demo's exercises: those of the starter library for which a clip is drawn."""

from typing import Any, NamedTuple

from wagtail_asyncpt.library.importing.starter import starter_records

Dose = dict[str, Any]

#: Slug, drawn movement and view.
CLIPS = [
    ("sit-to-stand", "sit_to_stand", "side"),
    ("goblet-squat", "squat", "front"),
    ("bodyweight-squat", "squat", "side"),
    ("wall-sit", "wall_sit", "side"),
    ("step-up", "step_up", "side"),
    ("lateral-step-down", "step_down", "front"),
    ("split-squat", "lunge", "side"),
    ("reverse-lunge", "reverse_lunge", "side"),
    ("straight-leg-raise", "straight_leg_raise", "side"),
    ("heel-slide", "heel_slide", "side"),
    ("heel-raise", "heel_raise", "side"),
    ("glute-bridge", "bridge", "side"),
    ("single-leg-bridge", "single_leg_bridge", "side"),
    ("hip-hinge", "hip_hinge", "side"),
    ("kettlebell-deadlift", "deadlift", "side"),
    ("single-leg-hinge", "single_leg_hinge", "side"),
    ("clamshell", "clamshell", "front"),
    ("side-lying-leg-raise", "side_leg_raise", "front"),
    ("band-walk", "band_walk", "front"),
    ("single-leg-balance", "single_leg_balance", "front"),
    ("cat-camel", "cat_camel", "side"),
    ("bird-dog", "bird_dog", "side"),
    ("dead-bug", "dead_bug", "side"),
    ("side-plank", "side_plank", "front"),
    ("prone-press-up", "prone_press_up", "side"),
    ("knees-to-side", "knees_to_side", "side"),
    ("band-row", "row", "side"),
    ("incline-push-up", "press_up", "side"),
    ("chin-tuck", "chin_tuck", "side"),
    ("suitcase-carry", "carry", "side"),
]


class Exercise(NamedTuple):
    """One exercise, and what its clip shows."""

    slug: str
    name: str
    dose: Dose
    clip: str
    view: str


_STARTER = {record.slug: record for record in starter_records(dict)}
EXERCISES = [
    Exercise(slug, _STARTER[slug].name, _STARTER[slug].values["default_dose"], clip, view)
    for slug, clip, view in CLIPS
]
BY_SLUG = {exercise.slug: exercise for exercise in EXERCISES}
