"""How the cockpit enters the Wagtail admin: menu, addresses, dashboard panel and icons."""

from typing import Any

from django.http import HttpRequest
from django.urls import URLResolver, include, path, reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.sidebar import LinkMenuItem

from wagtail_asyncpt.people.queries import therapist_for
from wagtail_asyncpt.review.panels import ReviewsPanel
from wagtail_asyncpt.review.queries.queue import counts

ICONS = ["care", "play", "pause", "frame-back", "frame-forward", "repeat"]


class CareMenuItem(MenuItem):
    """The way to the queue, with the number of waiting reviews; for therapists only."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Only for somebody with a therapist profile at this clinic."""
        return therapist_for(request) is not None

    def render_component(self, request: HttpRequest) -> LinkMenuItem:
        """The item with its number."""
        therapist = therapist_for(request)
        waiting = getattr(request, "asyncpt_waiting", None)
        if waiting is None and therapist is not None:
            waiting = counts(therapist).all
        label = f"{self.label} ({waiting})" if waiting else str(self.label)
        return LinkMenuItem(
            self.name, label, self.url, icon_name=self.icon_name, classname=self.classname
        )


def add_panel(request: HttpRequest, panels: list[Any]) -> None:
    """Put the reviews on a therapist's dashboard."""
    therapist = therapist_for(request)
    if therapist is not None:
        panels.append(ReviewsPanel(therapist))


def register_hooks() -> None:
    """Register everything; called once, from the app's ``wagtail_hooks``."""
    hooks.register("register_admin_urls", admin_urls)
    hooks.register("register_admin_menu_item", menu_item)
    hooks.register("construct_homepage_panels", add_panel)
    hooks.register("register_icons", add_icons)


def admin_urls() -> list[URLResolver]:
    """The cockpit's addresses."""
    return [path("care/", include("wagtail_asyncpt.review.urls"))]


def menu_item() -> MenuItem:
    """The menu's entry, above the page tree."""
    return CareMenuItem(
        _("Care"),
        reverse_lazy("asyncpt_review:queue"),
        name="asyncpt-care",
        icon_name="asyncpt-care",
        order=50,
    )


def add_icons(icons: list[str]) -> list[str]:
    """The player's icons and the menu's."""
    return [*icons, *(f"wagtail_asyncpt/review/icons/{name}.svg" for name in ICONS)]
