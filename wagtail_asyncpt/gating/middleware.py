"""Keeps gated files and sections out of caches; a site adds it to ``MIDDLEWARE``."""

from django.http import HttpRequest, HttpResponseBase
from django.utils.cache import patch_cache_control
from django.utils.deprecation import MiddlewareMixin

_MARK = "asyncpt_private"


def mark_private(request: HttpRequest) -> None:
    """Note that the answer to ``request`` is for this person only."""
    setattr(request, _MARK, True)


def is_private(request: HttpRequest) -> bool:
    """Whether the answer was marked."""
    return bool(getattr(request, _MARK, False))


class PrivateFilesMiddleware(MiddlewareMixin):
    """Send ``Cache-Control: private, no-store`` with gated files and sections of templates."""

    def process_response(
        self, request: HttpRequest, response: HttpResponseBase
    ) -> HttpResponseBase:
        """Add the header to answers that the gate marked."""
        if is_private(request):
            patch_cache_control(response, private=True, no_store=True)
        return response
