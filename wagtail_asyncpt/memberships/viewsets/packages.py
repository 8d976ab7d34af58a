"""Packages in the Wagtail admin."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BooleanColumn, Column, TitleColumn

from wagtail_asyncpt.core.money import format_money
from wagtail_asyncpt.memberships.forms import PackageForm
from wagtail_asyncpt.memberships.models import Package
from wagtail_asyncpt.memberships.viewsets.shared import ShopViewSet


def _amount(package: Package) -> str:
    return format_money(package.amount, package.currency)


class PackageViewSet(ShopViewSet):
    """Packages: paid once, off sale rather than deleted."""

    model = Package
    own_form = PackageForm
    name = "asyncpt_packages"
    url_prefix = "packages"
    icon = "form"
    menu_label = _("Packages")
    inspect_view_fields = [
        "name",
        "summary",
        "features",
        "visits",
        "visits_expire_after_days",
        "tier",
        "weeks",
        "is_public",
        "is_listed",
        "stripe_product_id",
        "stripe_price_id",
    ]
    search_fields = ["name"]
    ordering = ["sort_order", "pk"]
    list_display = [
        TitleColumn("name", label=_("Name"), url_name="asyncpt_packages:edit"),
        Column("amount", label=_("Price"), accessor=_amount),
        Column("visits", label=_("Visits")),
        Column("weeks", label=_("Weeks")),
        BooleanColumn("is_public", label=_("On sale")),
    ]
