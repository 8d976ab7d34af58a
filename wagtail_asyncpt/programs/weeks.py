"""Speed in the editor: a week becomes the next one, a new line gets its usual dose."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe
from wagtail.admin.action_menu import ActionMenuItem
from wagtail.admin.widgets import Button

from wagtail_asyncpt.core.errors import NotAllowed
from wagtail_asyncpt.gating.queries import page_model
from wagtail_asyncpt.library.models import Exercise
from wagtail_asyncpt.programs.blocks import DoseBlock
from wagtail_asyncpt.programs.models import ProgramWeekPageMixin
from wagtail_asyncpt.programs.operations import duplicate_week

NEXT_WEEK = "action-asyncpt-next-week"


class NextWeekMenuItem(ActionMenuItem):
    """Saves the week that is open, and opens a copy of it as the next one."""

    name = NEXT_WEEK
    label = gettext_lazy("Save and duplicate as next week")
    icon_name = "copy"

    def is_shown(self, context: Any) -> bool:
        """On program weeks, for those who may add one."""
        page: Any = context.get("page")
        if context["view"] != "edit" or not isinstance(page, ProgramWeekPageMixin):
            return False
        may_add = context["page"].get_parent().permissions_for_user(context["request"].user)
        return super().is_shown(context) and may_add.can_add_subpage()


def next_week_button() -> ActionMenuItem:
    """The editor's button."""
    return NextWeekMenuItem(order=35)


def duplicate_when_asked(request: HttpRequest, page: Any) -> HttpResponseBase | None:
    """After a week was saved with that button: duplicate it and open the copy."""
    if NEXT_WEEK not in request.POST or not isinstance(page, ProgramWeekPageMixin):
        return None
    return _duplicated(request, page)


def listing_button(page: Any, user: Any, next_url: str | None = None) -> list[Button]:
    """The entry in a week's menu in the page list."""
    week = isinstance(page.cached_content_type.model_class()(), ProgramWeekPageMixin)
    if not week or not page.get_parent().permissions_for_user(user).can_add_subpage():
        return []
    address = reverse("asyncpt_programs:duplicate_week", args=[page.pk])
    return [
        Button(_("Duplicate as next week"), address, icon_name="copy", priority=35),
    ]


@require_safe
def usual_dose(request: HttpRequest, exercise_id: int) -> JsonResponse:
    """An exercise's usual dose, field by field, for a new line of it in an editor."""
    exercise = get_object_or_404(Exercise, pk=exercise_id)
    block = DoseBlock()
    return JsonResponse(block.get_form_state(block.to_python(exercise.default_dose or {})))


@require_http_methods(["GET", "POST"])
def duplicate_view(request: HttpRequest, page_id: int) -> HttpResponseBase:
    """Ask, then duplicate; 404 for a page that is no week or that the user may not copy."""
    week = get_object_or_404(page_model(), pk=page_id).specific
    if not isinstance(week, ProgramWeekPageMixin):
        raise Http404
    if not week.permissions_for_user(request.user).can_edit():  # type: ignore[attr-defined]
        raise Http404
    if request.method == "POST":
        return _duplicated(request, week)
    title, program = _("Duplicate as next week"), week.get_parent()  # type: ignore[attr-defined]
    above = reverse("wagtailadmin_explore", args=[program.pk])
    context = {
        "week": week,
        "breadcrumbs_items": [{"url": above, "label": program.title}, {"url": "", "label": title}],
        "page_title": title,
        "header_title": title,
        "header_icon": "copy",
    }
    return TemplateResponse(request, "wagtail_asyncpt/programs/duplicate_week.html", context)


def _duplicated(request: HttpRequest, week: Any) -> HttpResponseBase:
    try:
        copied = duplicate_week(user=request.user, week=week)
    except NotAllowed as error:
        raise Http404 from error
    said = _("“%(title)s” is a draft copy. Change what should be harder, then publish it.")
    messages.success(request, said % {"title": copied.title})
    return redirect("wagtailadmin_pages:edit", copied.pk)
