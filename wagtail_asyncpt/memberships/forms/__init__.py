"""The forms in which staff write what a clinic sells, and in which clients buy it."""

from wagtail_asyncpt.memberships.forms.adoption import AdoptForm
from wagtail_asyncpt.memberships.forms.coupons import CouponForm
from wagtail_asyncpt.memberships.forms.gifts import CodeForm, GiftForm
from wagtail_asyncpt.memberships.forms.packages import PackageForm
from wagtail_asyncpt.memberships.forms.seats import SeatForm
from wagtail_asyncpt.memberships.forms.tiers import TierForm

__all__ = ["AdoptForm", "CodeForm", "CouponForm", "GiftForm", "PackageForm", "SeatForm", "TierForm"]
