"""The library at 2,000 exercises: the list, the chooser as one types, the public index, an import.

Times are set against the goals of the chooser (50 ms); queries must not grow with the library.
"""

import statistics
import time
from collections.abc import Callable
from typing import Any

SIZES = (200, 2000)
IMPORTED = 873
ROUNDS = 15
WORDS = [
    "Squat",
    "Bridge",
    "Row",
    "Press",
    "Lunge",
    "Hinge",
    "Balance",
    "Stretch",
    "Raise",
    "Carry",
]


def _grow(total: int) -> None:
    """Exercises up to ``total``, four cues each, some tagged."""
    from taggit.models import Tag
    from wagtail.models import Locale

    from wagtail_asyncpt.library.models import Cue, Exercise, Pattern, Region, TaggedExercise

    locale, have = Locale.get_default(), Exercise.objects.count()
    tag, _made = Tag.objects.get_or_create(name="bench", slug="bench")
    rows = Exercise.objects.bulk_create(
        Exercise(
            name=f"{WORDS[n % 10]} {WORDS[n // 10 % 10]} {n}",
            slug=f"bench-{n}",
            other_names=f"Variation {n}",
            regions=[Region.values[n % 9]],
            pattern=Pattern.values[n % 11],
            visibility="everything",
            locale=locale,
        )
        for n in range(have, total)
    )
    Cue.objects.bulk_create(
        Cue(exercise=row, kind=kind, text=f"{kind} slowly, number {row.pk}", sort_order=place)
        for row in rows
        for place, kind in enumerate(("set_up", "do", "feel", "avoid"))
    )
    TaggedExercise.objects.bulk_create(
        TaggedExercise(content_object=row, tag=tag) for row in rows[::7]
    )


def _asks() -> list[tuple[str, Callable[[], Any]]]:
    from django.contrib.auth import get_user_model
    from django.test import Client as Browser
    from django.urls import reverse
    from wagtail.models import Site

    from wagtail_asyncpt.library.models import Exercise
    from wagtail_asyncpt.pages.models import ExerciseIndexPage

    user, _made = get_user_model().objects.get_or_create(
        email="bench@example.com", defaults={"is_staff": True, "is_superuser": True}
    )
    editor, visitor = Browser(), Browser()
    editor.force_login(user)
    home = Site.objects.get(is_default_site=True).root_page
    if not ExerciseIndexPage.objects.exists():
        home.add_child(instance=ExerciseIndexPage(title="Exercises", slug="bench-exercises"))
    index = ExerciseIndexPage.objects.get().get_url_parts()[2]
    listing = reverse("asyncpt_exercises:list")
    viewset = Exercise.snippet_viewset.chooser_viewset  # type: ignore[attr-defined]
    chooser = reverse(viewset.get_url_name("choose_results"))
    return [
        ("list", lambda: editor.get(listing)),
        ("list, search + filter", lambda: editor.get(listing, {"q": "squat", "region": "hip"})),
        ("chooser, one word", lambda: editor.get(chooser, {"q": "squ"})),
        ("chooser, a cue", lambda: editor.get(chooser, {"q": "slowly number 19"})),
        ("chooser, filter", lambda: editor.get(chooser, {"region": "knee", "q": "bri"})),
        ("public index", lambda: visitor.get(index)),
        ("public index, filter", lambda: visitor.get(index, {"region": "knee"})),
    ]


def _measure(ask: Callable[[], Any]) -> tuple[int, float]:
    from benchmarks.measure import _milliseconds, _queries

    times = [_milliseconds(ask) for _ in range(ROUNDS + 2)][2:]
    return _queries(ask), statistics.median(times)


def _import() -> float:
    """Seconds for importing as many exercises as free-exercise-db has."""
    from wagtail_asyncpt.library.importing import Record, import_exercises

    records = [
        Record(
            key=f"bench:{n}",
            line=n,
            slug=f"imported-{n}",
            values={
                "name": f"Imported {n}",
                "regions": ["knee"],
                "cues": [["do", f"Step {n}."]],
                "tags": ["imported"],
            },
        )
        for n in range(IMPORTED)
    ]
    began = time.perf_counter()
    report = import_exercises(items=records)
    assert len(report.created) == IMPORTED
    return time.perf_counter() - began


def report() -> str:
    """Measure at both sizes; a table, and the import."""
    figures = {}
    for size in SIZES:
        _grow(size)
        figures[size] = {name: _measure(ask) for name, ask in _asks()}
    small, large = (figures[size] for size in SIZES)
    lines = [f"Library: {SIZES[1]} exercises{'queries':>16}{'ms':>8}   queries with {SIZES[0]}"]
    for name, (queries, ms) in large.items():
        before = small[name][0]
        verdict = "the same" if before == queries else f"{before}: they grow"
        lines.append(f"  {name:<30}{queries:>8}{ms:>8.1f}   {verdict}")
    lines.append(f"  importing {IMPORTED}: {_import():.1f} s")
    return "\n".join(lines)
