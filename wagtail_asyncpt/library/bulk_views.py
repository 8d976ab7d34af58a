"""The page on which twenty clips become twenty draft exercises."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.library.bulk import draft_of_clip

MAX_FILES = 50
PERMISSIONS = ["wagtail_asyncpt.add_exercise", "wagtail_asyncpt.add_exercisevideo"]


def _too_many() -> str:
    return _("Not stored: send up to %(limit)d clips at a time. Choose it again.") % {
        "limit": MAX_FILES
    }


class BulkUploadView(WagtailAdminTemplateMixin, TemplateView):
    """Takes clips one by one from the script, or all at once from the plain form."""

    template_name = "wagtail_asyncpt/library/bulk_upload.html"
    page_title = gettext_lazy("Upload clips")
    header_icon = "media"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Only for those who may add exercises and videos."""
        if not request.user.has_perms(PERMISSIONS):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """The way back."""
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse("asyncpt_exercises:list"), "label": _("Exercises")},
            {"url": "", "label": self.page_title},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Core's context; ``results`` holds what became of each file."""
        context = {
            "list_url": f"{reverse('asyncpt_exercises:list')}?status=draft",
            "results": [],
            "limit": MAX_FILES,
        }
        return {**super().get_context_data(**kwargs), **context, **kwargs}

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make a draft of each file, and say which files were refused and why."""
        files = request.FILES.getlist("clips")
        results = [self._result(file) for file in files[:MAX_FILES]]
        results += [{"file": str(file.name), "error": _too_many()} for file in files[MAX_FILES:]]
        if request.accepts("text/html"):
            return self._page(results)
        status = 200 if results and not any("error" in one for one in results) else 422
        return JsonResponse({"results": results}, status=status)

    def _result(self, file: Any) -> dict[str, str]:
        try:
            exercise = draft_of_clip(file=file, user=self.request.user)
        except DomainError as error:
            return {"file": file.name, "error": str(error)}
        url = reverse("asyncpt_exercises:edit", args=[exercise.pk])
        return {"file": file.name, "name": exercise.name, "url": url}

    def _page(self, results: list[dict[str, str]]) -> HttpResponse:
        made = sum("url" in one for one in results)
        if made:
            words = ngettext("%(n)d draft was made.", "%(n)d drafts were made.", made)
            messages.success(self.request, words % {"n": made})
        if not results:
            messages.error(self.request, _("Choose one clip or more."))
        return self.render_to_response(self.get_context_data(results=results))
