"""Coupons and the promotion codes that clients type: twins at Stripe, whoever made them."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from wagtail_asyncpt.core.errors import DomainError
from wagtail_asyncpt.core.money import format_money
from wagtail_asyncpt.memberships.models import Coupon, CouponDuration
from wagtail_asyncpt.memberships.operations.catalog import Run
from wagtail_asyncpt.memberships.operations.tiers import check_amount, sync_after_commit
from wagtail_asyncpt.memberships.stripe import gateway
from wagtail_asyncpt.people.models import Clinic

Json = dict[str, Any]


@transaction.atomic
def save_coupon(*, clinic: Clinic, coupon: Coupon | None, values: Mapping[str, Any]) -> Coupon:
    """Make a coupon, or open and close one: what it takes off never changes after that.

    Stripe hears of it after the transaction. Raises DomainError.
    """
    check_coupon(clinic=clinic, coupon=coupon, values=values)
    if coupon is None:
        coupon = Coupon(clinic=clinic, **values)
        if coupon.amount_off is not None:
            coupon.currency = clinic.currency.lower()
    else:
        coupon.is_active = values["is_active"]
    coupon.save()
    sync_after_commit(clinic)
    return coupon


def check_coupon(*, clinic: Clinic, coupon: Coupon | None, values: Mapping[str, Any]) -> None:
    """What a coupon must be. Raises DomainError."""
    code = values["code"] if coupon is None else coupon.code
    same = Coupon.objects.filter(clinic=clinic, code__iexact=code, is_active=True)
    if coupon is not None:
        same = same.exclude(pk=coupon.pk)
    if values["is_active"] and same.exists():
        raise DomainError(_("Another active coupon has this code."), field="code")
    if coupon is None:
        _check_terms(clinic, values)
    elif values["is_active"] and not coupon.is_active and coupon.stripe_promotion_code_id:
        raise DomainError(
            _("A closed coupon stays closed. Make a new one with the same code."),
            field="is_active",
        )


def _check_terms(clinic: Clinic, values: Mapping[str, Any]) -> None:
    percent, amount = values.get("percent_off"), values.get("amount_off")
    if (percent is None) == (amount is None):
        raise DomainError(
            _("Take off a percentage or an amount, one of them."), field="percent_off"
        )
    if percent is not None and not 0 < percent <= 100:
        raise DomainError(_("Choose a percentage above 0, at most 100."), field="percent_off")
    if amount is not None:
        try:
            check_amount(amount, clinic.currency)
        except DomainError as error:
            raise DomainError(error.message, field="off") from error
    repeating = values.get("duration") == CouponDuration.REPEATING
    if repeating != bool(values.get("duration_months")):
        raise DomainError(
            _("Say for how many months, if it lowers some months."), field="duration_months"
        )


def sync_coupons(run: Run, clinic: Clinic) -> None:
    """Make, close and count the clinic's coupons at Stripe, and adopt those made there."""
    theirs = {row["id"]: row for row in gateway.promotion_codes(run.account)}
    for coupon in Coupon.objects.filter(clinic=clinic):
        twin = theirs.get(coupon.stripe_promotion_code_id) or _with_code(theirs, coupon)
        if twin is None:
            if coupon.is_active and not coupon.stripe_promotion_code_id:
                _create(run, coupon)
            continue
        _follow(run, coupon, twin)
    known = set(Coupon.objects.values_list("stripe_promotion_code_id", flat=True))
    for twin in theirs.values():
        if twin["active"] and twin["id"] not in known and not _ours(clinic, twin["code"]):
            _adopt(run, clinic, twin)


def _with_code(theirs: dict[str, Json], coupon: Coupon) -> Json | None:
    if coupon.stripe_promotion_code_id:
        return None
    codes = (row for row in theirs.values() if row["active"])
    return next((row for row in codes if row["code"].lower() == coupon.code.lower()), None)


def _ours(clinic: Clinic, code: str) -> bool:
    """A code that this comparison has just found or, when dry, would find."""
    return Coupon.objects.filter(clinic=clinic, code__iexact=code, is_active=True).exists()


