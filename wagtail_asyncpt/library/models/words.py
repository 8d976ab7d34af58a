"""The words by which exercises are told apart and found."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Region(models.TextChoices):
    """Body regions, neck to foot."""

    NECK = "neck", _("Neck")
    SHOULDER = "shoulder", _("Shoulder")
    ELBOW_WRIST = "elbow_wrist", _("Elbow, wrist and hand")
    UPPER_BACK = "upper_back", _("Upper back")
    LOWER_BACK = "lower_back", _("Lower back")
    CORE = "core", _("Trunk")
    HIP = "hip", _("Hip")
    KNEE = "knee", _("Knee")
    ANKLE_FOOT = "ankle_foot", _("Ankle and foot")


class Position(models.TextChoices):
    """The position in which an exercise is done."""

    STANDING = "standing", _("Standing")
    SITTING = "sitting", _("Sitting")
    SUPINE = "supine", _("On the back")
    PRONE = "prone", _("On the stomach")
    SIDE_LYING = "side_lying", _("On the side")
    KNEELING = "kneeling", _("Kneeling or hands and knees")


class Pattern(models.TextChoices):
    """The movement pattern that an exercise trains."""

    SQUAT = "squat", _("Squat")
    HINGE = "hinge", _("Hinge")
    LUNGE = "lunge", _("Lunge or step")
    PUSH = "push", _("Push")
    PULL = "pull", _("Pull")
    CARRY = "carry", _("Carry")
    TRUNK = "trunk", _("Trunk control")
    ISOLATION = "isolation", _("Single joint")
    MOBILITY = "mobility", _("Mobility")
    BALANCE = "balance", _("Balance")
    BREATHING = "breathing", _("Breathing")


class Equipment(models.TextChoices):
    """What a client needs at hand."""

    NONE = "none", _("No equipment")
    MAT = "mat", _("Mat")
    CHAIR = "chair", _("Chair or bench")
    WALL = "wall", _("Wall or counter")
    STEP = "step", _("Step or box")
    TOWEL = "towel", _("Towel or strap")
    STICK = "stick", _("Stick")
    LOOP_BAND = "loop_band", _("Loop band")
    LONG_BAND = "long_band", _("Long band")
    DUMBBELL = "dumbbell", _("Dumbbell or other hand weight")
    KETTLEBELL = "kettlebell", _("Kettlebell")
    BARBELL = "barbell", _("Barbell")
    CUFF = "cuff", _("Ankle weight")
    BALL = "ball", _("Ball")
    BALANCE_PAD = "balance_pad", _("Balance pad or cushion")
    FOAM_ROLLER = "foam_roller", _("Foam roller")
    CABLE = "cable", _("Cable pulley")
    MACHINE = "machine", _("Machine")
    OTHER = "other", _("Something else")


class Visibility(models.TextChoices):
    """What of a published exercise anybody may see; clients and therapists see all of it."""

    EVERYTHING = "everything", _("Everything")
    TEASER = "teaser", _("Name and picture")
    NOTHING = "nothing", _("Nothing")


class CueKind(models.TextChoices):
    """What an instruction is about."""

    SET_UP = "set_up", _("Set up")
    DO = "do", _("Do")
    FEEL = "feel", _("Feel")
    AVOID = "avoid", _("Avoid")
