"""The editor of a program week: opening it, and saving it as its autosave does.

Set against the same fields in a bare StreamField, built of Wagtail's own block classes on a page of
the site: what our blocks cost is the difference. In turns, in the same run, by the same editor.
Goals: a save takes at most a quarter longer, and queries do not grow with the week.
"""

import statistics
from collections.abc import Callable
from typing import Any

from wagtail import blocks

SIZES = {"small": (1, 2), "large": (5, 8)}  # sessions, exercises in each
ROUNDS = 9
SAVE_GOAL = 1.25


def _bare(block: Any) -> Any:
    """The same fields, built of Wagtail's own classes."""
    from wagtail.snippets.blocks import SnippetChooserBlock

    from wagtail_asyncpt.programs.blocks import ExerciseChooserBlock, RuleBlock

    if isinstance(block, ExerciseChooserBlock):
        return SnippetChooserBlock("wagtail_asyncpt.Exercise")
    if isinstance(block, RuleBlock):
        return blocks.CharBlock(required=False)
    if isinstance(block, blocks.ListBlock):
        return blocks.ListBlock(_bare(block.child_block), default=[])
    for kind in (blocks.StreamBlock, blocks.StructBlock):
        if isinstance(block, kind):
            children = [(name, _bare(child)) for name, child in block.child_blocks.items()]
            return kind(children, required=False)
    return block


def posted(block: Any, value: Any, prefix: str) -> dict[str, Any]:
    """What the browser sends for ``value``."""
    if isinstance(block, blocks.StructBlock):
        children = block.child_blocks.items()
        return _merged(posted(child, value[name], f"{prefix}-{name}") for name, child in children)
    if isinstance(block, blocks.StreamBlock | blocks.ListBlock):
        items = list(value) if isinstance(block, blocks.StreamBlock) else list(value.bound_blocks)
        found: dict[str, Any] = {f"{prefix}-count": len(items)}
        for number, item in enumerate(items):
            place = f"{prefix}-{number}"
            found |= {f"{place}-order": number, f"{place}-deleted": "", f"{place}-id": item.id}
            if isinstance(block, blocks.StreamBlock):
                found[f"{place}-type"] = item.block_type
            found |= posted(item.block, item.value, f"{place}-value")
        return found
    if isinstance(block, blocks.ChooserBlock):
        return {prefix: value.pk if value else ""}
    shown = block.value_for_form(value)
    return {prefix: "" if shown is None else shown}


def _merged(parts: Any) -> dict[str, Any]:
    return {key: value for part in parts for key, value in part.items()}


def _days(sessions: int, lines: int) -> list[Any]:
    from tests import factories

    return [
        factories.session(*(factories.line(factories.make_exercise()) for _ in range(lines)))
        for _ in range(sessions)
    ]


def _editor() -> Any:
    from django.contrib.auth import get_user_model
    from django.test import Client as Browser

    user, _made = get_user_model().objects.get_or_create(
        email="bench@example.com", defaults={"is_staff": True, "is_superuser": True}
    )
    browser = Browser()
    browser.force_login(user)
    return browser


def _asks(
    editor: Any, page: Any, field: str, **more: str
) -> tuple[Callable[[], Any], Callable[[], Any]]:
    """Opening the page's editor, and saving its draft as it is."""
    from django.urls import reverse

    address = reverse("wagtailadmin_pages:edit", args=[page.pk])
    value = getattr(page, field)
    data = {
        "title": page.title,
        "slug": page.slug,
        "comments-TOTAL_FORMS": "0",
        "comments-INITIAL_FORMS": "0",
        **posted(value.stream_block, value, field),
        **more,
    }

    def save() -> Any:
        response = editor.post(address, data, HTTP_ACCEPT="application/json")
        if not response.json()["success"]:
            raise RuntimeError(response.content.decode())
        return response

    return lambda: editor.get(address), save


def _pages(name: str, sessions: int, lines: int) -> tuple[Any, Any]:
    """A program's week, and a page of the site with the same in its body."""
    from sandbox.home.models import StandardPage
    from tests import factories
    from wagtail_asyncpt.pages.models import ProgramWeekPage

    days = _days(sessions, lines)
    program = factories.make_program(f"Bench {name}", weeks=[days])
    home = program.get_parent().get_parent()
    twin = home.add_child(instance=StandardPage(title=f"Bare week {name}", body=days))
    return ProgramWeekPage.objects.child_of(program).get(), StandardPage.objects.get(pk=twin.pk)


def _beside(ours: Callable[[], Any], bare: Callable[[], Any]) -> tuple[float, float]:
    from benchmarks.measure import _milliseconds

    pairs = [(_milliseconds(bare), _milliseconds(ours)) for _ in range(ROUNDS + 2)][2:]
    bare_ms, ours_ms = (statistics.median(times) for times in zip(*pairs, strict=True))
    return ours_ms, bare_ms


def report() -> str:
    """Both sizes; a table."""
    from benchmarks.measure import _queries
    from sandbox.home.models import StandardPage
    from wagtail_asyncpt.programs.blocks import session_blocks

    body = StandardPage._meta.get_field("body")
    site_blocks = body.stream_block
    body.stream_block = _bare(blocks.StreamBlock(session_blocks()))
    body.stream_block.set_meta_options({"required": False})
    lines: list[str] = []
    counts: dict[str, set[int]] = {}
    try:
        for name, (sessions, exercises) in SIZES.items():
            week, twin = _pages(name, sessions, exercises)
            editor = _editor()
            asks = zip(
                _asks(editor, week, "days", focus="", phase=""),
                _asks(editor, twin, "body"),
                strict=True,
            )
            lines.append(f"  {name}: {sessions} sessions of {exercises} exercises")
            for what, (ours, bare) in zip(("open", "save"), asks, strict=True):
                ours_ms, bare_ms = _beside(ours, bare)
                queries, bare_queries = _queries(ours), _queries(bare)
                counts.setdefault(what, set()).add(queries)
                ratio = ours_ms / bare_ms
                verdict = "" if what == "open" else "ok" if ratio <= SAVE_GOAL else "over 1.25"
                lines.append(
                    f"    {what:<28}{queries:>8}{ours_ms:>8.1f}   {bare_queries} queries,"
                    f" {bare_ms:.1f} ms: {ratio:.2f} × its time {verdict}"
                )
    finally:
        body.stream_block = site_blocks
    same = all(len(found) == 1 for found in counts.values())
    verdict = "the same at both sizes" if same else f"they grow: {counts}"
    head = f"Program week editor{'queries':>21}{'ms':>8}   beside a bare StreamField"
    return "\n".join([head, *lines, f"  queries: {verdict}"])
