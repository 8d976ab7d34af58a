"""Registers the rooms with Wagtail: menus, admin addresses, panels, gates."""

from importlib import import_module
from importlib.util import find_spec

from wagtail import hooks
from wagtail_asyncpt.people.viewsets import PeopleViewSetGroup

for _room in ("gating", "review", "practice", "library", "programs"):
    if find_spec(f"wagtail_asyncpt.{_room}.hooks"):
        import_module(f"wagtail_asyncpt.{_room}.hooks").register_hooks()


@hooks.register("register_admin_viewset")
def register_people() -> PeopleViewSetGroup:
    """Clinic, therapists, coverage."""
    return PeopleViewSetGroup()
