"""Registers the exercise library's menu and the program week's buttons with Wagtail."""

from django.templatetags.static import static
from django.urls import URLResolver, include, path
from django.utils.html import format_html
from wagtail import hooks
from wagtail.snippets.models import register_snippet

from wagtail_asyncpt.library.usage import register_usage
from wagtail_asyncpt.programs.exercises import uses_in_programs
from wagtail_asyncpt.programs.next_steps import tell_next_step
from wagtail_asyncpt.programs.viewsets import LibraryViewSetGroup
from wagtail_asyncpt.programs.weeks import duplicate_when_asked, listing_button, next_week_button


def register_hooks() -> None:
    """Called once, by ``wagtail_hooks``."""
    register_snippet(LibraryViewSetGroup)
    register_usage(uses_in_programs)
    hooks.register("insert_global_admin_css", _admin_css)
    hooks.register("register_page_action_menu_item", next_week_button)
    hooks.register("after_edit_page", duplicate_when_asked)
    hooks.register("after_create_page", tell_next_step)
    hooks.register("after_edit_page", tell_next_step)
    hooks.register("register_page_listing_more_buttons", listing_button)
    hooks.register("register_admin_urls", _admin_urls)


def _admin_urls() -> list[URLResolver]:
    return [path("programs/", include("wagtail_asyncpt.programs.urls"))]


def _admin_css() -> str:
    return format_html(
        '<link rel="stylesheet" href="{}">', static("wagtail_asyncpt/library/admin.css")
    )
