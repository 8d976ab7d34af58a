"""The exercise: what a therapist can prescribe, authored as CMS content."""

from typing import Any

from django.contrib.contenttypes.fields import GenericRelation
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from modelcluster.contrib.taggit import ClusterTaggableManager
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from taggit.models import TaggedItemBase
from wagtail.images import get_image_model_string
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

from wagtail_asyncpt.core.fields import ChoicesField
from wagtail_asyncpt.library.embeds import Embed, parse_embed, validate_embed
from wagtail_asyncpt.library.models.video import ExerciseVideo
from wagtail_asyncpt.library.models.words import (
    CueKind,
    Equipment,
    Pattern,
    Position,
    Region,
    Visibility,
)

WORDS_MAX = 6


class TaggedExercise(TaggedItemBase):
    """A clinic's own word on an exercise."""

    content_object = ParentalKey(
        "wagtail_asyncpt.Exercise", on_delete=models.CASCADE, related_name="tagged_items"
    )


class ExerciseQuerySet(models.QuerySet["Exercise"]):
    """Reads of exercises."""

    def named(self, text: str) -> "ExerciseQuerySet":
        """Those whose name holds every word of ``text``: all that a visitor may search."""
        found = self
        for word in text.split()[:WORDS_MAX]:
            found = found.filter(name__icontains=word)
        return found

    def matching(self, text: str) -> "ExerciseQuerySet":
        """Those whose name, other names or cues hold every word of ``text``, best first.

        Parts of words count: a therapist types "squa". The site's search backend is not asked, so
        that every filter of the listing works beside it, on every database.
        """
        words = text.split()[:WORDS_MAX]
        if not words:
            return self
        found = self
        for word in words:
            cues = Cue.objects.filter(exercise=models.OuterRef("pk"), text__icontains=word)
            found = found.filter(
                Q(name__icontains=word) | Q(other_names__icontains=word) | models.Exists(cues)
            )
        rank = models.Case(
            models.When(name__istartswith=words[0], then=0),
            models.When(name__icontains=words[0], then=1),
            models.When(other_names__icontains=words[0], then=2),
            default=3,
            output_field=models.IntegerField(),
        )
        return found.order_by(rank, "name", "pk")

    def with_picture(self) -> "ExerciseQuerySet":
        """With the video, whose poster stands for the exercise in a row: no further query."""
        return self.select_related("video")

    def published(self) -> "ExerciseQuerySet":
        """Those that may be prescribed."""
        return self.filter(live=True)

    def shown_to(self, everything: bool) -> "ExerciseQuerySet":
        """Published ones for a member (``everything``) or for anybody."""
        rows = self.published()
        return rows if everything else rows.exclude(visibility=Visibility.NOTHING)


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
    """One exercise of the library.

    ``import_key`` names the row of a file or of the starter library that it came from, and
    ``imported`` holds what was written then: what differs now was edited by hand.
    """

    name = models.CharField(_("name"), max_length=200)
    slug = models.SlugField(_("slug"), max_length=200)
    other_names = models.CharField(_("other names"), max_length=300, blank=True)
    summary = models.TextField(
        _("summary"), blank=True, help_text=_("One or two plain sentences for the client.")
    )
    regions = ChoicesField(_("body regions"), options=Region.choices, blank=True)
    position = models.CharField(_("position"), max_length=20, choices=Position, blank=True)
    pattern = models.CharField(_("movement pattern"), max_length=20, choices=Pattern, blank=True)
    equipment = ChoicesField(_("equipment"), options=Equipment.choices, blank=True)
    equipment_note = models.CharField(
        _("equipment, in words"),
        max_length=200,
        blank=True,
        help_text=_("What the client reads, for example: a chair that does not roll."),
    )
    tags = ClusterTaggableManager(through=TaggedExercise, blank=True, verbose_name=_("tags"))
    stop_rules = models.TextField(
        _("stop rules"), blank=True, help_text=_("When to stop and tell the therapist.")
    )
    contraindications = models.TextField(
        _("contraindications"),
        blank=True,
        help_text=_("When not to prescribe it. For therapists; clients do not see this."),
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
    embed_url = models.URLField(
        _("video on YouTube or Vimeo"),
        blank=True,
        validators=[validate_embed],
        help_text=_(
            "Shown where there is no video of your own. Nothing is loaded from there until "
            "somebody presses play."
        ),
    )
    picture = models.ForeignKey(
        get_image_model_string(),
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("picture"),
        help_text=_("Pictures are never private: whoever knows the address can open them."),
    )
    picture_alt = models.CharField(
        _("picture in words"),
        max_length=250,
        blank=True,
        help_text=_("What the picture shows, for people who do not see it."),
    )
    picture_author = models.CharField(_("picture: author"), max_length=200, blank=True)
    picture_source = models.CharField(_("picture: source"), max_length=300, blank=True)
    picture_licence = models.CharField(_("picture: license"), max_length=100, blank=True)
    visibility = models.CharField(
        _("open to everybody"),
        max_length=20,
        choices=Visibility,
        default=Visibility.TEASER,
        help_text=_("On the site's public pages. Clients and therapists always see everything."),
    )
    source = models.CharField(_("source"), max_length=300, blank=True)
    licence = models.CharField(_("license"), max_length=100, blank=True)
    author = models.CharField(_("author"), max_length=200, blank=True)
    import_key = models.CharField(max_length=250, blank=True, editable=False)
    imported = models.JSONField(default=dict, blank=True, editable=False)

    workflow_states = GenericRelation(
        "wagtailcore.WorkflowState",
        content_type_field="base_content_type",
        object_id_field="object_id",
        related_query_name="asyncpt_exercise",
        for_concrete_model=False,
    )

    objects = ExerciseQuerySet.as_manager()

    search_fields = [
        index.SearchField("name", boost=3),
        index.AutocompleteField("name"),
        index.SearchField("other_names"),
        index.AutocompleteField("other_names"),
        index.RelatedFields("cues", [index.SearchField("text"), index.AutocompleteField("text")]),
        index.FilterField("position"),
        index.FilterField("pattern"),
        index.FilterField("visibility"),
        index.FilterField("live"),
        index.FilterField("locale_id"),
    ]

    class Meta(TranslatableMixin.Meta):
        verbose_name = _("exercise")
        verbose_name_plural = _("exercises")
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["locale", "slug"], name="asyncpt_exercise_slug"),
            models.UniqueConstraint(
                fields=["locale", "import_key"],
                condition=~Q(import_key=""),
                name="asyncpt_exercise_import_key",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_preview_template(self, request: Any, mode_name: str) -> str:
        """The exercise as the client sees it."""
        return "wagtail_asyncpt/library/exercise_preview.html"

    @property
    def embed(self) -> Embed | None:
        """The video on YouTube or Vimeo, where there is no own one that can be played."""
        return parse_embed(self.embed_url) if self.embed_url else None

    @property
    def has_video(self) -> bool:
        """Whether there is anything to watch, now or when it is prepared."""
        return bool(self.video_id or self.embed_url)

    @property
    def equipment_words(self) -> str:
        """What the client needs: the clinic's own words, else the list."""
        if self.equipment_note or self.equipment == [Equipment.NONE]:
            return self.equipment_note
        return self.get_equipment_display()


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
