"""Tiers and prices in the Wagtail admin, scoped to the clinic of the site."""

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BooleanColumn, Column, TitleColumn

from wagtail_asyncpt.memberships.forms import TierForm
from wagtail_asyncpt.memberships.models import Price, Tier
from wagtail_asyncpt.memberships.offers import offer_price
from wagtail_asyncpt.memberships.viewsets.shared import ShopIndexView, ShopViewSet


def _prices(tier: Tier) -> str:
    prices: list[Price] = getattr(tier, "on_sale", [])
    return ", ".join(offer_price(price).words for price in prices)


class TierIndexView(ShopIndexView):
    """The clinic's tiers."""

    def get_base_queryset(self) -> QuerySet[Tier]:
        """Of this clinic only, with the prices on sale."""
        prices = Price.objects.filter(is_active=True).order_by("amount")
        rows: QuerySet[Tier] = super().get_base_queryset()
        return rows.prefetch_related(Prefetch("prices", queryset=prices, to_attr="on_sale"))


class TierViewSet(ShopViewSet):
    """Tiers with their prices. There is no delete: memberships point at them for ever."""

    model = Tier
    name = "asyncpt_tiers"
    url_prefix = "tiers"
    icon = "tag"
    menu_label = _("Plans")
    inspect_view_fields = [
        "name",
        "summary",
        "features",
        "has_program",
        "form_checks_per_week",
        "reply_hours",
        "includes",
        "visits_per_period",
        "visit_rollover",
        "trial_days",
        "payment_count",
        "bundle",
        "seats_on_sale",
        "member_seats",
        "group",
        "is_public",
        "is_listed",
        "is_highlighted",
        "stripe_product_id",
    ]
    own_form = TierForm
    index_view_class = TierIndexView
    search_fields = ["name"]
    ordering = ["sort_order", "pk"]
    list_display = [
        TitleColumn("name", label=_("Name"), url_name="asyncpt_tiers:edit"),
        Column("prices", label=_("Prices"), accessor=_prices),
        BooleanColumn("is_public", label=_("On sale")),
    ]
