"""The page on which an editor uploads exercises: first a preview, then the import."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import FormView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.library.importing import (
    FORMATS,
    Options,
    Problem,
    Record,
    Report,
    import_exercises,
    read_file,
)
from wagtail_asyncpt.library.models import Visibility
from wagtail_asyncpt.library.uploads import forget_upload, keep_upload, kept_upload
from wagtail_asyncpt.programs.exercises import dose_from_cells

MAX_BYTES = 10 * 1024 * 1024
#: More exercises than this take longer than a web server waits.
MAX_ROWS = 1500
PERMISSIONS = [f"wagtail_asyncpt.{name}_exercise" for name in ("add", "change", "publish")]


class ImportForm(forms.Form):
    """A file, and how to import it."""

    file = forms.FileField(label=gettext_lazy("File"))
    kind = forms.ChoiceField(label=gettext_lazy("What it is"), choices=FORMATS)
    visibility = forms.ChoiceField(
        label=gettext_lazy("New exercises are open to everybody"),
        choices=Visibility.choices,
        initial=Visibility.NOTHING,
        help_text=gettext_lazy("On public pages. A column “visibility” in a CSV goes first."),
    )
    draft = forms.BooleanField(label=gettext_lazy("Leave new exercises as drafts"), required=False)
    overwrite = forms.BooleanField(
        label=gettext_lazy("Let the file win over edits made here"),
        required=False,
        help_text=gettext_lazy(
            "Otherwise what was edited here since the last import stays as it is."
        ),
    )

    items: list[Record | Problem]
    content: bytes

    def clean(self) -> dict[str, Any]:
        """Read the file; what is wrong with it as a whole is told at its field."""
        cleaned: dict[str, Any] = super().clean() or {}
        if "file" in cleaned and "kind" in cleaned:
            try:
                self.content = _content(cleaned["file"])
                self.items = _items(self.content, cleaned["kind"])
            except DomainError as error:
                self.add_error("file", str(error))
        return cleaned


def _content(file: Any) -> bytes:
    if file.size > MAX_BYTES:
        raise DomainError(
            _("This file is larger than %(limit)d MB.") % {"limit": MAX_BYTES // 1024**2}
        )
    content: bytes = file.read()
    return content


def _items(content: bytes, kind: str) -> list[Record | Problem]:
    items = read_file(content, kind, dose_from_cells)
    if len(items) > MAX_ROWS:
        raise DomainError(
            _(
                "The file has more than %(limit)d exercises. Split it, or ask whoever runs the "
                "site to use the command asyncpt_import_exercises."
            )
            % {"limit": MAX_ROWS}
        )
    return items


class ImportView(WagtailAdminTemplateMixin, FormView):
    """Upload, look at what would change, import."""

    form_class = ImportForm
    template_name = "wagtail_asyncpt/library/import.html"
    page_title = gettext_lazy("Import exercises")
    header_icon = "upload"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Only for those who may add, change and publish exercises."""
        if not request.user.has_perms(PERMISSIONS):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    @property
    def user_id(self) -> int:
        """Who imports."""
        return int(self.request.user.pk or 0)

    @cached_property
    def list_url(self) -> str:
        """The listing of exercises."""
        return reverse("asyncpt_exercises:list")

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        """The way back."""
        return [
            *super().get_breadcrumbs_items(),
            {"url": self.list_url, "label": _("Exercises")},
            {"url": "", "label": self.page_title},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Core's context, and the way back."""
        return {**super().get_context_data(**kwargs), "list_url": self.list_url}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The upload, or with a token its confirmation."""
        token = request.POST.get("token")
        return self._confirm(token) if token else super().post(request, *args, **kwargs)

    def form_valid(self, form: ImportForm) -> HttpResponse:
        """The preview."""
        facts = {name: form.cleaned_data[name] for name in ("visibility", "draft", "overwrite")}
        report = self._import(form.items, dry_run=True, **facts)
        token = keep_upload(
            form.content, user_id=self.user_id, kind=form.cleaned_data["kind"], **facts
        )
        return self._report(report, token=token)

    def _confirm(self, token: str) -> HttpResponse:
        kept = kept_upload(token, user_id=self.user_id)
        if kept is None:
            messages.error(self.request, _("The file is no longer here. Please upload it again."))
            return self.render_to_response(self.get_context_data(form=self.form_class()))
        content, facts = kept
        report = self._import(_items(content, str(facts.pop("kind"))), dry_run=False, **facts)
        forget_upload(token)
        messages.success(self.request, report.words)
        return self._report(report)

    def _import(self, items: list[Record | Problem], *, dry_run: bool, **facts: Any) -> Report:
        return import_exercises(
            items=items, options=Options(dry_run=dry_run, **facts), user=self.request.user
        )

    def _report(self, report: Report, token: str = "") -> HttpResponse:
        return self.render_to_response(
            {
                **self.get_context_data(form=None),
                "report": report,
                "token": token,
                "kept": [line for line in report.unchanged if line.words],
            }
        )