def _create(run: Run, coupon: Coupon) -> None:
    def write() -> str:
        twin = gateway.create_promotion_code(
            run.account,
            code=coupon.code,
            coupon=_coupon_params(coupon),
            restrictions=_restrictions(coupon),
            key=f"coupon-{coupon.clinic.webhook_uuid}-{coupon.pk}",
        )
        _note(coupon, twin)
        return str(twin["id"])

    run.step("created coupon", coupon.code, write)


def _coupon_params(coupon: Coupon) -> Json:
    params: Json = {"name": coupon.code[:40], "duration": coupon.duration}
    if coupon.percent_off is not None:
        params["percent_off"] = float(coupon.percent_off)
    else:
        params |= {"amount_off": coupon.amount_off, "currency": coupon.currency}
    if coupon.duration_months:
        params["duration_in_months"] = coupon.duration_months
    return params


def _restrictions(coupon: Coupon) -> Json:
    params: Json = {}
    if coupon.max_redemptions:
        params["max_redemptions"] = coupon.max_redemptions
    if coupon.expires_at:
        params["expires_at"] = int(coupon.expires_at.timestamp())
    if coupon.first_time_only:
        params["restrictions"] = {"first_time_transaction": True}
    return params


def _note(coupon: Coupon, twin: Json) -> None:
    coupon.stripe_promotion_code_id = twin["id"]
    coupon.stripe_coupon_id = _coupon_of(twin)["id"]
    coupon.times_redeemed = twin["times_redeemed"]
    coupon.save(update_fields=["stripe_promotion_code_id", "stripe_coupon_id", "times_redeemed"])


def _coupon_of(twin: Json) -> Json:
    found: Json = twin["promotion"]["coupon"]
    return found


def _follow(run: Run, coupon: Coupon, twin: Json) -> None:
    if not coupon.stripe_promotion_code_id:
        run.step("found coupon", coupon.code, lambda: str(twin["id"]), known=twin["id"])
    if not run.dry:
        _note(coupon, twin)
    if twin["active"] and not coupon.is_active:
        run.step(
            "closed coupon",
            coupon.code,
            lambda: str(gateway.close_promotion_code(run.account, twin["id"])["id"]),
            known=twin["id"],
        )
    elif coupon.is_active and not twin["active"]:
        run.step(
            "closed coupon",
            coupon.code,
            lambda: _close_here(coupon, twin),
            known=twin["id"],
            note="it is not valid at Stripe any more",
        )


def _close_here(coupon: Coupon, twin: Json) -> str:
    coupon.is_active = False
    coupon.save(update_fields=["is_active"])
    return str(twin["id"])


def _adopt(run: Run, clinic: Clinic, twin: Json) -> None:
    theirs = _coupon_of(twin)
    percent = theirs["percent_off"]

    def write() -> str:
        Coupon.objects.create(
            clinic=clinic,
            code=twin["code"],
            percent_off=Decimal(str(percent)) if percent is not None else None,
            amount_off=theirs["amount_off"],
            currency=(theirs["currency"] or "") if theirs["amount_off"] else "",
            duration=theirs["duration"],
            duration_months=theirs["duration_in_months"],
            max_redemptions=twin["max_redemptions"],
            times_redeemed=twin["times_redeemed"],
            expires_at=_moment(twin["expires_at"]),
            first_time_only=twin["restrictions"]["first_time_transaction"],
            stripe_coupon_id=theirs["id"],
            stripe_promotion_code_id=twin["id"],
        )
        return str(twin["id"])

    run.step("adopted coupon", twin["code"], write, known=twin["id"])


def _moment(seconds: int | None) -> datetime | None:
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def coupon_in_words(coupon: Coupon) -> str:
    """What it takes off, for example "20 % off every payment"."""
    if coupon.percent_off is not None:
        off = f"{coupon.percent_off.normalize():f} %"
    else:
        off = format_money(coupon.amount_off or 0, coupon.currency)
    return _("%(off)s off %(which)s") % {"off": off, "which": coupon.get_duration_display()}
