"""Who sits on the seats of others' memberships, and who waits for a place."""

from django.utils.translation import gettext_lazy as _

from wagtail_asyncpt.memberships.models import Seat, WaitListEntry
from wagtail_asyncpt.modeladmin.shared import Ledger


class SeatAdmin(Ledger):
    """Seats that members offered; their addresses stay with the invited."""

    model = Seat
    menu_label = _("Seats")
    menu_icon = "group"
    ordering = ("-created_at", "-pk")
    list_display = ("email", "sponsor", "created_at", "accepted_at", "revoked_at")
    list_select_related = ("sponsor__client", "sponsor__tier")
    search_fields = ("email", "sponsor__client__name", "sponsor__client__user__email")
    list_export = list_display
    inspect_view_fields = (*list_export, "membership")


class WaitListAdmin(Ledger):
    """Who waits for a place, first come first."""

    model = WaitListEntry
    menu_label = _("Wait list")
    menu_icon = "time"
    ordering = ("created_at", "pk")
    list_display = ("client", "tier", "created_at", "invited_at")
    list_select_related = ("client", "tier")
    search_fields = ("client__name", "client__user__email", "tier__name")
    list_export = list_display
    inspect_view_fields = list_export
