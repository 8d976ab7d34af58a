"""The exercise library in the Wagtail admin.

Exercises are edited here, and not in the library's room, because their usual dose is a ``Dose``.
"""

from typing import Any

from django.http import HttpRequest
from django.urls import path
from django.utils.translation import gettext_lazy as _
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
from wagtail.admin.ui.tables import Column
from wagtail.admin.viewsets.model import ModelViewSetGroup
from wagtail.admin.widgets.slug import SlugInput
from wagtail.snippets.views.snippets import SnippetViewSet

from wagtail_asyncpt.library.bulk_views import BulkUploadView
from wagtail_asyncpt.library.exporting import EXPORTED
from wagtail_asyncpt.library.filters import ExerciseFilterSet
from wagtail_asyncpt.library.models import Exercise
from wagtail_asyncpt.library.panels import LadderPanel, WordsComparison
from wagtail_asyncpt.library.viewsets import (
    ExerciseChooserViewSet,
    ExerciseCopyView,
    ExerciseCreateView,
    ExerciseEditView,
    ExerciseIndexView,
    ExerciseStatusColumn,
    ExerciseUnpublishView,
    ExerciseVideoViewSet,
    LadderViewSet,
    PosterColumn,
)
from wagtail_asyncpt.programs.content_checks import RemarksPanel
from wagtail_asyncpt.programs.dose import Dose
from wagtail_asyncpt.programs.forms import ExerciseForm
from wagtail_asyncpt.programs.import_views import ImportView


class DoseComparison(WordsComparison):
    """Compares usual doses as a client reads them."""

    def words(self, value: Any) -> str:
        """The dose in words."""
        return Dose.from_dict(value).in_words()


class DosePanel(FieldPanel):
    """The usual dose."""

    def get_comparison_class(self) -> type[DoseComparison]:
        """Compared in words."""
        return DoseComparison


CONTENT = [
    RemarksPanel(),
    MultiFieldPanel(
        [
            TitleFieldPanel("name", targets=["slug"], placeholder=_("Name")),
            FieldPanel("other_names", help_text=_("What else clients and colleagues call it.")),
            FieldPanel("summary"),
        ],
        heading=_("Exercise"),
    ),
    MultiFieldPanel(
        [
            FieldPanel("video", help_text=_("Choose one, or upload your own in the same window.")),
            FieldPanel("embed_url"),
        ],
        heading=_("Demonstration video"),
    ),
    InlinePanel(
        "cues",
        panels=[
            FieldRowPanel([FieldPanel("kind"), FieldPanel("text")], classname="asyncpt-cue-row")
        ],
        heading=_("Cues"),
        label=_("Cue"),
    ),
    MultiFieldPanel(
        [FieldPanel("stop_rules"), FieldPanel("contraindications")],
        heading=_("Safety"),
    ),
    DosePanel("default_dose", heading=_("Usual dose")),
]
PLACE = [
    FieldPanel("regions", classname="asyncpt-choices"),
    FieldRowPanel([FieldPanel("position"), FieldPanel("pattern")]),
    MultiFieldPanel(
        [FieldPanel("equipment", classname="asyncpt-choices"), FieldPanel("equipment_note")],
        heading=_("Equipment"),
    ),
    FieldPanel("tags"),
    LadderPanel(heading=_("Ladder")),
]
PUBLIC = [
    FieldPanel("visibility"),
    MultiFieldPanel(
        [
            FieldPanel("picture"),
            FieldPanel("picture_alt"),
            FieldPanel("picture_author"),
            FieldPanel("picture_source"),
            FieldPanel("picture_licence"),
        ],
        heading=_("Picture"),
    ),
    FieldPanel("slug", widget=SlugInput),
    MultiFieldPanel(
        [FieldPanel("source"), FieldPanel("author"), FieldPanel("licence")],
        heading=_("Where the text comes from"),
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
        Column("get_regions_display", label=_("Body regions"), sort_key="regions"),
        Column("get_pattern_display", label=_("Movement pattern"), sort_key="pattern"),
        ExerciseStatusColumn(sort_key="live"),
    ]
    list_per_page = 50
    ordering = ["name"]
    filterset_class = ExerciseFilterSet
    index_view_class = ExerciseIndexView
    add_view_class = ExerciseCreateView
    copy_view_class = ExerciseCopyView
    edit_view_class = ExerciseEditView
    delete_template_name = "wagtail_asyncpt/library/exercise_delete.html"
    unpublish_view_class = ExerciseUnpublishView
    chooser_viewset_class = ExerciseChooserViewSet
    chooser_per_page = 15
    export_filename = "exercises"
    list_export = EXPORTED
    edit_handler = TabbedInterface(
        [
            ObjectList(CONTENT, heading=_("Exercise")),
            ObjectList(PLACE, heading=_("Where it belongs")),
            ObjectList(PUBLIC, heading=_("Public page and sources")),
        ],
        base_form_class=ExerciseForm,
    )

    def get_urlpatterns(self) -> list[Any]:
        """Core's addresses, the import and the upload of many clips."""
        return [
            *super().get_urlpatterns(),
            path("import/", ImportView.as_view(), name="import"),
            path("upload/", BulkUploadView.as_view(), name="upload"),
        ]

    def get_queryset(self, request: HttpRequest) -> Any:
        """The exercises with their videos, in one query."""
        return Exercise.objects.with_picture()


class LibraryViewSetGroup(ModelViewSetGroup):
    """The menu item with exercises, ladders and videos."""

    menu_label = _("Exercises")
    menu_name = "asyncpt-library"
    menu_icon = "asyncpt-dumbbell"
    menu_order = 210
    items = (
        ExerciseViewSet,
        LadderViewSet("asyncpt_ladders"),
        ExerciseVideoViewSet("asyncpt_exercise_videos"),
    )

    def __init__(self) -> None:
        # Without this the menu gets a second item, "Snippets".
        ExerciseViewSet.menu_item_is_registered = True
        super().__init__()
