"""What the public pages show of exercises, and to whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import EmptyPage, Page, Paginator
from django.db.models import Case, IntegerField, Prefetch, Q, When
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail.images import get_image_model
from wagtail.images.models import SourceImageIOError

from wagtail_asyncpt.core.structured_data import data_block
from wagtail_asyncpt.library.filters import filter_exercises
from wagtail_asyncpt.library.ladders import LadderView, ladder_of
from wagtail_asyncpt.library.models import (
    Equipment,
    Exercise,
    Pattern,
    Position,
    Region,
    Visibility,
)

PER_PAGE = 24
CARD_PICTURE = "fill-480x270|format-webp"
LARGE_PICTURE = "width-1200|format-webp"
#: Exercises with something to see come first.
_BARE = Case(
    When(Q(picture__isnull=True, video__isnull=True), then=1),
    default=0,
    output_field=IntegerField(),
)
FILTERS: dict[str, tuple[Any, Any]] = {
    "region": (_("Body region"), Region),
    "equipment": (_("Equipment"), Equipment),
    "position": (_("Position"), Position),
    "pattern": (_("Movement"), Pattern),
}


@dataclass(frozen=True, kw_only=True)
class Filter:
    """One filter of the list, with what is chosen."""

    name: str
    label: Any
    choices: list[tuple[str, Any]]
    value: str


@dataclass(frozen=True, kw_only=True)
class Listing:
    """One page of the list; ``query`` holds the filters, for the links to other pages."""

    exercises: Page
    filters: list[Filter]
    search: str
    query: str

    @property
    def is_filtered(self) -> bool:
        """Whether anything was asked for."""
        return bool(self.query)

    @property
    def canonical_query(self) -> str:
        """What a search engine keeps of the address: the page, and no filter."""
        number = self.exercises.number
        return f"?page={number}" if number > 1 and not self.is_filtered else ""


def listing(asked: Mapping[str, str], *, locale_id: int, everything: bool) -> Listing | None:
    """The published exercises that ``asked`` asks for; ``None`` for a page that there is not.

    4 queries, whatever their number.
    """
    chosen = {
        name: asked.get(name, "")
        for name, (_label, words) in FILTERS.items()
        if asked.get(name, "") in words.values
    }
    search = asked.get("q", "").replace("\0", "").strip()[:100]
    rows = Exercise.objects.filter(locale_id=locale_id).shown_to(everything)
    rows = filter_exercises(rows.order_by(_BARE, "name", "pk"), chosen)
    if not everything and set(chosen) - {"region"}:
        # Of the others a visitor sees name, region and picture, so no other filter finds them.
        rows = rows.filter(visibility=Visibility.EVERYTHING)
    rows = rows.matching(search) if everything else rows.named(search)
    images = get_image_model()._default_manager.prefetch_renditions(CARD_PICTURE)
    rows = rows.with_picture().prefetch_related(Prefetch("picture", images))
    try:
        page = Paginator(rows, PER_PAGE).page(_page_number(asked))
    except EmptyPage:
        return None
    return Listing(
        exercises=page,
        filters=[
            Filter(name=name, label=label, choices=words.choices, value=chosen.get(name, ""))
            for name, (label, words) in FILTERS.items()
        ],
        search=search,
        query=urlencode({**chosen, **({"q": search} if search else {})}),
    )


def exercise(slug: str, *, locale_id: int, everything: bool) -> Exercise | None:
    """The published exercise of which the reader may see something, or ``None``."""
    rows = Exercise.objects.filter(locale_id=locale_id, slug=slug).shown_to(everything)
    return rows.select_related("video", "picture").prefetch_related("cues").first()


@dataclass(frozen=True, kw_only=True)
class Face:
    """What one exercise's page shows; without ``is_full`` name and picture."""

    is_full: bool
    ladder: LadderView | None
    picture_url: str
    picture_alt: str
    description: str
    structured_data: SafeString

    @classmethod
    def of(
        cls,
        exercise: Exercise,
        request: HttpRequest,
        address: str,
        *,
        is_full: bool,
        everything: bool,
    ) -> "Face":
        """The face that this reader sees."""
        picture = _picture_url(exercise, request)
        return cls(
            is_full=is_full,
            ladder=_ladder(exercise, everything) if is_full else None,
            picture_url=picture,
            picture_alt=exercise.picture_alt if exercise.picture else "",
            description=exercise.summary if is_full else "",
            structured_data=data_block(
                _structured(exercise, request, address, picture, is_full=is_full)
            ),
        )


def _page_number(asked: Mapping[str, str]) -> int:
    text = asked.get("page", "1")
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 1


def _ladder(exercise: Exercise, everything: bool) -> LadderView | None:
    """The ladder without steps that the reader may not see; ``None`` where nothing is left."""
    view = ladder_of(exercise, only_published=True)
    if view is None:
        return None
    steps = [
        one
        for one in view.steps
        if everything or one.visibility != Visibility.NOTHING or one.pk == exercise.pk
    ]
    if len(steps) < 2:
        return None
    place = next(n for n, one in enumerate(steps) if one.pk == exercise.pk)
    return LadderView(ladder=view.ladder, steps=steps, place=place)


def _picture_url(exercise: Exercise, request: HttpRequest) -> str:
    """The absolute address of the picture, else of the video's poster."""
    if exercise.picture and (rendition := _rendition(exercise.picture)):
        return request.build_absolute_uri(rendition.url)
    if exercise.video and exercise.video.is_ready:
        poster = reverse("asyncpt_library:poster", args=[exercise.video.uuid])
        return request.build_absolute_uri(poster)
    return ""


def _rendition(picture: Any) -> Any:
    """The picture in the size that is shared; ``None`` where its file was lost."""
    try:
        return picture.get_rendition(LARGE_PICTURE)
    except SourceImageIOError:
        return None


def _structured(
    exercise: Exercise, request: HttpRequest, address: str, picture: str, *, is_full: bool
) -> dict[str, Any]:
    data: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "HowTo" if is_full else "WebPage",
        "name": exercise.name,
        "url": address,
        "isAccessibleForFree": exercise.visibility == Visibility.EVERYTHING,
    }
    if picture:
        data["image"] = picture
    if not is_full:
        return data
    data["description"] = exercise.summary
    data["step"] = [
        {"@type": "HowToStep", "name": cue.get_kind_display(), "text": cue.text}
        for cue in exercise.cues.all()
    ]
    if exercise.equipment_words:
        data["tool"] = {"@type": "HowToTool", "name": exercise.equipment_words}
    if video := _video_data(exercise, request, picture):
        data["video"] = video
    return data


def _video_data(exercise: Exercise, request: HttpRequest, picture: str) -> dict[str, Any] | None:
    video: dict[str, Any] = {
        "@type": "VideoObject",
        "name": exercise.name,
        "description": exercise.summary or exercise.name,
    }
    if exercise.video and exercise.video.is_ready:
        film = reverse("asyncpt_library:video", args=[exercise.video.uuid])
        poster = reverse("asyncpt_library:poster", args=[exercise.video.uuid])
        return {
            **video,
            "contentUrl": request.build_absolute_uri(film),
            "thumbnailUrl": request.build_absolute_uri(poster),
            "uploadDate": exercise.video.created_at.isoformat(),
        }
    if exercise.embed:
        thumbnail = {"thumbnailUrl": picture} if picture else {}
        return {**video, "embedUrl": exercise.embed.player_url, **thumbnail}
    return None
