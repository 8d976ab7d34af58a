"""What a clinic sells, in the Wagtail admin, scoped to the clinic of the site."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _
from wagtail.admin.menu import MenuItem
from wagtail.admin.viewsets.model import ModelViewSetGroup

from wagtail_asyncpt.memberships.views.catalog import CHANGE_TIER
from wagtail_asyncpt.memberships.viewsets.coupons import CouponViewSet
from wagtail_asyncpt.memberships.viewsets.packages import PackageViewSet
from wagtail_asyncpt.memberships.viewsets.tiers import TierViewSet
from wagtail_asyncpt.people.queries import manages_here


class ShopViewSetGroup(ModelViewSetGroup):
    """Plans, packages and coupons; each part needs Django's permission for its model."""

    menu_label = _("Plans and prices")
    menu_icon = "tag"
    menu_order = 305
    items: Any = (TierViewSet, PackageViewSet, CouponViewSet)

    def get_submenu_items(self) -> list[Any]:
        """The parts, and the comparison with Stripe for those who may change plans."""
        compare = CompareMenuItem(
            _("Compare with Stripe"),
            reverse_lazy("asyncpt_catalog:compare"),
            name="asyncpt-compare",
            icon_name="rotate",
            order=900,
        )
        return [*super().get_submenu_items(), compare]


class CompareMenuItem(MenuItem):
    """Shown to those who run the clinic and may change plans."""

    def is_shown(self, request: HttpRequest) -> bool:
        """Whether the reader may change plans here."""
        return manages_here(request) and bool(request.user.has_perm(CHANGE_TIER))


__all__ = ["CouponViewSet", "PackageViewSet", "ShopViewSetGroup", "TierViewSet"]
