"""How often a promotion code was used: asked of Stripe whenever somebody has used it."""

from wagtail_asyncpt.memberships.models import Coupon
from wagtail_asyncpt.memberships.operations.sync.shared import Json
from wagtail_asyncpt.memberships.stripe import gateway


def count_codes(account: str, session: Json) -> None:
    """Refresh the uses of the codes that a paid session took; Stripe's count, not ours plus one."""
    for discount in session["discounts"] or []:
        code = discount["promotion_code"]
        coupon = Coupon.objects.filter(
            stripe_promotion_code_id=code or "", clinic__stripe_account=account
        ).first()
        if code and coupon is not None:
            coupon.times_redeemed = gateway.promotion_code(account, code)["times_redeemed"]
            coupon.save(update_fields=["times_redeemed"])
