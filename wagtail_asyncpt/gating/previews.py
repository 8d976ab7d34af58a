"""Previews of partly gated pages: editors see both faces."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _

from wagtail_asyncpt.gating.faces import Faces
from wagtail_asyncpt.gating.parts import OPEN, show_parts
from wagtail_asyncpt.gating.readers import Look, look_as

VISITOR = "asyncpt-visitor"


class PreviewFacesMixin:
    """For a page type with a members-only block or a paywall line: preview as member or visitor.

    Put it in front of ``Page``.
    """

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        """The type's own modes, which show what members see, and a visitor's."""
        return [*super().preview_modes, (VISITOR, _("As a visitor"))]  # type: ignore[misc]

    def serve_preview(self, request: HttpRequest, mode_name: str) -> HttpResponseBase:
        """The page as members see it, or, in the visitor's mode, without what is closed."""
        if mode_name == VISITOR:
            reader = look_as(request, Look("visitor"))
            show_parts(self, Faces(request, self, reader))
            mode_name = self.preview_modes[0][0]
        else:
            show_parts(self, lambda group_ids: OPEN)
        response: HttpResponseBase = super().serve_preview(request, mode_name)  # type: ignore[misc]
        return response
