"""Coupons in the Wagtail admin."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.ui.tables import BooleanColumn, Column, TitleColumn

from wagtail_asyncpt.memberships.forms import CouponForm
from wagtail_asyncpt.memberships.models import Coupon
from wagtail_asyncpt.memberships.operations.coupons import coupon_in_words
from wagtail_asyncpt.memberships.viewsets.shared import ShopViewSet


class CouponViewSet(ShopViewSet):
    """Coupons: closed rather than deleted; what one takes off never changes."""

    model = Coupon
    own_form = CouponForm
    name = "asyncpt_coupons"
    url_prefix = "coupons"
    icon = "tag"
    menu_label = _("Coupons")
    inspect_view_fields = [
        "code",
        "percent_off",
        "duration",
        "duration_months",
        "times_redeemed",
        "max_redemptions",
        "expires_at",
        "first_time_only",
        "is_active",
        "stripe_promotion_code_id",
    ]
    search_fields = ["code"]
    ordering = ["-is_active", "-created_at"]
    list_display = [
        TitleColumn("code", label=_("Code"), url_name="asyncpt_coupons:edit"),
        Column("off", label=_("Takes off"), accessor=coupon_in_words),
        Column("times_redeemed", label=_("Uses so far")),
        BooleanColumn("is_active", label=_("Active")),
    ]
