"""What a clinic sells, in the Wagtail admin, scoped to the clinic of the site."""

from typing import Any

from django.utils.translation import gettext_lazy as _
from wagtail.admin.viewsets.model import ModelViewSetGroup

from wagtail_asyncpt.memberships.viewsets.coupons import CouponViewSet
from wagtail_asyncpt.memberships.viewsets.packages import PackageViewSet
from wagtail_asyncpt.memberships.viewsets.tiers import TierViewSet


class ShopViewSetGroup(ModelViewSetGroup):
    """Plans, packages and coupons; each part needs Django's permission for its model."""

    menu_label = _("Plans and prices")
    menu_icon = "tag"
    menu_order = 305
    items: Any = (TierViewSet, PackageViewSet, CouponViewSet)


__all__ = ["CouponViewSet", "PackageViewSet", "ShopViewSetGroup", "TierViewSet"]
