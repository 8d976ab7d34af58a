"""Mixin for the endpoints of Wagtail's API v2 (and any view of REST framework)."""

from typing import Any

from django.utils.cache import patch_cache_control

from wagtail_asyncpt.core import clock
from wagtail_asyncpt.gating.operations import heal_groups
from wagtail_asyncpt.gating.queries import page_model, without_waiting


class HealedAccessMixin:
    """Make the caller's groups right before core asks them which pages to show.

    Use it in front of ``PagesAPIViewSet`` and ``DocumentsAPIViewSet``. Answers to somebody signed
    in are kept out of caches. Gated pages with a waiting time are left out for everybody.
    """

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        """Heal the caller, when signed in, before the endpoint runs."""
        super().initial(request, *args, **kwargs)  # type: ignore[misc]
        if request.user.is_authenticated:
            heal_groups(user=request.user, at=clock.now())

    def get_queryset(self) -> Any:
        """Without the pages that have a waiting time: an API cannot say when they open."""
        queryset = super().get_queryset()  # type: ignore[misc]
        return without_waiting(queryset) if issubclass(queryset.model, page_model()) else queryset

    def finalize_response(self, request: Any, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Mark what somebody signed in was given as private."""
        response = super().finalize_response(request, response, *args, **kwargs)  # type: ignore[misc]
        if request.user.is_authenticated:
            patch_cache_control(response, private=True, no_store=True)
        return response
