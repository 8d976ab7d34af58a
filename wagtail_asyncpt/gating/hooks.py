"""Wagtail hooks: the gate in front of pages and documents, and the repair of copies."""

from collections.abc import Callable, Iterator
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import URLResolver, include, path, reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.widgets import Button
from wagtail.documents import get_document_model
from wagtail.documents.models import Document
from wagtail.permission_policies.collections import CollectionOwnershipPermissionPolicy

from wagtail_asyncpt.gating import operations, projection, queries, teaser
from wagtail_asyncpt.gating.middleware import mark_private
from wagtail_asyncpt.gating.readers import reader_of
from wagtail_asyncpt.gating.visit import Visit

#: Before core's own check, which has order 0.
OUTERMOST = -100
#: After core's own check.
INNERMOST = 100

Serve = Callable[..., HttpResponseBase]


def register_hooks() -> None:
    """Register every hook of the room; to be called once, from ``wagtail_hooks``."""
    hooks.register("on_serve_page", gate_page, order=OUTERMOST)
    hooks.register("on_serve_page", restore_page, order=INNERMOST)
    hooks.register("before_serve_document", gate_document, order=OUTERMOST)
    hooks.register("after_copy_page", gate_copy)
    hooks.register("register_admin_urls", admin_urls)
    hooks.register("register_page_header_buttons", opening_time_button)
    hooks.register("register_page_listing_more_buttons", opening_time_button)
    hooks.register("register_log_actions", register_log_actions)


def admin_urls() -> list[URLResolver]:
    """The room's addresses in the admin."""
    return [path("gating/", include("wagtail_asyncpt.gating.urls"))]


def opening_time_button(
    page: Any, user: Any, view_name: str = "", next_url: str | None = None
) -> Iterator[Button]:
    """A way to a page's waiting time, for those who may set its privacy."""
    if not page.is_root() and page.permissions_for_user(user).can_set_view_restrictions():
        url = reverse("asyncpt_gating:wait", args=[page.pk])
        yield Button(_("Opening time"), url, icon_name="time", priority=62)


def register_log_actions(actions: Any) -> None:
    """How the history names a change of the waiting time."""
    actions.register_action(
        "wagtail_asyncpt.wait", _("Change opening time"), _("Opening time changed")
    )


def gate_page(serve: Serve) -> Serve:
    """Serve a gated page to those who are entitled now, and a teaser to everybody else."""

    def gated(page: Any, request: HttpRequest, args: Any, kwargs: Any) -> HttpResponseBase:
        visit = Visit(page, request)
        response: HttpResponseBase = visit.answer(lambda: serve(page, request, args, kwargs))
        return response

    return gated


def restore_page(serve: Serve) -> Serve:
    """Let the page answer for all its restrictions again, once core has asked."""

    def restored(page: Any, request: HttpRequest, args: Any, kwargs: Any) -> HttpResponseBase:
        vars(page).pop("get_view_restrictions", None)
        return serve(page, request, args, kwargs)

    return restored


def gate_document(document: Any, request: HttpRequest) -> HttpResponseBase | None:
    """Let those have a gated file who are entitled now, and show everybody else a refusal.

    A hook cannot change the response that core makes; ``PrivateFilesMiddleware`` adds to it what
    keeps the file out of caches.
    """
    judgement = operations.judge(
        reader=reader_of(request),
        restrictions=queries.collection_restrictions(document.collection),
        may_edit=lambda: _may_edit_document(request.user, document),
    )
    if judgement is None:
        return None
    if judgement.denial is not None:
        return teaser.document_teaser(request, judgement.denial)
    _settle_collection(document.collection, judgement.settled)
    mark_private(request)
    return None


def gate_copy(request: HttpRequest, page: Any, new_page: Any) -> None:
    """A copy is gated as its source is, page by page."""
    if not new_page.alias_of_id:
        projection.repair_copy(source=page, copy=new_page)


def _may_edit_document(user: Any, document: Any) -> bool:
    policy = CollectionOwnershipPermissionPolicy(
        get_document_model(), auth_model=Document, owner_field_name="uploaded_by_user"
    )
    return bool(policy.user_has_permission_for_instance(user, "change", document))


def _settle_collection(collection: Any, settled: frozenset[int]) -> None:
    left = [r for r in collection.get_view_restrictions() if r.pk not in settled]
    collection.get_view_restrictions = lambda: left
