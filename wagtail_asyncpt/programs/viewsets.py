"""The exercise library in the Wagtail admin.

Exercises are edited here, and not in the library's room, because their usual dose is a ``Dose``.
"""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    InlinePanel,
    MultiFieldPanel,
    ObjectList,
    PublishingPanel,
    TabbedInterface,
    TitleFieldPanel,
)
from wagtail.admin.ui.tables import Column, StatusTagColumn
from wagtail.admin.viewsets.model import ModelViewSetGroup
from wagtail.admin.widgets.slug import SlugInput
from wagtail.snippets.views.snippets import SnippetViewSet

from wagtail_asyncpt.library.models import Exercise, Pattern, Position, Region
from wagtail_asyncpt.library.viewsets import ExerciseVideoViewSet, PosterColumn
from wagtail_asyncpt.programs.forms import ExerciseForm

STATUSES = [("true", _("Published")), ("false", _("Draft"))]
WITH_VIDEO = [("true", _("With a video")), ("false", _("Without a video"))]


def _has_video(queryset: QuerySet[Exercise], name: str, value: str) -> QuerySet[Exercise]:
    return queryset.filter(video__isnull=value != "true")


def _is_live(queryset: QuerySet[Exercise], name: str, value: str) -> QuerySet[Exercise]:
    return queryset.filter(live=value == "true")


def _status(exercise: Exercise) -> str:
    # Core's status_string reads revision and workflow of every row.
    if not exercise.live:
        return gettext("draft")
    return (
        gettext("published + draft") if exercise.has_unpublished_changes else gettext("published")
    )


def _is_published(exercise: Exercise) -> bool:
    return exercise.live


class ExerciseFilterSet(WagtailFilterSet):
    """Filters of the listing."""

    region = django_filters.ChoiceFilter(choices=Region.choices, label=_("Body region"))
    position = django_filters.ChoiceFilter(choices=Position.choices, label=_("Position"))
    pattern = django_filters.ChoiceFilter(choices=Pattern.choices, label=_("Movement pattern"))
    live = django_filters.ChoiceFilter(choices=STATUSES, label=_("Status"), method=_is_live)
    video = django_filters.ChoiceFilter(choices=WITH_VIDEO, label=_("Video"), method=_has_video)

    class Meta:
        model = Exercise
        fields = ["region", "position", "pattern", "live", "video"]


CONTENT = [
    MultiFieldPanel(
        [
            TitleFieldPanel("name", targets=["slug"], placeholder=_("Name")),
            FieldPanel("other_names", help_text=_("What else clients and colleagues call it.")),
            FieldPanel("summary"),
        ],
        heading=_("Exercise"),
    ),
    FieldPanel("video"),
    InlinePanel(
        "cues",
        panels=[
            FieldRowPanel([FieldPanel("kind"), FieldPanel("text")], classname="asyncpt-cue-row")
        ],
        heading=_("Cues"),
        label=_("Cue"),
    ),
    FieldPanel("stop_rules"),
    FieldPanel("default_dose", heading=_("Usual dose")),
]
TAXONOMY = [
    FieldRowPanel([FieldPanel("region"), FieldPanel("position")]),
    FieldRowPanel([FieldPanel("pattern"), FieldPanel("equipment")]),
    FieldPanel("slug", widget=SlugInput),
    MultiFieldPanel(
        [FieldPanel("source"), FieldPanel("author"), FieldPanel("licence")],
        heading=_("Where it comes from"),
    ),
    PublishingPanel(),
]


class ExerciseViewSet(SnippetViewSet):
    """List, filter, search, write, preview and publish exercises."""

    model = Exercise
    icon = "asyncpt-dumbbell"
    menu_label = _("Exercises")
    menu_name = "asyncpt-exercises"
    admin_url_namespace = "asyncpt_exercises"
    base_url_path = "exercises"
    list_display = [
        "name",
        PosterColumn("video", label=_("Video")),
        Column("get_region_display", label=_("Body region"), sort_key="region"),
        Column("get_pattern_display", label=_("Movement pattern"), sort_key="pattern"),
        StatusTagColumn(
            "live", label=_("Status"), accessor=_status, primary=_is_published, sort_key="live"
        ),
    ]
    list_per_page = 50
    ordering = ["name"]
    filterset_class = ExerciseFilterSet
    export_filename = "exercises"
    list_export = ["name", "region", "position", "pattern", "equipment", "live"]
    edit_handler = TabbedInterface(
        [
            ObjectList(CONTENT, heading=_("Exercise")),
            ObjectList(TAXONOMY, heading=_("Where it belongs")),
        ],
        base_form_class=ExerciseForm,
    )

    def get_queryset(self, request: HttpRequest) -> Any:
        """The exercises with their videos, in one query."""
        return Exercise.objects.select_related("video")


class LibraryViewSetGroup(ModelViewSetGroup):
    """The menu item with exercises and videos."""

    menu_label = _("Exercises")
    menu_name = "asyncpt-library"
    menu_icon = "asyncpt-dumbbell"
    menu_order = 210
    items = (ExerciseViewSet, ExerciseVideoViewSet("asyncpt_exercise_videos"))

    def __init__(self) -> None:
        # Without this the menu gets a second item, "Snippets".
        ExerciseViewSet.menu_item_is_registered = True
        super().__init__()
