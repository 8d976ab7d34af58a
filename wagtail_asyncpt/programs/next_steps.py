"""What comes next for somebody who writes a program: its weeks, then its clients."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.admin.panels import HelpPanel

from wagtail_asyncpt.people.queries import therapist_for


class WeeksPanel(HelpPanel):
    """The weeks of a program, and the way to write the next one."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("template", "wagtail_asyncpt/programs/weeks_panel.html")
        super().__init__(**kwargs)

    class BoundPanel(HelpPanel.BoundPanel):
        """The panel of one program."""

        def get_context_data(self, parent_context: Any = None) -> dict[str, Any]:
            """Add ``program``, its ``weeks`` and ``may_add``."""
            context: dict[str, Any] = super().get_context_data(parent_context)
            program = self.instance
            saved = program.pk is not None
            return {
                **context,
                "program": program,
                "weeks": list(program.get_children().order_by("path")) if saved else [],
                "may_add": saved
                and program.permissions_for_user(self.request.user).can_add_subpage(),
            }


def tell_next_step(request: HttpRequest, page: Any) -> None:
    """After publishing a program or a week of it: say what comes next, with a way there."""
    from wagtail_asyncpt.programs.models import ProgramPageMixin, ProgramWeekPageMixin

    if "action-publish" not in request.POST or not page.live:
        return
    if isinstance(page, ProgramPageMixin):
        _after_program(request, page)
    elif isinstance(page, ProgramWeekPageMixin):
        _after_week(request, page)


def _after_program(request: HttpRequest, program: Any) -> None:
    has_weeks = program.get_children().exists()
    if has_weeks or not program.permissions_for_user(request.user).can_add_subpage():
        return
    add = reverse("wagtailadmin_pages:add_subpage", args=[program.pk])
    messages.info(
        request,
        _("Next: write its first week."),
        buttons=[messages.button(add, _("Add week 1"))],
    )


def _after_week(request: HttpRequest, week: Any) -> None:
    program = week.get_parent()
    buttons = []
    if program.permissions_for_user(request.user).can_add_subpage():
        copy = reverse("asyncpt_programs:duplicate_week", args=[week.pk])
        buttons.append(messages.button(copy, _("Duplicate as next week")))
    if therapist_for(request) is not None and program.live:
        clients = reverse("asyncpt_review:program", args=[program.pk])
        buttons.append(messages.button(clients, _("Clients on this program")))
    if buttons:
        messages.info(request, _("Next: the week after it, or its clients."), buttons=buttons)
