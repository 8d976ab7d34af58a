"""Tiers and prices in the Wagtail admin, scoped to the clinic of the site."""

from typing import Any

from django.db.models import Prefetch, QuerySet
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BooleanColumn, Column, TitleColumn
from wagtail.admin.views.generic import (
    CreateView,
    EditView,
    IndexView,
    InspectView,
    UsageView,
)
from wagtail.admin.views.generic.history import HistoryView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.log_actions import log

from wagtail_asyncpt.memberships.forms import TierForm
from wagtail_asyncpt.memberships.models import Price, Tier
from wagtail_asyncpt.memberships.offers import offer_price
from wagtail_asyncpt.people.viewsets import OfClinic


class OneOfClinic(OfClinic):
    """A view of one tier; another clinic's tier is 404."""

    def get_object(self, *args: Any, **kwargs: Any) -> Tier:
        """Core's object, when it is this clinic's."""
        tier: Tier = super().get_object(*args, **kwargs)  # type: ignore[misc]
        if tier.clinic_id != self.clinic.pk:
            raise Http404
        return tier


class WithTierForm(OfClinic):
    """A view that saves by the room's operations."""

    form: TierForm

    def get_form_kwargs(self) -> dict[str, Any]:
        """Tell the form its clinic."""
        return {**super().get_form_kwargs(), "clinic": self.clinic}  # type: ignore[misc]


def _prices(tier: Tier) -> str:
    prices: list[Price] = getattr(tier, "on_sale", [])
    return ", ".join(offer_price(price).words for price in prices)


class TierIndexView(OfClinic, IndexView):
    """The clinic's tiers."""

    def get_base_queryset(self) -> QuerySet[Tier]:
        """Of this clinic only, with the prices on sale."""
        prices = Price.objects.filter(is_active=True).order_by("amount")
        rows: QuerySet[Tier] = super().get_base_queryset()
        return rows.filter(clinic=self.clinic).prefetch_related(
            Prefetch("prices", queryset=prices, to_attr="on_sale")
        )


class TierCreateView(WithTierForm, CreateView):
    """A new tier."""

    def save_instance(self) -> Tier:
        """Write the tier and log it."""
        tier = self.form.save()
        log(instance=tier, action="wagtail.create", user=self.request.user)
        return tier


class TierEditView(OneOfClinic, WithTierForm, EditView):
    """Change a tier; a tier is taken off sale, never deleted."""

    can_delete = False

    def save_instance(self) -> Tier:
        """Write the tier and log it."""
        tier = self.form.save()
        log(instance=tier, action="wagtail.edit", user=self.request.user)
        return tier


class TierInspectView(OneOfClinic, InspectView):
    """Look at a tier."""


class TierHistoryView(OneOfClinic, HistoryView):
    """Who changed a tier."""


class TierUsageView(OneOfClinic, UsageView):
    """Where a tier is used."""


class TierViewSet(ModelViewSet):
    """Tiers with their prices. There is no delete: memberships point at them for ever."""

    model = Tier
    name = "asyncpt_tiers"
    url_prefix = "tiers"
    icon = "tag"
    menu_label = _("Plans and prices")
    menu_order = 305
    add_to_admin_menu = True
    copy_view_enabled = False
    inspect_view_enabled = True
    inspect_view_fields = [
        "name",
        "summary",
        "features",
        "has_program",
        "form_checks_per_week",
        "reply_hours",
        "includes",
        "group",
        "is_public",
        "is_highlighted",
        "stripe_product_id",
    ]
    index_view_class = TierIndexView
    add_view_class = TierCreateView
    edit_view_class = TierEditView
    inspect_view_class = TierInspectView
    history_view_class = TierHistoryView
    usage_view_class = TierUsageView
    search_fields = ["name"]
    search_backend_name = None
    sort_order_field = None
    ordering = ["sort_order", "pk"]
    list_display = [
        TitleColumn("name", label=_("Name"), url_name="asyncpt_tiers:edit"),
        Column("prices", label=_("Prices"), accessor=_prices),
        BooleanColumn("is_public", label=_("On sale")),
    ]

    def get_form_class(self, for_update: bool = False) -> type[TierForm]:
        """The same form for new and old tiers."""
        return TierForm

    def get_common_view_kwargs(self, **kwargs: Any) -> dict[str, Any]:
        """No view links to a delete view."""
        return {**super().get_common_view_kwargs(**kwargs), "delete_url_name": None}

    def get_urlpatterns(self) -> list[Any]:
        """Core's addresses without delete."""
        return [row for row in super().get_urlpatterns() if row.name != "delete"]
