"""Reads of programs, for the page types of this package and for a site's own."""

from collections import Counter
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.db.models import Model, QuerySet
from wagtail.models import PageViewRestriction, Site

from wagtail_asyncpt.memberships.pages import OfferPageMixin
from wagtail_asyncpt.programs.languages import pages_in, roots_of
from wagtail_asyncpt.programs.models import (
    ProgramIndexPageMixin,
    ProgramPageMixin,
    ProgramWeekPageMixin,
)


@lru_cache
def page_models(mixin: type[Model]) -> tuple[Any, ...]:
    """The installed page types that are built on ``mixin``."""
    return tuple(model for model in apps.get_models() if issubclass(model, mixin))


def program_weeks(program_page: Any, language: str = "") -> list[Any]:
    """The live week pages of a program, specific, with their sessions, in tree order.

    In ``language`` (a code) where a week has a live translation into it.
    """
    weeks = [
        week
        for model in page_models(ProgramWeekPageMixin)
        for week in model.objects.child_of(program_page).live()
    ]
    return pages_in(sorted(weeks, key=lambda week: week.path), language)


def program_pages(site: Site) -> list[Any]:
    """The live programs of a site in all its languages, specific, in tree order."""
    return _live_pages(ProgramPageMixin, site)


def program_indexes(site: Site) -> list[Any]:
    """The live lists of programs of a site, in tree order."""
    return _live_pages(ProgramIndexPageMixin, site)


def offer_page(site: Site | None) -> Any | None:
    """The clinic's first offer page that everybody may open, or ``None``."""
    if site is None:
        return None
    public = (
        page
        for model in page_models(OfferPageMixin)
        for page in model.objects.descendant_of(site.root_page, inclusive=True).live().public()
    )
    return min(public, key=lambda page: page.path, default=None)


def listed_programs(index_page: Any) -> list[Any]:
    """The programs below an index page that whoever may open the index may open, in tree order.

    Each gets ``week_count``, the number of its live weeks.
    """
    programs = [
        program
        for model in page_models(ProgramPageMixin)
        for program in _without_own_gate(model.objects.child_of(index_page).live())
    ]
    counts = _week_counts(index_page)
    for program in programs:
        program.week_count = counts[program.path]
    return sorted(programs, key=lambda program: program.path)


def week_outline(program_page: Any) -> list[Any]:
    """The live weeks of a program without their sessions; ``is_gated`` where a week has a gate."""
    weeks = [
        week
        for model in page_models(ProgramWeekPageMixin)
        for week in model.objects.child_of(program_page).live().defer_streamfields()
    ]
    gated = set(
        PageViewRestriction.objects.filter(page__in=[week.pk for week in weeks]).values_list(
            "page_id", flat=True
        )
    )
    for week in weeks:
        week.is_gated = week.pk in gated
    return sorted(weeks, key=lambda week: week.path)


def _live_pages(mixin: type[Model], site: Site) -> list[Any]:
    pages = [
        page
        for model in page_models(mixin)
        for root in roots_of(site)
        for page in model.objects.descendant_of(root, inclusive=True).live()
    ]
    return sorted(pages, key=lambda page: page.path)


def _without_own_gate(pages: QuerySet[Any]) -> QuerySet[Any]:
    return pages.exclude(pk__in=PageViewRestriction.objects.values("page_id"))


def _week_counts(index_page: Any) -> Counter[str]:
    return Counter(
        path[: -index_page.steplen]
        for model in page_models(ProgramWeekPageMixin)
        for path in model.objects.descendant_of(index_page).live().values_list("path", flat=True)
    )
