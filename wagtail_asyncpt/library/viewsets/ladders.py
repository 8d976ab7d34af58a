"""Ladders in the Wagtail admin: the whole ladder on one screen."""

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, HelpPanel, InlinePanel, ObjectList
from wagtail.admin.ui.tables import Column, TitleColumn
from wagtail.admin.views.generic import CreateView, IndexView
from wagtail.admin.viewsets.model import ModelViewSet

from wagtail_asyncpt.library.forms import LadderForm
from wagtail_asyncpt.library.models import Exercise, Ladder, LadderStep


def _steps(ladder: Ladder) -> str:
    return " → ".join(str(step) for step in ladder.steps.all())


class LadderIndexView(IndexView):
    """The listing, each ladder with its steps."""

    list_display = [
        TitleColumn("name", label=_("Name"), url_name="asyncpt_ladders:edit"),
        Column("steps", label=_("From the easiest to the hardest"), accessor=_steps),
    ]

    def get_base_queryset(self) -> QuerySet[Ladder]:
        """With steps and exercises, in three queries."""
        rows: QuerySet[Ladder] = super().get_base_queryset()
        return rows.prefetch_related(
            Prefetch("steps", LadderStep.objects.select_related("exercise"))
        )

    def search_queryset(self, queryset: QuerySet[Ladder]) -> QuerySet[Ladder]:
        """Each ladder once, however many of its steps match."""
        found: QuerySet[Ladder] = super().search_queryset(queryset)
        return found.distinct()


class LadderCreateView(CreateView):
    """A new ladder; ``?exercise=<pk>`` puts that exercise on it."""

    def get_initial_form_instance(self) -> Ladder:
        """An empty ladder, or one that begins with an exercise."""
        ladder = Ladder()
        asked = self.request.GET.get("exercise", "")
        exercise = Exercise.objects.filter(pk=asked).first() if asked.isdecimal() else None
        if exercise is not None:
            ladder.name = exercise.name
            ladder.steps = [LadderStep(exercise=exercise, sort_order=0)]
        return ladder


class LadderViewSet(ModelViewSet):
    """List, write and delete ladders."""

    model = Ladder
    name = "asyncpt_ladders"
    url_prefix = "ladders"
    icon = "order"
    menu_label = _("Ladders")
    add_to_admin_menu = False
    copy_view_enabled = False
    index_view_class = LadderIndexView
    add_view_class = LadderCreateView
    search_fields = ["name", "steps__exercise__name"]
    search_backend_name = None
    ordering = ["name"]
    edit_handler = ObjectList(
        [
            HelpPanel(
                _(
                    "From the easiest to the hardest. One step up is a progression, one step "
                    "down a regression. An exercise stands on one ladder only, and once."
                )
            ),
            FieldPanel("name"),
            InlinePanel(
                "steps",
                panels=[FieldPanel("exercise")],
                heading=_("Steps, the easiest first"),
                label=_("Step"),
            ),
            FieldPanel("note"),
        ],
        base_form_class=LadderForm,
    )
