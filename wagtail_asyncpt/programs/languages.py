"""Exercises in a reader's language: the published translation, else the original."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.utils.translation import get_language
from wagtail.coreutils import get_supported_content_language_variant
from wagtail.models import Site

from wagtail_asyncpt.library.models import Exercise


def has_translations() -> bool:
    """Whether the site has content in more than one language."""
    return getattr(settings, "WAGTAIL_I18N_ENABLED", False) and len(_languages()) > 1


def _languages() -> Any:
    return getattr(settings, "WAGTAIL_CONTENT_LANGUAGES", settings.LANGUAGES)


def translations_of(exercises: Iterable[Exercise | None], code: str = "") -> dict[int, Exercise]:
    """Published translations into ``code`` (default: the reader's language), by the original's key.

    Three queries whatever the number; none on a site with one language.
    """
    originals = {one.pk: one for one in exercises if one is not None}
    if not originals or not has_translations():
        return {}
    wanted = _content_language(code or get_language() or "")
    found = {
        one.translation_key: one
        for one in Exercise.objects.filter(
            translation_key__in={one.translation_key for one in originals.values()},
            locale__language_code=wanted,
            live=True,
        )
        .select_related("video")
        .prefetch_related("cues")
    }
    return {
        key: found[original.translation_key]
        for key, original in originals.items()
        if original.translation_key in found
    }


def pages_in(pages: Sequence[Any], code: str) -> list[Any]:
    """The pages, each as its live translation into ``code`` where there is one: a query a type."""
    if not pages or not code or not has_translations():
        return list(pages)
    found = {
        page.translation_key: page
        for model in {type(page) for page in pages}
        for page in model.objects.filter(
            translation_key__in=[page.translation_key for page in pages],
            locale__language_code=_content_language(code),
            live=True,
        )
    }
    return [found.get(page.translation_key, page) for page in pages]


def _content_language(code: str) -> str:
    try:
        return str(get_supported_content_language_variant(code))
    except LookupError:
        return code


def translate_days(days: Any, code: str) -> None:
    """Show the exercises of a StreamValue of sessions in ``code``; to render, never to save."""
    lines = [line for session in days for line in session.value.every_line]
    translated = translations_of([line["exercise"] for line in lines], code)
    for line in lines:
        if line["exercise"] is not None:
            line["exercise"] = translated.get(line["exercise"].pk, line["exercise"])


def roots_of(site: Site) -> list[Any]:
    """The site's root page, and its translations where there are any."""
    root = site.root_page
    return list(root.get_translations(inclusive=True)) if has_translations() else [root]
