"""Registers the library's chooser and icon with Wagtail."""

from wagtail import hooks

from wagtail_asyncpt.library.viewsets import ExerciseVideoChooserViewSet


def register_hooks() -> None:
    """Called once, by ``wagtail_hooks``."""
    hooks.register(
        "register_admin_viewset",
        lambda: ExerciseVideoChooserViewSet("asyncpt_exercise_video_chooser"),
    )
    hooks.register("register_icons", _icons)


def _icons(icons: list[str]) -> list[str]:
    return [*icons, "wagtail_asyncpt/library/icons/dumbbell.svg"]
