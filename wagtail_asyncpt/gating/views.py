"""The admin's view of a page's waiting time."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from wagtail_asyncpt.gating import operations, queries
from wagtail_asyncpt.gating.forms import WaitForm


class WaitView(WagtailAdminTemplateMixin, FormView):
    """Set, change or take away a page's waiting time; for those who may set its privacy."""

    form_class = WaitForm
    template_name = "wagtail_asyncpt/gating/wait.html"
    page_title = gettext_lazy("Opening time")
    header_icon = "time"
    _show_breadcrumbs = True

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Find the page, and ask whether its privacy may be set."""
        page = get_object_or_404(queries.page_model(), pk=kwargs["page_id"])
        self.page = page.specific_deferred
        if not page.permissions_for_user(request.user).can_set_view_restrictions():
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_initial(self) -> dict[str, Any]:
        """The waiting time as it is."""
        wait = queries.wait_of(self.page)
        return {"count": wait.count, "unit": wait.unit} if wait else {}

    def get_page_subtitle(self) -> str:
        """The page's title."""
        return str(self.page.get_admin_display_title())

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """The way back to the page."""
        edit = {"url": self._edit_url(), "label": self.get_page_subtitle()}
        return [*super().get_breadcrumbs_items(), edit, {"url": "", "label": self.page_title}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Add for whom the page is, and what it inherits."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return {
            **context,
            "title": self.get_page_subtitle(),
            "names": queries.names_of_members(self.page),
            "inherited": queries.inherited_wait(self.page),
            "back": self._edit_url(),
            "action_url": self.request.path,
            "media": context["form"].media,
        }

    def form_valid(self, form: WaitForm) -> HttpResponse:
        """Store it, say so, and go back to the page."""
        operations.set_wait(page=self.page, user=self.request.user, **form.cleaned_data)
        messages.success(self.request, self._done(form.cleaned_data["count"]))
        return redirect(self._edit_url())

    def _done(self, count: int) -> str:
        title = self.get_page_subtitle()
        if count:
            return _("“%(title)s” now opens some time after a membership began.") % {"title": title}
        return _("“%(title)s” opens as soon as a membership begins.") % {"title": title}

    def _edit_url(self) -> str:
        return reverse("wagtailadmin_pages:edit", args=[self.page.pk])
