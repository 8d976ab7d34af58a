"""Words of exercise collections, and what they are in ours."""

from collections.abc import Iterable

from wagtail_asyncpt.library.models import Equipment, Region

_REGIONS = {
    Region.NECK: ["neck", "sternocleidomastoid"],
    Region.SHOULDER: ["shoulders", "chest", "deltoid", "pectoralis", "serratus"],
    Region.ELBOW_WRIST: ["biceps", "triceps", "forearms", "brachialis", "wrist"],
    Region.UPPER_BACK: ["middle back", "lats", "traps", "trapezius", "latissimus"],
    Region.LOWER_BACK: ["lower back", "erector"],
    Region.CORE: ["abdominals", "rectus abdominis", "obliquus", "abs"],
    Region.HIP: ["glutes", "adductors", "abductors", "gluteus", "hamstrings"],
    Region.KNEE: ["quadriceps", "hamstrings", "quads", "biceps femoris"],
    Region.ANKLE_FOOT: ["calves", "gastrocnemius", "soleus"],
}
_EQUIPMENT = {
    "body only": Equipment.NONE,
    "none (bodyweight exercise)": Equipment.NONE,
    "bands": Equipment.LONG_BAND,
    "resistance band": Equipment.LONG_BAND,
    "barbell": Equipment.BARBELL,
    "sz-bar": Equipment.BARBELL,
    "e-z curl bar": Equipment.BARBELL,
    "bench": Equipment.CHAIR,
    "incline bench": Equipment.CHAIR,
    "cable": Equipment.CABLE,
    "dumbbell": Equipment.DUMBBELL,
    "exercise ball": Equipment.BALL,
    "medicine ball": Equipment.BALL,
    "swiss ball": Equipment.BALL,
    "foam roll": Equipment.FOAM_ROLLER,
    "gym mat": Equipment.MAT,
    "kettlebell": Equipment.KETTLEBELL,
    "kettlebells": Equipment.KETTLEBELL,
    "machine": Equipment.MACHINE,
    "pull-up bar": Equipment.OTHER,
    "other": Equipment.OTHER,
}


def regions_of(muscles: Iterable[str]) -> list[str]:
    """The body regions of muscles, by the names that collections give them."""
    names = [muscle.strip().lower() for muscle in muscles]
    found = {
        region
        for region, known in _REGIONS.items()
        for name in names
        if any(name == one or name.startswith(f"{one} ") for one in known)
    }
    if "biceps femoris" in names:
        found.discard(Region.ELBOW_WRIST)
    return [value for value in Region.values if value in found]


def equipment_of(names: Iterable[str]) -> list[str]:
    """Our words for equipment; what we have no word for is something else."""
    found = {_EQUIPMENT.get(name.strip().lower(), Equipment.OTHER) for name in names if name}
    return [value for value in Equipment.values if value in found]
