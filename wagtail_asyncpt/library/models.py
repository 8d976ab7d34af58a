"""The exercise library: what a therapist can prescribe."""

from typing import Any

from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.models import (
    DraftStateMixin,
    LockableMixin,
    Orderable,
    PreviewableMixin,
    RevisionMixin,
    TranslatableMixin,
    WorkflowMixin,
)
from wagtail.search import index

from wagtail_asyncpt.library.media import AbstractVideo


class ExerciseVideo(AbstractVideo):
    """A demonstration video of one or more exercises."""

    folder = "exercises"

    title = models.CharField(_("title"), max_length=200)
    captions = models.TextField(
        _("captions"), blank=True, help_text=_("WebVTT text; leave empty for a silent video.")
    )
    credit = models.CharField(_("credit"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("exercise video")
        verbose_name_plural = _("exercise videos")
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title


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


class Exercise(
    PreviewableMixin,
    WorkflowMixin,
    DraftStateMixin,
    LockableMixin,
    RevisionMixin,
    TranslatableMixin,
    index.Indexed,
    ClusterableModel,
):
    """One exercise of the library, authored as CMS content."""

    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(_("slug"), max_length=200)
    other_names = models.CharField(_("other names"), max_length=300, blank=True)
    summary = models.TextField(
        _("summary"), blank=True, help_text=_("One or two plain sentences for the client.")
    )
    region = models.CharField(_("body region"), max_length=20, choices=Region, blank=True)
    position = models.CharField(_("position"), max_length=20, choices=Position, blank=True)
    pattern = models.CharField(_("movement pattern"), max_length=20, choices=Pattern, blank=True)
    equipment = models.CharField(_("equipment"), max_length=200, blank=True)
    stop_rules = models.TextField(
        _("stop rules"), blank=True, help_text=_("When to stop and tell the therapist.")
    )
    default_dose = models.JSONField(_("default dose"), default=dict, blank=True)
    video = models.ForeignKey(
        ExerciseVideo,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="exercises",
        verbose_name=_("demonstration video"),
    )
    source = models.CharField(_("source"), max_length=200, blank=True)
    licence = models.CharField(_("license"), max_length=100, blank=True)
    author = models.CharField(_("author"), max_length=200, blank=True)

    workflow_states = GenericRelation(
        "wagtailcore.WorkflowState",
        content_type_field="base_content_type",
        object_id_field="object_id",
        related_query_name="asyncpt_exercise",
        for_concrete_model=False,
    )

    search_fields = [
        index.SearchField("name", boost=3),
        index.AutocompleteField("name"),
        index.SearchField("other_names"),
        index.AutocompleteField("other_names"),
        index.RelatedFields("cues", [index.SearchField("text"), index.AutocompleteField("text")]),
        index.FilterField("region"),
        index.FilterField("position"),
        index.FilterField("pattern"),
        index.FilterField("live"),
        index.FilterField("locale_id"),
    ]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("exercise")
        verbose_name_plural = _("exercises")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["locale", "slug"], name="asyncpt_exercise_slug"),
        ]

    def __str__(self) -> str:
        return self.name

    def get_preview_template(self, request: Any, mode_name: str) -> str:
        """The exercise as the client sees it."""
        return "wagtail_asyncpt/library/exercise_preview.html"


class CueKind(models.TextChoices):
    """What an instruction is about."""

    SET_UP = "set_up", _("Set up")
    DO = "do", _("Do")
    FEEL = "feel", _("Feel")
    AVOID = "avoid", _("Avoid")


class Cue(Orderable):
    """One typed instruction of an exercise."""

    exercise = ParentalKey(Exercise, on_delete=models.CASCADE, related_name="cues")
    kind = models.CharField(_("kind"), max_length=10, choices=CueKind, default=CueKind.DO)
    text = models.CharField(_("text"), max_length=300)

    class Meta(Orderable.Meta):
        verbose_name = _("cue")
        verbose_name_plural = _("cues")

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.text}"
