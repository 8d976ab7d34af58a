"""Demonstration videos in the Wagtail admin: listing, upload and chooser."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, DateColumn, StatusTagColumn
from wagtail.admin.views.generic import DeleteView, IndexView
from wagtail.admin.views.generic.chooser import ChooseResultsView, ChooseView
from wagtail.admin.viewsets.chooser import ChooserViewSet
from wagtail.admin.viewsets.model import ModelViewSet

from wagtail_asyncpt.library.forms import ExerciseVideoForm
from wagtail_asyncpt.library.models import ExerciseVideo
from wagtail_asyncpt.library.operations import delete_video


class PosterColumn(Column):
    """The poster of a row's video; ``accessor`` leads to the ``ExerciseVideo``."""

    cell_template_name = "wagtail_asyncpt/library/poster_cell.html"


class VideoStatusColumn(StatusTagColumn):
    """The state of a video, and why it failed."""

    cell_template_name = "wagtail_asyncpt/library/video_status_cell.html"

    def __init__(self, name: str = "status", **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Status"))
        super().__init__(name, accessor="get_status_display", primary=_is_ready, **kwargs)


def _is_ready(video: ExerciseVideo) -> bool:
    return video.is_ready


class ExerciseVideoIndexView(IndexView):
    """The listing of demonstration videos."""

    list_display = [
        "title",
        PosterColumn("poster", label=_("Picture"), accessor=lambda video: video),
        VideoStatusColumn(),
        DateColumn("created_at", label=_("Uploaded"), sort_key="created_at", width="14%"),
    ]


class ExerciseVideoDeleteView(DeleteView):
    """Deletes the row and, when that is certain, its files."""

    def delete_action(self) -> None:
        """Core's action logs the deletion; the files follow."""
        with delete_video(video=self.object):
            super().delete_action()


class ExerciseVideoViewSet(ModelViewSet):
    """List, upload, edit and delete demonstration videos."""

    model = ExerciseVideo
    name = "asyncpt_exercise_videos"
    url_prefix = "exercise-videos"
    icon = "media"
    menu_label = _("Videos")
    add_to_admin_menu = False
    copy_view_enabled = False
    index_view_class = ExerciseVideoIndexView
    delete_view_class = ExerciseVideoDeleteView
    list_filter = ["status"]
    search_fields = ["title", "author"]
    search_backend_name = None
    ordering = ["title"]
    edit_handler = ObjectList(
        [
            HelpPanel(template="wagtail_asyncpt/library/video_panel.html"),
            FieldPanel("title"),
            FieldPanel("source"),
            MultiFieldPanel(
                [
                    FieldPanel("captions_file"),
                    FieldPanel("captions"),
                    FieldPanel("transcript"),
                ],
                heading=_("For people who cannot hear or see it"),
            ),
            MultiFieldPanel(
                [FieldPanel("author"), FieldPanel("origin"), FieldPanel("licence")],
                heading=_("Where it comes from"),
            ),
        ],
        base_form_class=ExerciseVideoForm,
    )


class ExerciseVideoUploadForm(ExerciseVideoForm):
    """The upload inside the chooser: a title and a file are enough."""

    class Meta(ExerciseVideoForm.Meta):
        fields = ["title", "source"]


class _PosterListing:
    @property
    def columns(self) -> list[Any]:
        """Core's columns with the poster and the state."""
        poster = PosterColumn("poster", label=_("Picture"), accessor=lambda video: video)
        return [*super().columns, poster, VideoStatusColumn()]  # type: ignore[misc]


class ExerciseVideoChooseView(_PosterListing, ChooseView):
    """The chooser's dialog."""


class ExerciseVideoChooseResultsView(_PosterListing, ChooseResultsView):
    """The chooser's list after a search."""


class ExerciseVideoChooserViewSet(ChooserViewSet):
    """Choose a video for an exercise, or upload one without leaving the exercise."""

    model = ExerciseVideo
    name = "asyncpt_exercise_video_chooser"
    url_prefix = "exercise-videos/chooser"
    icon = "media"
    choose_one_text = _("Choose a video")
    choose_another_text = _("Choose another video")
    edit_item_text = _("Edit this video")
    creation_tab_label = _("Upload")
    create_action_label = _("Upload")
    create_action_clicked_label = _("Uploading…")
    creation_form_class = ExerciseVideoUploadForm
    choose_view_class = ExerciseVideoChooseView
    choose_results_view_class = ExerciseVideoChooseResultsView
