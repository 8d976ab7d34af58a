"""Filters by which exercises are found: in the listing, and in the chooser."""

from typing import Any

import django_filters
from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _
from taggit.models import Tag
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.forms.choosers import BaseFilterForm
from wagtail.models import Locale

from wagtail_asyncpt.library.models import (
    Equipment,
    Exercise,
    Pattern,
    Position,
    Region,
    Visibility,
)

STATUSES = [
    ("live", _("Published")),
    ("draft", _("Draft")),
    ("changed", _("Published, with changes that are not")),
]
WITH_VIDEO = [("true", _("With a video")), ("false", _("Without a video"))]


def exercise_tags() -> QuerySet[Tag]:
    """The tags that any exercise has, by name."""
    tags: QuerySet[Tag] = Tag.objects.filter(wagtail_asyncpt_taggedexercise_items__isnull=False)
    return tags.distinct().order_by("name")


def filter_exercises(rows: Any, chosen: dict[str, Any]) -> Any:
    """``rows`` that meet every filter in ``chosen``; an empty value or unknown name asks nothing.

    Names: ``region``, ``equipment``, ``position``, ``pattern``, ``video`` ("true"/"false"),
    ``tag`` (a ``Tag``), ``status`` (of ``STATUSES``).
    """
    for name, condition in _CONDITIONS.items():
        value = chosen.get(name)
        if value:
            rows = rows.filter(condition(value))
    return rows


def _of_status(value: str) -> Q:
    if value == "changed":
        return Q(live=True, has_unpublished_changes=True)
    return Q(live=value == "live")


def _with_video(value: str) -> Q:
    without = Q(video__isnull=True, embed_url="")
    return ~without if value == "true" else without


def _tagged(tag: Tag) -> Q:
    tagged = Exercise.tags.through.objects.filter(tag=tag)
    return Q(pk__in=tagged.values("content_object"))


_CONDITIONS = {
    "region": lambda value: Q(regions__contains=value),
    "equipment": lambda value: Q(equipment__contains=value),
    "position": lambda value: Q(position=value),
    "pattern": lambda value: Q(pattern=value),
    "video": _with_video,
    "tag": _tagged,
    "status": _of_status,
}


def _by(rows: QuerySet[Exercise], name: str, value: Any) -> QuerySet[Exercise]:
    filtered: QuerySet[Exercise] = filter_exercises(rows, {name: value})
    return filtered


def _choice(choices: Any, label: Any) -> Any:
    return django_filters.ChoiceFilter(choices=choices, label=label, method=_by)


class ExerciseFilterSet(WagtailFilterSet):
    """Filters of the listing."""

    region = _choice(Region.choices, _("Body region"))
    equipment = _choice(Equipment.choices, _("Equipment"))
    position = _choice(Position.choices, _("Position"))
    pattern = _choice(Pattern.choices, _("Movement pattern"))
    tag = django_filters.ModelChoiceFilter(
        queryset=lambda request: exercise_tags(), label=_("Tag"), method=_by
    )
    status = _choice(STATUSES, _("Status"))
    video = _choice(WITH_VIDEO, _("Video"))
    visibility = django_filters.ChoiceFilter(
        choices=Visibility.choices, label=_("Open to everybody")
    )

    class Meta:
        model = Exercise
        fields: list[str] = []


def _select(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label,
        choices=[("", _("Any")), *choices],
        required=False,
        widget=forms.Select(attrs={"data-chooser-modal-search-filter": True}),
    )


class ExerciseChooserForm(BaseFilterForm):
    """The search and the filters of the chooser."""

    q = forms.CharField(
        label=_("Search"),
        widget=forms.TextInput(attrs={"placeholder": _("Name, other name or cue")}),
        required=False,
    )
    region = _select(_("Body region"), Region.choices)
    equipment = _select(_("Equipment"), Equipment.choices)
    position = _select(_("Position"), Position.choices)
    pattern = _select(_("Movement pattern"), Pattern.choices)
    video = _select(_("Video"), WITH_VIDEO)
    tag = forms.ModelChoiceField(
        label=_("Tag"),
        queryset=Tag.objects.none(),
        empty_label=_("Any"),
        required=False,
        widget=forms.Select(attrs={"data-chooser-modal-search-filter": True}),
    )
    status = _select(_("Status"), STATUSES)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["tag"].queryset = exercise_tags()

    def filter(self, objects: Any) -> Any:
        """Core's hook: the exercises that are asked for, best first."""
        self.search_query = self.cleaned_data["q"].strip()
        self.is_searching = any(self.cleaned_data.values())
        return filter_exercises(objects, self.cleaned_data).matching(self.search_query)


class LocaleChooserForm(ExerciseChooserForm):
    """The same on a site with several languages."""

    locale = forms.ModelChoiceField(
        label=_("Locale"),
        queryset=Locale.objects.all(),
        empty_label=_("Any"),
        required=False,
        widget=forms.Select(attrs={"data-chooser-modal-search-filter": True}),
    )

    def filter(self, objects: Any) -> Any:
        """Also by language."""
        found = super().filter(objects)
        locale = self.cleaned_data.get("locale")
        return found.filter(locale=locale) if locale else found
