"""Clinic and profiles in the Wagtail admin."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.viewsets.model import ModelViewSet, ModelViewSetGroup

from wagtail_asyncpt.people.models import Clinic, Coverage, Therapist


class ClinicViewSet(ModelViewSet):
    """The clinic's settings: one row each site, made when it is first needed."""

    model = Clinic
    icon = "home"
    menu_label = _("Clinic")
    list_display = ["__str__", "time_zone", "currency", "reply_hours"]
    form_fields = [
        "name",
        "time_zone",
        "currency",
        "weight_unit",
        "reply_hours",
        "stripe_account",
    ]
    inspect_view_enabled = True
    copy_view_enabled = False


class TherapistViewSet(ModelViewSet):
    """Therapists and managers."""

    model = Therapist
    icon = "user"
    menu_label = _("Therapists")
    list_display = ["name", "credentials", "role", "is_active"]
    list_filter = ["role", "is_active"]
    search_fields = ["name"]
    form_fields = ["clinic", "user", "name", "credentials", "role", "is_active"]
    copy_view_enabled = False


class CoverageViewSet(ModelViewSet):
    """Who covers for whom."""

    model = Coverage
    icon = "group"
    menu_label = _("Coverage")
    list_display = ["client", "therapist"]
    form_fields = ["client", "therapist"]
    copy_view_enabled = False


class PeopleViewSetGroup(ModelViewSetGroup):
    """The clinic and its people; each part needs Django's permission for its model."""

    menu_label = _("Clinic")
    menu_icon = "group"
    menu_order = 210
    items: Any = (ClinicViewSet, TherapistViewSet, CoverageViewSet)
