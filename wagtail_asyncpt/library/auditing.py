"""What the library adds to the audit of gates: exercises, their videos and pictures."""

from collections.abc import Iterator

from wagtail_asyncpt.gating.audit import Gated, register_audit
from wagtail_asyncpt.gating.leaks import Leak
from wagtail_asyncpt.library.models import Exercise, ExerciseVideo, Visibility

READERS = "clients, therapists, editors"
_KEPT = {
    Visibility.TEASER: "name and picture are open to everybody",
    Visibility.NOTHING: "visitors see nothing",
}


class LibrarySource:
    """Published exercises that are not open to everybody, counted by what visitors see."""

    def gated(self) -> Iterator[Gated]:
        """One line for each kind, since there may be thousands."""
        live = Exercise.objects.filter(live=True)
        for visibility, note in _KEPT.items():
            if count := live.filter(visibility=visibility).count():
                yield Gated("exercises", str(count), READERS, note)
        everybody = live.filter(visibility=Visibility.EVERYTHING, video__isnull=False)
        closed = ExerciseVideo.objects.exclude(pk__in=everybody.values("video"))
        if count := closed.count():
            yield Gated("demonstration videos", str(count), READERS)

    def leaks(self, image_endpoints: list[str]) -> Iterator[Leak]:
        """Pictures of exercises of which visitors see nothing: Wagtail guards no picture."""
        hidden = Exercise.objects.filter(visibility=Visibility.NOTHING, picture__isnull=False)
        if count := hidden.values("picture").distinct().count():
            listed = f", and listed by {', '.join(image_endpoints)}" if image_endpoints else ""
            yield Leak(
                f"{count} picture(s) of exercises of which visitors see nothing",
                f"open to whoever has their address{listed}: Wagtail does not guard images",
                "Show the exercise by a video, whose poster is guarded; or open its name and "
                "picture to everybody.",
            )


def register() -> None:
    """Take part in the audit; called once, when the app is ready."""
    register_audit(LibrarySource())
