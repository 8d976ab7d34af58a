"""A session in its parts: exercises, groups of them, and what is read or asked in between."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from django.apps import apps
from wagtail.documents import get_document_model

from wagtail_asyncpt.care.models import PrescribedExercise, Session, Week
from wagtail_asyncpt.care.queries.plan import PlannedSession, WeekPlan, week_plan
from wagtail_asyncpt.core.pages import page_model_name
from wagtail_asyncpt.library.models import ExerciseVideo
from wagtail_asyncpt.people.models import Client
from wagtail_asyncpt.programs.blocks import SECTIONS


class Placed(Protocol):
    """A line as a page shows it."""

    @property
    def line(self) -> PrescribedExercise:
        """The prescribed line."""
        ...


@dataclass(frozen=True)
class LineWords:
    """A line with its dose in words."""

    line: PrescribedExercise
    words: str


@dataclass(frozen=True)
class Extra:
    """A note, something to read or watch, or a question that is asked at the end."""

    kind: str
    section: str
    position: int
    text: str
    title: str = ""
    video: ExerciseVideo | None = None
    document: Any = None
    page: Any = None


@dataclass(frozen=True)
class Entry:
    """One place of a part: an exercise or an extra; ``heading`` opens a group of exercises."""

    card: Any = None
    extra: Extra | None = None
    heading: str = ""
    is_grouped: bool = False


@dataclass(frozen=True)
class Part:
    """Warm-up, main part or cool-down."""

    title: str
    entries: Sequence[Entry]


def week_parts(plan: WeekPlan, unit: str) -> list[tuple[PlannedSession, list[Part]]]:
    """The sessions of a plan with their parts in words, loads in ``unit``."""
    shown = [planned for planned in plan.sessions if not planned.session.is_retired]
    extras = extras_of([planned.session for planned in shown])
    return [
        (
            planned,
            parts_of(
                [
                    LineWords(line, line.prescribed_dose.in_words(unit))
                    for line in planned.lines
                    if not line.is_retired
                ],
                extras[planned.session.pk],
            ),
        )
        for planned in shown
    ]


def only_line(parts: list[Part], line: str) -> list[Part]:
    """The parts with nothing but the line called ``line`` (a uuid)."""
    kept = (
        Part(part.title, [e for e in part.entries if e.card and str(e.card.line.uuid) == line])
        for part in parts
    )
    return [part for part in kept if part.entries]


def handout(client: Client, week: Week, line: str = "") -> list[tuple[PlannedSession, list[Part]]]:
    """A published week for paper, or one line of it; sessions that are empty left out."""
    plan = week_plan(client, week, with_logs=False)
    sessions = week_parts(plan, client.weight_unit)
    if line:
        sessions = [(planned, only_line(parts, line)) for planned, parts in sessions]
    return [(planned, parts) for planned, parts in sessions if parts]


def extras_of(sessions: Sequence[Session]) -> dict[int, list[Extra]]:
    """The extras by session, with what they name: at most three queries, whatever their number."""
    raw = [extra for session in sessions for extra in session.extras]
    videos = _named(raw, "video", ExerciseVideo.objects.all())
    documents = _named(raw, "document", get_document_model().objects.all())
    pages = _named(raw, "page", apps.get_model(page_model_name()).objects.live())
    return {
        session.pk: [_extra(one, videos, documents, pages) for one in session.extras]
        for session in sessions
    }


def _extra(
    raw: Mapping[str, Any], videos: dict[Any, Any], documents: dict[Any, Any], pages: dict[Any, Any]
) -> Extra:
    return Extra(
        kind=raw["kind"],
        section=raw["section"],
        position=raw["position"],
        text=raw.get("text", ""),
        title=raw.get("title", ""),
        video=videos.get(raw.get("video")),
        document=documents.get(raw.get("document")),
        page=pages.get(raw.get("page")),
    )


def _named(raw: Iterable[dict[str, Any]], name: str, rows: Any) -> dict[Any, Any]:
    keys = {extra[name] for extra in raw if extra.get(name)}
    return rows.in_bulk(keys) if keys else {}


def parts_of(cards: Sequence[Placed], extras: Sequence[Extra]) -> list[Part]:
    """The parts that have something in them, each in order."""
    entries = sorted(
        [
            *((card.line.section, card.line.position, entry) for card, entry in _grouped(cards)),
            *((one.section, one.position, Entry(extra=one)) for one in extras),
        ],
        key=lambda placed: placed[1],
    )
    parts = (
        Part(str(title), [entry for section, _place, entry in entries if section == name])
        for name, title in SECTIONS
    )
    return [part for part in parts if part.entries]


def _grouped(cards: Sequence[Placed]) -> list[tuple[Placed, Entry]]:
    """Each card's entry; the first of a group says how the group goes."""
    found: list[tuple[Placed, Entry]] = []
    seen: set[str] = set()
    for card in cards:
        group = card.line.in_group
        is_first = group is not None and group.uid not in seen
        heading = group.in_words() if group is not None and is_first else ""
        found.append((card, Entry(card=card, heading=heading, is_grouped=group is not None)))
        seen |= {group.uid} if group else set()
    return found
