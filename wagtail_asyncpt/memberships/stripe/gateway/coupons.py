"""Coupons, and the codes that clients type."""

from typing import Any

from wagtail_asyncpt.memberships.stripe.client import as_json, client_for, own_errors

Json = dict[str, Any]


def promotion_codes(account: str) -> list[Json]:
    """Every promotion code of the account, with its coupon."""
    with own_errors():
        pages = client_for(account).v1.promotion_codes.list(
            {"limit": 100, "expand": ["data.promotion.coupon"]}
        )
        return [as_json(row) for row in pages.auto_paging_iter()]


def promotion_code(account: str, identity: str) -> Json:
    """A promotion code."""
    with own_errors():
        return as_json(client_for(account).v1.promotion_codes.retrieve(identity))


def create_promotion_code(
    account: str, *, code: str, coupon: Json, restrictions: Json, key: str
) -> Json:
    """A coupon, and the code that opens it; both come back with the same ``key``."""
    with own_errors():
        made = client_for(account).v1.coupons.create(
            coupon,  # type: ignore[arg-type]
            {"idempotency_key": key},
        )
        params: Any = {
            "code": code,
            "promotion": {"type": "coupon", "coupon": made.id},
            "expand": ["promotion.coupon"],
            **restrictions,
        }
        return as_json(
            client_for(account).v1.promotion_codes.create(
                params, {"idempotency_key": f"{key}-code"}
            )
        )


def close_promotion_code(account: str, identity: str) -> Json:
    """Nobody may use the code from now on."""
    with own_errors():
        return as_json(client_for(account).v1.promotion_codes.update(identity, {"active": False}))
