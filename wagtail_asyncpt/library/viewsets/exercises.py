"""Finding exercises in the admin: the listing's rows, the chooser, and what precedes an end."""

from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import Column, StatusTagColumn
from wagtail.admin.widgets.button import Button
from wagtail.snippets.views.chooser import (
    ChooseResultsView,
    ChooseView,
    SnippetChooserViewSet,
)
from wagtail.snippets.views.snippets import CopyView, CreateView, EditView, IndexView, UnpublishView

from wagtail_asyncpt.library.exporting import row_of
from wagtail_asyncpt.library.filters import ExerciseChooserForm, LocaleChooserForm
from wagtail_asyncpt.library.models import Exercise
from wagtail_asyncpt.library.usage import uses_of
from wagtail_asyncpt.library.viewsets.videos import PosterColumn


def _status(exercise: Exercise) -> str:
    # Core's status_string reads revision and workflow of every row.
    if not exercise.live:
        return gettext("draft")
    return (
        gettext("published + draft") if exercise.has_unpublished_changes else gettext("published")
    )


def _is_published(exercise: Exercise) -> bool:
    return exercise.live


class ExerciseStatusColumn(StatusTagColumn):
    """Whether an exercise is published, without a query for each row."""

    def __init__(self, name: str = "live", **kwargs: Any) -> None:
        kwargs.setdefault("label", _("Status"))
        super().__init__(name, accessor=_status, primary=_is_published, **kwargs)


class ExerciseIndexView(IndexView):
    """The listing; it searches names, other names and cues, part of a word being enough."""

    @property
    def is_searchable(self) -> bool:
        """Always."""
        return True

    @cached_property
    def header_more_buttons(self) -> list[Button]:
        """Core's buttons and the import, for those who may."""
        buttons: list[Button] = super().header_more_buttons
        if self.request.user.has_perm("wagtail_asyncpt.add_exercise"):
            for label, name, icon, priority in (
                (_("Upload clips"), "upload", "media", 70),
                (_("Import"), "import", "upload", 80),
            ):
                url = reverse(f"asyncpt_exercises:{name}")
                buttons.append(Button(label, url=url, icon_name=icon, priority=priority))
        return buttons

    def get_base_queryset(self) -> Any:
        """Core's rows; an export also reads cues and tags, in two queries."""
        rows = super().get_base_queryset()
        return rows.prefetch_related("cues", "tagged_items__tag") if self.is_export else rows

    def to_row_dict(self, item: Exercise) -> Any:
        """The cells of one exercise."""
        return row_of(item)

    def get_heading(self, queryset: Any, field: str) -> str:
        """Columns are named as the import reads them."""
        return field

    def search_queryset(self, queryset: Any) -> Any:
        """The rows that match, best first unless the therapist chose an order."""
        if not self.is_searching:
            return queryset
        found = queryset.matching(self.search_query)
        return self.order_queryset(found) if self.is_explicitly_ordered else found


class _Titled:
    """Gives an editor the heading that core's editors of snippets lack, for screen readers."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Core's context with the ``title`` of its header."""
        context: dict[str, Any] = super().get_context_data(**kwargs)  # type: ignore[misc]
        title = f"{context['page_title']} {context.get('page_subtitle') or ''}".strip()
        return {**context, "title": title}


class ExerciseCreateView(_Titled, CreateView):
    """Writes a new exercise."""


class ExerciseCopyView(_Titled, CopyView):
    """Writes a new exercise from another."""


class ExerciseEditView(_Titled, EditView):
    """Edits an exercise."""


class ExerciseUnpublishView(UnpublishView):
    """Asks once more, and says where the exercise is used."""

    template_name = "wagtail_asyncpt/library/exercise_unpublish.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Core's context with ``uses``."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {**context, "uses": uses_of(self.object), "usage_url": None}


class _Choosing:
    filter_form_class: Any = None
    i18n_enabled: bool

    def get_filter_form_class(self) -> type[ExerciseChooserForm]:
        """Our filters; also the language where there are several."""
        return LocaleChooserForm if self.i18n_enabled else ExerciseChooserForm

    def get_object_list(self) -> Any:
        """Every exercise with its video, in one query."""
        return Exercise.objects.with_picture().order_by("name", "pk")

    @property
    def columns(self) -> list[Any]:
        """Poster, name, where it belongs and whether it is published."""
        return [
            PosterColumn("video", label=_("Picture")),
            self.title_column,  # type: ignore[attr-defined]
            Column("get_regions_display", label=_("Body regions")),
            Column("get_pattern_display", label=_("Movement pattern")),
            ExerciseStatusColumn(sort_key=None),
        ]


class ExerciseChooseView(_Choosing, ChooseView):
    """The chooser's dialog."""


class ExerciseChooseResultsView(_Choosing, ChooseResultsView):
    """The chooser's list after a search."""


class ExerciseChooserViewSet(SnippetChooserViewSet):
    """Choose an exercise by name, cue, region, equipment, position, pattern, video or tag."""

    choose_view_class = ExerciseChooseView
    choose_results_view_class = ExerciseChooseResultsView
