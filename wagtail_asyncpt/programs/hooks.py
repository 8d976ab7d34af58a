"""Registers the exercise library's menu with Wagtail."""

from django.templatetags.static import static
from django.utils.html import format_html
from wagtail import hooks
from wagtail.snippets.models import register_snippet

from wagtail_asyncpt.library.usage import register_usage
from wagtail_asyncpt.programs.exercises import uses_in_programs
from wagtail_asyncpt.programs.viewsets import LibraryViewSetGroup


def register_hooks() -> None:
    """Called once, by ``wagtail_hooks``."""
    register_snippet(LibraryViewSetGroup)
    register_usage(uses_in_programs)
    hooks.register("insert_global_admin_css", _admin_css)


def _admin_css() -> str:
    return format_html(
        '<link rel="stylesheet" href="{}">', static("wagtail_asyncpt/library/admin.css")
    )
