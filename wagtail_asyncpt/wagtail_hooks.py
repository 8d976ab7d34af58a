"""Registers the rooms with Wagtail: menus, admin addresses, panels, gates."""

from django.apps import apps
from wagtail import hooks

from wagtail_asyncpt.care.hooks import register_hooks as register_care
from wagtail_asyncpt.gating.hooks import register_hooks as register_gating
from wagtail_asyncpt.library.hooks import register_hooks as register_library
from wagtail_asyncpt.memberships.hooks import register_hooks as register_memberships
from wagtail_asyncpt.people.viewsets import PeopleViewSetGroup
from wagtail_asyncpt.practice.hooks import register_hooks as register_practice
from wagtail_asyncpt.programs.hooks import register_hooks as register_programs
from wagtail_asyncpt.review.hooks import register_hooks as register_review

register_gating()
register_library()
register_programs()
register_memberships()
register_care()
register_review()
register_practice()
if apps.is_installed("wagtail_modeladmin"):
    from wagtail_asyncpt.modeladmin import register as register_ledger

    register_ledger()


@hooks.register("register_admin_viewset")
def register_people() -> PeopleViewSetGroup:
    """Clinic, therapists, coverage."""
    return PeopleViewSetGroup()
